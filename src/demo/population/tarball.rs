//! A night's dump as tar writes it: the members' headers, and documents made when they are read.

use tar::{EntryType, Header};

use crate::demo::mongo::Documents;
use crate::demo::population::blueprint::{BLUEPRINTS, Blueprint, DATABASE, index_definitions};
use crate::demo::population::documents::Stock;
use crate::demo::population::mix::{hex, of_text};
use crate::demo::population::recipe::{Recipe, Shape};
use crate::demo::population::seed::Seed;
use crate::demo::population::system;
use crate::demo::population::window::Window;
use crate::domain::census::CollectionKind;

/// tar pads every member to whole blocks, and the whole to whole records.
const BLOCK: u64 = 512;
const RECORD: u64 = 20 * BLOCK;
/// A killed dump: mongodump takes the biggest collections first, this is where it was stopped.
const CUT: &str = "submissionEnvelope";
const NEVER_BEGUN: [&str; 3] = ["importQueue", "project", "protocol"];

#[derive(Debug)]
pub(super) struct Tarball {
    members: Vec<Member>,
    length: u64,
}

#[derive(Debug)]
struct Member {
    /// Where its header begins.
    start: u64,
    path: String,
    /// Unix seconds.
    modified: u64,
    length: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    Documents(Stock),
}

impl Tarball {
    pub(super) fn new(seed: Seed, recipe: Recipe) -> Self {
        let root = format!("data/db/dump/{}/", recipe.stamp());
        let folder = format!("{root}{DATABASE}/");
        let mut tarball = Self { members: Vec::new(), length: 0 };
        for path in [root, folder.clone()] {
            tarball.add(path, recipe.began, 0, Content::Bytes(Vec::new()));
        }
        let mut files = files(seed, recipe);
        // tar stores files as the folder lists them, which is no order at all.
        files.sort_by_cached_key(|(name, _, _)| of_text(recipe.began, name));
        for (name, length, content) in files {
            let seconds = of_text(recipe.began, &name) % recipe.dump_seconds();
            tarball.add(format!("{folder}{name}"), recipe.began + seconds, length, content);
        }
        // Two empty blocks end an archive.
        tarball.length = (tarball.length + 2 * BLOCK).next_multiple_of(RECORD);
        tarball
    }

    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// Fills a window of zeros.
    pub(super) fn read(&self, mut window: Window<'_>) {
        let range = window.range();
        let first = self.members.partition_point(|member| member.end() <= range.start);
        for member in self.members.iter().skip(first) {
            if member.start >= range.end {
                break;
            }
            if window.touches(&(member.start..member.start + BLOCK)) {
                window.put(member.start, member.header().as_bytes());
            }
            let data = member.start + BLOCK;
            member.content.read(window.part(data..data + member.length));
        }
    }

    fn add(&mut self, path: String, modified: u64, length: u64, content: Content) {
        let member = Member { start: self.length, path, modified, length, content };
        self.length = member.end();
        self.members.push(member);
    }
}

impl Member {
    fn end(&self) -> u64 {
        self.start + BLOCK + self.length.next_multiple_of(BLOCK)
    }

    fn header(&self) -> Header {
        let is_folder = self.path.ends_with('/');
        let mut header = Header::new_gnu();
        header.set_entry_type(if is_folder { EntryType::Directory } else { EntryType::Regular });
        header.set_mode(if is_folder { 0o755 } else { 0o644 });
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(self.length);
        header.set_mtime(self.modified);
        // Both fit: a path has less than a hundred bytes, a name less than thirty-two.
        header.set_path(&self.path).ok();
        header.set_username("root").and_then(|()| header.set_groupname("root")).ok();
        header.set_cksum();
        header
    }
}

impl Content {
    fn read(&self, mut window: Window<'_>) {
        match self {
            Self::Bytes(bytes) => window.put(0, bytes),
            Self::Documents(stock) => {
                let range = window.range();
                let each = stock.document_bytes();
                if range.is_empty() || each == 0 {
                    return;
                }
                for position in range.start / each..range.end.div_ceil(each).min(stock.len()) {
                    window.put(position * each, stock.document(position).as_bytes());
                }
            }
        }
    }
}

/// Name, length and content of every file of the dump.
fn files(seed: Seed, recipe: Recipe) -> Vec<(String, u64, Content)> {
    let mut files = Vec::new();
    let mut text = |name: &str, bytes: Vec<u8>| {
        files.push((name.to_owned(), bytes.len() as u64, Content::Bytes(bytes)));
    };
    for blueprint in &BLUEPRINTS {
        let Blueprint { name, kind, options, .. } = blueprint;
        // A view has no identity of its own.
        let is_view = *kind == CollectionKind::View;
        let uuid = if is_view { String::new() } else { identity(seed, recipe, name) };
        let indexes = blueprint.index_definitions();
        text(&format!("{name}.metadata.json"), metadata(name, options, &indexes, &uuid));
    }
    for own in system::collections(seed.key(recipe.dumped, "system")) {
        let indexes = index_definitions(own.name, own.indexes);
        let uuid = identity(seed, recipe, own.name);
        text(&format!("{}.metadata.json", own.name), metadata(own.name, "{}", &indexes, &uuid));
        let documents = own.documents.iter().flat_map(|document| document.as_bytes());
        text(&format!("{}.bson", own.name), documents.copied().collect());
    }
    for blueprint in BLUEPRINTS.iter().filter(|it| it.kind != CollectionKind::View) {
        let growth = seed.growth(recipe.dumped, blueprint);
        let mut stock = Stock::new(blueprint, growth, recipe.began);
        if recipe.shape == Shape::Half {
            // Well below half, so that the growth since the older neighbours does not hide it.
            stock = stock.oldest(stock.len() * 45 / 100);
        }
        let mut length = stock.bytes();
        if recipe.shape == Shape::Killed {
            if NEVER_BEGUN.contains(&blueprint.name) {
                continue;
            }
            if blueprint.name == CUT {
                let each = stock.document_bytes();
                length = stock.len() * 7 / 10 * each + each / 3;
            }
        }
        files.push((format!("{}.bson", blueprint.name), length, Content::Documents(stock)));
    }
    files
}

fn metadata(collection: &str, options: &str, indexes: &[String], uuid: &str) -> Vec<u8> {
    let indexes = indexes.join(",");
    format!(
        r#"{{"options":{options},"indexes":[{indexes}],"uuid":"{uuid}","collectionName":"{collection}"}}"#
    )
    .into_bytes()
}

fn identity(seed: Seed, recipe: Recipe, collection: &str) -> String {
    hex(seed.uuid(recipe.dumped, collection))
}
