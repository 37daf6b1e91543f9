//! Filters, faults and history: which rows are shown, and how one comes back to them.

use tui_input::InputRequest;

use super::{act, asked, checkup, id, listed, opened, tell, told};
use crate::app::App;
use crate::app::action::Action;
use crate::app::backups::{Page, SetView};
use crate::app::focus::{BackupsFocus, Focus};
use crate::app::message::Message;
use crate::domain::checkup::Word;
use crate::domain::slot::State;
use crate::domain::slot::fixture::at;

/// Types a filter of the table on the screen, and enters it.
fn filter(app: &mut App, text: &str) {
    act(app, Action::Filter);
    for character in text.chars() {
        app.update(Message::Edited(InputRequest::InsertChar(character)));
    }
    act(app, Action::Press);
}

#[test]
fn sets_are_filtered_by_expressions_their_inverse_and_fields() {
    let (mut app, generation) = opened();
    let mut well = checkup("media");
    (well.word, well.findings) = (Word::Ok, Vec::new());
    tell(&mut app, generation, well);
    tell(&mut app, generation, checkup("ingest"));
    for (text, rows) in [
        ("^prod/(in|x)", &[0][..]),
        ("!ingest", &[1]),
        ("verdict=warning", &[0]),
        ("env=prod age<10h", &[0, 1]),
        ("age>10h", &[]),
        ("size>4Mi media", &[1]),
        // Neither can be drilled.
        ("proven>1d", &[]),
    ] {
        filter(&mut app, text);
        assert_eq!(app.backups.table.rows(), rows, "{text}");
        act(&mut app, Action::Back);
    }
}

#[test]
fn a_filter_that_cannot_be_read_says_why_and_hides_nothing() {
    let mut app = told();
    filter(&mut app, "ingest(");
    assert_eq!(app.backups.table.rows().len(), 2);
    let problem = app.filter_problem().unwrap().to_string();
    let is_said = |words: &str| assert!(problem.contains(words), "{problem}");
    is_said("not a regular expression");
    is_said("nothing is hidden");
    assert_eq!(app.focus(), Focus::Prompt, "it stays to be put right");
    app.update(Message::Edited(InputRequest::InsertChar(')')));
    act(&mut app, Action::Press);
    assert_eq!((app.backups.table.rows(), app.filter_problem().is_none()), (&[0][..], true));
    act(&mut app, Action::Back);
    app.update(Message::Acted(Action::Palette));
    for character in "backups /size>many".chars() {
        app.update(Message::Edited(InputRequest::InsertChar(character)));
    }
    act(&mut app, Action::Press);
    assert_eq!(app.backups.table.rows().len(), 2);
    assert!(app.flash.as_ref().unwrap().text.contains("size is compared with bytes"));
}

#[test]
fn objects_are_filtered_by_what_is_shown_of_them_and_by_their_faults() {
    let mut app = told();
    let mut twice = checkup("ingest");
    let slot = twice.slots.iter_mut().find(|slot| slot.at == at("2026-11-15T00:00:00Z")).unwrap();
    slot.state = State::Duplicate;
    let generation = asked(&act(&mut app, Action::Reload)).unwrap();
    tell(&mut app, generation, twice);
    let generation = asked(&act(&mut app, Action::Open)).unwrap();
    listed(&mut app, generation, 11..=20);
    let names = |app: &App| {
        let listing = app.backups.listing.as_ref().unwrap();
        let rows = (0..listing.count()).filter_map(|place| listing.row(place));
        rows.map(|(backup, _)| backup.name()[8..10].to_owned()).collect::<Vec<_>>()
    };
    for (text, days) in [
        ("^2026-11-1[12]", &["12", "11"][..]),
        ("!11-1", &["20"]),
        ("age<1d12h", &["20", "19"]),
        ("size>=19000", &["20", "19"]),
        ("state=duplicate", &["15"]),
        ("state!=ok name=2026-11-15*", &["15"]),
    ] {
        filter(&mut app, text);
        assert_eq!(names(&app), days, "{text}");
        act(&mut app, Action::Back);
    }
    act(&mut app, Action::FaultsOnly);
    assert_eq!(names(&app), ["15"]);
    act(&mut app, Action::Back);
    assert_eq!(names(&app).len(), 10);
    assert_eq!(app.backups.page, Page::Set(SetView::List), "first everything is shown again");
}

#[test]
fn history_leads_back_to_the_set_the_view_and_the_run() {
    let mut app = told();
    act(&mut app, Action::ScrollLeft);
    act(&mut app, Action::ScrollLeft);
    act(&mut app, Action::Open);
    act(&mut app, Action::Back);
    act(&mut app, Action::Back);
    act(&mut app, Action::SelectLast);
    act(&mut app, Action::Open);
    assert_eq!(app.backups.selected().unwrap().id(), id("media"));
    act(&mut app, Action::LastView);
    assert_eq!(app.backups.page, Page::Sets);
    act(&mut app, Action::LastView);
    assert_eq!(app.backups.page, Page::Set(SetView::List));
    for _ in 0..3 {
        act(&mut app, Action::HistoryBack);
    }
    assert_eq!(app.focus(), Focus::Backups(BackupsFocus::Detail));
    assert_eq!(app.backups.selected().unwrap().id(), id("ingest"));
    assert_eq!(app.backups.selected_slot().unwrap().at, at("2026-11-19T00:00:00Z"));
    // What would hide the set gives way.
    act(&mut app, Action::HistoryForward);
    act(&mut app, Action::HistoryForward);
    filter(&mut app, "media");
    act(&mut app, Action::HistoryBack);
    assert_eq!(app.backups.selected().unwrap().id(), id("ingest"));
    act(&mut app, Action::Back);
    assert_eq!(app.backups.table.rows().len(), 2);
}
