//! The Metrics tab on the screen, in every state, small and large, in many colours and in none.

mod stage;

use jiff::SignedDuration;
use lifeboat::app::action::Action;
use lifeboat::app::fetched::Answer;
use lifeboat::app::metrics::effect::MetricsEffect;
use lifeboat::app::metrics::message::MetricsNews;
use lifeboat::domain::environment::StorageName;
use lifeboat::domain::failure::{Failure, FailureKind};
use lifeboat::domain::metrics::Measured;
use lifeboat::domain::metrics::range::Range;
use lifeboat::domain::metrics::unseen::Unseen;
use lifeboat::domain::settings::ThemeChoice;
use lifeboat::ui::theme::ColourDepth;

use crate::screens::picture;

use stage::{Stage, bucket, denied, listed, measured, newest, now, settings};

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (200, 50);
const SIZES: [(u16, u16); 2] = [SMALL, LARGE];

fn check(stage: &Stage, name: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let name = format!("metrics_{name}_{}", stage.app.size.width);
    settings.bind(|| insta::assert_snapshot!(name, stage.text()));
}

#[test]
fn every_view_shows_its_figures() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        check(&stage, "two_weeks");
        stage.act(Action::Range(Range::NinetyDays));
        check(&stage, "90_days");
        stage.act(Action::Range(Range::FifteenMonths));
        for _ in 0..31 {
            stage.act(Action::ScrollLeft);
        }
        check(&stage, "cursor_in_a_gap");
        stage.act(Action::ZoomIn);
        stage.act(Action::ZoomIn);
        check(&stage, "zoomed");
        stage.act(Action::NextView);
        check(&stage, "table");
        stage.act(Action::NextView);
        check(&stage, "alarms");
    }
}

#[test]
fn several_charts_stand_together() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.act(Action::Open);
        check(&stage, "together");
    }
}

#[test]
fn a_panel_and_a_listed_bucket_have_their_own_charts() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.act(Action::Range(Range::NinetyDays));
        stage.act(Action::SelectNext);
        check(&stage, "listed_only");
        stage.act(Action::Range(Range::TwoWeeks));
        stage.act(Action::SelectLast);
        check(&stage, "panel");
    }
}

#[test]
fn what_has_not_come_is_said_and_never_drawn_as_nothing() {
    for size in SIZES {
        check(&Stage::asked(size), "asked");
        let mut empty = settings();
        empty.environments.clear();
        empty.panels.clear();
        check(&Stage::of(&empty, size), "unconfigured");
    }
}

#[test]
fn each_failure_is_a_sentence_in_its_place_and_everything_else_is_still_there() {
    for size in SIZES {
        let mut stage = Stage::asked(size);
        let bucket = bucket(0);
        let why = denied("asking CloudWatch for lifeboat-backups: denied");
        let news = |measured| MetricsNews::Measured { bucket: bucket.id.clone(), measured };
        stage.tell(news(Answer::Failed(why.clone())));
        stage.tell(MetricsNews::Listed {
            bucket: bucket.id.clone(),
            listed: newest(listed(&bucket, 170_000_000, 0), now()),
        });
        let storage = StorageName("aws".to_owned());
        let alarms = Answer::Failed(denied("reading alarms in eu-west-1: denied"));
        stage.tell(MetricsNews::Alarms { storage, alarms });
        stage.tell(MetricsNews::FiguresEnded);
        check(&stage, "denied");
        stage.act(Action::NextView);
        stage.act(Action::NextView);
        check(&stage, "alarms_denied");
        stage.act(Action::NextView);
        stage.act(Action::Reload);
        stage.tell(news(newest(measured(), now())));
        stage.act(Action::Reload);
        stage.tell(news(Answer::Failed(why)));
        stage.tell(MetricsNews::FiguresEnded);
        check(&stage, "failed_with_old_figures");
    }
}

#[test]
fn what_is_past_its_time_is_shown_with_its_age_while_it_is_asked_for_again() {
    for size in SIZES {
        let mut stage = Stage::asked(size);
        let (bucket, at) = (bucket(0), now() - SignedDuration::from_hours(9));
        let measured = Answer::Before { value: measured(), at };
        stage.tell(MetricsNews::Measured { bucket: bucket.id.clone(), measured });
        let listed = Answer::Before { value: listed(&bucket, 170_000_000, 0), at };
        stage.tell(MetricsNews::Listed { bucket: bucket.id, listed });
        check(&stage, "kept");
    }
}

#[test]
fn what_is_told_in_part_is_marked_and_the_part_that_is_missing_is_named() {
    for size in SIZES {
        let mut stage = Stage::full(size);
        stage.act(Action::Reload);
        let unseen = |what: &str, why: Failure| Unseen { what: what.to_owned(), why };
        let late = Failure::new(FailureKind::Unexpected, "only a part of the points came");
        let objects = unseen("the number of objects", denied("access denied"));
        let unseen = vec![objects, unseen("the bytes of Glacier Flexible", late)];
        let measured = newest(Measured { unseen, ..measured() }, now());
        stage.tell(MetricsNews::Measured { bucket: bucket(0).id, measured });
        let storage = StorageName("aws".to_owned());
        let alarms = Answer::Failed(denied("asking for the alarms: access denied"));
        stage.tell(MetricsNews::Alarms { storage, alarms });
        stage.tell(MetricsNews::FiguresEnded);
        check(&stage, "in_part");
    }
}

#[test]
fn what_a_figure_is_can_be_read_whole() {
    let mut stage = Stage::full(LARGE);
    stage.act(Action::Explain);
    check(&stage, "explained");
    stage.act(Action::Back);
    stage.act(Action::SelectLast);
    stage.act(Action::Explain);
    check(&stage, "panel_explained");
}

#[test]
fn what_is_filtered_to_nothing_says_so() {
    let mut stage = Stage::full(SMALL);
    stage.act(Action::Filter);
    stage.type_in("nothing-is-called-so");
    stage.act(Action::Press);
    check(&stage, "filtered_to_nothing");
}

#[test]
fn charts_fit_every_terminal() {
    for (name, choice, depth) in [
        ("dark", ThemeChoice::Dark, ColourDepth::True),
        ("light", ThemeChoice::Light, ColourDepth::True),
        ("dark_16", ThemeChoice::Dark, ColourDepth::Sixteen),
        ("light_16", ThemeChoice::Light, ColourDepth::Sixteen),
        ("no_colour", ThemeChoice::Dark, ColourDepth::None),
    ] {
        let mut stage = Stage::full(SMALL).themed(choice, depth);
        stage.act(Action::Range(Range::NinetyDays));
        stage.act(Action::ScrollLeft);
        stage.act(Action::ScrollLeft);
        let picture = picture::picture(&stage.draw(), stage.theme());
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("metrics_theme_{name}"), picture));
    }
}

#[test]
fn no_size_breaks_the_tab() {
    for width in [40, 41, 57, 80, 139, 140, 300] {
        for height in [10, 11, 15, 24, 60] {
            let mut stage = Stage::full((width, height));
            for action in [Action::Open, Action::NextView, Action::ScrollLeft, Action::Explain] {
                stage.act(action);
                stage.draw();
            }
        }
    }
}

#[test]
fn a_click_chooses_what_it_is_on() {
    let mut stage = Stage::full(SMALL);
    stage.act(Action::SelectRow(1));
    assert_eq!(stage.app.metrics.subject_name(), "ceph/research-dumps");
    let asked = stage.act(Action::Reload);
    let is_load = |effect: &lifeboat::app::effect::Effect| {
        matches!(effect, lifeboat::app::effect::Effect::Metrics(MetricsEffect::LoadFigures { .. }))
    };
    assert!(asked.iter().any(is_load));
}
