//! What is no dump is named, what is broken in an archive is found, what no dump holds is refused.

use std::io::{self, Read};

use tar::EntryType;

use crate::domain::census::Defect;
use crate::domain::units::ByteSize;
use crate::dump::census::take_census;
use crate::dump::limits::Limits;
use crate::dump::tests::fixture::{Fixture, documents, gzip, scan, scan_within};
use crate::dump::tests::{FILE, admin, check, only_defect};

#[test]
fn what_is_no_dump_is_named_for_what_it_is() {
    check(b"", "Archive @0: not a dump: no bytes at all");
    check(
        b"<!DOCTYPE html><html>404</html>",
        "Archive @0: not a dump: a web page or an XML answer in the place of a backup",
    );
    check(b"hello", "Archive @0: not a dump: neither gzip nor tar");
    check(&gzip(b"hello"), "Archive @0: not a dump: neither gzip nor tar inside gzip");
    check(
        b"\x6d\xe2\x99\x81\0\0\0\0",
        "Archive @0: a mongodump --archive file cannot be read; \
         a tar archive, plain or gzip, of a dump folder can",
    );
    check(
        &gzip(b"\x28\xb5\x2f\xfd"),
        "Archive @0: zstd inside gzip cannot be read; \
         a tar archive, plain or gzip, of a dump folder can",
    );
    check(
        &Fixture::default().file("notes/todo.txt", "x").tar_gz(),
        "Archive : not a dump: no .bson file lies below a database's folder",
    );
    check(
        &Fixture::default().file("file.bson", documents(1..=1)).tar_gz(),
        "Archive file: lies in no database's folder",
    );
}

#[test]
fn a_source_that_fails_is_an_error_and_no_defect() {
    struct Failing<'b>(&'b [u8]);
    impl Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(buffer)?;
            if read > 0 { Ok(read) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
        }
    }
    let whole = Fixture::nightly().tar_gz();
    for at in [0, 1, 100, whole.len() / 2, whole.len() - 1] {
        let taken = take_census(Failing(&whole[..at]), &Limits::default(), &mut |_| {});
        assert_eq!(taken.unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "at {at}");
    }
}

#[test]
fn a_cut_archive_is_named_with_file_and_offset() {
    let tar = Fixture::nightly().tar();
    let inside = 2 * 512 + 4096;
    let cut = "cut: the archive stops inside this file";
    check(&tar[..inside], &format!("Archive admin/file.bson@4096: {cut}"));
    check(&gzip(&tar[..inside]), &format!("Archive admin/file.bson@4096: {cut}"));
    let gz = Fixture::nightly().tar_gz();
    let dump = scan(&gz[..gz.len() / 2]);
    let defect = only_defect(&dump);
    assert!(defect.starts_with("Archive admin/file.bson@"), "{defect}");
    assert!(defect.ends_with(": cut: the gzip stream stops before its end"), "{defect}");
    // What had been read until then is in the census.
    let file = &dump.census.collections[&admin("file")];
    assert!(file.has_data && file.documents > 0 && file.documents < 200);
}

#[test]
fn a_flipped_byte_in_gzip_is_found() {
    let mut bytes = Fixture::nightly().tar_gz();
    let trailer = bytes.len() - 8;
    bytes[trailer] ^= 1;
    let defect = only_defect(&scan(&bytes));
    assert!(defect.contains("the gzip stream is damaged (corrupt gzip stream"), "{defect}");
}

#[test]
fn a_damaged_tar_header_is_found() {
    let mut bytes = Fixture::nightly().tar();
    bytes[512] ^= 1;
    let defect = only_defect(&scan(&bytes));
    assert!(defect.starts_with("Archive @512: a tar header cannot be read ("), "{defect}");
}

#[test]
fn the_end_of_an_archive_must_be_whole_and_the_last() {
    let tar = Fixture::nightly().tar();
    let end = tar.len() - 1024;
    check(&tar[..end], &format!("Archive @{end}: cut: the archive stops without its end mark"));
    check(
        &gzip(&tar[..end + 600]),
        &format!("Archive @{}: cut: the archive stops inside its end mark", end + 512),
    );
    let more = [&tar[..], &[0; 8192], b"x"].concat();
    check(&more, &format!("Archive @{}: data follows the end mark of the archive", end + 512));
    let garbage = [&gzip(&tar)[..], b"garbage"].concat();
    check(
        &garbage,
        &format!(
            "Archive @{}: the gzip stream is followed by bytes that do not belong to it",
            end + 512
        ),
    );
    assert_eq!(scan(&[&tar[..], &[0; 8192]].concat()).census.defects, []);
}

#[test]
fn members_that_no_dump_holds_are_refused() {
    for (path, kind, expected) in [
        (
            "dump/admin/x",
            EntryType::Symlink,
            "dump/admin/x@0: a symbolic link, which no dump holds",
        ),
        ("dump/admin/x", EntryType::Link, "dump/admin/x@0: a hard link, which no dump holds"),
        ("dump/admin/x", EntryType::Char, "dump/admin/x@0: a device, which no dump holds"),
        ("dump/admin/x", EntryType::Block, "dump/admin/x@0: a device, which no dump holds"),
        ("dump/admin/x", EntryType::Fifo, "dump/admin/x@0: a pipe, which no dump holds"),
        (
            "dump/admin/x",
            EntryType::GNUSparse,
            "dump/admin/x@0: a sparse file, which no dump holds",
        ),
        ("/etc/x.bson", EntryType::Regular, "/etc/x.bson@0: an absolute path, which no dump holds"),
        (
            "dump/../../x.bson",
            EntryType::Regular,
            "dump/../../x.bson@0: a path that leaves its folder, which no dump holds",
        ),
    ] {
        check(&Fixture::default().entry(path, kind).tar_gz(), &format!("Archive {expected}"));
    }
}

#[test]
fn a_collection_has_one_file_and_an_archive_one_dump() {
    let twice = Fixture::nightly().file(&format!("{FILE}.gz"), gzip(b""));
    let second = "a second file for the same collection";
    check(&twice.tar_gz(), &format!("Archive admin/file.bson.gz@0: {second}"));
    let spelt_twice = Fixture::nightly().collection(&FILE.replace("file.bson", "%66ile"), &[]);
    check(&spelt_twice.tar_gz(), "Archive admin/file: a second file for the same collection");
    let two = Fixture::nightly().collection("data/db/dump/2018-04-05T11_37/admin/file", &[]);
    check(
        &two.tar_gz(),
        "Archive data/db/dump/2018-04-05T11_37: \
         a second dump lies here, the first is data/db/dump/2018-04-04T11_37",
    );
}

#[test]
fn a_bomb_is_refused_in_either_layer() {
    let limits = Limits { ratio: 50, ratio_from: ByteSize::mebibytes(1), ..Limits::default() };
    let zeros = vec![0; 4 << 20];
    let outer = Fixture::default().file("dump/admin/file.bson", &zeros[..]).tar_gz();
    let inner = Fixture::default().file("dump/admin/file.bson.gz", gzip(&zeros)).tar();
    let other = Fixture::default().file("dump/zeros.txt", &zeros[..]).tar_gz();
    for bytes in [outer, inner, other] {
        let defects = scan_within(&bytes, &limits).census.defects;
        let is_bomb = |defect: &Defect| defect.what.starts_with("a decompression bomb: ");
        assert!(defects.iter().any(is_bomb), "{defects:?} in {} bytes", bytes.len());
    }
}

#[test]
fn what_is_kept_in_memory_is_limited() {
    let nightly = Fixture::nightly().file("data/db/dump/prelude.json", "{}  ").tar_gz();
    let tiny = ByteSize(3);
    for (limits, expected) in [
        (Limits { members: 3, ..Limits::default() }, "more than 3 files"),
        (Limits { metadata: tiny, ..Limits::default() }, "longer than 3 B, which is absurd"),
        (Limits { prelude: tiny, ..Limits::default() }, "longer than 3 B, which is absurd"),
        (Limits { kept: tiny, ..Limits::default() }, "more names and metadata than any dump holds"),
        (Limits { path: 3, ..Limits::default() }, "a path of absurd length"),
    ] {
        let defect = only_defect(&scan_within(&nightly, &limits));
        assert!(defect.starts_with("Archive ") && defect.ends_with(expected), "{defect}");
    }
    let long = Fixture::default().collection(&format!("dump/{}/x", "d".repeat(200_000)), &[]);
    let limits = Limits { header: ByteSize(100_000), ..Limits::default() };
    let defect = only_defect(&scan_within(&long.tar_gz(), &limits));
    assert!(defect.ends_with("a tar header of absurd length"), "{defect}");
}

#[test]
fn endless_defects_end_the_reading() {
    let mut fixture = Fixture::default();
    for number in 0..9 {
        fixture = fixture.file(&format!("dump/admin/{number}.bson"), "oops");
    }
    let dump = scan_within(&fixture.tar_gz(), &Limits { defects: 3, ..Limits::default() });
    let defects: Vec<_> = dump.census.defects.iter().map(|defect| &*defect.what).collect();
    assert_eq!(defects.len(), 4);
    assert_eq!(defects[3], "3 defects, the rest was not read");
}
