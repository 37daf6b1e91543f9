//! How a MongoDB dump is restored: the server's image, folders in the sandbox, the command to copy.

use crate::domain::census::DumpCensus;
use crate::domain::engine::ServerVersion;
use crate::domain::settings::Access;

/// Where the dump lies inside the sandbox.
pub const DUMP_FOLDER: &str = "/drill/dump";
/// The folder that the dump's tar is unpacked into.
pub const UPLOAD_FOLDER: &str = "/drill";
/// Where the server keeps its files: the volume whose free space counts.
pub const DATABASE_FOLDER: &str = "/data/db";

/// The official image of a version's series.
pub fn image(version: &ServerVersion) -> String {
    format!("mongo:{}", version.series())
}

/// The series that the official image's makers still publish anew.
const MAINTAINED: [(u32, u32); 4] = [(7, 0), (8, 0), (8, 2), (8, 3)];

/// What is worth knowing of an official image whose series has come to its end: its tag still pulls,
/// and nothing in it changes any more. `None` for any other image, also for a series that is newer
/// than those known here.
pub fn end_of_life(image: &str) -> Option<String> {
    let (repository, tag) = image.rsplit_once(':')?;
    let name = repository.rsplit('/').next()?;
    let mut numbers = tag.split(['.', '-']).map(str::parse);
    let (Ok(major), Ok(minor)) = (numbers.next()?, numbers.next()?) else { return None };
    let series = (major, minor);
    let is_old = MAINTAINED.last().is_some_and(|newest| series < *newest);
    (name == "mongo" && is_old && !MAINTAINED.contains(&series)).then(|| {
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
    let mut fetch = vec!["aws s3 cp".to_owned()];
    let options = [("--profile", &access.profile), ("--endpoint-url", &access.endpoint)];
    for (option, value) in options {
        fetch.extend(value.as_ref().map(|value| format!("{option} {}", quoted(value))));
    }
    fetch.push(format!("{} .", quoted(object_url)));
    // The folder keeps tar from taking `T11:37` for a host and a dash for an option. Without `z`
    // it looks for itself how the archive is packed.
    let unpack = format!("tar -xf {}", quoted(&format!("./{file}")));
    let mut restore = vec![r#"mongorestore --uri "$TARGET""#.to_owned()];
    if census.is_some_and(|census| census.has_inner_gzip) {
        restore.push("--gzip".to_owned());
    }
    let root = census.map(|census| census.root.as_str()).filter(|root| !root.is_empty());
    restore.push(format!("--dir {}", quoted(root.unwrap_or("."))));
    format!("{} && {unpack} && {}", fetch.join(" "), restore.join(" "))
}

/// Quoted for a POSIX shell where it must be.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
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
    fn odd_names_are_quoted() {
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }
}
