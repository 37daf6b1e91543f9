//! Builds dumps in memory, healthy and broken, for the tests of this folder.

use std::io::{self, Read, Write};
use std::ops::RangeInclusive;

use bson::doc;
use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use crate::dump::census::take_census;
use crate::dump::layout::Dump;
use crate::dump::limits::Limits;

/// The files of an archive in their order.
#[derive(Clone, Default)]
pub(super) struct Fixture {
    files: Vec<(String, EntryType, Vec<u8>)>,
}

impl Fixture {
    /// What the first users store every night, small: all data in `admin`, server 4.2, no prelude.
    pub(super) fn nightly() -> Self {
        let root = "data/db/dump/2018-04-04T11_37";
        let version = doc! {"_id": "featureCompatibilityVersion", "version": "4.2"};
        let versions =
            [doc! {"_id": "authSchema", "currentVersion": 5}, version, doc! {"_id": "z"}];
        let versions: Vec<_> = versions.iter().flat_map(|one| one.to_vec().unwrap()).collect();
        Self::default()
            .folder(&format!("{root}/admin/"))
            .collection(&format!("{root}/admin/file"), &documents(1..=200))
            .collection(&format!("{root}/admin/process"), &documents(1..=7))
            .collection(&format!("{root}/admin/system.users"), &documents(1..=2))
            .collection(&format!("{root}/admin/system.version"), &versions)
    }

    pub(super) fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), EntryType::Regular, bytes.into()));
        self
    }

    pub(super) fn folder(self, path: &str) -> Self {
        self.entry(path, EntryType::Directory)
    }

    pub(super) fn entry(mut self, path: &str, kind: EntryType) -> Self {
        self.files.push((path.to_owned(), kind, Vec::new()));
        self
    }

    /// Data first, as the directory order of many file systems has it, then metadata.
    pub(super) fn collection(self, stem: &str, documents: &[u8]) -> Self {
        self.file(&format!("{stem}.bson"), documents)
            .file(&format!("{stem}.metadata.json"), metadata("{}"))
    }

    pub(super) fn append(&mut self, other: Self) {
        self.files.extend(other.files);
    }

    pub(super) fn without(mut self, ending: &str) -> Self {
        self.files.retain(|(path, ..)| !path.ends_with(ending));
        self
    }

    /// Each file packed by itself, as `mongodump --gzip` does.
    pub(super) fn packed_inside(mut self) -> Self {
        for (path, kind, bytes) in &mut self.files {
            if *kind == EntryType::Regular {
                path.push_str(".gz");
                *bytes = gzip(bytes);
            }
        }
        self
    }

    pub(super) fn tar(&self) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (path, kind, bytes) in &self.files {
            let mut header = Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            if *kind == EntryType::GNUSparse {
                header.as_gnu_mut().unwrap().set_real_size(0);
            }
            if path.len() > 100 {
                builder.append_data(&mut header, path, &bytes[..]).unwrap();
            } else {
                // Written as it stands: `set_path` would refuse what a hostile archive holds.
                header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
                header.set_cksum();
                builder.append(&header, &bytes[..]).unwrap();
            }
        }
        builder.into_inner().unwrap()
    }

    pub(super) fn tar_gz(&self) -> Vec<u8> {
        gzip(&self.tar())
    }

    pub(super) fn scan(&self) -> Dump {
        scan(&self.tar_gz())
    }
}

pub(super) fn scan(bytes: &[u8]) -> Dump {
    scan_within(bytes, &Limits::default())
}

pub(super) fn scan_within(bytes: &[u8], limits: &Limits) -> Dump {
    take_census(bytes, limits, &mut |_| {}).unwrap()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn documents(numbers: RangeInclusive<i32>) -> Vec<u8> {
    numbers.flat_map(|n| doc! {"_id": n, "at": {"list": [n, "x"]}}.to_vec().unwrap()).collect()
}

/// A metadata file as mongodump writes it, with the index that every collection has.
pub(super) fn metadata(options: &str) -> String {
    format!(
        r#"{{"options":{options},"indexes":[{{"v":{{"$numberInt":"2"}},"key":{{"_id":{{"$numberInt":"1"}}}},"name":"_id_"}}],"uuid":"5a1b2c3d4e5f60718293a4b5c6d7e8f9"}}"#
    )
}

/// A reader that gives one byte at a time, and is interrupted before each.
pub(super) struct Dripping<'b> {
    bytes: &'b [u8],
    interrupted: bool,
}

impl<'b> Dripping<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, interrupted: false }
    }
}

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let room = buffer.len().min(1);
        self.bytes.read(&mut buffer[..room])
    }
}
