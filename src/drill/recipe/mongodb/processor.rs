//! Whether a processor is too old for a server: `mongod` then dies without a word.

use crate::domain::failure::{Failure, FailureKind};

/// The first release series that asks for more than any processor has.
const FIRST_TO_ASK: u32 = 5;

/// Features that every ARMv8.2-A processor names at least one of.
const ARM_8_2: [&str; 8] = ["fphp", "dcpop", "sha3", "sm3", "sm4", "asimddp", "sha512", "sve"];

/// Whether servers of this release series run on some processors only.
pub(in crate::drill::recipe) fn is_choosy(series: &str) -> bool {
    let major = series.split('.').next().and_then(|major| major.parse().ok());
    major.is_some_and(|major: u32| major >= FIRST_TO_ASK)
}

/// Why the processor that `/proc/cpuinfo` describes cannot run a server of this release series
/// (`7.0`). `None` where it can, or where nothing is known.
pub(in crate::drill::recipe) fn refusal(
    series: &str,
    architecture: &str,
    cpuinfo: &str,
) -> Option<Failure> {
    let major: u32 = series.split('.').next()?.parse().ok()?;
    let (field, wanted, name): (_, &[&str], _) = match architecture {
        "x86_64" | "amd64" => ("flags", &["avx"], "AVX"),
        "aarch64" | "arm64" => ("Features", &ARM_8_2, "ARMv8.2-A"),
        _ => return None,
    };
    let line = cpuinfo.lines().find(|line| line.starts_with(field))?;
    let can = line.split_whitespace().any(|feature| wanted.contains(&feature));
    (major >= FIRST_TO_ASK && !can).then(|| {
        Failure::new(
            FailureKind::Unexpected,
            format!("MongoDB {series} needs {name}, which this engine's processor lacks"),
        )
        .advise("drill on another machine; servers up to 4.4 run here")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_series_run_on_every_processor() {
        for (series, is_choosy) in [("4.4", false), ("5.0", true), ("8.0", true), ("odd", false)] {
            assert_eq!(super::is_choosy(series), is_choosy, "{series}");
        }
    }

    #[test]
    fn only_a_new_server_on_an_old_processor_is_refused() {
        let (old, new) =
            ("flags\t\t: fpu sse4_2 avxish\n", "processor : 0\nflags\t\t: fpu avx avx2\n");
        let (old_arm, new_arm) =
            ("Features\t: fp asimd crc32\n", "Features\t: fp asimd fphp asimddp\n");
        for (series, architecture, cpuinfo, is_refused) in [
            ("4.2", "x86_64", old, false),
            ("5.0", "x86_64", old, true),
            ("8.0", "amd64", old, true),
            ("8.0", "x86_64", new, false),
            ("7.0", "aarch64", old_arm, true),
            ("7.0", "aarch64", new_arm, false),
            ("7.0", "riscv64", old, false),
            ("7.0", "x86_64", "", false),
        ] {
            let refusal = refusal(series, architecture, cpuinfo);
            assert_eq!(refusal.is_some(), is_refused, "{series} {architecture} {cpuinfo}");
        }
    }
}
