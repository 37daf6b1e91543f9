//! How a MongoDB dump is restored: the server's image and flags, folders in the sandbox, the command to copy.

use crate::domain::census::DumpCensus;
use crate::domain::engine::ServerVersion;
use crate::domain::settings::Access;
use crate::domain::shell::{aws_s3, quoted};
use crate::domain::units::ByteSize;
use crate::drill::recipe::{Ending, Server, Volume};

pub(super) mod log;
pub(super) mod processor;

/// Where the dump lies inside the sandbox.
pub const DUMP_FOLDER: &str = "/drill/dump";
const UPLOAD_FOLDER: &str = "/drill";
const DATABASE_FOLDER: &str = "/data/db";

pub(super) const SERVER: Server = Server {
    program: "mongod",
    port: 27017,
    // An image declares volumes of its own for both folders: without ours, nobody would find them again.
    volumes: &[
        Volume { ending: "db", target: DATABASE_FOLDER },
        Volume { ending: "cfg", target: "/data/configdb" },
        Volume { ending: "in", target: UPLOAD_FOLDER },
    ],
    database_folder: DATABASE_FOLDER,
    upload_folder: UPLOAD_FOLDER,
    restore_tool: "mongorestore",
    official_image: "mongo",
    endings: &[
        Ending { codes: &[2], what: "the server refused its options" },
        Ending { codes: &[14], what: "the server could not go on with its data files" },
        Ending { codes: &[62, 100], what: "the server could not open its data files" },
    ],
    processor_advice: "MongoDB 5.0 and later needs AVX (or ARMv8.2-A); drill on another machine, and \
                       not under emulation",
};

/// What `mongod` is told in a container of this much memory.
pub(super) fn flags(memory: ByteSize) -> Vec<String> {
    let hundredths = (cache(memory).bytes() * 100) >> 30;
    vec![
        "--wiredTigerCacheSizeGB".to_owned(),
        format!("{}.{:02}", hundredths / 100, hundredths % 100),
        // Expired documents must be counted before the server deletes them.
        "--setParameter".to_owned(),
        "ttlMonitorEnabled=false".to_owned(),
    ]
}

/// The storage engine's cache as mongod would choose it for this memory, half of all but one GiB,
/// yet never more than one: old servers size it by the host's memory instead.
fn cache(memory: ByteSize) -> ByteSize {
    let spare = memory.bytes().saturating_sub(1 << 30);
    ByteSize(spare / 2).clamp(ByteSize::mebibytes(256), ByteSize::gibibytes(1))
}

/// `100.9.4` of `mongorestore version: 100.9.4`; `4.2.24` of the older `r4.2.24`.
pub(super) fn tool_version(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.contains("version"))?;
    let version = line.rsplit([':', ' ']).find(|word| !word.is_empty())?;
    Some(version.trim_start_matches(['r', 'v']).to_owned())
}

/// The official image of a version's series.
pub(super) fn image(version: &ServerVersion) -> String {
    format!("{}:{}", SERVER.official_image, version.series())
}

/// The series that the official image's makers still publish anew.
const MAINTAINED: [(u32, u32); 4] = [(7, 0), (8, 0), (8, 2), (8, 3)];

/// What is worth knowing of an official image whose series has come to its end: its tag still pulls,
/// and nothing in it changes any more. `None` for any other image, also for a series that is newer
/// than those known here.
pub(super) fn end_of_life(image: &str) -> Option<String> {
    let (repository, tag) = image.rsplit_once(':')?;
    let name = repository.rsplit('/').next()?;
    let mut numbers = tag.split(['.', '-']).map(str::parse);
    let (Ok(major), Ok(minor)) = (numbers.next()?, numbers.next()?) else { return None };
    let series = (major, minor);
    let is_old = MAINTAINED.last().is_some_and(|newest| series < *newest);
    (name == SERVER.official_image && is_old && !MAINTAINED.contains(&series)).then(|| {
        format!(
            "MongoDB {major}.{minor} has reached its end of life: the image {image} still pulls and \
             is frozen; keep a copy of it as long as backups of that series count"
        )
    })
}

/// What an incident would type, from the object to a database. It asks for the target, so that
/// nothing is restored by pasting alone.
pub fn command_to_copy(object_url: &str, access: &Access, census: Option<&DumpCensus>) -> String {
    let file = object_url.rsplit('/').next().unwrap_or(object_url);
    let fetch = aws_s3(access, "cp", &[object_url, "."]);
    // The folder keeps tar from taking `T11:37` for a host and a dash for an option. Without `z`
    // it looks for itself how the archive is packed.
    let unpack = format!("tar -xf {}", quoted(&format!("./{file}")));
    let mut restore = vec![r#"mongorestore --uri "$TARGET""#.to_owned()];
    if census.is_some_and(|census| census.has_inner_gzip) {
        restore.push("--gzip".to_owned());
    }
    let root = census.map(|census| census.root.as_str()).filter(|root| !root.is_empty());
    restore.push(format!("--dir {}", quoted(root.unwrap_or("."))));
    format!("{fetch} && {unpack} && {}", restore.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn census(root: &str, has_inner_gzip: bool) -> DumpCensus {
        DumpCensus { root: root.to_owned(), has_inner_gzip, ..DumpCensus::default() }
    }

    #[test]
    fn the_command_to_copy_names_object_and_folder_and_asks_for_the_target() {
        let census = census("data/db/dump/2018-04-04T11_37", false);
        let url = "s3://b/prod/2018-04-04T11_37.tar.gz";
        assert_eq!(
            command_to_copy(url, &Access::default(), Some(&census)),
            "aws s3 cp s3://b/prod/2018-04-04T11_37.tar.gz . && tar -xf ./2018-04-04T11_37.tar.gz \
             && mongorestore --uri \"$TARGET\" --dir data/db/dump/2018-04-04T11_37"
        );
    }

    #[test]
    fn files_that_are_compressed_one_by_one_are_told_to_mongorestore() {
        let command = command_to_copy("s3://b/x.tar", &Access::default(), Some(&census("", true)));
        assert!(command.ends_with("mongorestore --uri \"$TARGET\" --gzip --dir ."), "{command}");
    }

    #[test]
    fn another_endpoint_and_profile_are_in_the_command() {
        let access = Access {
            endpoint: Some("https://ceph.example:7480".to_owned()),
            profile: Some("my team".to_owned()),
        };
        let command = command_to_copy("s3://b/x.tar", &access, None);
        let expected = "aws s3 cp --profile 'my team' --endpoint-url https://ceph.example:7480 \
                        s3://b/x.tar . && ";
        assert!(command.starts_with(expected), "{command}");
    }

    #[test]
    fn only_an_official_series_that_has_ended_is_called_so() {
        for (image, has_ended) in [
            ("mongo:4.2", true),
            ("mongo:4.2.24", true),
            ("registry.example/library/mongo:6.0-jammy", true),
            ("mongo:8.1", true),
            ("mongo:7.0", false),
            ("mongo:8.3.1", false),
            ("mongo:9.0", false),
            ("mongo:latest", false),
            ("mongo", false),
            ("mongo@sha256:abcd", false),
            ("localhost:5000/mongo", false),
            ("team/mongo-with-tools:4.2", false),
        ] {
            assert_eq!(end_of_life(image).is_some(), has_ended, "{image}");
        }
    }

    #[test]
    fn the_cache_follows_the_memory_within_bounds() {
        for (memory, size) in [
            (ByteSize::mebibytes(512), ByteSize::mebibytes(256)),
            (ByteSize::gibibytes(2), ByteSize::mebibytes(512)),
            (ByteSize::gibibytes(16), ByteSize::gibibytes(1)),
        ] {
            assert_eq!(cache(memory), size, "{memory}");
        }
    }

    #[test]
    fn expired_documents_are_kept_and_the_cache_is_given_in_hundredths() {
        assert_eq!(
            flags(ByteSize::gibibytes(2)).join(" "),
            "--wiredTigerCacheSizeGB 0.50 --setParameter ttlMonitorEnabled=false"
        );
    }

    #[test]
    fn the_folders_that_are_written_to_lie_on_volumes() {
        let targets: Vec<_> = SERVER.volumes.iter().map(|volume| volume.target).collect();
        assert!(targets.contains(&SERVER.database_folder), "{targets:?}");
        assert!(targets.contains(&SERVER.upload_folder), "{targets:?}");
        assert!(DUMP_FOLDER.starts_with(SERVER.upload_folder));
    }

    #[test]
    fn tools_tell_their_version_in_two_ways() {
        let new = "mongorestore version: 100.9.4\ngit version: 1234\nGo version: go1.20\n";
        assert_eq!(tool_version(new).as_deref(), Some("100.9.4"));
        assert_eq!(tool_version("mongorestore version: r4.2.24\n").as_deref(), Some("4.2.24"));
        assert_eq!(tool_version("hello"), None);
    }

    #[test]
    fn odd_names_are_quoted() {
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }
}
