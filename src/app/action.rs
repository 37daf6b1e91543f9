//! What a key can mean, whatever key it is: generic intentions whose effect depends on the focus.

use crate::app::columns::Column;
use crate::app::tab::Tab;
use crate::domain::metrics::range::Range;

/// An intention of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    // Moving.
    SelectNext,
    SelectPrevious,
    SelectFirst,
    SelectLast,
    PageDown,
    PageUp,
    /// The row at this place of the table, by the mouse.
    SelectRow(usize),
    ScrollLeft,
    ScrollRight,
    Open,
    Back,
    HistoryBack,
    HistoryForward,
    LastView,
    // Everywhere.
    Palette,
    Filter,
    Help,
    Quit,
    NextTab,
    PreviousTab,
    Show(Tab),
    Reload,
    Redraw,
    ToggleHeader,
    Save,
    LogIn,
    // Tables.
    AllNamespaces,
    Favourite(u8),
    Sort(SortKey),
    SortColumn(Column),
    SortLeft,
    SortRight,
    FaultsOnly,
    Wide,
    Mark,
    MarkRange,
    ClearMarks,
    NextView,
    // About a row.
    Explain,
    Copy,
    CopyWhat,
    Describe,
    Raw,
    // Pods.
    Logs,
    PreviousLogs,
    Shell,
    ShowNode,
    ShowOwner,
    UseNamespace,
    Restart,
    Delete,
    RunNow,
    Suspend,
    // Backups.
    Reschedule,
    Scan,
    RestoreTest,
    WriteToDisk,
    CancelWork,
    // Metrics.
    Range(Range),
    ZoomIn,
    ZoomOut,
    // Drill.
    Roll,
    CancelDrill,
    Extend,
    Report,
    AddNote,
    RemoveLeftovers,
    DrillAgain,
    // Texts and logs.
    SearchNext,
    SearchPrevious,
    FilterLines,
    Wrap,
    Window(LogWindow),
    Follow,
    Timestamps,
    AllContainers,
    FullScreen,
    MarkLine,
    // Dialogs and prompts.
    Press,
    NextButton,
    PreviousButton,
    Cancel,
    Complete,
    Earlier,
    Later,
}

impl Action {
    /// Whether it means the same on every tab's pages.
    pub const fn is_of_the_frame(self) -> bool {
        matches!(
            self,
            Self::Palette
                | Self::Help
                | Self::Show(_)
                | Self::NextTab
                | Self::PreviousTab
                | Self::ToggleHeader
                | Self::LogIn
                | Self::HistoryBack
                | Self::HistoryForward
                | Self::LastView
        )
    }
}

/// What a capital letter sorts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortKey {
    Name,
    Age,
    Severity,
    Namespace,
    Restarts,
    Cpu,
    Memory,
    Ip,
    /// The column under the sort cursor.
    Selected,
}

/// How far back a log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogWindow {
    Tail,
    Head,
    Minutes(u32),
}
