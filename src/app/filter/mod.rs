//! The filter of tables: words that must be found, typed comparisons, label selectors.
//!
//! `crash` a case-insensitive regular expression over what is shown · `!crash` its inverse ·
//! `-l app=api,tier!=web` labels · `-f ingcor` fuzzy · `restarts>=5 age<2h status=CrashLoopBackOff` fields.
//! Terms stand beside each other and must all hold.

mod labels;
mod term;

use std::borrow::Cow;
use std::fmt;

use memchr::memchr2_iter;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use regex::{Regex, RegexBuilder};

use labels::Selector;
use term::Term;

/// What a table is filtered by: the text, and what could be read of it. One that cannot be read hides
/// nothing, and says why.
#[derive(Debug, Clone, Default)]
pub struct Filtering {
    pub text: String,
    filter: Option<Filter>,
    pub problem: Option<FilterProblem>,
}

impl Filtering {
    pub fn of(text: &str) -> Self {
        if text.trim().is_empty() {
            return Self::default();
        }
        let text = text.to_owned();
        match Filter::parse(&text) {
            Ok(filter) => Self { text, filter: Some(filter), problem: None },
            Err(problem) => Self { text, filter: None, problem: Some(problem) },
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn keeps(&self, row: &impl Searchable) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(row))
    }

    /// The first field that is asked for and of which no row says anything, as it was typed: that none
    /// is found by it tells nothing.
    pub fn unanswered<R: Searchable>(
        &self,
        rows: &(impl Iterator<Item = R> + Clone),
    ) -> Option<&str> {
        let parts = self.filter.iter().flat_map(|filter| &filter.parts);
        let mut terms = parts.filter_map(|part| match part {
            Part::Term(term) => Some(term),
            Part::Text { .. } | Part::Fuzzy(_) | Part::Labels(_) => None,
        });
        let unanswered = terms.find(|term| !rows.clone().any(|row| term.is_answered(&row)));
        unanswered.map(|term| &*term.name)
    }
}

/// What a typed term can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    Name,
    Namespace,
    Environment,
    Status,
    Severity,
    Node,
    Owner,
    Ready,
    Restarts,
    Age,
    Cpu,
    Memory,
    CpuShare,
    MemoryShare,
    Size,
    Class,
    Proven,
}

/// What a filter asks of a row.
pub trait Searchable {
    /// Whether one of the texts that are shown passes.
    fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool;
    fn label(&self, key: &str) -> Option<&str>;
    /// Restarts and ready containers; seconds of ages; millicores; bytes; percent.
    fn number(&self, field: Field) -> Option<f64>;
    fn word(&self, field: Field) -> Option<Cow<'_, str>>;
}

/// A filter that could be read.
#[derive(Debug, Clone)]
pub struct Filter {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Text { wanted: Wanted, inverse: bool },
    Fuzzy(Pattern),
    Labels(Selector),
    Term(Term),
}

/// Why a filter cannot be read, and what to type instead; lower case, no full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterProblem(pub String);

/// With what it means for the table.
impl fmt::Display for FilterProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}; nothing is hidden", self.0)
    }
}

/// Regular expressions beyond this are mistakes.
const LARGEST_PATTERN: usize = 1 << 20;

impl Filter {
    pub fn parse(text: &str) -> Result<Self, FilterProblem> {
        let mut parts = Vec::new();
        let mut words: Vec<&str> = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            if let Some(after) = flag(rest, "-l") {
                let (selector, left) = labels::read(after)?;
                parts.push(Part::Labels(selector));
                rest = left.trim_start();
                continue;
            }
            if let Some(after) = flag(rest, "-f") {
                let (case, normal) = (CaseMatching::Ignore, Normalization::Smart);
                parts.push(Part::Fuzzy(Pattern::parse(after, case, normal)));
                break;
            }
            let (word, left) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            rest = left.trim_start();
            match Term::read(word)? {
                Some(term) => parts.push(Part::Term(term)),
                None => words.push(word),
            }
        }
        if !words.is_empty() {
            let text = words.join(" ");
            let (text, inverse) = match text.strip_prefix('!') {
                Some(text) => (text.trim_start(), true),
                None => (text.as_str(), false),
            };
            parts.push(Part::Text { wanted: Wanted::new(text)?, inverse });
        }
        Ok(Self { parts })
    }

    pub fn matches(&self, row: &impl Searchable) -> bool {
        self.parts.iter().all(|part| match part {
            Part::Text { wanted, inverse } => {
                row.any_text(&mut |text| wanted.is_in(text)) != *inverse
            }
            Part::Fuzzy(wanted) => {
                let mut matcher = Matcher::new(Config::DEFAULT);
                let mut buffer = Vec::new();
                row.any_text(&mut |text| {
                    wanted.score(Utf32Str::new(text, &mut buffer), &mut matcher).is_some()
                })
            }
            Part::Labels(selector) => selector.matches(|key| row.label(key)),
            Part::Term(term) => term.matches(row),
        })
    }
}

/// What is looked for in texts, of which there are tens of thousands at each letter that is typed.
#[derive(Debug, Clone)]
struct Wanted {
    pattern: Regex,
    /// Where it is nothing but letters: these, in lower case.
    plain: Option<Box<[u8]>>,
}

impl Wanted {
    fn new(text: &str) -> Result<Self, FilterProblem> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let plain = is_plain.then(|| text.to_ascii_lowercase().into_bytes().into());
        Ok(Self { pattern: pattern(text)?, plain })
    }

    fn is_in(&self, text: &str) -> bool {
        match &self.plain {
            // Letters that are written otherwise in other alphabets are a matter for the pattern.
            Some(plain) if text.is_ascii() => contains(text.as_bytes(), plain),
            Some(_) | None => self.pattern.is_match(text),
        }
    }
}

/// Whether `plain`, in lower case, is in `text`, whatever its case.
fn contains(text: &[u8], plain: &[u8]) -> bool {
    let Some((first, _)) = plain.split_first() else { return true };
    let is_here = |at: usize| {
        let here = text.get(at..at + plain.len());
        here.is_some_and(|here| here.eq_ignore_ascii_case(plain))
    };
    memchr2_iter(*first, first.to_ascii_uppercase(), text).any(is_here)
}

/// A case-insensitive regular expression, or why it is none.
pub fn pattern(text: &str) -> Result<Regex, FilterProblem> {
    let built = RegexBuilder::new(text).case_insensitive(true).size_limit(LARGEST_PATTERN).build();
    built.map_err(|error| {
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").trim();
        FilterProblem(format!("not a regular expression: {reason}"))
    })
}

/// What follows a flag that stands alone.
fn flag<'a>(text: &'a str, flag: &str) -> Option<&'a str> {
    let after = text.strip_prefix(flag)?;
    (after.is_empty() || after.starts_with(char::is_whitespace)).then(|| after.trim_start())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::wildcard_enum_match_arm, reason = "a row for tests has few fields")]

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone)]
    struct Pod;

    impl Searchable for Pod {
        fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
            ["ingest-core-7c9f", "default", "prod", "CrashLoopBackOff"].into_iter().any(test)
        }

        fn label(&self, key: &str) -> Option<&str> {
            [("app", "ingest-core"), ("tier", "back")]
                .into_iter()
                .find(|it| it.0 == key)
                .map(|it| it.1)
        }

        fn number(&self, field: Field) -> Option<f64> {
            match field {
                Field::Restarts => Some(7.0),
                Field::Age => Some(5400.0),
                Field::Memory => Some(600.0 * 1024.0 * 1024.0),
                _ => None,
            }
        }

        fn word(&self, field: Field) -> Option<Cow<'_, str>> {
            match field {
                Field::Status => Some("CrashLoopBackOff".into()),
                Field::Environment => Some("prod".into()),
                _ => None,
            }
        }
    }

    fn keeps(text: &str) -> bool {
        Filter::parse(text).unwrap().matches(&Pod)
    }

    #[test]
    fn a_field_of_which_no_row_says_anything_is_told_as_it_was_typed() {
        let unanswered =
            |text: &str| Filtering::of(text).unanswered(&[Pod].into_iter()).map(str::to_owned);
        assert_eq!(unanswered("crash restarts>9 Size>1Gi node=a").as_deref(), Some("Size"));
        assert_eq!(unanswered("crash restarts>9 status=Running"), None);
        assert_eq!(unanswered("crash"), None);
    }

    #[test]
    fn texts_are_regular_expressions_whatever_their_case() {
        for text in ["crash", "CRASH", "ingest-.*-7", "^prod$", "core crash|loop", ""] {
            assert!(keeps(text), "{text}");
        }
        assert!(!keeps("nothing") && !keeps("core crash"));
    }

    #[test]
    fn an_exclamation_mark_turns_it_round() {
        assert!(keeps("!running|completed") && !keeps("!crash"));
    }

    #[test]
    fn typed_terms_compare() {
        for text in [
            "restarts>=5",
            "restarts=7 age<2h",
            "age>1h restarts!=0",
            "status=crashloopbackoff",
            "status!=Running env=prod",
            "memory>512Mi",
            "status=Crash* core",
        ] {
            assert!(keeps(text), "{text}");
        }
        for text in ["restarts>7", "age<1h", "status=Crash", "cpu>1", "node=a", "env=dev core"] {
            assert!(!keeps(text), "{text}");
        }
    }

    #[test]
    fn labels_are_selected_as_kubectl_does_it() {
        for text in [
            "-l app=ingest-core",
            "-l app==ingest-core,tier!=front",
            "-l app,!gone",
            "-l tier in (back, front),app notin (x)",
            "-l app=ingest-core restarts>5",
        ] {
            assert!(keeps(text), "{text}");
        }
        for text in ["-l app=x", "-l !app", "-l tier notin (back)", "-l gone"] {
            assert!(!keeps(text), "{text}");
        }
    }

    #[test]
    fn fuzzy_letters_need_only_their_order() {
        assert!(keeps("-f ingcor") && !keeps("-f xyz"));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (text, why) in [
            ("crash(", "not a regular expression"),
            ("restarts>many", "restarts"),
            ("age<yesterday", "age"),
            ("status>=x", "= or !="),
            ("-l", "-l app=api"),
            ("-l tier in back", "parentheses"),
        ] {
            let problem = Filter::parse(text).unwrap_err().to_string();
            assert!(problem.contains(why), "{text}: {problem}");
        }
    }

    proptest! {
        #[test]
        fn plain_letters_are_found_where_a_pattern_finds_them(
            text in "[a-cA-CKk\u{212a}é-]{0,12}",
            letters in "[a-cA-Ck-]{0,3}",
        ) {
            let wanted = Wanted::new(&letters).unwrap();
            prop_assert!(wanted.plain.is_some());
            prop_assert_eq!(wanted.is_in(&text), wanted.pattern.is_match(&text));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            if let Ok(filter) = Filter::parse(&text) {
                filter.matches(&Pod);
            }
        }
    }
}
