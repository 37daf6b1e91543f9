//! What must hold for any bytes: no panic, no silence about a cut, no influence of chunk sizes.

use std::ops::ControlFlow;

use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::Index;

use crate::domain::census::DefectLayer;
use crate::dump::batches::{BatchSize, read_batches};
use crate::dump::census::take_census;
use crate::dump::clean::write_clean_tar;
use crate::dump::layout::Dump;
use crate::dump::limits::Limits;
use crate::dump::tests::fixture::{Dripping, Fixture, scan};

/// A healthy dump in each of the forms that can be read.
fn healthy() -> impl Strategy<Value = Vec<u8>> {
    let nightly = Fixture::nightly();
    let packed = nightly.clone().packed_inside();
    prop::sample::select(vec![nightly.tar(), nightly.tar_gz(), packed.tar(), packed.tar_gz()])
}

fn damaged() -> impl Strategy<Value = Vec<u8>> {
    (healthy(), prop::collection::vec((any::<Index>(), any::<u8>()), 1..4)).prop_map(
        |(mut bytes, flips)| {
            for (at, mask) in flips {
                let at = at.index(bytes.len());
                bytes[at] ^= mask;
            }
            bytes
        },
    )
}

fn cut() -> impl Strategy<Value = Vec<u8>> {
    (healthy(), any::<Index>()).prop_map(|(mut bytes, at)| {
        bytes.truncate(at.index(bytes.len()));
        bytes
    })
}

/// A dump without the places of its archive's defects.
fn without_places(mut dump: Dump) -> Dump {
    for defect in &mut dump.census.defects {
        if defect.layer == DefectLayer::Archive {
            defect.offset = None;
        }
    }
    dump
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic_and_are_never_a_dump(
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        prop_assert!(!scan(&bytes).census.defects.is_empty());
    }

    #[test]
    fn a_cut_is_always_a_defect_of_the_archive(bytes in cut()) {
        let defects = scan(&bytes).census.defects;
        prop_assert!(defects.iter().any(|defect| defect.layer == DefectLayer::Archive));
    }

    #[test]
    fn damage_never_panics_in_either_pass(bytes in damaged()) {
        let dump = scan(&bytes);
        read_batches(&bytes[..], &dump, BatchSize::default(), &mut |_| ControlFlow::Continue(()))
            .ok();
        write_clean_tar(&bytes[..], &dump, Vec::new()).ok();
    }

    // Where a decoder gives up does depend on reads: damage, and the place of a cut, are left out.
    #[test]
    fn the_size_of_reads_does_not_matter(bytes in prop_oneof![healthy(), cut()]) {
        let dripped = take_census(Dripping::new(&bytes), &Limits::default(), &mut |_| {}).unwrap();
        prop_assert_eq!(without_places(dripped), without_places(scan(&bytes)));
    }
}
