//! Label selectors, as `kubectl -l` takes them:
//! <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>.

use crate::app::filter::FilterProblem;

#[derive(Debug, Clone)]
pub(super) struct Selector(Vec<Requirement>);

#[derive(Debug, Clone)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Exists,
    Absent,
    In(Vec<String>),
    NotIn(Vec<String>),
}

impl Selector {
    pub(super) fn matches<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.0.iter().all(|requirement| {
            let value = label(&requirement.key);
            let is_one_of = |known: &[String]| {
                value.is_some_and(|value| known.iter().any(|known| known == value))
            };
            match &requirement.test {
                Test::Exists => value.is_some(),
                Test::Absent => value.is_none(),
                Test::In(values) => is_one_of(values),
                Test::NotIn(values) => !is_one_of(values),
            }
        })
    }
}

/// Reads a selector from the start of `text`; what follows it is left over.
pub(super) fn read(text: &str) -> Result<(Selector, &str), FilterProblem> {
    let mut requirements = Vec::new();
    let mut rest = text;
    loop {
        let (requirement, left) = requirement(rest)?;
        requirements.push(requirement);
        let trimmed = left.trim_start();
        match trimmed.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => return Ok((Selector(requirements), left)),
        }
    }
}

fn requirement(text: &str) -> Result<(Requirement, &str), FilterProblem> {
    let (text, is_absent) = match text.strip_prefix('!') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let end = text.find([',', '=', '!', ' ', '(']).unwrap_or(text.len());
    let (key, rest) = text.split_at(end);
    if key.is_empty() {
        return Err(FilterProblem(
            "which label? such as -l app=api or -l 'tier in (a, b)'".to_owned(),
        ));
    }
    let done = |test, rest| Ok((Requirement { key: key.to_owned(), test }, rest));
    if is_absent {
        return done(Test::Absent, rest);
    }
    for (sign, is_in) in [("!=", false), ("==", true), ("=", true)] {
        if let Some(after) = rest.strip_prefix(sign) {
            let end = after.find([',', ' ']).unwrap_or(after.len());
            let (value, left) = after.split_at(end);
            let values = vec![value.to_owned()];
            return done(if is_in { Test::In(values) } else { Test::NotIn(values) }, left);
        }
    }
    let spaced = rest.trim_start();
    for (word, is_in) in [("in", true), ("notin", false)] {
        let after =
            spaced.strip_prefix(word).filter(|after| !after.starts_with(char::is_alphanumeric));
        let Some(after) = after.filter(|_| rest.starts_with(' ')) else { continue };
        let inside = after.trim_start().strip_prefix('(').and_then(|inside| inside.split_once(')'));
        let Some((values, left)) = inside else {
            return Err(FilterProblem(format!("`{key} {word}` needs its values in parentheses")));
        };
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        return done(if is_in { Test::In(values) } else { Test::NotIn(values) }, left);
    }
    done(Test::Exists, rest)
}
