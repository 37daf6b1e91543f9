//! Dumps in memory: made, read, packed as the backup job does it, and broken in the ways that dumps break.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use bson::oid::ObjectId;
use bson::{DateTime, doc};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use tar::{EntryType, Header};

const DAY: i64 = 86_400;

/// The files of a dump, by their place under its root: `admin/file.bson`.
#[derive(Debug, Clone, Default)]
pub struct Dump {
    files: BTreeMap<String, Vec<u8>>,
}

impl Dump {
    /// What the database of the tests holds: collections of one database, all older than a day.
    pub fn of_the_database(now: Timestamp) -> Self {
        let mut dump = Self::default();
        for (name, count) in
            [("biomaterial", 300), ("file", 500), ("process", 200), ("project", 10)]
        {
            let documents: Vec<_> = (0..count).map(|number| entity(now, number, count)).collect();
            let index = (name == "file")
                .then_some(r#"{"v":2,"key":{"uuid":1},"name":"uuid_1","unique":true}"#);
            dump.add(name, &documents.concat(), index);
        }
        dump
    }

    /// The same with a collection that compression cannot make smaller: `megabytes` of noise.
    pub fn with_noise(mut self, megabytes: u32) -> Self {
        const LENGTH: usize = 8 << 10;
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut noise = || {
            let mut bytes = Vec::with_capacity(LENGTH);
            while bytes.len() < LENGTH {
                // xorshift64
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                bytes.extend_from_slice(&state.to_le_bytes());
            }
            bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes }
        };
        let documents: Vec<_> = (0..megabytes * 128)
            .map(|number| doc! {"_id": i64::from(number), "noise": noise()}.to_vec().unwrap())
            .collect();
        self.add("noise", &documents.concat(), None);
        self
    }

    /// What mongodump adds on a real server, and the compatible one does not have.
    pub fn with_version(mut self, version: &str) -> Self {
        let document = doc! {"_id": "featureCompatibilityVersion", "version": version};
        self.add("system.version", &document.to_vec().unwrap(), None);
        self
    }

    fn add(&mut self, collection: &str, documents: &[u8], index: Option<&str>) {
        let indexes: Vec<_> =
            [r#"{"v":2,"key":{"_id":1},"name":"_id_"}"#].into_iter().chain(index).collect();
        let metadata = format!(
            r#"{{"options":{{}},"indexes":[{}],"collectionName":"{collection}","type":"collection"}}"#,
            indexes.join(",")
        );
        self.files.insert(format!("admin/{collection}.bson"), documents.to_vec());
        self.files.insert(format!("admin/{collection}.metadata.json"), metadata.into_bytes());
    }

    pub fn read(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        for database in fs::read_dir(root).unwrap().map(Result::unwrap) {
            for file in fs::read_dir(database.path()).unwrap().map(Result::unwrap) {
                let place = file.path().strip_prefix(root).unwrap().display().to_string();
                files.insert(place, fs::read(file.path()).unwrap());
            }
        }
        Self { files }
    }

    pub fn write(&self, root: &Path) {
        for (place, bytes) in &self.files {
            let path = root.join(place);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    /// `tar -zc /data/db/dump/STAMP`, as the backup job does it.
    pub fn pack(&self, stamp: &str) -> Vec<u8> {
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        let mut add = |path: &str, kind, bytes: &[u8]| {
            let mut header = Header::new_gnu();
            header.set_entry_type(kind);
            header.set_mode(0o755);
            header.set_size(bytes.len() as u64);
            archive.append_data(&mut header, path, bytes).unwrap();
        };
        for folder in ["data", "data/db", "data/db/dump"] {
            add(&format!("{folder}/"), EntryType::Directory, &[]);
        }
        add(&format!("data/db/dump/{stamp}/admin/"), EntryType::Directory, &[]);
        for (place, bytes) in &self.files {
            add(&format!("data/db/dump/{stamp}/{place}"), EntryType::Regular, bytes);
        }
        let mut packed = archive.into_inner().unwrap();
        packed.flush().unwrap();
        packed.finish().unwrap()
    }

    /// How many documents a collection has.
    pub fn count(&self, collection: &str) -> u64 {
        documents(&self.files[&data(collection)]).len() as u64
    }

    /// The names of the collections that a restore brings back.
    pub fn collections(&self) -> Vec<&str> {
        let names = self
            .files
            .keys()
            .filter_map(|place| place.strip_prefix("admin/")?.strip_suffix(".bson"));
        names.filter(|name| !name.starts_with("system.")).collect()
    }

    /// The dump was killed half way: the collection's last document is cut.
    pub fn cut(mut self, collection: &str) -> Self {
        let bytes = self.files.get_mut(&data(collection)).unwrap();
        bytes.truncate(bytes.len() - 7);
        self
    }

    /// The dump was killed before it came to the collection's documents.
    pub fn without_data_of(mut self, collection: &str) -> Self {
        self.files.remove(&data(collection)).unwrap();
        self
    }

    /// The newest documents of the collection are not there, and nothing else tells.
    pub fn without_last(mut self, collection: &str, count: usize) -> Self {
        let bytes = self.files.get_mut(&data(collection)).unwrap();
        let found = documents(bytes);
        let kept = found[..found.len() - count].concat();
        *bytes = kept;
        self
    }

    /// The collection's first document is there twice.
    pub fn with_first_twice(mut self, collection: &str) -> Self {
        let bytes = self.files.get_mut(&data(collection)).unwrap();
        let first = documents(bytes)[0].to_vec();
        bytes.extend(first);
        self
    }
}

fn data(collection: &str) -> String {
    format!("admin/{collection}.bson")
}

/// A document whose id tells that it is between a day and a month old.
fn entity(now: Timestamp, number: u32, count: u32) -> Vec<u8> {
    let born = now.as_second() - 30 * DAY + i64::from(number) * (29 * DAY / i64::from(count));
    let mut id = [7; 12];
    id[..4].copy_from_slice(&u32::try_from(born).unwrap().to_be_bytes());
    id[8..].copy_from_slice(&number.to_be_bytes());
    let born = DateTime::from_millis(born * 1000);
    let entity = doc! {
        "_id": ObjectId::from_bytes(id),
        "submissionDate": born,
        "updateDate": born,
        "uuid": format!("{number:032x}"),
        "content": {"number": number, "text": "x".repeat(100)},
    };
    entity.to_vec().unwrap()
}

fn documents(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while let Some(length) = bytes.first_chunk() {
        let (document, rest) = bytes.split_at(u32::from_le_bytes(*length) as usize);
        found.push(document);
        bytes = rest;
    }
    found
}
