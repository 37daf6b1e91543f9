//! Texts of the Backups tab: a run or an object in detail, explanations, what can be copied or saved.

mod detail;
mod explain;
mod plain;

use std::collections::BTreeMap;

use crate::app::text::Text;
use crate::domain::bucket::Column;
use crate::domain::checkup::{Finding, Weight};
use crate::domain::document::{Document, Emphasis, Line};
use crate::domain::shell::{aws_s3, quoted};

use super::set::Watched;
use super::{Backups, Page};

pub use detail::detail;
pub use explain::explanation;
pub use plain::{objects, sets, slots};

/// A finding with its rule, and what to do about it.
fn finding(document: &mut Document, finding: &Finding) {
    let Finding { rule, weight, reason, advice, quoted, .. } = finding;
    let line = Line::default().with(emphasis(*weight), &format!("{weight}  {rule}: {reason}"));
    document.push(line);
    for words in quoted {
        document.push(Line::default().with(Emphasis::Faint, &format!("    | {words}")));
    }
    document.field("the rule", rule.holds());
    document.field("next", advice);
}

const fn emphasis(weight: Weight) -> Emphasis {
    match weight {
        Weight::Note => Emphasis::Faint,
        Weight::Warning => Emphasis::Warning,
        Weight::Critical => Emphasis::Bad,
    }
}

/// What of the set or the object under the cursor can be copied.
pub fn choices(backups: &Backups) -> Vec<(String, String)> {
    let Some(watched) = backups.selected() else { return Vec::new() };
    let Some((_, backup)) = backups.object() else {
        let path = watched.set.path();
        let environment = &watched.set.environment;
        let check = format!("lifeboat check --env {environment} --set {}", watched.set.name);
        let place = watched.place();
        let list = aws_s3(&watched.access, "ls", &[&place]);
        let mut choices = vec![
            ("the set".to_owned(), path),
            ("where it lies".to_owned(), place),
            ("aws s3 ls".to_owned(), list),
            ("lifeboat check".to_owned(), check),
        ];
        choices.extend(watched.checkup().map(|it| ("the answer".to_owned(), it.line.clone())));
        return choices;
    };
    let url = backup.url();
    let environment = &watched.set.environment;
    let object = format!(
        "--env {environment} --set {} --object {}",
        watched.set.name,
        quoted(&backup.key.0)
    );
    let mut choices = vec![
        ("the address".to_owned(), url.clone()),
        ("the name".to_owned(), backup.name().to_owned()),
        ("the key".to_owned(), backup.key.0.clone()),
        ("aws s3 cp".to_owned(), aws_s3(&watched.access, "cp", &[&url, "."])),
        ("the tag".to_owned(), backup.etag.clone()),
    ];
    if watched.set.engine.is_some() {
        choices.push(("lifeboat scan".to_owned(), format!("lifeboat scan {}", quoted(&url))));
        choices.push(("lifeboat drill".to_owned(), format!("lifeboat drill {object}")));
    }
    choices
}

/// What the storage and the cluster answered, as it is: about an object, else about the whole set.
pub fn raw(backups: &Backups) -> Option<Text> {
    let watched = backups.selected()?;
    if backups.page == Page::Sets {
        return raw_set(watched);
    }
    let (_, backup) = backups.object()?;
    let slot = watched.slot_of(&backup);
    let answer = serde_json::json!({
        "object": backup,
        "job": slot.and_then(|slot| slot.job.as_ref()),
        "verification": slot.and_then(|slot| slot.verification.as_ref()),
    });
    Some(yaml(backup.name(), &answer))
}

fn raw_set(watched: &Watched) -> Option<Text> {
    let checkup = watched.checkup()?;
    let told = |columns: &[Column]| -> BTreeMap<&str, String> {
        columns.iter().map(|column| (column.name, column.text.clone())).collect()
    };
    let answer = serde_json::json!({
        "objects": checkup.objects,
        "bytes": checkup.bytes,
        "newest": checkup.newest,
        "oldest": checkup.oldest,
        "storage": told(&checkup.columns),
        "cluster": told(&checkup.cluster),
        "failure": watched.failure.as_ref().map(|failure| failure.what.clone()),
    });
    Some(yaml(&watched.set.path(), &answer))
}

fn yaml(name: &str, answer: &serde_json::Value) -> Text {
    let (title, file) = (format!("{name} · yaml"), format!("{}.yaml", name.replace('/', "-")));
    Text { title, file, document: crate::domain::yaml::document(answer), is_wrapped: false }
}
