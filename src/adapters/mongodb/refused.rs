//! Documents that a server refused: all counted, a few kinds of reasons kept, no contents.

use std::collections::BTreeMap;

use bson::{Bson, Document};

use crate::adapters::mongodb::explain::code;
use crate::adapters::mongodb::reader::integer;
use crate::adapters::mongodb::restore::Refusal;
use crate::domain::census::Namespace;
use crate::domain::text::redact;

/// Reasons kept for one collection; what comes after is counted under the last line.
const MOST_REASONS: usize = 20;

/// What an `insert` came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) inserted: u64,
    /// Code and message of each refused document, by how many shared them.
    pub(super) refused: BTreeMap<(i32, String), u64>,
    /// The disk is full: what follows would only fail as well.
    pub(super) disk_is_full: bool,
    /// What the server says of the write as a whole, although it says that it went well.
    pub(super) concern: Option<String>,
}

impl Reply {
    /// Reads the reply to an `insert` of `documents`; `None` where it holds no count.
    pub(super) fn read(reply: &Document, documents: u64) -> Option<Self> {
        let inserted = u64::try_from(integer(reply.get("n")?)?).ok()?;
        let mut read = Self { inserted, ..Self::default() };
        let errors = reply.get_array("writeErrors").map(Vec::as_slice).unwrap_or_default();
        for error in errors.iter().filter_map(Bson::as_document) {
            let (code, message) = reason(error);
            read.disk_is_full |= code == code::OUT_OF_DISK_SPACE;
            *read.refused.entry((code, message)).or_default() += 1;
        }
        if let Ok(concern) = reply.get_document("writeConcernError") {
            let (code, message) = reason(concern);
            read.disk_is_full |= code == code::OUT_OF_DISK_SPACE;
            read.concern = Some(message);
        }
        let refused: u64 = read.refused.values().sum();
        let lost = documents.saturating_sub(inserted + refused);
        if lost > 0 {
            let reason = (0, "neither inserted nor refused by the server".to_owned());
            read.refused.insert(reason, lost);
        }
        Some(read)
    }
}

fn reason(error: &Document) -> (i32, String) {
    let code = error.get("code").and_then(integer);
    let code = code.and_then(|code| i32::try_from(code).ok()).unwrap_or_default();
    (code, redact(error.get_str("errmsg").unwrap_or("no reason given")))
}

/// Refusals of a whole restore. Bounded, however many documents are refused.
#[derive(Debug, Default)]
pub(super) struct Refusals(BTreeMap<Namespace, BTreeMap<(i32, String), u64>>);

impl Refusals {
    pub(super) fn add(&mut self, namespace: &Namespace, refused: BTreeMap<(i32, String), u64>) {
        if refused.is_empty() {
            return;
        }
        let reasons = self.0.entry(namespace.clone()).or_default();
        for (reason, count) in refused {
            let is_kept = reasons.contains_key(&reason) || reasons.len() < MOST_REASONS;
            let reason = if is_kept { reason } else { (0, "for other reasons".to_owned()) };
            *reasons.entry(reason).or_default() += count;
        }
    }

    pub(super) fn into_list(self) -> Vec<Refusal> {
        let list = self.0.into_iter().flat_map(|(namespace, reasons)| {
            reasons.into_iter().map(move |((code, message), count)| Refusal {
                namespace: namespace.clone(),
                count,
                code,
                message,
            })
        });
        list.collect()
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn refusals_inside_a_good_answer_are_counted_by_reason_without_contents() {
        let duplicate = |id: &str| {
            doc! {"index": 0, "code": 11000,
            "errmsg": format!("E11000 duplicate key error index: _id_ dup key: {{ _id: \"{id}\" }}")}
        };
        let reply = doc! {"ok": 1, "n": 5, "writeErrors": [duplicate("Jane"), duplicate("John"),
        {"index": 3, "code": 16_755, "errmsg": "Can't extract geo keys"}]};
        let read = Reply::read(&reply, 8).unwrap();
        assert_eq!(read.inserted, 5);
        assert!(!read.disk_is_full);
        let counts: Vec<_> =
            read.refused.iter().map(|((code, _), count)| (*code, *count)).collect();
        assert_eq!(counts, [(11000, 2), (16_755, 1)]);
        assert!(read.refused.keys().all(|(_, message)| !message.contains('J')));
    }

    #[test]
    fn documents_that_a_server_says_nothing_about_are_not_taken_for_inserted() {
        let read = Reply::read(&doc! {"ok": 1, "n": 5}, 8).unwrap();
        assert_eq!(read.refused.values().sum::<u64>(), 3);
        assert_eq!(Reply::read(&doc! {"ok": 1}, 8), None);
    }

    #[test]
    fn a_full_disk_is_seen_wherever_it_is_said() {
        for reply in [
            doc! {"n": 0, "writeErrors": [{"index": 0, "code": 14031, "errmsg": "x"}]},
            doc! {"n": 1, "writeConcernError": {"code": 14031, "errmsg": "x"}},
        ] {
            assert!(Reply::read(&reply, 1).unwrap().disk_is_full);
        }
    }

    #[test]
    fn reasons_are_bounded_and_no_refusal_is_lost() {
        let mut refusals = Refusals::default();
        let namespace = Namespace::new("admin", "file");
        for n in 0..1000 {
            refusals.add(&namespace, BTreeMap::from([((n, format!("reason {n}")), 2)]));
        }
        let list = refusals.into_list();
        assert_eq!(list.len(), MOST_REASONS + 1);
        assert_eq!(list.iter().map(|refusal| refusal.count).sum::<u64>(), 2000);
    }
}
