//! The arithmetic against a look at everything.

mod flaws;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use bson::{Bson, RawDocument};
use flate2::read::GzDecoder;

use super::*;
use crate::demo::mongo::Documents as _;
use crate::demo::population::growth::{DAY, Growth};

fn world(seed: u64) -> Population {
    Population::new(seed, "2026-11-20T14:05:09Z".parse().unwrap())
}

fn whole(population: &Population, recipe: Recipe) -> Vec<u8> {
    population.read(recipe, 0, usize::MAX)
}

/// Every file of an archive by its path.
fn unpack(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut tar = tar::Archive::new(GzDecoder::new(archive));
    let mut files = BTreeMap::new();
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(path, bytes);
    }
    files
}

/// The documents of a `.bson` file, and what is left where one is cut.
fn documents(mut bytes: &[u8]) -> (Vec<&RawDocument>, &[u8]) {
    let mut documents = Vec::new();
    while let Some(length) = bytes.first_chunk::<4>() {
        let length = usize::try_from(i32::from_le_bytes(*length)).unwrap();
        let Some((document, rest)) = bytes.split_at_checked(length) else { break };
        documents.push(RawDocument::from_bytes(document).unwrap());
        bytes = rest;
    }
    (documents, bytes)
}

/// Documents per collection of an archive, `.bson` files that are cut, and names of the rest.
struct Seen {
    documents: BTreeMap<String, u64>,
    cut: Vec<String>,
    metadata: BTreeMap<String, Document>,
    folder: String,
}

fn look(archive: &[u8]) -> Seen {
    let mut seen = Seen {
        documents: BTreeMap::new(),
        cut: Vec::new(),
        metadata: BTreeMap::new(),
        folder: String::new(),
    };
    for (path, bytes) in unpack(archive) {
        let (folder, name) = path.rsplit_once('/').unwrap();
        if let Some(name) = name.strip_suffix(".metadata.json") {
            let read = serde_json::from_slice(&bytes).unwrap();
            seen.metadata.insert(name.to_owned(), read);
        } else if let Some(name) = name.strip_suffix(".bson") {
            let (documents, rest) = documents(&bytes);
            seen.documents.insert(name.to_owned(), documents.len() as u64);
            if !rest.is_empty() {
                seen.cut.push(name.to_owned());
            }
        }
        folder.clone_into(&mut seen.folder);
    }
    seen
}

#[test]
fn expected_counts_agree_with_a_look_at_every_document() {
    for seed in 0..20 {
        let population = world(seed);
        let tier = Tier::ALL[usize::try_from(seed % 3).unwrap()];
        let days = u16::try_from(seed * 4).unwrap();
        for (name, expected) in population.expected(tier, days) {
            let blueprint = BLUEPRINTS.iter().find(|it| it.name == name).unwrap();
            let growth: Growth = population.seed.growth(tier, blueprint);
            let began = population.seed.midnight - u64::from(days) * DAY;
            let numbers = 0..blueprint.documents + 1_000;
            let there = numbers
                .filter(|number| growth.interval > 0 && growth.exists(*number, began))
                .count();
            assert_eq!(expected, there as u64, "{tier} {name}");
        }
    }
}

#[test]
fn a_backup_unpacks_to_what_its_night_held() {
    for (seed, tier, days) in [(1, Tier::Prod, 1), (2, Tier::Dev, 0), (3, Tier::Dev, 90)] {
        let population = world(seed);
        let object = population.backup(tier, days).unwrap();
        let archive = whole(&population, object.recipe);
        assert_eq!(archive.len() as u64, population.size(object.recipe));
        let seen = look(&archive);
        assert!(seen.cut.is_empty());
        let stamp = object.key.rsplit('/').next().unwrap().strip_suffix(".tar.gz").unwrap();
        assert_eq!(seen.folder, format!("data/db/dump/{stamp}/admin"));
        let mut expected = population.expected(tier, days);
        expected.extend([("system.users", 2), ("system.version", 2)]);
        let seen_documents: BTreeMap<_, _> =
            seen.documents.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(seen_documents, expected);
        // The view has metadata and no data.
        let mut names: BTreeSet<_> = expected.keys().copied().collect();
        names.insert("openSubmissions");
        assert!(seen.metadata.keys().map(String::as_str).eq(names));
    }
}

#[test]
fn documents_are_of_their_collections_length_in_order_and_born_before_the_dump() {
    let population = world(4);
    let object = population.backup(Tier::Dev, 3).unwrap();
    let began = nights::night(population.seed, 3) * 1000;
    let mut updates = 0;
    for (path, bytes) in unpack(&whole(&population, object.recipe)) {
        let Some(name) = path.rsplit('/').next().unwrap().strip_suffix(".bson") else { continue };
        let Some(blueprint) = BLUEPRINTS.iter().find(|it| it.name == name) else { continue };
        let mut last = None;
        for document in documents(&bytes).0 {
            assert_eq!(document.as_bytes().len(), blueprint.document_bytes, "{name}");
            let id = document.get_object_id("_id").unwrap();
            assert!(last < Some(id), "{name}");
            last = Some(id);
            let created = if name == "auditLog" { "at" } else { "submissionDate" };
            let born = document.get_datetime(created).unwrap().timestamp_millis();
            assert_eq!(born / 1000, id.timestamp().timestamp_millis() / 1000);
            assert!(u64::try_from(born).unwrap() < began);
            if let Ok(changed) = document.get_datetime("updateDate") {
                assert!(u64::try_from(changed.timestamp_millis()).unwrap() < began);
                updates += u64::from(changed.timestamp_millis() > born);
            }
        }
    }
    assert!(updates > 500, "{updates}");
}

#[test]
fn every_stretch_of_an_object_is_the_same_as_in_the_whole() {
    let population = world(5);
    let recipe = population.backup(Tier::Dev, 7).unwrap().recipe;
    let archive = whole(&population, recipe);
    for (offset, length) in [
        (0, 1),
        (3, 30),
        (9, 600),
        (65_530, 70_000),
        (131_080, 3),
        (500_001, 1_000_003),
        (archive.len() - 20_000, 19_995),
        (archive.len() - 5, 100),
        (archive.len(), 10),
    ] {
        let stretch = population.read(recipe, offset as u64, length);
        let end = (offset + length).min(archive.len());
        assert!(stretch == archive[offset..end], "{offset}+{length}");
    }
}

#[test]
fn the_source_holds_what_its_backups_hold_and_more() {
    for seed in 0..20 {
        let population = world(seed);
        for tier in Tier::ALL {
            let source = population.source(tier);
            let newest = population.expected(tier, 0);
            for collection in &source {
                let now = collection.documents.len();
                assert!(newest.get(collection.name()).is_none_or(|then| *then <= now));
            }
            let births: u64 =
                newest.values().sum::<u64>() - population.expected(tier, 1).values().sum::<u64>();
            assert!(births > 10, "{births} {tier}");
        }
        let total: u64 = population.source(Tier::Prod).iter().map(|it| it.documents.len()).sum();
        assert!((55_000..65_000).contains(&total), "{total}");
    }
}

#[test]
fn a_source_collection_describes_itself_as_its_dump_does() {
    let population = world(6);
    let seen = look(&whole(&population, population.backup(Tier::Dev, 0).unwrap().recipe));
    for collection in population.source(Tier::Dev) {
        let dumped = &seen.metadata[collection.name()];
        assert_eq!(dumped.get_document("options").unwrap(), &collection.options());
        let indexes: Vec<_> = collection.indexes().into_iter().map(Bson::Document).collect();
        assert_eq!(dumped.get_array("indexes").unwrap(), &indexes);
        assert!(indexes.is_empty() == (collection.kind() == CollectionKind::View));
        if collection.kind() != CollectionKind::View {
            let uuid = mix::hex(collection.uuid);
            assert_eq!(dumped.get_str("uuid").unwrap(), uuid);
        }
        let documents = &collection.documents;
        if !documents.is_empty() {
            let last = documents.len() - 1;
            let id = documents.document(last).get_object_id("_id").unwrap();
            assert_eq!(documents.id(last), Bson::ObjectId(id));
        }
    }
}

#[test]
fn environments_share_neither_ids_nor_identities() {
    let population = world(7);
    let mut uuids = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for tier in Tier::ALL {
        for collection in population.source(tier) {
            assert!(uuids.insert(collection.uuid));
            if !collection.documents.is_empty() {
                assert!(ids.insert(collection.documents.id(0).to_string()[12..].to_owned()));
            }
        }
    }
}

#[test]
fn staging_holds_more_of_everything_than_prod_at_every_moment() {
    for seed in 0..20 {
        let population = world(seed);
        for days in 0..97 {
            let prod = population.expected(Tier::Prod, days);
            for (name, staged) in population.expected(Tier::Staging, days) {
                assert!(staged > prod[name] || name == "importQueue", "{seed} {days} {name}");
            }
        }
    }
}

#[test]
fn each_night_that_is_kept_has_its_backup() {
    let population = world(8);
    let count = |tier| population.objects().iter().filter(|it| it.tier == tier).count();
    // Ninety days are up at the next midnight only; production's backups never expire.
    assert_eq!([count(Tier::Dev), count(Tier::Staging), count(Tier::Prod)], [91, 91, 96]);
    assert!(population.objects().is_sorted_by_key(|it| it.key.clone()));
    for object in population.objects() {
        let name = object.key.strip_prefix(object.tier.name()).unwrap();
        let began = jiff::civil::DateTime::strptime("/%Y-%m-%dT%H_%M.tar.gz", name).unwrap();
        let began = began.in_tz("UTC").unwrap().timestamp();
        let upload = object.last_modified.duration_since(began).as_secs();
        assert!((240..=420).contains(&upload), "{upload}");
        assert_eq!(object.expires.is_none(), object.tier == Tier::Prod);
        assert!(object.expires.is_none_or(|at| at > population.now()));
    }
}

#[test]
fn a_backup_that_is_still_under_way_is_not_listed() {
    let population = Population::new(1, "2026-11-20T00:03:00Z".parse().unwrap());
    assert!(population.backup(Tier::Prod, 0).is_none());
    assert!(population.backup(Tier::Prod, 1).is_some());
}

#[test]
fn healthy_backups_weigh_about_as_much_as_the_night_before() {
    for seed in 0..20 {
        let population = world(seed);
        for tier in Tier::ALL {
            let mut last = None;
            for days in (0..90).rev() {
                let Some(object) = population.backup(tier, days) else { continue };
                let size = population.size(object.recipe);
                if object.recipe == Recipe::whole(tier, nights::night(population.seed, days)) {
                    let near = |last: u64| size >= last && size < last + last / 50;
                    assert!(last.is_none_or(near), "{tier} {days}");
                    last = Some(size);
                }
            }
        }
    }
}

#[test]
fn documents_that_are_unchanged_since_a_dump_are_the_same_in_the_source() {
    let population = world(13);
    let began = nights::night(population.seed, 30);
    for collection in population.source(Tier::Dev) {
        let then = Stock::new(collection.blueprint, collection.documents.growth, began);
        let now = collection.documents;
        let mut changed = 0;
        for position in (0..then.len()).step_by(37) {
            let number = then.growth.number(position, began);
            // Deletions only ever move a document towards the beginning.
            let today = (0..=position).rev().find(|it| now.growth.number(*it, now.at) == number);
            let Some(today) = today else { continue };
            let (old, new) = (then.document(position), now.document(today));
            if new
                .get_datetime("updateDate")
                .is_ok_and(|at| u64::try_from(at.timestamp_millis()).unwrap() > began * 1000)
            {
                changed += 1;
            } else {
                assert_eq!(old, new);
            }
        }
        assert!(collection.name() != "file" || changed > 0);
    }
}
