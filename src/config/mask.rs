//! What may be a secret in a configuration file, made unreadable before a line of it is shown.

use std::ops::Range;

/// Words in the name of a key whose value is not shown; a key that ends in `_env` names a variable.
const SECRET_WORDS: [&str; 6] = ["password", "passwd", "secret", "token", "webhook", "credential"];

/// `text` with stars for the bytes in `hidden`, for whatever stands before an `@` in an address,
/// for webhook paths, and for the values of keys that sound like secrets. As many bytes as before.
pub(super) fn masked(text: &str, hidden: &[Range<usize>]) -> String {
    let mut secrets = hidden.to_vec();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let offset = |range: Range<usize>| start + range.start..start + range.end;
        secrets.extend(user_infos(line).into_iter().map(offset));
        secrets.extend(webhook_path(line).map(offset));
        secrets.extend(secret_value(line).map(offset));
        start += line.len();
    }
    let mut shown = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let is_secret = letter != '\n' && secrets.iter().any(|range| range.contains(&at));
        if is_secret {
            shown.extend(std::iter::repeat_n('*', letter.len_utf8()));
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// `user:password` of each `scheme://user:password@host`.
fn user_infos(line: &str) -> Vec<Range<usize>> {
    let addresses = line.match_indices("://").filter_map(|(at, found)| {
        let start = at + found.len();
        let rest = line.get(start..)?;
        let end = rest.find(['"', '\'']).unwrap_or(rest.len());
        Some(start..start + rest.get(..end)?.rfind('@')?)
    });
    addresses.collect()
}

/// What follows a chat service's host: whoever knows it may write there.
fn webhook_path(line: &str) -> Option<Range<usize>> {
    let marker = "/services/";
    let start = line.find(marker)? + marker.len();
    let rest = line.get(start..)?;
    Some(start..start + rest.find(['"', '\'']).unwrap_or(rest.len()))
}

/// What follows the equals sign of a key that sounds like a secret.
fn secret_value(line: &str) -> Option<Range<usize>> {
    let lower = line.to_ascii_lowercase();
    let sounds_secret =
        |key: &str| !key.ends_with("_env") && SECRET_WORDS.iter().any(|word| key.contains(word));
    let mut equals = lower.match_indices('=').map(|(at, _)| at);
    let at = equals.find(|at| {
        let key = lower.get(..*at).unwrap_or_default().trim_end();
        let key = key.rsplit([',', '{', ' ', '\t', '"', '\'', '.']).find(|part| !part.is_empty());
        sounds_secret(key.unwrap_or_default())
    })?;
    let value = line.get(at + 1..)?.trim_end();
    let blank = value.len() - value.trim_start().len();
    Some(at + 1 + blank..at + 1 + value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = masked(text, &[]);
        assert_eq!(shown, expected);
        assert_eq!(shown.len(), text.len());
    }

    #[test]
    fn credentials_in_an_address_become_stars() {
        check(r#"uri = "mongodb://ann:pa@ss@db/x" # é"#, r#"uri = "mongodb://*********@db/x" # é"#);
        check(
            r#"endpoint = "https://s3.example" # a@b"#,
            r#"endpoint = "https://s3.example" # a@b"#,
        );
        // A string that is not closed: the rest of the line may all be the password.
        check("uri = \"mongodb://ann:pw@db\nnext = 1", "uri = \"mongodb://******@db\nnext = 1");
    }

    #[test]
    fn webhooks_and_keys_that_sound_like_secrets_become_stars() {
        check(r#"x = "https://h/services/T0/B0""#, r#"x = "https://h/services/*****""#);
        check("secret_access_key = \"abc\"\n", "secret_access_key = *****\n");
        check("source = { password = \"é\" }", "source = { password = ******");
        check("slack_webhook_env = \"LIFEBOAT_SLACK\"", "slack_webhook_env = \"LIFEBOAT_SLACK\"");
    }

    #[test]
    fn what_the_reader_hides_becomes_stars() {
        let hidden = vec![4..9, 12..13];
        assert_eq!(masked("a = \"key\"\nb, c", &hidden), "a = *****\nb,*c");
    }
}
