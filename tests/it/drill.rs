//! Drills in the embedded world: what is healthy is proven, what is planted is caught, and whatever
//! happens nothing is left behind.

use futures_util::{StreamExt as _, stream};
use lifeboat::adapters::slack;
use lifeboat::demo::fault::Fault;
use lifeboat::demo::population::{Population, Tier};
use lifeboat::demo::truth::{PLANTED, Planted};
use lifeboat::domain::failure::{Failure, FailureKind};
use lifeboat::domain::settings::Depth;
use lifeboat::domain::verdict::{Severity, Verdict};
use lifeboat::drill::event::{Happened, Step};
use lifeboat::drill::plan::Selection;
use lifeboat::drill::record::Record;
use lifeboat::journal::Entry;
use lifeboat::runtime::choose::Wanted;
use lifeboat::runtime::drill::Conclusion;
use tokio_util::sync::CancellationToken;

use crate::harness::{Asked, Rehearsal, failing, rules};

/// Drills that run side by side; there are two cores.
const AT_ONCE: usize = 4;

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warn => "warn",
        Verdict::CouldNotVerify => "could-not-verify",
        Verdict::Fail => "fail",
    }
}

/// What the world's own truth says of the object that was drilled.
fn planted(population: &Population, record: &Record) -> Option<&'static Planted> {
    PLANTED.iter().find(|planted| {
        let key = planted.days_ago.and_then(|days| population.backup(planted.tier, days));
        key.is_some_and(|object| object.key == record.object.key.0)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_backup_of_each_environment_is_proven() {
    let rehearsal = Rehearsal::start().await;
    for environment in ["dev", "staging", "prod"] {
        let conclusion = rehearsal.drill(environment, Wanted::Latest).await;
        let record = &conclusion.record;
        assert_eq!(record.verdict, Verdict::Pass, "{environment}: {record:#?}");
        assert_eq!(record.sentence(), "is proven");
        assert_eq!(conclusion.cleanup.failure, None);
        assert_eq!(rules(record, Severity::Info), Vec::<&str>::new(), "{environment}");
        let restored = record.restored.as_ref().unwrap();
        let dumped = record.census.as_ref().unwrap();
        assert!(dumped.documents() > 1000);
        for (name, collection) in dumped.judged() {
            assert_eq!(restored.collections[name].documents, collection.documents, "{name}");
        }
        rehearsal.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_are_those_of_the_worlds_own_arithmetic() {
    let rehearsal = Rehearsal::start().await;
    let population = Population::new(1, rehearsal.clock.now());
    let record = rehearsal.drill("prod", Wanted::Latest).await.record;
    for (collection, documents) in population.expected(Tier::Prod, 0) {
        let found = record.rows().into_iter().find(|row| row.namespace.collection == collection);
        if let Some(row) = found {
            assert_eq!(row.restored, Some(documents), "{collection}");
        }
    }
    assert!(record.rows().len() >= 7);
    assert_eq!(record.rows()[0].namespace.collection, "biomaterial");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_planted_flaw_is_caught_by_the_rules_that_it_has() {
    let rehearsal = Rehearsal::start().await;
    let population = Population::new(1, rehearsal.clock.now());
    let drillable = PLANTED.iter().filter_map(|planted| {
        let object = population.backup(planted.tier, planted.days_ago?)?;
        Some((planted, object.key.clone(), planted.verdict?))
    });
    let mut caught = 0;
    for (planted, key, verdict) in drillable {
        let conclusion = rehearsal.drill(planted.tier.name(), Wanted::Named(key)).await;
        let record = &conclusion.record;
        assert_eq!(word(record.verdict), verdict, "{planted:?}: {:#?}", record.judgements);
        assert_eq!(failing(record), planted.rules, "{planted:?}");
        rehearsal.assert_clean();
        caught += 1;
    }
    assert!(caught >= 4, "only {caught} flaws could be drilled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_twenty_seeds_a_random_pick_ends_as_the_worlds_truth_says() {
    let drills = stream::iter(0..20_u64).map(|seed| async move {
        let rehearsal = Rehearsal::of_world(seed).await;
        let record = rehearsal.drill("prod", Wanted::Random { seed }).await.record;
        rehearsal.assert_clean();
        let population = Population::new(seed, rehearsal.clock.now());
        let flaw = planted(&population, &record).filter(|planted| planted.verdict.is_some());
        let expected = flaw.map_or(&[][..], |planted| planted.rules);
        assert_eq!(rules(&record, Severity::Warn), expected, "seed {seed}: {record:#?}");
        assert_eq!(record.verdict == Verdict::Pass, flaw.is_none(), "seed {seed}");
    });
    drills.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_seed_over_one_pool_picks_the_same_object_and_a_tested_one_is_left_out() {
    let (one, two) = (Rehearsal::start().await, Rehearsal::start().await);
    let first = one.drill_to(Depth::Restore, "dev", Wanted::Random { seed: 7 }).await.record;
    let same = two.drill_to(Depth::Restore, "dev", Wanted::Random { seed: 7 }).await.record;
    assert_eq!(first.object.key, same.object.key);
    assert_eq!(first.selection, same.selection);
    let again = one.drill_to(Depth::Restore, "dev", Wanted::Random { seed: 7 }).await.record;
    let Selection::Random(pick) = &again.selection else { panic!("not picked at random") };
    assert!(pick.excluded.contains(&first.object.key));
    assert_ne!(again.object.key, first.object.key);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_training_fault_ends_in_its_verdict_and_a_clean_world() {
    // What is wrong with a cluster concerns no drill: one of those is enough.
    let left_out = [Fault::Slow, Fault::Api401, Fault::Api403, Fault::WatchCut, Fault::WatchGone];
    for fault in Fault::ALL.into_iter().filter(|fault| !left_out.contains(fault)) {
        let rehearsal = Rehearsal::start().await;
        rehearsal.world.inject(fault);
        let conclusion = rehearsal.drill("prod", Wanted::Latest).await;
        let record = &conclusion.record;
        let ending = fault.ending();
        assert_eq!(word(record.verdict), ending.verdict, "{fault}: {record:#?}");
        for rule in ending.rules {
            assert!(failing(record).contains(rule), "{fault}: {:?}", record.judgements);
        }
        if ending.verdict == "could-not-verify" {
            let failed = record.failed.as_ref().unwrap_or_else(|| panic!("{fault}: no reason"));
            assert!(!failed.failure.what.is_empty());
            assert!(record.sentence().contains("not run"), "{fault}: {}", record.sentence());
        }
        if fault == Fault::EngineGone {
            // Nobody can look there: that it may hold something must be said.
            let failure = conclusion.cleanup.failure.unwrap();
            assert!(failure.to_string().contains("sweep"), "{failure}");
        } else {
            assert_eq!(conclusion.cleanup.failure, None, "{fault}");
            rehearsal.assert_clean();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_reading_commands_ever_reach_a_source() {
    let rehearsal = Rehearsal::start().await;
    rehearsal.drill("prod", Wanted::Latest).await;
    let asked = rehearsal.world.asked_of(Tier::Prod);
    let reading = [
        "aggregate",
        "buildInfo",
        "endSessions",
        "find",
        "getMore",
        "hello",
        "isMaster",
        "ismaster",
        "killCursors",
        "listCollections",
        "listDatabases",
        "listIndexes",
        "ping",
        "serverStatus",
    ];
    assert!(asked.contains("aggregate"), "{asked:?}");
    let others: Vec<_> = asked.iter().filter(|name| !reading.contains(&name.as_str())).collect();
    assert_eq!(others, Vec::<&String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_to_depth_restore_is_restorable_and_never_asks_the_source() {
    let rehearsal = Rehearsal::start().await;
    let record = rehearsal.drill_to(Depth::Restore, "dev", Wanted::Latest).await.record;
    assert_eq!((record.verdict, record.sentence()), (Verdict::Pass, "is restorable".to_owned()));
    assert!(!record.is_proof() && record.is_test());
    assert_eq!(rehearsal.world.asked_of(Tier::Dev).len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_is_intact_and_neither_a_test_nor_a_proof() {
    let rehearsal = Rehearsal::start().await;
    let record = rehearsal.drill_to(Depth::Quick, "dev", Wanted::Latest).await.record;
    assert_eq!((record.verdict, record.sentence()), (Verdict::Pass, "is intact".to_owned()));
    assert!(!record.is_proof() && !record.is_test());
    rehearsal.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_known_from_a_scan_lets_the_sandbox_start_while_bytes_arrive() {
    let rehearsal = Rehearsal::start().await;
    rehearsal.drill_to(Depth::Quick, "dev", Wanted::Latest).await;
    let mut order = Vec::new();
    let never = CancellationToken::new();
    let record = rehearsal
        .watch(
            Asked { depth: Depth::Restore, environment: "dev", wanted: Wanted::Latest },
            &never,
            &mut |event| {
                let is_start = event.what == Happened::Started;
                if is_start || matches!(event.what, Happened::Passed { .. }) {
                    order.push((event.step, is_start));
                }
            },
        )
        .await
        .record;
    assert_eq!(record.verdict, Verdict::Pass);
    let place = |step, is_start| order.iter().position(|it| *it == (step, is_start)).unwrap();
    assert!(place(Step::StartSandbox, true) < place(Step::Scan, false), "{order:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_does_not_answer_holds_up_no_sandbox_whose_version_the_scan_has_found() {
    let rehearsal = Rehearsal::start().await;
    rehearsal.world.inject(Fault::SourceUnreachable);
    let mut times = Vec::new();
    let never = CancellationToken::new();
    let asked = Asked { depth: Depth::Compare, environment: "dev", wanted: Wanted::Latest };
    rehearsal
        .watch(asked, &never, &mut |event| {
            let is_scanned = event.step == Step::Scan && event.what != Happened::Started;
            let is_begun = event.step == Step::StartSandbox && event.what == Happened::Started;
            if is_scanned || is_begun {
                times.push((event.step, event.at));
            }
        })
        .await;
    let last = |step| times.iter().rev().find(|(its, _)| *its == step).unwrap().1;
    let waited = last(Step::StartSandbox).saturating_sub(last(Step::Scan));
    // A client waits ten seconds for a server.
    assert!(waited < std::time::Duration::from_secs(5), "{waited:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_at_any_step_leaves_a_record_and_nothing_else() {
    let steps =
        [Step::Download, Step::Scan, Step::StartSandbox, Step::Restore, Step::Count, Step::Compare];
    for step in steps {
        let rehearsal = Rehearsal::start().await;
        let cancel = CancellationToken::new();
        let conclusion = rehearsal
            .watch(
                Asked { depth: Depth::Compare, environment: "dev", wanted: Wanted::Latest },
                &cancel,
                &mut |event| {
                    if event.step == step && event.what == Happened::Started {
                        cancel.cancel();
                    }
                },
            )
            .await;
        let record = &conclusion.record;
        assert!(record.cancelled, "{step}");
        assert_eq!(record.verdict, Verdict::CouldNotVerify, "{step}");
        assert!(!record.is_test());
        assert_eq!(conclusion.cleanup.failure, None, "{step}");
        rehearsal.assert_clean();
        let reading = rehearsal.journal().read().unwrap();
        let entry = reading.entries.iter().find(|entry| entry.id == record.id.0).unwrap();
        assert!(entry.cleanup.is_some(), "{step}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_reads_back_as_it_was_written() {
    let rehearsal = Rehearsal::start().await;
    let conclusion = rehearsal.drill("dev", Wanted::Latest).await;
    let reading = rehearsal.journal().read().unwrap();
    assert_eq!(reading.problems, []);
    let entry = reading.entries.iter().find(|entry| entry.id == conclusion.record.id.0).unwrap();
    assert_eq!(Entry::record(entry), Some(&conclusion.record));
    assert_eq!(entry.cleanup, Some(conclusion.cleanup));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slack_is_told_the_reason_and_a_clean_up_that_failed() {
    let rehearsal = Rehearsal::start().await;
    rehearsal.world.inject(Fault::CutDump);
    let Conclusion { record, mut cleanup, .. } = rehearsal.drill("dev", Wanted::Latest).await;
    cleanup.failure = Some(Failure::new(FailureKind::Unreachable, "<no engine> answers"));
    let message = slack::message(&record, &cleanup);
    let lines: Vec<_> = message.lines().collect();
    assert!(lines[0].starts_with("*FAIL* restore drill of dev/ingest"), "{message}");
    assert!(lines[1].starts_with("FAIL A"), "{message}");
    assert_eq!(lines.last().unwrap(), &"clean-up FAILED: &lt;no engine&gt; answers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slack_is_told_the_step_that_could_not_be_done() {
    let rehearsal = Rehearsal::start().await;
    rehearsal.world.inject(Fault::SourceUnreachable);
    let conclusion = rehearsal.drill("dev", Wanted::Latest).await;
    let message = slack::message(&conclusion.record, &conclusion.cleanup);
    assert!(message.contains("compare failed: "), "{message}");
}
