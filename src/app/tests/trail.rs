//! Back, forward and the last view, over all tabs.

use super::{act, told};
use crate::app::action::{Action, LogWindow};
use crate::app::metrics::MetricsView;
use crate::app::pods::location::{Location, View};
use crate::app::tab::Tab;

#[test]
fn history_leads_back_over_all_tabs_and_the_last_view_is_one_key_away() {
    let mut app = told();
    act(&mut app, Action::Open);
    act(&mut app, Action::SelectNext);
    act(&mut app, Action::Show(Tab::Metrics));
    act(&mut app, Action::NextView);
    act(&mut app, Action::Show(Tab::Drill));
    act(&mut app, Action::LastView);
    assert_eq!((app.tab, app.metrics.view), (Tab::Metrics, MetricsView::Table));
    act(&mut app, Action::LastView);
    assert_eq!(app.tab, Tab::Drill);
    for (tab, view) in [(Tab::Metrics, MetricsView::Table), (Tab::Metrics, MetricsView::Charts)] {
        act(&mut app, Action::HistoryBack);
        assert_eq!((app.tab, app.metrics.view), (tab, view));
    }
    act(&mut app, Action::HistoryBack);
    assert_eq!((app.tab, app.pods.layers().len()), (Tab::Pods, 2), "as it was left");
    act(&mut app, Action::HistoryForward);
    assert_eq!((app.tab, app.metrics.view), (Tab::Metrics, MetricsView::Charts));
    // Who goes elsewhere from here has nothing before him any more.
    act(&mut app, Action::Show(Tab::Backups));
    act(&mut app, Action::HistoryForward);
    assert_eq!(app.tab, Tab::Backups);
    assert_eq!(app.flash.as_ref().unwrap().text, "nothing after this");
}

#[test]
fn a_log_read_from_another_moment_on_is_the_same_place() {
    let mut app = told();
    act(&mut app, Action::Logs);
    act(&mut app, Action::Window(LogWindow::Minutes(5)));
    act(&mut app, Action::HistoryBack);
    assert_eq!(app.pods.top().location, Location::view(View::Pods));
}
