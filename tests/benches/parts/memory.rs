//! How much memory a process has taken at most, as Linux tells it.

use std::fmt;
use std::fs;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Peak {
    kibibytes: u64,
}

impl Peak {
    /// The high-water mark so far; `None` once the process has ended.
    pub(crate) fn of(process: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kibibytes = line.trim().trim_end_matches(" kB").parse().ok()?;
        Some(Self { kibibytes })
    }
}

impl fmt::Display for Peak {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.1} MiB", self.kibibytes as f64 / 1024.0)
    }
}
