//! How a MongoDB dump is restored: the server's image, folders in the sandbox, the command to copy.

use crate::domain::engine::ServerVersion;

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

/// What an incident would type, from the object to a database. It asks for the target, so that
/// nothing is restored by pasting alone.
pub fn command_to_copy(object_url: &str, root: &str) -> String {
    let file = object_url.rsplit('/').next().unwrap_or(object_url);
    format!(
        "aws s3 cp {object} . && tar -xzf {file} && mongorestore --uri \"$TARGET\" --dir {root}",
        object = quoted(object_url),
        file = quoted(file),
        root = quoted(if root.is_empty() { "." } else { root }),
    )
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

    #[test]
    fn the_command_to_copy_names_object_and_folder_and_asks_for_the_target() {
        assert_eq!(
            command_to_copy("s3://b/prod/2018-04-04T11_37.tar.gz", "data/db/dump/2018-04-04T11_37"),
            "aws s3 cp s3://b/prod/2018-04-04T11_37.tar.gz . && tar -xzf 2018-04-04T11_37.tar.gz \
             && mongorestore --uri \"$TARGET\" --dir data/db/dump/2018-04-04T11_37"
        );
    }

    #[test]
    fn odd_names_are_quoted() {
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }
}
