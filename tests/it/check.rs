//! `lifeboat check` on the embedded world: every planted flaw is seen, and nothing else is.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lifeboat::demo::depot::{Depot, MEDIA};
use lifeboat::demo::s3::{Keys, S3Endpoint, S3Fault, S3Server};
use lifeboat::demo::truth::{Flaw, PLANTED, SIGHTINGS};
use lifeboat::demo::{Genesis, World};
use lifeboat::domain::checkup::evidence::Volume;
use lifeboat::domain::checkup::{Checkup, Word};
use lifeboat::domain::environment::{BackupSet, Keep};
use lifeboat::domain::settings::{Depth, Settings};
use lifeboat::domain::slot::State;
use lifeboat::domain::units::ByteSize;
use lifeboat::journal::Journal;
use lifeboat::runtime::check::memory::Memory;
use lifeboat::runtime::check::{Check, Checked};
use lifeboat::runtime::choose::Wanted;
use lifeboat::runtime::clock::Clock;

use crate::harness::{Asked, Rehearsal};

const DAY: &str = "2026-11-20T09:30:00Z";

struct Watch {
    world: World,
    settings: Settings,
    clock: Clock,
    memory: Memory,
}

impl Watch {
    async fn start(seed: u64, clock: Clock) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let now: lifeboat::demo::mongo::Clock = Arc::new(move || clock.now());
        let world = World::start(Genesis { seed, clock: now }).await.unwrap();
        let settings = world.settings();
        Self { world, settings, clock, memory: Memory::default() }
    }

    async fn frozen() -> Self {
        Self::start(1, Clock::starting_at(DAY.parse().unwrap())).await
    }

    async fn check_within(&self, patience: Duration) -> Vec<Checked> {
        let sets: Vec<&BackupSet> = self.settings.sets().collect();
        let reading = Journal::at(&self.settings.folders.journal).read().unwrap();
        let check = Check {
            settings: &self.settings,
            clock: self.clock,
            reading: &reading,
            memory: &self.memory,
            patience,
        };
        check.run(&sets).await
    }

    async fn check(&self) -> Vec<Checkup> {
        let checked = self.check_within(Duration::from_secs(20)).await;
        checked.into_iter().map(|one| one.checkup).collect()
    }

    fn change(&mut self, set: &str, change: impl Fn(&mut BackupSet)) {
        let sets = self.settings.environments.iter_mut().flat_map(|it| &mut it.backups);
        for one in sets.filter(|one| one.path() == set) {
            change(one);
        }
    }
}

fn of<'a>(checkups: &'a [Checkup], path: &str) -> &'a Checkup {
    checkups.iter().find(|checkup| checkup.path() == path).unwrap()
}

fn midnight(now: Timestamp, days_ago: u16) -> Timestamp {
    let day = now.as_second() - now.as_second().rem_euclid(86_400);
    Timestamp::from_second(day - i64::from(days_ago) * 86_400).unwrap()
}

/// The rules that found something, each with its weight.
fn found(checkup: &Checkup) -> Vec<(&'static str, &'static str)> {
    checkup.findings.iter().map(|finding| (finding.rule.id(), finding.weight.word())).collect()
}

/// What was found is what is written in the world's truth.
fn assert_truth(checkups: &[Checkup], now: Timestamp) {
    let mut seen = BTreeSet::new();
    for checkup in checkups {
        assert!(checkup.failure.is_none(), "{}: {}", checkup.path(), checkup.line);
        for finding in &checkup.findings {
            let path = checkup.path();
            let told = (finding.rule.id(), finding.weight.word());
            let sighting = SIGHTINGS.iter().position(|it| {
                checkup.environment.0 == it.tier.name()
                    && it.rule == told.0
                    && it.days_ago.map(|days| midnight(now, days)) == finding.slot
            });
            assert!(sighting.is_some(), "at {now}: {path}: {finding:?}");
            let place = sighting.unwrap();
            let expected = SIGHTINGS.get(place).unwrap();
            assert_eq!(expected.weight, told.1, "{path}: {finding:?}");
            assert!(finding.reason.contains(expected.says), "{path}: {finding:?}");
            assert!(!finding.advice.is_empty(), "{finding:?}");
            assert!(seen.insert(place), "twice: {finding:?}");
        }
    }
    assert_eq!(seen.len(), SIGHTINGS.len(), "at {now}: only {seen:?} of {SIGHTINGS:?}");
    for planted in PLANTED.iter().filter(|planted| planted.days_ago.is_some()) {
        let slots = &of(checkups, &format!("{}/ingest", planted.tier)).slots;
        let at = midnight(now, planted.days_ago.unwrap());
        let slot = slots.iter().find(|slot| slot.at == at).unwrap();
        assert_eq!(slot.state.word(), planted.slot, "{planted:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_planted_flaw_is_seen_and_nothing_else_whatever_the_world_grows_from() {
    for seed in 1..=20 {
        let clock = Clock::starting_at(DAY.parse().unwrap());
        let watch = Watch::start(seed, clock).await;
        assert_truth(&watch.check().await, clock.now());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn today_is_a_day_like_others_and_so_is_every_hour_of_one_where_clocks_change() {
    let watch = Watch::start(1, Clock::system()).await;
    assert_truth(&watch.check().await, watch.clock.now());
    for at in [
        "2026-11-20T00:00:01Z",
        "2026-11-20T00:04:30Z",
        "2026-11-20T00:20:00Z",
        "2026-11-20T01:05:00Z",
        "2026-11-20T23:59:30Z",
        "2026-10-25T00:59:00Z",
        "2026-10-25T04:30:00Z",
        "2026-03-29T01:10:00Z",
        "2026-03-29T04:30:00Z",
        "2026-11-22T17:30:00Z",
    ] {
        let clock = Clock::starting_at(at.parse().unwrap());
        assert_truth(&Watch::start(1, clock).await.check().await, clock.now());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fourth_environment_is_well_and_its_storage_lacks_what_it_lacks() {
    let checkups = Watch::frozen().await.check().await;
    let research: Vec<_> =
        checkups.iter().filter(|checkup| checkup.environment.0 == "research").collect();
    assert_eq!(research.len(), 5);
    for checkup in &research {
        assert_eq!((checkup.word, checkup.findings.len()), (Word::Ok, 0), "{}", checkup.line);
        let lock = checkup.columns.iter().find(|column| column.name == "lock").unwrap();
        assert_eq!((lock.text.as_str(), lock.is_grey), ("not offered", true));
    }
    assert_eq!(of(&checkups, "research/daily").slots.len(), 28);
    assert_eq!(of(&checkups, "research/media").objects, 1_351);
    let synchronised = of(&checkups, "research/media").newest_due().unwrap();
    assert_eq!(synchronised.state, State::Ok);
    let known_by = "its marker `last-sync.txt` was written at 2026-11-20 04:";
    assert!(synchronised.detail.starts_with(known_by), "{}", synchronised.detail);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_green_jobs_last_words_are_quoted_beside_what_it_did_not_make() {
    let checkups = Watch::frozen().await.check().await;
    let prod = of(&checkups, "prod/ingest");
    let missed = prod.findings.iter().find(|finding| finding.rule.id() == "missed").unwrap();
    assert!(!missed.quoted.is_empty(), "{missed:?}");
    let text = &prod.cluster[0].text;
    assert!(text.starts_with("0 0 * * * (inferred UTC), last run 2026-11-20 00:00"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_dump_is_partial_once_it_was_scanned_and_its_counts_are_kept() {
    let rehearsal = Rehearsal::start().await;
    let planted = PLANTED.iter().find(|it| it.flaw == Flaw::KilledHalfWay).unwrap();
    let at = midnight(rehearsal.clock.now(), planted.days_ago.unwrap());
    let key = format!("prod/{}.tar.gz", at.strftime("%Y-%m-%dT%H_%M"));
    let wanted = Wanted::Named(key);
    let asked = Asked { depth: Depth::Quick, environment: "prod", wanted };
    let never = tokio_util::sync::CancellationToken::new();
    rehearsal.watch(asked, &never, &mut |_| {}).await;
    let Rehearsal { world, settings, clock } = rehearsal;
    let watch = Watch { world, settings, clock, memory: Memory::default() };
    let checkups = watch.check().await;
    let prod = of(&checkups, "prod/ingest");
    let slot = prod.slots.iter().find(|slot| slot.at == at).unwrap();
    assert_eq!(slot.state, State::Partial);
    assert!(found(prod).contains(&("partial", "note")), "{:?}", found(prod));
    assert_eq!(prod.trend.len(), 1);
    assert!(!prod.trend[0].is_whole && prod.trend[0].documents["admin.file"] > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_of_one_set_is_a_clear_sentence_and_leaves_the_others_as_they_are() {
    let mut watch = Watch::frozen().await;
    let untouched = watch.check().await;
    watch.change("research/daily", |set| set.bucket = "nowhere".to_owned());
    watch.change("research/registry", |set| set.prefix = "elsewhere/".to_owned());
    watch.change("dev/ingest", |set| {
        use jiff::tz::TimeZone;
        let format = lifeboat::domain::backup::NameFormat::new("%d.%m.%Y.tgz", TimeZone::UTC);
        set.name_format = format.unwrap();
    });
    let checkups = watch.check().await;
    let nowhere = of(&checkups, "research/daily");
    assert_eq!(nowhere.word, Word::CouldNotSee);
    assert!(nowhere.line.contains("there is no such bucket"), "{}", nowhere.line);
    let elsewhere = of(&checkups, "research/registry");
    assert_eq!(elsewhere.word, Word::Critical);
    let reasons: Vec<_> = elsewhere.findings.iter().map(|it| it.reason.as_str()).collect();
    assert!(reasons.iter().any(|it| it.contains("there is no object")), "{reasons:?}");
    let renamed = of(&checkups, "dev/ingest");
    let names = renamed.findings.iter().find(|it| it.rule.id() == "names").unwrap();
    assert!(names.reason.contains("judged by their uploads"), "{}", names.reason);
    assert_eq!(renamed.newest_due().unwrap().state, State::Ok);
    for path in ["staging/ingest", "prod/ingest", "research/hourly", "research/media"] {
        assert_eq!(found(of(&checkups, path)), found(of(&untouched, path)), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_permission_greys_its_column_and_names_the_action() {
    let watch = Watch::frozen().await;
    let [bucket, _] = watch.world.storage_faults();
    bucket.switch_on(S3Fault::Forbidden { operation: "GetBucketVersioning" });
    bucket.switch_on(S3Fault::Forbidden { operation: "GetBucketLifecycleConfiguration" });
    let checkups = watch.check().await;
    let staging = of(&checkups, "staging/ingest");
    let text = |name: &str| {
        let column = staging.columns.iter().find(|column| column.name == name).unwrap();
        column.text.clone()
    };
    assert_eq!(text("versions"), "not allowed: needs s3:GetBucketVersioning");
    assert_eq!(text("lifecycle"), "not allowed: needs s3:GetLifecycleConfiguration");
    assert_eq!(found(staging), [("verification", "warning")]);
    bucket.clear();
    bucket.switch_on(S3Fault::Denied);
    let checkups = watch.check().await;
    let staging = of(&checkups, "staging/ingest");
    assert_eq!(found(staging)[0], ("unreadable", "critical"));
    assert_eq!(staging.findings[0].advice, "the credentials need s3:GetObject");
    bucket.clear();
    bucket.switch_on(S3Fault::Forbidden { operation: "ListObjectsV2" });
    let checkups = watch.check().await;
    let staging = of(&checkups, "staging/ingest");
    assert_eq!(staging.word, Word::CouldNotSee);
    assert!(staging.findings[0].advice.contains("s3:ListBucket"), "{:?}", staging.findings);
    assert_eq!(of(&checkups, "research/daily").word, Word::Ok);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_hangs_keeps_nobody_else_waiting() {
    let watch = Watch::frozen().await;
    watch.world.storage_faults()[0].switch_on(S3Fault::Hang);
    let checked = watch.check_within(Duration::from_secs(2)).await;
    let checkups: Vec<_> = checked.into_iter().map(|one| one.checkup).collect();
    let prod = of(&checkups, "prod/ingest");
    assert_eq!(prod.word, Word::CouldNotSee);
    assert!(prod.line.contains("no answer within 2 s"), "{}", prod.line);
    assert_eq!(of(&checkups, "research/hourly").word, Word::Ok);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_two_hours_behind_is_told() {
    let mut watch =
        Watch::start(1, Clock::starting_at("2026-11-20T01:30:00Z".parse().unwrap())).await;
    watch.clock = Clock::starting_at("2026-11-19T23:30:00Z".parse().unwrap());
    let checkups = watch.check().await;
    let prod = of(&checkups, "prod/ingest");
    let clock = prod.findings.iter().find(|it| it.rule.id() == "clock").unwrap();
    assert!(clock.reason.contains("which is still to come"), "{}", clock.reason);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_otherwise_than_it_is_done_is_told() {
    let mut watch = Watch::frozen().await;
    watch.change("dev/ingest", |set| set.keep = Some(Keep::Days(30)));
    watch.change("research/daily", |set| set.keep = Some(Keep::Count(7)));
    watch.change("staging/ingest", |set| set.schedule = Some("30 4 * * *".to_owned()));
    let checkups = watch.check().await;
    let reason = |path: &str, rule: &str| {
        let checkup = of(&checkups, path);
        let finding = checkup.findings.iter().find(|finding| finding.rule.id() == rule);
        finding.unwrap_or_else(|| panic!("{path}: {:?}", checkup.findings)).reason.clone()
    };
    assert!(reason("dev/ingest", "retention").starts_with("30 d are written, and "));
    assert!(reason("research/daily", "retention").starts_with("7 are written, and there are"));
    let schedule = reason("staging/ingest", "schedule");
    assert!(schedule.contains("runs by `0 0 * * *` (inferred UTC)"), "{schedule}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_media_bucket_that_lost_a_fiftieth_since_yesterday_is_critical() {
    let mut watch = Watch::frozen().await;
    let checked = watch.check_within(Duration::from_secs(20)).await;
    let media = checked.iter().find(|one| one.checkup.path() == "research/media").unwrap();
    let mut observed = media.observed.clone().unwrap();
    let (today, volume) = observed.days.pop_first().unwrap();
    let more = Volume { objects: volume.objects + 30, bytes: ByteSize(volume.bytes.bytes()) };
    observed.days.insert(today.yesterday().unwrap(), more);
    watch.memory.observe("research/media".to_owned(), observed);
    let checkups = watch.check().await;
    let media = of(&checkups, "research/media");
    assert_eq!(found(media), [("shrunk", "critical")]);
    assert!(media.findings[0].reason.starts_with("30 objects fewer than on 2026-11-19"));
    assert!(media.findings[0].advice.contains("keeps versions"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_objects_are_listed_by_page() {
    let mut watch = Watch::frozen().await;
    let now = watch.clock.now();
    let depot = Arc::new(Depot::new(1, now, 100_000));
    let keys = Keys { access_key: "lifeboat", secret_key: &"lifeboat-demo".into() };
    let clock = watch.clock;
    let server = S3Server::of_depot(depot, keys, Arc::new(move || clock.now()));
    let endpoint: S3Endpoint = server.listen(([127, 0, 0, 1], 0).into()).await.unwrap();
    let storage = watch.settings.storages.iter_mut().find(|it| it.name.0 == "ceph").unwrap();
    storage.endpoint = Some(endpoint.url());
    watch.settings.environments.retain(|it| it.name.0 == "research");
    watch.change("research/media", |set| assert_eq!(set.bucket, MEDIA));
    let checkups = watch.check().await;
    let media = of(&checkups, "research/media");
    assert_eq!((media.objects, media.word), (100_001, Word::Ok), "{}", media.line);
    assert!(media.slots.len() < 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_two_hours_off_is_told_of_every_set_whose_storage_or_cluster_answers() {
    let mut watch = Watch::frozen().await;
    let [_, depot] = watch.world.storage_faults();
    depot.switch_on(S3Fault::Forbidden { operation: "ListObjectsV2" });
    // Some seconds more: the world's own clock has run since it was started.
    let off = Duration::from_secs(2 * 3600 + 20);
    watch.clock = Clock::starting_at(DAY.parse::<Timestamp>().unwrap() + off);
    let checkups = watch.check().await;
    let said = |path: &str| {
        let findings = of(&checkups, path).findings.iter();
        let findings: Vec<_> = findings.filter(|it| it.rule.id() == "skew").collect();
        assert_eq!(findings.len(), 1, "{path}: {findings:?}");
        (findings[0].weight.word(), findings[0].reason.clone())
    };
    assert_eq!(
        said("prod/ingest"),
        (
            "critical",
            "this machine's clock is 2h00m ahead of that of the storage `world` and of the cluster \
             of prod: ages here are wrong"
                .to_owned()
        )
    );
    // A listing that was refused tells the time too.
    let reason = said("research/daily").1;
    assert!(reason.ends_with("that of the storage `ceph`: ages here are wrong"), "{reason}");
    assert_eq!(of(&checkups, "research/daily").word, Word::CouldNotSee);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storage_whose_clock_is_off_leaves_the_sets_of_others_as_they_are() {
    let mut watch = Watch::frozen().await;
    let now = watch.clock.now();
    let depot = Arc::new(Depot::new(1, now, 100));
    let keys = Keys { access_key: "lifeboat", secret_key: &"lifeboat-demo".into() };
    let server = S3Server::of_depot(depot, keys, Arc::new(move || now + Duration::from_hours(2)));
    let endpoint: S3Endpoint = server.listen(([127, 0, 0, 1], 0).into()).await.unwrap();
    let storage = watch.settings.storages.iter_mut().find(|it| it.name.0 == "ceph").unwrap();
    storage.endpoint = Some(endpoint.url());
    let checkups = watch.check().await;
    for checkup in &checkups {
        let is_told = found(checkup).contains(&("skew", "critical"));
        assert_eq!(is_told, checkup.environment.0 == "research", "{}", checkup.path());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_cronjob_is_the_loudest_of_all() {
    use lifeboat::domain::checkup::{evidence::Evidence, judge};
    use lifeboat::domain::known::Known;
    let watch = Watch::frozen().await;
    let set = watch.settings.sets().find(|set| set.path() == "prod/ingest").unwrap();
    let now = watch.clock.now();
    let timetable = lifeboat::domain::slot::timetable::Timetable::of(set, now);
    let runs = lifeboat::domain::slot::run::Runs {
        cronjob: lifeboat::domain::job::CronJob {
            uid: lifeboat::domain::pod::Uid("u".into()),
            namespace: "default".into(),
            name: "ingest-backup".into(),
            created: None,
            schedule: "0 0 * * *".into(),
            time_zone: None,
            is_suspended: true,
            active: 0,
            last_schedule: Some(now - SignedDuration::from_hours(100)),
            last_success: None,
            images: Vec::new(),
            release: None,
        },
        jobs: Vec::new(),
    };
    let listing = Ok(lifeboat::domain::slot::catalogue::Catalogue::new(timetable, now));
    let evidence = Evidence { runs: Known::Told(runs), ..Evidence::of(listing) };
    let checkup = judge(set, &evidence, now);
    assert_eq!(checkup.word, Word::Critical);
    assert!(found(&checkup).contains(&("suspended", "critical")));
    assert_eq!(checkup.newest_due().unwrap().state, State::Suspended);
}
