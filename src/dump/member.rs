//! What a file of the archive is, by its path: data, metadata, prelude, or nothing of a dump.

/// A regular file of the archive under its safe path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// Without leading `./`, never absolute, never climbing.
    pub(super) path: String,
    pub(super) size: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// `NAME.bson`
    Data,
    /// `NAME.metadata.json`
    Metadata,
    /// `prelude.json`, which mongodump writes last.
    Prelude,
    /// Not of a dump: what macOS or tar itself adds, a note that somebody left.
    Other,
}

impl Member {
    /// What it is, and the path that the two files of one collection share.
    pub(super) fn role(&self) -> (Role, &str) {
        let (folder, name) = split(&self.path);
        let is_junk = name.starts_with("._")
            || folder.split('/').any(|part| part.starts_with("PaxHeader") || part == "__MACOSX");
        let plain = self.path.strip_suffix(".gz").unwrap_or(&self.path);
        if is_junk {
            (Role::Other, plain)
        } else if split(plain).1 == "prelude.json" {
            (Role::Prelude, plain)
        } else if let Some(stem) = named(plain, ".metadata.json") {
            (Role::Metadata, stem)
        } else if let Some(stem) = named(plain, ".bson") {
            (Role::Data, stem)
        } else {
            (Role::Other, plain)
        }
    }

    pub(super) fn is_named_gzip(&self) -> bool {
        self.path.strip_suffix(".gz").is_some()
    }
}

fn named<'a>(path: &'a str, ending: &str) -> Option<&'a str> {
    path.strip_suffix(ending).filter(|stem| !stem.is_empty() && !stem.ends_with('/'))
}

/// A path's folder and last name; no folder is the empty one.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The path of a member in one spelling, or why nothing may be stored there.
pub(super) fn normal_path(path: &str, longest: usize) -> Result<String, &'static str> {
    if path.len() > longest {
        return Err("a path of absurd length");
    }
    if path.starts_with('/') {
        return Err("an absolute path, which no dump holds");
    }
    let parts: Vec<_> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return Err("a path that leaves its folder, which no dump holds");
    }
    Ok(parts.join("/"))
}

/// The name behind a file's name: mongodump escapes collection names as a URL query does.
/// A name with a broken escape is taken as it stands.
pub(super) fn unescape(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let pair = [rest.next(), rest.next()].map(|digit| hex(digit.unwrap_or_default()));
                let [Some(high), Some(low)] = pair else { return name.to_owned() };
                bytes.push(high << 4 | low);
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| name.to_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Whether mongodump has cut this file name, so that only the metadata holds the whole one:
/// 208 bytes of the escaped name, `%24`, and 27 of a hash.
pub(super) fn is_cut_name(name: &str) -> bool {
    name.len() == 238 && name.contains("%24")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_the_ends_of_their_names() {
        for (path, role, stem) in [
            ("dump/admin/file.bson", Role::Data, "dump/admin/file"),
            ("dump/admin/file.bson.gz", Role::Data, "dump/admin/file"),
            ("dump/admin/a.b.metadata.json", Role::Metadata, "dump/admin/a.b"),
            ("admin/file.metadata.json.gz", Role::Metadata, "admin/file"),
            ("dump/prelude.json", Role::Prelude, "dump/prelude.json"),
            ("prelude.json.gz", Role::Prelude, "prelude.json"),
            ("dump/admin/._file.bson", Role::Other, "dump/admin/._file.bson"),
            ("dump/PaxHeaders.77/x.bson", Role::Other, "dump/PaxHeaders.77/x.bson"),
            ("dump/admin/.bson", Role::Other, "dump/admin/.bson"),
            ("dump/admin/WiredTiger.wt", Role::Other, "dump/admin/WiredTiger.wt"),
        ] {
            let member = Member { path: path.to_owned(), size: 0 };
            assert_eq!(member.role(), (role, stem), "{path}");
        }
    }

    #[test]
    fn escapes_are_undone_as_mongorestore_does() {
        for (escaped, name) in [
            ("file", "file"),
            ("%24admin.system.users", "$admin.system.users"),
            ("a%2Fb+c", "a/b c"),
            ("gr%C3%BC%C3%9Fe", "grüße"),
            ("100%", "100%"),
            ("%zz", "%zz"),
            ("%FF", "%FF"),
        ] {
            assert_eq!(unescape(escaped), name);
        }
    }

    #[test]
    fn paths_have_one_spelling_and_stay_inside() {
        assert_eq!(normal_path("./dump//admin/./x.bson", 99).unwrap(), "dump/admin/x.bson");
        for path in ["/etc/passwd", "../x", "dump/../../x", "dump/.."] {
            assert!(normal_path(path, 99).is_err(), "{path}");
        }
        assert!(normal_path("dump/..x/...", 99).is_ok());
        assert!(normal_path(&"x".repeat(100), 99).is_err());
    }
}
