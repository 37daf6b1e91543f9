//! Each planted flaw as it is described, and nothing else wrong.

use super::*;
use crate::demo::truth::{Flaw, PLANTED};

fn flawed(population: &Population, flaw: Flaw) -> (Tier, u16, StoredObject) {
    let planted = PLANTED.iter().find(|it| it.flaw == flaw).unwrap();
    let days = planted.days_ago.unwrap();
    (planted.tier, days, population.backup(planted.tier, days).unwrap().clone())
}

#[test]
fn the_newest_backups_and_those_outside_prod_are_healthy() {
    for planted in PLANTED {
        assert_eq!(planted.tier, Tier::Prod);
        assert!(planted.days_ago.is_none_or(|days| days > 1));
    }
}

#[test]
fn a_missed_night_leaves_an_upload_and_no_object() {
    let population = world(9);
    let uploads = population.leftover_uploads();
    let [abandoned, upload] = &uploads[..] else { panic!("two uploads") };
    assert!(abandoned.key.starts_with("archive/"), "no set's: {abandoned:?}");
    let planted = PLANTED.iter().find(|it| it.flaw == Flaw::MissedNight).unwrap();
    assert!(population.backup(planted.tier, planted.days_ago.unwrap()).is_none());
    assert!(population.object(&upload.key).is_none());
}

#[test]
fn half_the_documents_of_each_collection_are_missing_from_a_whole_archive() {
    let population = world(10);
    let (tier, days, object) = flawed(&population, Flaw::HalfTheDocuments);
    let seen = look(&whole(&population, object.recipe));
    assert!(seen.cut.is_empty());
    for (name, held) in population.expected(tier, days) {
        assert_eq!(seen.documents[name], held * 45 / 100, "{name}");
    }
    let neighbour = population.size(population.backup(tier, days + 14).unwrap().recipe);
    assert!(population.size(object.recipe) * 2 < neighbour);
}

#[test]
fn yesterdays_bytes_are_the_same_object_under_another_name() {
    let population = world(11);
    let (tier, days, object) = flawed(&population, Flaw::YesterdaysBytes);
    let before = population.backup(tier, days + 1).unwrap();
    assert_eq!(object.recipe, before.recipe);
    assert_eq!(population.digest(object.recipe), population.digest(before.recipe));
    assert!(object.key != before.key && object.last_modified > before.last_modified);
    let (held, had) = (population.expected(tier, days), population.expected(tier, days + 1));
    assert!(held["file"] > had["file"]);
}

#[test]
fn a_killed_dump_lacks_data_for_its_metadata_and_weighs_as_much_as_others() {
    for seed in 0..20 {
        let population = world(seed);
        let (tier, days, object) = flawed(&population, Flaw::KilledHalfWay);
        let [size, neighbour] = [object.recipe, population.backup(tier, days + 1).unwrap().recipe]
            .map(|recipe| population.size(recipe));
        assert!(size.abs_diff(neighbour) * 100 < neighbour * 3, "{size} {neighbour}");
        if seed == 0 {
            let seen = look(&whole(&population, object.recipe));
            assert_eq!(seen.cut, ["submissionEnvelope"]);
            let lacking: Vec<_> =
                seen.metadata.keys().filter(|it| !seen.documents.contains_key(*it)).collect();
            assert_eq!(lacking, ["importQueue", "openSubmissions", "project", "protocol"]);
            let expected = population.expected(tier, days);
            assert_eq!(seen.documents["file"], expected["file"]);
        }
    }
}

#[test]
fn another_environments_dump_has_its_identities_and_the_right_name_and_weight() {
    for seed in 0..20 {
        let population = world(seed);
        let (tier, days, object) = flawed(&population, Flaw::AnotherEnvironment);
        let neighbour = population.size(population.backup(tier, days + 1).unwrap().recipe);
        let size = population.size(object.recipe);
        assert!(size.abs_diff(neighbour) * 100 < neighbour * 5, "{size} {neighbour}");
        let own = population.backup(Tier::Staging, days).unwrap();
        assert_ne!(population.digest(object.recipe), population.digest(own.recipe));
        if seed == 0 {
            let seen = look(&whole(&population, object.recipe));
            for (name, held) in population.expected(Tier::Staging, days) {
                assert_eq!(seen.documents[name], held);
                let uuid = seen.metadata[name].get_str("uuid").unwrap();
                let sources = population.source(Tier::Staging);
                let source = sources.iter().find(|it| it.name() == name).unwrap();
                let staged = mix::hex(source.uuid);
                assert_eq!(uuid, staged);
            }
        }
    }
}

#[test]
fn no_two_objects_share_their_etag_but_the_planted_duplicate() {
    let population = world(12);
    let mut seen = BTreeMap::<String, Vec<&str>>::new();
    for object in population.objects() {
        seen.entry(population.digest(object.recipe)).or_default().push(&object.key);
    }
    let shared: Vec<_> = seen.into_values().filter(|keys| keys.len() > 1).collect();
    assert_eq!(shared.len(), 1, "{shared:?}");
}
