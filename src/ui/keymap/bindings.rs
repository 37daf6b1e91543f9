//! Every key of the console: where it counts, what it means, what is said of it.

use crate::app::action::{Action, LogWindow, SortKey};
use crate::app::tab::Tab;
use crate::domain::metrics::range::Range;

use super::{Binding, Where};

const fn bind(
    place: Where,
    keys: &'static [&'static str],
    action: Action,
    name: &'static str,
    does: &'static str,
) -> Binding {
    Binding { place, keys, action, name, does, hint: None }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given back with its hint")]
const fn hint(binding: Binding, hint: &'static str) -> Binding {
    Binding { hint: Some(hint), ..binding }
}

use Where::{
    CronJobs, Dialogs, DrillCard, DrillForm, DrillHistory, DrillHold, DrillResult, DrillRun,
    DrillTables, Everywhere, Help, Leftovers, Lists, Logs, Metrics, MetricsCharts, MetricsTime,
    Moving, Pods, Prompts, Rows, Tables, Texts,
};

/// Every key of the console.
pub const BINDINGS: &[Binding] = &[
    // About a row: what one needs most comes first, as the hints are shown in this order.
    hint(bind(Rows, &["enter"], Action::Open, "open", "into the row"), "open"),
    hint(bind(Pods, &["l"], Action::Logs, "logs", "logs"), "logs"),
    bind(Pods, &["p"], Action::PreviousLogs, "previous-logs", "logs before the last restart"),
    hint(bind(Rows, &["d"], Action::Describe, "describe", "describe"), "describe"),
    hint(bind(Rows, &["e"], Action::Explain, "explain", "why: rule, numbers, what to do"), "why"),
    bind(Rows, &["y"], Action::Raw, "yaml", "YAML, as the server has it"),
    bind(Rows, &["c"], Action::Copy, "copy", "copy the name"),
    bind(Rows, &["Y"], Action::CopyWhat, "copy-what", "pick what to copy: cell, row, command"),
    bind(Pods, &["s"], Action::Shell, "shell", "a shell in the container"),
    bind(Pods, &["o"], Action::ShowNode, "node", "the pods of its node"),
    bind(Rows, &["J"], Action::ShowOwner, "owner", "what it belongs to"),
    bind(Rows, &["u"], Action::UseNamespace, "use-namespace", "only its namespace"),
    bind(Rows, &["r"], Action::Restart, "restart", "restart its workload, after a dialog"),
    bind(Pods, &["ctrl-d", "ctrl-k"], Action::Delete, "delete", "delete, after a dialog"),
    hint(
        bind(CronJobs, &["t"], Action::RunNow, "run-now", "run it now, after a dialog"),
        "run now",
    ),
    hint(
        bind(CronJobs, &["s"], Action::Suspend, "suspend", "suspend or resume, after a dialog"),
        "suspend",
    ),
    // Tables.
    hint(bind(Tables, &["v"], Action::NextView, "next-view", "the next view of this tab"), "view"),
    hint(
        bind(Tables, &["ctrl-z", "!"], Action::FaultsOnly, "faults-only", "faults only"),
        "faults",
    ),
    bind(Tables, &["ctrl-w"], Action::Wide, "wide", "all columns"),
    bind(Tables, &["space"], Action::Mark, "mark", "mark"),
    bind(Tables, &["ctrl-space"], Action::MarkRange, "mark-range", "mark from the last mark"),
    bind(Tables, &["ctrl-\\"], Action::ClearMarks, "clear-marks", "clear the marks"),
    bind(Tables, &["0"], Action::AllNamespaces, "all-namespaces", "all namespaces, and back"),
    bind(Tables, &["1"], Action::Favourite(1), "favourite-1", "the first favourite namespace"),
    bind(Tables, &["2"], Action::Favourite(2), "favourite-2", "the second"),
    bind(Tables, &["3"], Action::Favourite(3), "favourite-3", "the third"),
    bind(Tables, &["4"], Action::Favourite(4), "favourite-4", "the fourth"),
    bind(Tables, &["5"], Action::Favourite(5), "favourite-5", "the fifth"),
    bind(Tables, &["6"], Action::Favourite(6), "favourite-6", "the sixth"),
    bind(Tables, &["7"], Action::Favourite(7), "favourite-7", "the seventh"),
    bind(Tables, &["8"], Action::Favourite(8), "favourite-8", "the eighth"),
    bind(Tables, &["9"], Action::Favourite(9), "favourite-9", "the ninth"),
    bind(Tables, &["N"], Action::Sort(SortKey::Name), "sort-name", "sort by name"),
    bind(Tables, &["A"], Action::Sort(SortKey::Age), "sort-age", "by age"),
    bind(Tables, &["S"], Action::Sort(SortKey::Severity), "sort-severity", "by severity"),
    bind(Tables, &["P"], Action::Sort(SortKey::Namespace), "sort-namespace", "by namespace"),
    bind(Tables, &["R"], Action::Sort(SortKey::Restarts), "sort-restarts", "by restarts"),
    bind(Tables, &["C"], Action::Sort(SortKey::Cpu), "sort-cpu", "by CPU"),
    bind(Tables, &["M"], Action::Sort(SortKey::Memory), "sort-memory", "by memory"),
    bind(Tables, &["I"], Action::Sort(SortKey::Ip), "sort-ip", "by IP"),
    bind(Tables, &["O"], Action::Sort(SortKey::Selected), "sort-other-way", "the other way"),
    bind(Tables, &["<"], Action::SortLeft, "sort-left", "by the column on the left"),
    bind(Tables, &[">"], Action::SortRight, "sort-right", "by the column on the right"),
    bind(Tables, &["left", "h"], Action::ScrollLeft, "scroll-left", "columns to the left"),
    bind(Tables, &["right"], Action::ScrollRight, "scroll-right", "columns to the right"),
    // Texts and logs.
    hint(bind(Texts, &["/"], Action::Filter, "filter", "search, which hides nothing"), "search"),
    hint(
        bind(Texts, &["n"], Action::SearchNext, "search-next", "the next match, mark or error"),
        "next",
    ),
    bind(Texts, &["N"], Action::SearchPrevious, "search-previous", "the one before"),
    hint(bind(Texts, &["w"], Action::Wrap, "wrap", "wrap long lines"), "wrap"),
    bind(Texts, &["left", "h"], Action::ScrollLeft, "scroll-left", "to the left"),
    bind(Texts, &["right", "l"], Action::ScrollRight, "scroll-right", "to the right"),
    bind(Texts, &["c"], Action::Copy, "copy", "copy the marked lines, the match, or all"),
    hint(
        bind(Texts, &["&"], Action::FilterLines, "filter-lines", "only lines that match"),
        "filter",
    ),
    hint(bind(Logs, &["s"], Action::Follow, "follow", "follow, or stop"), "follow"),
    hint(bind(Logs, &["t"], Action::Timestamps, "timestamps", "timestamps"), "times"),
    bind(Logs, &["b"], Action::AllContainers, "all-containers", "all containers"),
    bind(Logs, &["p"], Action::PreviousLogs, "previous-logs", "before the last restart"),
    bind(Logs, &["f"], Action::FullScreen, "full-screen", "full screen"),
    bind(Logs, &["m"], Action::MarkLine, "mark-line", "mark a line, for `n` and `c`"),
    bind(Logs, &["0"], Action::Window(LogWindow::Tail), "log-tail", "the end"),
    bind(Logs, &["1"], Action::Window(LogWindow::Head), "log-head", "the beginning"),
    bind(Logs, &["2"], Action::Window(LogWindow::Minutes(1)), "log-1m", "the last minute"),
    bind(Logs, &["3"], Action::Window(LogWindow::Minutes(5)), "log-5m", "5 minutes"),
    bind(Logs, &["4"], Action::Window(LogWindow::Minutes(15)), "log-15m", "15 minutes"),
    bind(Logs, &["5"], Action::Window(LogWindow::Minutes(30)), "log-30m", "30 minutes"),
    bind(Logs, &["6"], Action::Window(LogWindow::Minutes(60)), "log-1h", "an hour"),
    // Metrics.
    hint(bind(Metrics, &["e"], Action::Explain, "explain", "what it is, and may be wrong"), "why"),
    hint(bind(Metrics, &["v"], Action::NextView, "next-view", "charts, table, alarms"), "view"),
    hint(
        bind(MetricsTime, &["left", "h"], Action::ScrollLeft, "scroll-left", "the cursor back"),
        "cursor",
    ),
    bind(MetricsTime, &["right"], Action::ScrollRight, "scroll-right", "the cursor on"),
    hint(
        bind(MetricsCharts, &["enter"], Action::Open, "open", "all charts together, or one alone"),
        "all",
    ),
    hint(
        bind(
            MetricsTime,
            &["3"],
            Action::Range(Range::NinetyDays),
            "range-90-days",
            "the last 90 days",
        ),
        "90 days",
    ),
    hint(
        bind(
            MetricsTime,
            &["4"],
            Action::Range(Range::FifteenMonths),
            "range-15-months",
            "the last 15 months",
        ),
        "15 months",
    ),
    hint(
        bind(
            MetricsTime,
            &["2"],
            Action::Range(Range::TwoWeeks),
            "range-two-weeks",
            "the last two weeks",
        ),
        "2 weeks",
    ),
    hint(
        bind(MetricsTime, &["+"], Action::ZoomIn, "zoom-in", "look closer, at the cursor"),
        "zoom",
    ),
    bind(MetricsTime, &["_"], Action::ZoomOut, "zoom-out", "look from further away"),
    bind(Metrics, &["enter"], Action::Open, "open", "the alarm in full"),
    bind(Metrics, &["c"], Action::Copy, "copy", "copy the value, or the alarm's name"),
    bind(
        Metrics,
        &["Y"],
        Action::CopyWhat,
        "copy-what",
        "pick what to copy: values, the cost, the aws command",
    ),
    // Drill.
    hint(bind(DrillForm, &["enter"], Action::Open, "open", "look before, then drill"), "drill it"),
    hint(bind(DrillForm, &["r"], Action::Roll, "roll", "roll the dice again"), "roll"),
    bind(DrillForm, &["left"], Action::ScrollLeft, "scroll-left", "the value before"),
    hint(
        bind(DrillForm, &["right"], Action::ScrollRight, "scroll-right", "the next value"),
        "value",
    ),
    hint(bind(DrillForm, &["e"], Action::Explain, "explain", "how the odds come about"), "odds"),
    hint(bind(DrillForm, &["v"], Action::NextView, "next-view", "earlier drills"), "history"),
    hint(bind(DrillCard, &["enter"], Action::Open, "open", "start, or look again"), "start"),
    hint(bind(DrillRun, &["l"], Action::Logs, "logs", "the live log as a text"), "log"),
    hint(bind(DrillRun, &["enter"], Action::Open, "open", "the result"), "result"),
    hint(
        bind(
            DrillRun,
            &["ctrl-x"],
            Action::CancelDrill,
            "cancel-drill",
            "cancel the drill, after a dialog",
        ),
        "cancel",
    ),
    bind(DrillRun, &["v"], Action::NextView, "next-view", "earlier drills"),
    hint(bind(DrillHold, &["s"], Action::Shell, "shell", "a shell in the restored copy"), "shell"),
    hint(
        bind(DrillHold, &["x"], Action::Extend, "extend", "keep the copy 30 minutes longer"),
        "keep",
    ),
    hint(
        bind(DrillHold, &["ctrl-x"], Action::CancelDrill, "cancel-drill", "clean up now"),
        "clean up",
    ),
    hint(bind(DrillResult, &["enter"], Action::Open, "open", "the collection in detail"), "detail"),
    hint(
        bind(DrillResult, &["e"], Action::Explain, "explain", "why: rule, numbers, what to do"),
        "why",
    ),
    hint(bind(DrillResult, &["w"], Action::Report, "report", "write the report"), "report"),
    bind(DrillResult, &["l"], Action::Logs, "logs", "the log of the drill"),
    hint(bind(DrillResult, &["i"], Action::AddNote, "add-note", "add a note"), "note"),
    bind(DrillResult, &["c"], Action::Copy, "copy", "copy the backup's name"),
    bind(
        DrillResult,
        &["Y"],
        Action::CopyWhat,
        "copy-what",
        "pick what to copy: the restore command, the row",
    ),
    hint(bind(DrillHistory, &["enter"], Action::Open, "open", "the record"), "record"),
    bind(DrillTables, &["v"], Action::NextView, "next-view", "drill or history"),
    bind(DrillResult, &["N"], Action::Sort(SortKey::Name), "sort-name", "sort by name"),
    bind(DrillResult, &["S"], Action::Sort(SortKey::Severity), "sort-severity", "by verdict"),
    bind(DrillResult, &["O"], Action::Sort(SortKey::Selected), "sort-other-way", "the other way"),
    bind(DrillResult, &["<"], Action::SortLeft, "sort-left", "by the column on the left"),
    bind(DrillResult, &[">"], Action::SortRight, "sort-right", "by the column on the right"),
    hint(
        bind(
            Leftovers,
            &["x"],
            Action::RemoveLeftovers,
            "remove-leftovers",
            "remove what earlier drills have left",
        ),
        "remove",
    ),
    hint(
        bind(
            Leftovers,
            &["r"],
            Action::DrillAgain,
            "drill-again",
            "remove it and drill the same backup again",
        ),
        "drill again",
    ),
    // Moving.
    bind(Moving, &["j", "down"], Action::SelectNext, "select-next", "down"),
    bind(Moving, &["k", "up"], Action::SelectPrevious, "select-previous", "up"),
    bind(Moving, &["g", "home"], Action::SelectFirst, "select-first", "to the top"),
    bind(Moving, &["G", "end"], Action::SelectLast, "select-last", "to the end"),
    bind(Moving, &["ctrl-f", "pgdn"], Action::PageDown, "page-down", "a page down"),
    bind(Moving, &["ctrl-b", "pgup"], Action::PageUp, "page-up", "a page up"),
    hint(bind(Lists, &["enter"], Action::Open, "open", "choose"), "choose"),
    bind(Moving, &["["], Action::HistoryBack, "history-back", "back to where one was"),
    bind(Moving, &["]"], Action::HistoryForward, "history-forward", "forward again"),
    bind(Moving, &["-"], Action::LastView, "last-view", "the last view"),
    // Everywhere.
    hint(
        bind(Everywhere, &["/"], Action::Filter, "filter", "filter a table, search a text"),
        "filter",
    ),
    hint(bind(Everywhere, &[":"], Action::Palette, "palette", "commands"), "commands"),
    hint(bind(Everywhere, &["?"], Action::Help, "help", "the keys of this view"), "help"),
    bind(Everywhere, &["esc", "q"], Action::Back, "back", "one layer back, the filter first"),
    bind(Everywhere, &["ctrl-c"], Action::Quit, "quit", "quit"),
    bind(Everywhere, &["tab"], Action::NextTab, "next-tab", "the next tab"),
    bind(Everywhere, &["shift-tab"], Action::PreviousTab, "previous-tab", "the tab before"),
    bind(Everywhere, &["alt-1", "F1"], Action::Show(Tab::Pods), "tab-pods", "the tab Pods"),
    bind(
        Everywhere,
        &["alt-3", "F3"],
        Action::Show(Tab::Metrics),
        "tab-metrics",
        "the tab Metrics",
    ),
    bind(Everywhere, &["alt-4", "F4"], Action::Show(Tab::Drill), "tab-drill", "the tab Drill"),
    bind(Everywhere, &["ctrl-r"], Action::Reload, "reload", "load again"),
    bind(Everywhere, &["ctrl-l"], Action::Redraw, "redraw", "paint again"),
    bind(
        Everywhere,
        &["ctrl-e"],
        Action::ToggleHeader,
        "toggle-header",
        "hide the header, or show it",
    ),
    bind(Everywhere, &["ctrl-s"], Action::Save, "save", "save what is shown"),
    bind(Everywhere, &["L"], Action::LogIn, "log-in", "log in where a badge asks for it"),
    // Texts, help, dialogs, prompts.
    hint(bind(Help, &["/"], Action::Filter, "filter", "search the keys"), "search"),
    hint(bind(Help, &["esc", "q", "?"], Action::Back, "back", "close the help"), "close"),
    hint(bind(Lists, &["esc", "q"], Action::Back, "back", "close the list"), "close"),
    hint(bind(Leftovers, &["esc", "q"], Action::Back, "back", "later"), "later"),
    hint(bind(Dialogs, &["enter"], Action::Press, "press", "press the button"), "press"),
    hint(
        bind(Dialogs, &["tab", "right"], Action::NextButton, "next-button", "the next button"),
        "move",
    ),
    bind(
        Dialogs,
        &["shift-tab", "left"],
        Action::PreviousButton,
        "previous-button",
        "the one before",
    ),
    hint(bind(Dialogs, &["esc"], Action::Cancel, "cancel", "change nothing"), "cancel"),
    hint(bind(Prompts, &["enter"], Action::Press, "press", "do it"), "do it"),
    hint(bind(Prompts, &["tab"], Action::Complete, "complete", "complete"), "complete"),
    bind(Prompts, &["up"], Action::Earlier, "earlier", "the text before"),
    bind(Prompts, &["down"], Action::Later, "later", "the text after"),
    hint(bind(Prompts, &["esc"], Action::Cancel, "cancel", "leave"), "leave"),
];
