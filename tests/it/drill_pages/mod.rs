//! The pages of the Drill tab on the screen, in every phase, small and large.

pub(crate) mod stage;

use std::time::Duration;

use lifeboat::app::action::Action;
use lifeboat::app::backups::effect::BackupsEffect;
use lifeboat::app::drill::effect::SetRef;
use lifeboat::app::drill::leftovers::{Interrupted, LeftBehind, Leftover};
use lifeboat::app::drill::message::{DrillMessage, Ended};
use lifeboat::app::effect::Effect;
use lifeboat::app::message::{Message, Size};
use lifeboat::app::tab::Tab;
use lifeboat::domain::census::Namespace;
use lifeboat::domain::failure::{Failure, FailureKind};
use lifeboat::domain::verdict::Outcome;
use lifeboat::drill::event::{Advance, DrillEvent, Happened, Part, Step};
use lifeboat::drill::preflight::{Check, Checked, Standing};

use stage::{Stage, clean, looks, now};

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];

#[tokio::test]
async fn the_form_shows_what_is_due_the_pick_its_odds_and_what_was_tested() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        stage.check("form");
        for _ in 0..13 {
            stage.press(Action::ScrollLeft);
        }
        stage.press(Action::SelectNext);
        stage.check("form_chosen");
        stage.press(Action::Explain);
        stage.check("odds");
    }
}

#[tokio::test]
async fn the_card_tells_what_is_fine_what_warns_and_what_blocks() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        let generation = stage.asked(Action::Open);
        for checked in looks().into_iter().take(4) {
            stage.tell(DrillMessage::Checked { generation, checked });
        }
        stage.check("card_looking");
        // Nothing seems to stand still while something does not answer.
        stage.app.update(Message::Ticked(now() + Duration::from_secs(3)));
        assert!(stage.picture().contains("before anything is downloaded … 3 s"));
        for checked in looks() {
            stage.tell(DrillMessage::Checked { generation, checked });
        }
        stage.tell(DrillMessage::CheckedAll { generation });
        stage.check("card_fine");
        stage.press(Action::Back);
        let generation = stage.asked(Action::Open);
        for checked in looks() {
            stage.tell(DrillMessage::Checked { generation, checked });
        }
        let fix = "COULD NOT VERIFY is the best it can come to so; depth restore does without it";
        let checked = Checked::warns(Check::Source, "the live database does not answer", fix);
        stage.tell(DrillMessage::Checked { generation, checked });
        let failure = Failure::new(FailureKind::Unreachable, "no container engine answers")
            .advise("start Docker or Podman, or set DOCKER_HOST");
        let checked = Checked::blocks(Check::Engine, failure);
        assert_eq!(checked.standing, Standing::Blocks);
        stage.tell(DrillMessage::Checked { generation, checked });
        stage.tell(DrillMessage::CheckedAll { generation });
        stage.check("card_blocked");
    }
}

#[tokio::test]
async fn a_run_shows_its_steps_its_collections_and_its_log() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        let began = stage.began();
        stage.tell(began);
        let part = |name: &str, done: u64, total: u64| Part {
            name: Namespace::new("admin", name),
            done: done << 20,
            total: Some(total << 20),
            documents: None,
        };
        let scanned = "536 836 documents in 5 collections, 158.7 MiB raw, server 4.2".to_owned();
        stage.happen(vec![
            (0, Step::Download, Happened::Started),
            (0, Step::Scan, Happened::Started),
            (100, Step::StartSandbox, Happened::Started),
            (
                2400,
                Step::Download,
                Happened::Passed { summary: "14.9 MiB, CRC64NVME checked".to_owned() },
            ),
            (2500, Step::Scan, Happened::Passed { summary: scanned }),
            (
                2600,
                Step::StartSandbox,
                Happened::Noted("mongo:4.2 by the newest record of this set".to_owned()),
            ),
            (
                4000,
                Step::StartSandbox,
                Happened::Passed { summary: "mongo:4.2 without network, server 4.2.24".to_owned() },
            ),
            (4000, Step::Restore, Happened::Started),
            (
                9000,
                Step::Restore,
                Happened::Advanced(Advance::bytes(61 << 20, Some(158 << 20), "admin.file")),
            ),
            (
                9000,
                Step::Restore,
                Happened::Parts(vec![
                    part("biomaterial", 12, 12),
                    part("file", 49, 96),
                    part("process", 0, 27),
                    part("project", 0, 1),
                ]),
            ),
        ]);
        stage.wait(9);
        stage.check("run");
        stage.press(Action::Logs);
        stage.check("log");
    }
}

#[tokio::test]
async fn how_many_collections_there_are_is_said_when_the_dump_was_read_to_its_end() {
    let mut stage = Stage::open((80, 24)).await;
    let began = stage.began();
    stage.tell(began);
    let part = Part {
        name: Namespace::new("admin", "file"),
        done: 1 << 20,
        total: Some(1 << 20),
        documents: Some(9),
    };
    stage.happen(vec![
        (0, Step::Scan, Happened::Started),
        (900, Step::Scan, Happened::Parts(vec![part])),
    ]);
    assert!(stage.picture().contains("1 collection so far"), "{}", stage.picture());
    stage.happen(vec![(950, Step::Scan, Happened::Passed { summary: "read".to_owned() })]);
    assert!(stage.picture().contains("1 of 1 collection"), "{}", stage.picture());
}

#[tokio::test]
async fn a_result_shows_verdict_table_loss_and_the_hold() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        stage.conclude(0);
        stage.check("hold");
        stage.press(Action::Open);
        stage.check("row");
        stage.press(Action::Back);
        let mut stage = Stage::open(size).await;
        stage.conclude(1200);
        let ended = Ended { cleanup: clean(), unrecorded: None, untold: None };
        stage.tell(DrillMessage::Ended(Box::new(ended)));
        stage.check("failed");
        stage.press(Action::Explain);
        stage.check("why");
    }
}

#[tokio::test]
async fn a_result_that_has_no_room_says_what_is_not_seen() {
    let mut stage = Stage::open((80, 24)).await;
    let began = stage.began();
    stage.tell(began);
    let mut record = stage.record(0);
    for (at, judged) in record.judgements.iter_mut().enumerate() {
        judged.outcome = Outcome::NotRun { why: format!("reason {at}") };
    }
    stage.hold(record);
    stage.app.update(Message::Resized(Size { width: 80, height: 22 }));
    let screen = stage.picture();
    assert!(screen.contains("more below") && screen.contains("more: e shows them"), "{screen}");
    stage.press(Action::SelectLast);
    let screen = stage.picture();
    assert!(screen.contains("▌ ") && screen.contains("more above"), "{screen}");
    stage.app.update(Message::Resized(Size { width: 200, height: 50 }));
    let screen = stage.picture();
    assert!(!["more below", "more above", "more: e"].iter().any(|it| screen.contains(it)));
}

#[tokio::test]
async fn a_drill_is_told_of_in_every_tab_however_narrow_the_screen_is() {
    for (width, hold) in
        [(80, "prod · PASS · goes in 10m00s"), (120, "drill prod · PASS · goes in")]
    {
        let mut stage = Stage::open((width, 24)).await;
        let began = stage.began();
        stage.tell(began);
        stage.press(Action::Show(Tab::Pods));
        stage.happen(vec![(0, Step::StartSandbox, Happened::Started)]);
        assert!(stage.picture().contains("prod · start sandbox"), "{}", stage.picture());
        stage.conclude(0);
        stage.press(Action::Show(Tab::Pods));
        assert!(stage.picture().contains(hold), "{}", stage.picture());
    }
}

#[tokio::test]
async fn a_result_ends_what_was_said_of_it_before_and_is_asked_for_by_the_tab_of_backups() {
    let mut stage = Stage::open((80, 24)).await;
    let began = stage.began();
    stage.tell(began);
    stage.press(Action::Open);
    assert!(stage.picture().contains("the result is not known yet"));
    let record = stage.record(0);
    stage.happen(vec![(8000, Step::Record, Happened::Concluded(Box::new(record)))]);
    assert!(!stage.picture().contains("not known yet"));
    let kept = |at| DrillEvent {
        at: Duration::from_millis(at),
        step: Step::Record,
        what: Happened::Passed { summary: "kept".to_owned() },
    };
    let tell = |stage: &mut Stage, at| {
        stage.app.update(Message::Drill(DrillMessage::Happened(vec![kept(at)])))
    };
    let effects = tell(&mut stage, 8100);
    let [Effect::Backups(effect)] = effects.as_slice() else { panic!("{effects:?}") };
    let BackupsEffect::Check { sets, .. } = &**effect else { panic!("{effect:?}") };
    assert!(sets.iter().any(|set| set.environment.0 == "prod"), "{sets:?}");
    assert!(tell(&mut stage, 8200).is_empty(), "it is recorded once");
}

#[tokio::test]
async fn history_lists_drills_and_what_is_due() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        stage.press(Action::NextView);
        stage.check("history");
    }
}

#[tokio::test]
async fn what_was_left_behind_is_offered() {
    for size in SIZES {
        let mut stage = Stage::open(size).await;
        let plan = stage.plan(7, 1);
        let set = SetRef { environment: plan.set.environment.clone(), name: plan.set.name.clone() };
        let container = format!("lifeboat-drill-{}", plan.id.label());
        let names = [&container, "…-cfg", "…-db", "…-in", "its download", "no record"];
        let left = Leftover {
            names: names.map(str::to_owned).to_vec(),
            why: "prod: drill of 2026-10-20T00_00.tar.gz was interrupted at restore".to_owned(),
            run: Some(Interrupted { id: plan.id, set, key: plan.object.key.clone() }),
        };
        let behind = LeftBehind { found: vec![left.clone()], unknown: None };
        // Nobody is interrupted: it is told once nothing else lies over the screen.
        stage.press(Action::Help);
        stage.tell(DrillMessage::LeftoversFound(behind));
        assert!(!stage.picture().contains("Left behind"));
        stage.press(Action::Back);
        stage.check("leftovers");
        let what = "the container engine does not answer";
        let unknown = Some(Failure::new(FailureKind::Unreachable, what));
        let many = LeftBehind { found: vec![left; 12], unknown };
        stage.press(Action::Back);
        stage.tell(DrillMessage::LeftoversFound(many));
        stage.press(Action::SelectNext);
        stage.check("many_leftovers");
        let effects = stage.press(Action::DrillAgain);
        assert!(effects.len() == 2, "{effects:?}");
    }
}
