//! A backup's bytes: the tarball, and the files in it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::ControlFlow;

use bson::doc;
use flate2::Compression;
use flate2::write::GzEncoder;
use lifeboat::domain::census::CollectionKind;
use lifeboat::domain::units::ByteSize;
use lifeboat::dump::{
    BatchSize, Dump, Limits, clean_files, read_batches, take_census, write_clean_tar,
};
use tar::{Builder, EntryType, Header};

const METADATA: &str = r#"{"options":{},"indexes":[{"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_"}],"uuid":"5a1b2c3d4e5f60718293a4b5c6d7e8f9"}"#;
const LARGEST_DOCUMENT: usize = (16 << 20) + (16 << 10);

/// Any bytes as an object of the bucket. The second pass brings back what the first has counted.
pub fn tarball(bytes: &[u8]) {
    let dump = scan(bytes);
    let small = BatchSize { documents: 3, bytes: ByteSize(64) };
    let mut read = BTreeMap::new();
    let batches = read_batches(bytes, &dump, small, &mut |batch| {
        *read.entry(batch.namespace).or_insert(0) += u64::from(batch.count);
        ControlFlow::Continue(())
    });
    let mut clean = Vec::new();
    let written = write_clean_tar(bytes, &dump, &mut clean);
    if !dump.census.defects.is_empty() {
        return;
    }
    assert!(batches.is_ok(), "a dump without defects is read again: {batches:?}");
    assert!(written.is_ok(), "a dump without defects is written again: {written:?}");
    for (namespace, layout) in &dump.layout.collections {
        let counted = dump.census.collections.get(namespace).map_or(0, |found| found.documents);
        if layout.kind != CollectionKind::View {
            assert_eq!(read.get(namespace).copied().unwrap_or(0), counted, "{namespace}");
        }
    }
    if clean_files(&dump).next().is_some() {
        let again = scan(&clean);
        assert_eq!(again.census.defects, [], "what is uploaded is a healthy dump");
        assert_eq!(again.census.documents(), dump.census.documents());
    }
}

/// Any bytes as a collection's file: it is healthy only where its documents are framed to its end.
pub fn documents(bytes: &[u8]) {
    let tar = packed([("dump/admin/file.bson", bytes), metadata_file(METADATA.as_bytes())]);
    let census = scan(&tar).census;
    if census.defects.is_empty() {
        let counted = census.collections.values().map(|found| found.documents).sum();
        assert_eq!(framed(bytes), Some(counted));
    }
    tarball(&tar);
}

/// Any bytes as a collection's metadata.
pub fn metadata(bytes: &[u8]) {
    let documents = document(1);
    let tar = packed([("dump/admin/file.bson", documents.as_slice()), metadata_file(bytes)]);
    tarball(&tar);
}

fn metadata_file(bytes: &[u8]) -> (&str, &[u8]) {
    ("dump/admin/file.metadata.json", bytes)
}

/// Counts documents by nothing but their lengths and their last bytes.
fn framed(mut bytes: &[u8]) -> Option<u64> {
    let mut count = 0;
    while !bytes.is_empty() {
        let length = usize::try_from(i32::from_le_bytes(*bytes.first_chunk()?)).ok()?;
        let (document, rest) = bytes.split_at_checked(length)?;
        if !(5..=LARGEST_DOCUMENT).contains(&length) || document.last() != Some(&0) {
            return None;
        }
        bytes = rest;
        count += 1;
    }
    Some(count)
}

fn scan(bytes: &[u8]) -> Dump {
    take_census(bytes, &Limits::default(), &mut |_| {}).unwrap()
}

fn document(number: i32) -> Vec<u8> {
    doc! {"_id": number, "at": {"list": [number, "x"]}}.to_vec().unwrap()
}

fn documents_of(numbers: std::ops::RangeInclusive<i32>) -> Vec<u8> {
    numbers.flat_map(document).collect()
}

fn packed<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The forms in which dumps are stored, small.
pub fn tarballs() -> Vec<Vec<u8>> {
    let root = "data/db/dump/2018-04-04T11_37/admin";
    let version = doc! {"_id": "featureCompatibilityVersion", "version": "4.2"}.to_vec().unwrap();
    let view = r#"{"options":{"viewOn":"file","pipeline":[]},"indexes":[]}"#;
    let series = r#"{"options":{"timeseries":{"timeField":"t"}},"indexes":[]}"#;
    let files = [
        ("file.bson", documents_of(1..=9)),
        ("file.metadata.json", METADATA.into()),
        ("system.version.bson", version),
        ("system.version.metadata.json", METADATA.into()),
        ("system.users.bson", document(1)),
        ("system.users.metadata.json", METADATA.into()),
        ("open.metadata.json", view.into()),
        ("system.buckets.load.bson", documents_of(1..=2)),
        ("load.metadata.json", series.into()),
    ];
    let place = |name: &str| format!("{root}/{name}");
    let plain: Vec<_> = files.iter().map(|(name, bytes)| (place(name), bytes.clone())).collect();
    let inside: Vec<_> =
        files.iter().map(|(name, bytes)| (place(name) + ".gz", gzip(bytes))).collect();
    let long = vec![(format!("dump/a/{}.bson", "x".repeat(150)), documents_of(1..=2))];
    let tars = [plain, inside, long]
        .map(|files| packed(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))));
    tars.iter().map(|tar| gzip(tar)).chain(tars.iter().cloned()).collect()
}

pub fn document_files() -> Vec<Vec<u8>> {
    let mut wide = doc! {"_id": "x", "n": 1.5, "b": true, "none": bson::Bson::Null};
    wide.insert("at", bson::DateTime::from_millis(1));
    wide.insert("bytes", bson::Binary { subtype: 4.into(), bytes: vec![7; 16] });
    vec![Vec::new(), document(1), documents_of(1..=9), wide.to_vec().unwrap()]
}

pub fn metadata_files() -> Vec<Vec<u8>> {
    let texts = [
        METADATA,
        r#"{"options":{"viewOn":"file","pipeline":[{"$match":{"a":{"$gt":1}}}]},"indexes":[]}"#,
        r#"{"options":{"capped":true,"size":{"$numberLong":"4096"}},"indexes":[],"collectionName":"file","type":"collection"}"#,
        r#"{"options":{"timeseries":{"timeField":"t","granularity":"hours"}},"indexes":[],"type":"timeseries"}"#,
        r#"{"indexes":[{"v":2,"key":{"at":1},"name":"at_1","expireAfterSeconds":3600.0,"unique":true,"collation":{"locale":"de"}}]}"#,
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
