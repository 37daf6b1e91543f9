//! Rules B0 to B2': does the dump hold what the source held at T0?
//!
//! A document's birth is fixed in its id (or its created-field), which turns "production has moved
//! on" into exact inequalities: whatever was born before T0 and still exists must be in the dump.

use crate::domain::backup::BeganFrom;
use crate::domain::census::{
    Birth, CollectionKind, DumpCensus, LiveCensus, LiveCollection, Namespace,
};
use crate::domain::loss::{IdSample, difference};
use crate::domain::units::{Count, plural};

use super::{Inquiry, Judgement, Rule, Severity};

/// What completeness is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub dump: &'a DumpCensus,
    pub restored: &'a LiveCensus,
    pub source: &'a LiveCensus,
    /// Ids of old source documents looked for in the sandbox, where no UUIDs can be compared.
    pub sample: Option<IdSample>,
}

impl<'a> Evidence<'a> {
    /// Collections of the source that can be compared, with what was restored of each.
    fn pairs(
        self,
    ) -> impl Iterator<Item = (&'a Namespace, &'a LiveCollection, Option<&'a LiveCollection>)> {
        judged(self.source)
            .map(move |(name, live)| (name, live, self.restored.collections.get(name)))
    }
}

/// Everything but `system.*` and views.
fn judged(census: &LiveCensus) -> impl Iterator<Item = (&Namespace, &LiveCollection)> {
    census
        .collections
        .iter()
        .filter(|(name, live)| !name.is_system() && live.kind != CollectionKind::View)
}

/// All rules over one comparison. Where the object's name does not tell T0, nothing can be said of
/// what was there before it: the upload's time is later, so whole documents would look missing.
pub fn judge(evidence: Evidence<'_>, began: BeganFrom) -> Vec<Judgement> {
    const UNKNOWN: &str =
        "T0 is unknown: the object's name does not tell, and the upload came later";
    let by_time = |rule: Rule, judge: fn(Evidence<'_>) -> Judgement| match (began, rule) {
        (BeganFrom::Name, _) => judge(evidence),
        (BeganFrom::LastModified, Rule::B1 | Rule::B2) => {
            let mut inquiry = Inquiry::of(rule);
            inquiry.find(Severity::CouldNotVerify, None, UNKNOWN);
            inquiry.close()
        }
        (BeganFrom::LastModified, _) => Judgement::not_run(rule, UNKNOWN),
    };
    vec![
        b0_identity(evidence),
        by_time(Rule::B1, b1_present),
        by_time(Rule::B1Younger, b1_younger),
        b1_only_in_dump(evidence),
        by_time(Rule::B2, b2_lower_bound),
        by_time(Rule::B2Upper, b2_upper_bound),
    ]
}

/// Each collection of the dump whose identity can be held beside the source's, and whether it is
/// the same one.
fn identities<'a>(
    dump: &'a DumpCensus,
    source: &'a LiveCensus,
) -> impl Iterator<Item = (&'a Namespace, bool)> {
    dump.judged().filter_map(|(namespace, dumped)| {
        let live = source.collections.get(namespace)?;
        Some((namespace, dumped.uuid.as_ref()? == live.uuid.as_ref()?))
    })
}

/// Whether dump and source have an identity to compare. Where not, B0 needs a sample of old ids.
pub fn has_identities(dump: &DumpCensus, source: &LiveCensus) -> bool {
    identities(dump, source).next().is_some()
}

/// B0: the collections carry the identities that the source's carry. Where none can be compared,
/// old ids of the source must be found among the restored documents instead.
pub fn b0_identity(evidence: Evidence<'_>) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::B0);
    let (same, differ): (Vec<_>, Vec<_>) =
        identities(evidence.dump, evidence.source).partition(|(_, is_same)| *is_same);
    if same.is_empty() && differ.is_empty() {
        return by_sample(evidence);
    }
    if same.is_empty() {
        let all = plural(differ.len() as u64, "collection");
        inquiry.find(
            Severity::Fail,
            None,
            format!(
                "another database's dump, or the source was itself restored since: none of {all} \
                 has the source's identity (UUID)"
            ),
        );
        return inquiry.close();
    }
    for (namespace, _) in differ {
        let reason = "recreated since the dump: its identity (UUID) differs from the source's";
        inquiry.find(Severity::Warn, Some(namespace), reason);
    }
    inquiry.close()
}

fn by_sample(evidence: Evidence<'_>) -> Judgement {
    let Some(sample) = evidence.sample.filter(|sample| sample.asked > 0) else {
        let has_dump = evidence.dump.judged().any(|(_, dumped)| dumped.uuid.is_some());
        let has_source = judged(evidence.source).any(|(_, live)| live.uuid.is_some());
        let lacking = match (has_dump, has_source) {
            (true, true) => "no collection with an identity (UUID) is in both dump and source",
            (true, false) => "the source tells no identities (UUIDs)",
            (false, true) => "the dump carries no identities (UUIDs)",
            (false, false) => "neither dump nor source tells identities (UUIDs)",
        };
        let why = format!("{lacking}, and the source has no old documents to look for");
        return Judgement::not_run(Rule::B0, why);
    };
    let mut inquiry = Inquiry::of(Rule::B0);
    if sample.found < sample.asked {
        let missing = sample.asked - sample.found;
        let reason = format!(
            "{missing} of {} sampled documents that the source has from before T0 are not in the dump",
            sample.asked
        );
        inquiry.find(Severity::Fail, None, reason);
    }
    inquiry.close()
}

/// B1: a collection that the source held before T0 is in the dump and not empty. Proves data when
/// there is such a collection.
pub fn b1_present(evidence: Evidence<'_>) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::B1);
    for (namespace, live, restored) in evidence.pairs() {
        let Some(windows) = &live.windows else {
            if live.documents > 0 && restored.is_none_or(|restored| restored.documents == 0) {
                let reason = "not in the dump, and nothing tells how old its documents are: name a created_field";
                inquiry.find(Severity::CouldNotVerify, Some(namespace), reason);
            }
            continue;
        };
        let here = restored.map_or(0, |restored| restored.documents);
        if windows.before == 0 {
            continue;
        }
        inquiry.proves |= here > 0;
        if here > 0 {
            continue;
        }
        // Documents imported with old ids came after the dump, so they cannot be missed in it.
        let older = windows.before.saturating_sub(windows.imported);
        if older == 0 {
            let reason = "not in the dump, but all its older documents were imported since";
            inquiry.find(Severity::Warn, Some(namespace), reason);
        } else {
            let state =
                if restored.is_none() { "is not in the dump" } else { "is empty in the dump" };
            let reason = format!(
                "{state}, although the source has {} from before it",
                plural(older, "document")
            );
            inquiry.find(Severity::Fail, Some(namespace), reason);
        }
    }
    inquiry.close()
}

/// B1': a collection that only the source has, all of it born after the dump began.
pub fn b1_younger(evidence: Evidence<'_>) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::B1Younger);
    for (namespace, live, restored) in evidence.pairs() {
        let Some(windows) = live.windows.as_ref().filter(|_| restored.is_none()) else {
            continue;
        };
        if windows.before == 0 && live.documents > 0 {
            let first =
                windows.oldest.map(|oldest| format!(" (first {oldest:.0})")).unwrap_or_default();
            let reason = format!("younger than the backup{first}");
            inquiry.find(Severity::Info, Some(namespace), reason);
        }
    }
    inquiry.close()
}

/// B1'': a collection that the dump has and the source does not.
pub fn b1_only_in_dump(evidence: Evidence<'_>) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::B1OnlyInDump);
    for (namespace, _) in judged(evidence.restored) {
        if !evidence.source.collections.contains_key(namespace) {
            let reason = "only in the dump: dropped or renamed in the source since";
            inquiry.find(Severity::Warn, Some(namespace), reason);
        }
    }
    inquiry.close()
}

/// B2: at least as many documents from before T0 as the source still has from then. A shortfall is
/// first reduced by what was imported since with older ids; what remains is missing. Proves data
/// when the source has something from before T0 in a collection that was restored. A collection
/// whose documents carry no birth is never passed over in silence: whatever it lost is unknown.
pub fn b2_lower_bound(evidence: Evidence<'_>) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::B2);
    for (namespace, live, restored) in evidence.pairs() {
        let Some(restored) = restored else { continue };
        let (Some(source), Some(copy)) = (&live.windows, comparable(live, restored)) else {
            if live.documents > 0 && restored.documents > 0 {
                undated(&mut inquiry, namespace, live.documents, restored.documents);
            }
            continue;
        };
        inquiry.proves |= source.before > 0 && copy > 0;
        let shortfall = source.before.saturating_sub(copy);
        if shortfall == 0 {
            continue;
        }
        let imported = source.imported.min(shortfall);
        if imported > 0 {
            let field = match &source.birth {
                Birth::Id => "their id".to_owned(),
                Birth::Field(field) => field.clone(),
            };
            let reason = format!(
                "{} older by {field} {} imported into the source since",
                plural(imported, "document"),
                if imported == 1 { "was" } else { "were" }
            );
            inquiry.find(Severity::Warn, Some(namespace), reason);
        }
        let missing = shortfall - imported;
        if missing > 0 {
            let reason = format!(
                "missing at least {}: the source still has {} from before T0, the dump only {}",
                plural(missing, "document"),
                Count(source.before),
                Count(copy)
            );
            inquiry.find(Severity::Fail, Some(namespace), reason);
        }
    }
    inquiry.close()
}

/// Nothing tells which documents were born before T0: a copy with fewer than the source has may
/// have lost them, and one with as many may have lost what the source has deleted since.
fn undated(inquiry: &mut Inquiry, namespace: &Namespace, source: u64, copy: u64) {
    let why = "nothing tells when its documents were born: name a created_field";
    let (severity, reason) = if copy < source {
        let fewer = Count(source - copy);
        (Severity::CouldNotVerify, format!("{fewer} fewer than the source now has, and {why}"))
    } else {
        (Severity::Warn, format!("only counted, as many as the source now has or more: {why}"))
    };
    inquiry.find(severity, Some(namespace), reason);
}

/// B2': nothing in the copy is younger than the dump's end.
pub fn b2_upper_bound(evidence: Evidence<'_>) -> Judgement {
    let mut inquiry = Inquiry::of(Rule::B2Upper);
    for (namespace, live) in judged(evidence.restored) {
        let after = live.windows.as_ref().map_or(0, |windows| windows.after);
        if after > 0 {
            let reason = format!(
                "{} younger than the dump's end: another object's name, another time zone in the \
                 name, or clocks that disagree",
                plural(after, "document")
            );
            inquiry.find(Severity::Warn, Some(namespace), reason);
        }
    }
    inquiry.close()
}

/// The copy's documents from before T0. An empty copy has none, whatever its (absent) ids would
/// tell; otherwise both sides must go by the same birth.
pub fn comparable(source: &LiveCollection, copy: &LiveCollection) -> Option<u64> {
    if copy.documents == 0 {
        return Some(0);
    }
    let windows = copy.windows.as_ref()?;
    (windows.birth == source.windows.as_ref()?.birth).then_some(windows.before)
}

/// What a row of the side-by-side table says beside a passed collection: `13 deleted since, 821 new`.
pub fn drift(source: &LiveCollection, copy: &LiveCollection) -> Option<String> {
    let change = difference(source, Some(copy));
    let mut words = Vec::new();
    if change.deleted > 0 {
        words.push(format!("{} deleted since", Count(change.deleted)));
    }
    if change.created > 0 {
        words.push(format!("{} new", Count(change.created)));
    }
    if let Some(changed) = change.changed.filter(|changed| *changed > 0) {
        words.push(format!("{} changed", Count(changed)));
    }
    (!words.is_empty()).then(|| words.join(", "))
}

#[cfg(test)]
mod tests;
