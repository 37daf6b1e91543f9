//! Command lines to copy, each word as a POSIX shell reads it back.

use crate::domain::settings::Access;

/// A word, quoted where it must be.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// `aws s3 VERB`, told how a storage is reached, and what to do it with.
pub fn aws_s3(access: &Access, verb: &str, words: &[&str]) -> String {
    let mut line = vec!["aws s3".to_owned(), verb.to_owned()];
    let options = [("--profile", &access.profile), ("--endpoint-url", &access.endpoint)];
    for (option, value) in options {
        line.extend(value.as_ref().map(|value| format!("{option} {}", quoted(value))));
    }
    line.extend(words.iter().map(|word| quoted(word)));
    line.join(" ")
}
