//! Healthy dumps are read whole and without a defect; each broken one has the defect it should.

mod archives;
mod files;
mod fixture;
mod healthy;
mod properties;
mod restores;

use crate::domain::census::{Defect, Namespace};
use crate::dump::layout::Dump;
use crate::dump::tests::fixture::{Fixture, scan};

const FILE: &str = "data/db/dump/2018-04-04T11_37/admin/file.bson";

fn admin(collection: &str) -> Namespace {
    Namespace::new("admin", collection)
}

fn counts(dump: &Dump) -> Vec<(String, u64)> {
    let collections = dump.census.collections.iter();
    collections.map(|(name, found)| (name.to_string(), found.documents)).collect()
}

fn sound(fixture: &Fixture) -> Dump {
    let dump = fixture.scan();
    assert_eq!(dump.census.defects, []);
    dump
}

/// The only defect of a dump, as `layer file@offset: what`.
fn only_defect(dump: &Dump) -> String {
    let [Defect { layer, file, offset, what }] = &dump.census.defects[..] else {
        panic!("not one defect: {:?}", dump.census.defects)
    };
    let offset = offset.map(|offset| format!("@{offset}")).unwrap_or_default();
    format!("{layer:?} {file}{offset}: {what}")
}

#[track_caller]
fn check(bytes: &[u8], defect: &str) {
    assert_eq!(only_defect(&scan(bytes)), defect);
}
