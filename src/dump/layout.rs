//! Puts the files of a dump together: its root, which files belong to which collection, and what
//! pass 2 needs to know of each.

use std::collections::{BTreeMap, BTreeSet};

use bson::Document;

use crate::domain::census::{
    ADMIN, BUCKETS, CollectionKind, Defect, DefectLayer, DumpCensus, DumpedCollection, Namespace,
};
use crate::domain::units::ByteSize;
use crate::dump::member::{is_cut_name, split, unescape};
use crate::dump::metadata::Metadata;

/// What pass 1 found, and what pass 2 needs of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dump {
    pub census: DumpCensus,
    pub layout: Layout,
}

/// What a restore brings back, and from which files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// Without users, roles and what a server keeps for itself; stored functions (`system.js`) are
    /// in. Views are in, too: create them last.
    pub collections: BTreeMap<Namespace, CollectionLayout>,
    /// By path in the archive.
    pub(super) files: BTreeMap<String, DumpFile>,
}

/// What one collection is created with.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectionLayout {
    pub kind: CollectionKind,
    /// Where its documents go: the collection itself, or a time-series collection's buckets.
    pub inserts_into: Namespace,
    /// As `create` takes them.
    pub options: Document,
    /// Definitions as `createIndexes` takes them, in the order of the dump.
    pub indexes: Vec<Document>,
}

/// A file that mongorestore is to see.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DumpFile {
    /// `admin/file.bson`: its name on disk below the root, without `.gz`.
    pub(super) name: String,
    /// Unpacked bytes.
    pub(super) size: u64,
    /// Whose documents it holds, where they are to be restored.
    pub(super) documents_of: Option<Namespace>,
}

/// The two files that share a stem.
#[derive(Debug, Default)]
pub(super) struct Pair {
    pub(super) data: Option<DataFile>,
    pub(super) metadata: Option<MetadataFile>,
}

#[derive(Debug)]
pub(super) struct DataFile {
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) documents: u64,
}

#[derive(Debug)]
pub(super) struct MetadataFile {
    pub(super) path: String,
    pub(super) size: u64,
    /// `None` where it could not be read.
    pub(super) content: Option<Metadata>,
}

/// The files of one collection, each with its stem: a time-series collection has its data under
/// the name of its buckets.
#[derive(Debug, Default)]
struct Group {
    data: Option<(String, DataFile)>,
    metadata: Option<MetadataFile>,
    /// In the database `admin`, mongodump describes the buckets as well as the collection.
    buckets_metadata: Option<MetadataFile>,
}

/// Fills in the census what only the whole shows, and gives the layout.
pub(super) fn assemble(pairs: BTreeMap<String, Pair>, census: &mut DumpCensus) -> Layout {
    let mut groups: BTreeMap<Namespace, Group> = BTreeMap::new();
    census.root = root(&pairs, census);
    for (stem, pair) in pairs {
        let (folder, file) = split(&stem);
        let (above, database) = split(folder);
        if folder == census.root && is_oplog(&stem, &pair) {
            census.has_oplog = true;
        } else if folder.is_empty() {
            census.defects.push(misplaced(stem, "lies in no database's folder"));
        } else if above == census.root {
            let name = collection_name(file, &pair);
            let documents = pair.data.as_ref().map_or(0, |data| data.documents);
            match name.as_str() {
                // What a dump of one database brings of its users; it belongs to no collection.
                "$admin.system.users" => census.users += documents,
                "$admin.system.roles" => census.roles += documents,
                "$admin.system.version" => {}
                _ => {
                    let shown = name.strip_prefix(BUCKETS).unwrap_or(&name);
                    let namespace = Namespace::new(database, shown);
                    let group = groups.entry(namespace).or_default();
                    if let Some(stem) = group.join(stem, pair) {
                        let what = "a second file for the same collection";
                        census.defects.push(misplaced(stem, what));
                    }
                }
            }
        }
    }
    let mut layout = Layout::default();
    for (namespace, group) in groups {
        layout.add(namespace, group, census);
    }
    let is_sound = census.defects.iter().all(|defect| defect.layer != DefectLayer::Archive);
    let is_empty = census.collections.is_empty() && !census.has_prelude && !census.has_oplog;
    if is_sound && is_empty {
        let what = "not a dump: no .bson file lies below a database's folder";
        census.defects.push(misplaced(String::new(), what));
    }
    layout
}

fn misplaced(file: String, what: impl Into<String>) -> Defect {
    Defect { layer: DefectLayer::Archive, file, offset: None, what: what.into() }
}

/// The folder above the databases' folders. There must be one only.
fn root(pairs: &BTreeMap<String, Pair>, census: &mut DumpCensus) -> String {
    let mut roots: BTreeSet<_> = pairs
        .iter()
        .filter(|(stem, pair)| !is_oplog(stem, pair))
        .map(|(stem, _)| split(stem).0)
        .filter(|folder| !folder.is_empty())
        .map(|folder| split(folder).0)
        .collect();
    let Some(root) = roots.pop_first() else {
        // Nothing but an oplog, or nothing but a prelude, which knows its own folder.
        let oplog = pairs.keys().next().map(|stem| split(stem).0.to_owned());
        return oplog.unwrap_or_else(|| census.root.clone());
    };
    for other in roots {
        let first = if root.is_empty() { "at the top" } else { root };
        let what = format!("a second dump lies here, the first is {first}");
        census.defects.push(misplaced(other.to_owned(), what));
    }
    root.to_owned()
}

/// `oplog.bson` has no metadata; whether it lies at the root is for the caller to see.
fn is_oplog(stem: &str, pair: &Pair) -> bool {
    split(stem).1 == "oplog" && pair.metadata.is_none()
}

/// As mongorestore names it: by the file, unless that name had to be cut.
fn collection_name(file: &str, pair: &Pair) -> String {
    let content = pair.metadata.as_ref().and_then(|metadata| metadata.content.as_ref());
    match content.and_then(|content| content.name.as_ref()) {
        Some(whole) if is_cut_name(file) => whole.clone(),
        _ => unescape(file),
    }
}

impl Group {
    /// Takes the files of one stem; gives the stem back where there are such files already.
    fn join(&mut self, stem: String, pair: Pair) -> Option<String> {
        let metadata =
            if is_buckets(&stem) { &mut self.buckets_metadata } else { &mut self.metadata };
        let is_second = (pair.data.is_some() && self.data.is_some())
            || (pair.metadata.is_some() && metadata.is_some());
        if is_second {
            return Some(stem);
        }
        *metadata = pair.metadata.or(metadata.take());
        self.data = pair.data.map(|data| (stem, data)).or(self.data.take());
        None
    }
}

impl Layout {
    fn add(&mut self, namespace: Namespace, group: Group, census: &mut DumpCensus) {
        let Group { data, metadata, buckets_metadata } = group;
        let mut described = metadata.or(buckets_metadata);
        let content = described.as_mut().and_then(|file| file.content.take());
        let in_buckets = data.as_ref().is_some_and(|(stem, _)| is_buckets(stem));
        let data = data.map(|(_, file)| file);
        let mut found = DumpedCollection {
            documents: data.as_ref().map_or(0, |file| file.documents),
            bytes: ByteSize(data.as_ref().map_or(0, |file| file.size)),
            has_data: data.is_some(),
            has_metadata: content.is_some(),
            ..DumpedCollection::default()
        };
        let Metadata { kind, options, indexes, specs, uuid, .. } = content.unwrap_or_default();
        found.kind = if in_buckets { CollectionKind::TimeSeries } else { kind };
        (found.indexes, found.uuid) = (specs, uuid);

        let is_users = namespace == Namespace::new(ADMIN, "system.users");
        let is_roles = namespace == Namespace::new(ADMIN, "system.roles");
        let is_restored = namespace.is_restored();
        if is_users {
            census.users += found.documents;
        } else if is_roles {
            census.roles += found.documents;
        } else {
            let documents_of = is_restored.then(|| namespace.clone());
            let data = data.map(|file| (file.path, file.size, documents_of));
            let described = described.map(|file| (file.path, file.size, None));
            for (path, size, documents_of) in data.into_iter().chain(described) {
                let file = DumpFile { name: clean_name(&path), size, documents_of };
                self.files.insert(path, file);
            }
        }
        if is_restored {
            let inserts_into = if in_buckets { buckets(&namespace) } else { namespace.clone() };
            let layout = CollectionLayout { kind: found.kind, inserts_into, options, indexes };
            self.collections.insert(namespace.clone(), layout);
        }
        census.collections.insert(namespace, found);
    }
}

/// `admin/file.bson` of `dump/2018/admin/file.bson.gz`.
fn clean_name(path: &str) -> String {
    let (folder, file) = split(path.strip_suffix(".gz").unwrap_or(path));
    format!("{}/{file}", split(folder).1)
}

fn is_buckets(stem: &str) -> bool {
    unescape(split(stem).1).starts_with(BUCKETS)
}

fn buckets(namespace: &Namespace) -> Namespace {
    Namespace::new(&*namespace.database, format!("{BUCKETS}{}", namespace.collection))
}
