//! Everything about a set: each finding with its rule and what to do, what the storage does, what the
//! cluster tells.

use jiff::Timestamp;

use crate::app::backups::Backups;
use crate::app::text::Text;
use crate::domain::age::age;
use crate::domain::bucket::Column;
use crate::domain::checkup::Word;
use crate::domain::document::{Document, Emphasis, Line};

use super::finding;

pub fn explanation(backups: &Backups, now: Timestamp) -> Option<Text> {
    let watched = backups.selected()?;
    let seen = watched.seen.as_ref()?;
    let checkup = &seen.checkup;
    let mut document = Document::default();
    document.section(&watched.set.path());
    if let Some(failure) = &watched.failure {
        document.judged("now", Some(Emphasis::Bad), &failure.what);
        if let Some(advice) = &failure.advice {
            document.field("next", advice);
        }
    }
    if watched.failure.is_none() || checkup.failure.is_none() {
        let text = format!("{}, looked at {} ago", checkup.line, age(seen.at, now));
        document.judged("answer", Some(of_word(checkup.word)), &text);
    }
    document.field("made", &watched.rhythm());
    document.field("kept", &watched.retention());
    document.field("lies in", &watched.place());
    for one in &checkup.findings {
        document.push(Line::default());
        finding(&mut document, one);
    }
    if checkup.findings.is_empty() && checkup.failure.is_none() {
        document.push(Line::default());
        document.push(Line::default().with(Emphasis::Good, "every rule holds"));
    }
    document.section("The storage");
    columns(&mut document, &checkup.columns);
    if !checkup.cluster.is_empty() {
        document.section("The cluster");
        columns(&mut document, &checkup.cluster);
    }
    let title = format!("{} · why", watched.set.path());
    let file = format!("{}-why.txt", watched.set.path().replace('/', "-"));
    Some(Text { title, file, document, is_wrapped: true })
}

fn columns(document: &mut Document, columns: &[Column]) {
    for Column { name, text, is_grey } in columns {
        document.judged(name, is_grey.then_some(Emphasis::Faint), text);
    }
}

const fn of_word(word: Word) -> Emphasis {
    match word {
        Word::Ok => Emphasis::Good,
        Word::Warning | Word::CouldNotSee => Emphasis::Warning,
        Word::Critical => Emphasis::Bad,
    }
}
