//! Answers that are kept on the disk for some hours, each with its age.
//! Invariant: a file that is torn, foreign or from the future counts as not there.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::failure::Failure;
use crate::runtime::console::keep;

use super::Freshness;

/// Changes when a reader would misread an older file.
const SCHEMA: u32 = 1;
/// What nobody has asked for in so long is removed.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An answer and when it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept<T> {
    pub value: T,
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Page<T> {
    schema: u32,
    /// What was asked: two questions may share a file's name.
    question: String,
    kept: Kept<T>,
}

/// When what is kept will do.
#[derive(Debug)]
pub struct Terms<T> {
    /// How long an answer is good; one that is not whole may be good for less.
    pub lasts: fn(&T) -> Duration,
    pub freshness: Freshness,
    pub now: Timestamp,
}

/// A folder of answers.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub const fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What is kept of `question` while it is young enough; else what `answer` gives, which
    /// is kept where it is no failure. What is kept for too long is told to `before` at once, so that
    /// nobody waits for it. A cache that cannot be written to costs time and nothing else.
    pub async fn keep<T: Serialize + DeserializeOwned>(
        &self,
        question: &str,
        terms: Terms<T>,
        answer: impl Future<Output = Result<T, Failure>>,
        before: impl FnOnce(Kept<T>),
    ) -> Result<Kept<T>, Failure> {
        let Terms { lasts, freshness, now } = terms;
        if let Some(kept) = self.read(question).filter(|kept: &Kept<T>| kept.at <= now) {
            let is_young = now.duration_since(kept.at).unsigned_abs() < lasts(&kept.value);
            if freshness == Freshness::Kept && is_young {
                return Ok(kept);
            }
            before(kept);
        }
        let kept = Kept { value: answer.await?, at: now };
        let page = Page { schema: SCHEMA, question: question.to_owned(), kept };
        let written = serde_json::to_vec(&page)
            .map_err(std::io::Error::other)
            .and_then(|text| keep::replace(&self.path(question), |file| file.write_all(&text)));
        if let Err(error) = written {
            tracing::warn!(question, %error, "an answer was not kept");
        }
        self.forget(now);
        Ok(page.kept)
    }

    fn read<T: DeserializeOwned>(&self, question: &str) -> Option<Kept<T>> {
        let text = fs::read(self.path(question)).ok()?;
        let page: Page<T> = serde_json::from_slice(&text).ok()?;
        (page.schema == SCHEMA && page.question == question).then_some(page.kept)
    }

    fn path(&self, question: &str) -> PathBuf {
        file(&self.folder, question)
    }

    fn forget(&self, now: Timestamp) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let modified = fs::metadata(&path).and_then(|it| it.modified()).ok();
            let modified = modified.and_then(|it| Timestamp::try_from(it).ok());
            if modified.is_some_and(|at| now.duration_since(at) > FORGOTTEN) {
                fs::remove_file(&path).ok();
            }
        }
    }
}

/// A name for a file, of a text that may hold anything.
fn hash(text: &str) -> String {
    let mut name = String::new();
    for byte in Sha256::digest(text.as_bytes()).iter().take(16) {
        // Writing into a text cannot fail.
        write!(name, "{byte:02x}").ok();
    }
    name
}

/// Where `folder` has a file for `text`.
pub(super) fn file(folder: &Path, text: &str) -> PathBuf {
    folder.join(format!("{}.json", hash(text)))
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::domain::failure::FailureKind;

    const LASTS: Duration = Duration::from_hours(6);

    struct Asker {
        cache: Cache,
        asked: Cell<u32>,
        /// What was told while somebody was asked.
        before: RefCell<Vec<Kept<u32>>>,
        _folder: tempfile::TempDir,
    }

    impl Asker {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let cache = Cache::at(folder.path().join("usage"));
            Self { cache, asked: Cell::new(0), before: RefCell::default(), _folder: folder }
        }

        async fn ask(&self, freshness: Freshness, now: Timestamp) -> Kept<u32> {
            let answer = async {
                self.asked.set(self.asked.get() + 1);
                Ok(self.asked.get())
            };
            let before = |kept| self.before.borrow_mut().push(kept);
            self.cache.keep("how many", terms(freshness, now), answer, before).await.unwrap()
        }
    }

    /// An answer of seven is not whole.
    fn terms(freshness: Freshness, now: Timestamp) -> Terms<u32> {
        let lasts = |value: &u32| if *value == 7 { LASTS / 72 } else { LASTS };
        Terms { lasts, freshness, now }
    }

    fn now() -> Timestamp {
        "2026-11-20T09:30:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn nobody_is_asked_twice_within_six_hours_unless_that_is_wanted() {
        let asker = Asker::new();
        let later = |minutes: i64| now() + SignedDuration::from_mins(minutes);
        assert_eq!(asker.ask(Freshness::Kept, now()).await, Kept { value: 1, at: now() });
        let kept = asker.ask(Freshness::Kept, later(359)).await;
        assert_eq!(kept, Kept { value: 1, at: now() }, "its age is told");
        assert_eq!(asker.ask(Freshness::Kept, later(360)).await.value, 2);
        assert_eq!(asker.ask(Freshness::Anew, later(361)).await.value, 3);
        assert_eq!(asker.ask(Freshness::Kept, later(300)).await.value, 4, "a clock went back");
    }

    #[tokio::test]
    async fn what_is_past_its_time_is_told_at_once_and_asked_again() {
        let asker = Asker::new();
        asker.ask(Freshness::Kept, now()).await;
        assert!(asker.before.borrow().is_empty(), "nothing was kept yet");
        let later = now() + SignedDuration::from_hours(20);
        assert_eq!(asker.ask(Freshness::Kept, later).await, Kept { value: 2, at: later });
        assert_eq!(asker.before.take(), [Kept { value: 1, at: now() }]);
        asker.ask(Freshness::Kept, later).await;
        assert!(asker.before.take().is_empty(), "what is young is the answer itself");
    }

    #[tokio::test]
    async fn an_answer_that_is_not_whole_is_good_for_less() {
        let asker = Asker::new();
        asker.asked.set(6);
        asker.ask(Freshness::Kept, now()).await;
        let later = |minutes: i64| now() + SignedDuration::from_mins(minutes);
        assert_eq!(asker.ask(Freshness::Kept, later(4)).await.value, 7);
        assert_eq!(asker.ask(Freshness::Kept, later(5)).await.value, 8);
        assert_eq!(asker.ask(Freshness::Kept, later(300)).await.value, 8);
    }

    #[tokio::test]
    async fn what_failed_is_not_kept_and_leaves_what_is() {
        let asker = Asker::new();
        asker.ask(Freshness::Kept, now()).await;
        let failing = async { Err(Failure::new(FailureKind::Denied, "no")) };
        let terms = terms(Freshness::Anew, now());
        let failed = asker.cache.keep("how many", terms, failing, |_| ()).await;
        assert_eq!(failed.unwrap_err().what, "no");
        assert_eq!(asker.ask(Freshness::Kept, now()).await.value, 1);
    }

    #[tokio::test]
    async fn a_torn_or_foreign_file_is_asked_over() {
        let asker = Asker::new();
        asker.ask(Freshness::Kept, now()).await;
        for text in ["{\"schema\":1,\"ques", "{\"schema\":99}", "null"] {
            fs::write(asker.cache.path("how many"), text).unwrap();
            let before = asker.asked.get();
            asker.ask(Freshness::Kept, now()).await;
            assert_eq!(asker.asked.get(), before + 1, "{text}");
        }
    }
}
