//! The pages of the Drill tab on the screen, in every phase, small and large.

pub(crate) mod stage;

use std::time::Duration;

use lifeboat::app::action::Action;
use lifeboat::app::drill::effect::SetRef;
use lifeboat::app::drill::leftovers::{Interrupted, LeftBehind, Leftover};
use lifeboat::app::drill::message::{DrillMessage, Ended};
use lifeboat::app::message::Message;
use lifeboat::domain::census::Namespace;
use lifeboat::domain::failure::{Failure, FailureKind};
use lifeboat::drill::event::{Advance, Happened, Part, Step};
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
