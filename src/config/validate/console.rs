//! How the console looks, and other keys for its actions.

use crate::config::file::Section;
use crate::config::value;
use crate::domain::key::KeyOverride;
use crate::domain::settings::{ConsoleSettings, ThemeChoice};

pub(in crate::config) const THEMES: [(&str, ThemeChoice); 3] =
    [("auto", ThemeChoice::Auto), ("dark", ThemeChoice::Dark), ("light", ThemeChoice::Light)];

/// The digits that choose a namespace.
const DIGITS: usize = 9;

/// What `[keys]` may give other keys to: the names in the console's table of keys, in its order.
pub const ACTIONS: &[&str] = &[
    "open",
    "logs",
    "previous-logs",
    "describe",
    "explain",
    "yaml",
    "copy",
    "copy-what",
    "shell",
    "node",
    "owner",
    "use-namespace",
    "restart",
    "delete",
    "run-now",
    "suspend",
    "next-view",
    "faults-only",
    "wide",
    "mark",
    "mark-range",
    "clear-marks",
    "all-namespaces",
    "favourite-1",
    "favourite-2",
    "favourite-3",
    "favourite-4",
    "favourite-5",
    "favourite-6",
    "favourite-7",
    "favourite-8",
    "favourite-9",
    "sort-name",
    "sort-age",
    "sort-severity",
    "sort-namespace",
    "sort-restarts",
    "sort-cpu",
    "sort-memory",
    "sort-ip",
    "sort-other-way",
    "sort-left",
    "sort-right",
    "scroll-left",
    "scroll-right",
    "filter",
    "search-next",
    "search-previous",
    "wrap",
    "filter-lines",
    "follow",
    "timestamps",
    "all-containers",
    "full-screen",
    "mark-line",
    "log-tail",
    "log-head",
    "log-1m",
    "log-5m",
    "log-15m",
    "log-30m",
    "log-1h",
    "scan",
    "restore-test",
    "write-to-disk",
    "cancel-work",
    "reschedule",
    "range-90-days",
    "range-15-months",
    "range-two-weeks",
    "zoom-in",
    "zoom-out",
    "roll",
    "cancel-drill",
    "extend",
    "report",
    "add-note",
    "remove-leftovers",
    "drill-again",
    "select-next",
    "select-previous",
    "select-first",
    "select-last",
    "page-down",
    "page-up",
    "history-back",
    "history-forward",
    "last-view",
    "palette",
    "help",
    "back",
    "quit",
    "next-tab",
    "previous-tab",
    "tab-pods",
    "tab-backups",
    "tab-metrics",
    "tab-drill",
    "reload",
    "redraw",
    "toggle-header",
    "save",
    "log-in",
    "press",
    "next-button",
    "previous-button",
    "cancel",
    "complete",
    "earlier",
    "later",
];

pub(super) fn console(file: &mut Section<'_>) -> ConsoleSettings {
    let settings = file.table("console", appearance).unwrap_or_default();
    let keys = file.table("keys", keys).unwrap_or_default();
    ConsoleSettings { keys, ..settings }
}

fn appearance(table: &mut Section<'_>) -> ConsoleSettings {
    let default = ConsoleSettings::default();
    let favourites = table.list("favourites", value::text);
    if favourites.as_ref().is_some_and(|names| names.len() > DIGITS) {
        let hint = "the digits 1 to 9 choose them; `:ns` and `0` reach the rest";
        table.complain("favourites", "holds more than nine", Some(hint.to_owned()));
    }
    ConsoleSettings {
        theme: table.optional("theme", value::word(&THEMES)).unwrap_or(default.theme),
        favourites: favourites.unwrap_or(default.favourites),
        mouse: table.optional("mouse", value::flag).unwrap_or(default.mouse),
        keys: default.keys,
    }
}

fn keys(table: &mut Section<'_>) -> Vec<KeyOverride> {
    let mut overrides = Vec::new();
    for action in ACTIONS {
        if let Some(keys) = table.optional(action, value::keys) {
            overrides.push(KeyOverride { action: (*action).to_owned(), keys });
        }
    }
    overrides
}
