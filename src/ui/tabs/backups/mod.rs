//! The Backups tab on the screen: one file for each page.

mod about;
mod calendar;
mod list;
mod sets;
mod signs;
mod strip;
pub(in crate::ui) mod works;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::backups::{Backups, Page, SetView};
use crate::ui::chrome::filtered;
use crate::ui::sheet::Sheet;
use crate::ui::text;
use crate::ui::theme::{Role, Theme};
use crate::ui::viewports::Viewports;

use super::{counted, draw_title};

/// The least width for two columns.
const WIDE: u16 = 140;

/// Draws the page. Gives back what of the row under the cursor had no room.
pub(in crate::ui) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    app: &App,
    theme: &Theme,
    viewports: &mut Viewports,
) -> Option<String> {
    let backups = &app.backups;
    let area = match works::line(app) {
        Some(parts) if area.height > 8 => {
            // The last line is of what is under way.
            let height = area.height - 1;
            let mut sheet = Sheet::new(theme, area.width);
            sheet.line(parts);
            sheet.draw(frame, Rect { y: area.y + height, height: 1, ..area });
            Rect { height, ..area }
        }
        Some(_) | None => area,
    };
    let view = backups.text.as_ref().or(backups.detail.as_ref().map(|detail| &detail.view));
    if let Some(view) = view {
        text::draw_view(frame, area, view, theme);
        return None;
    }
    match backups.page {
        Page::Sets => return sets::draw(frame, area, app, theme, viewports),
        Page::Set(SetView::Calendar) => calendar::draw(frame, area, app, theme, false),
        Page::Set(SetView::Sizes) => calendar::draw(frame, area, app, theme, true),
        Page::Set(SetView::List) => list::draw(frame, area, app, theme, viewports),
    }
    None
}

/// Where one is in the tab, and what is said behind it.
pub(in crate::ui) fn title(frame: &mut Frame<'_>, area: Rect, app: &App, theme: &Theme) {
    let (crumbs, facts) = crumbs(&app.backups);
    draw_title(frame, area, &crumbs, facts, theme);
}

fn crumbs(backups: &Backups) -> (Vec<String>, Vec<(String, Role)>) {
    let mut crumbs = vec!["Backups".to_owned()];
    let mut facts = Vec::new();
    match backups.page {
        Page::Sets => of_sets(backups, &mut facts),
        Page::Set(view) => {
            crumbs.extend(backups.selected().map(|watched| watched.set.path()));
            crumbs.push(view.title().to_owned());
            if view == SetView::List {
                of_list(backups, &mut facts);
            }
        }
    }
    let texts = backups.detail.as_ref().map(|detail| &detail.view).into_iter();
    for view in texts.chain(&backups.text) {
        crumbs.push(view.title.clone());
        facts.clear();
    }
    let loading = backups.sets.iter().filter(|set| set.is_loading).count();
    if loading > 0 {
        let all = backups.sets.len();
        facts.push((format!("looking, {} of {all} answered", all - loading), Role::Busy));
    }
    (crumbs, facts)
}

fn of_sets(backups: &Backups, facts: &mut Vec<(String, Role)>) {
    let table = &backups.table;
    facts.push((counted(table.rows().len(), backups.sets.len()), Role::Accent));
    if table.faults_only {
        facts.push(("faults only".to_owned(), Role::Warning));
    }
    facts.extend(filtered(&table.filtering));
    if table.sort != crate::app::backups::table::Sorting::default() {
        let way = if table.sort.is_turned { "↑" } else { "↓" };
        facts.push((format!("by {} {way}", table.sort.column.word()), Role::Muted));
    }
}

fn of_list(backups: &Backups, facts: &mut Vec<(String, Role)>) {
    let Some(listing) = &backups.listing else { return };
    facts.push((counted(listing.count(), listing.objects.len()), Role::Accent));
    if listing.faults_only {
        facts.push(("faults only".to_owned(), Role::Warning));
    }
    facts.extend(filtered(&listing.filtering));
    if !listing.marks.is_empty() {
        facts.push((format!("{} marked", listing.marks.len()), Role::Marked));
    }
    let way = if listing.sort.is_turned { "↑" } else { "↓" };
    facts.push((format!("by {} {way}", listing.sort.column.word()), Role::Muted));
}
