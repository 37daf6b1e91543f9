//! What the world is filled with: environments, their collections, documents and backups.
//! Invariant: everything is a function of a seed and a moment; nothing is made before it is read.

mod archive;
mod blueprint;
mod documents;
mod entity;
mod growth;
pub(in crate::demo) mod mix;
mod nights;
mod recipe;
mod seed;
mod system;
mod tarball;
mod window;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bson::Document;
use jiff::Timestamp;

use crate::demo::population::archive::Archive;
use crate::demo::population::seed::Seed;
use crate::domain::census::CollectionKind;

pub use crate::demo::population::blueprint::{BLUEPRINTS, Blueprint, DATABASE};
pub use crate::demo::population::documents::Stock;
pub use crate::demo::population::nights::{LeftoverUpload, Life, RETENTION, StoredObject};
pub use crate::demo::population::recipe::Recipe;
pub use crate::demo::population::seed::Tier;

/// The bucket of all ingest backups; each environment has a folder in it.
pub const BUCKET: &str = "ingest-db-backup";
/// What the live servers say they are.
pub const SERVER_VERSION: &str = "4.2.24";

/// The world's contents at one moment.
#[derive(Debug)]
pub struct Population {
    seed: Seed,
    /// Unix seconds.
    now: u64,
    objects: Vec<StoredObject>,
    sizes: BTreeMap<Recipe, u64>,
    /// Checksums of what has been read to its end.
    checksums: Mutex<BTreeMap<Recipe, u32>>,
}

/// One collection of a live server.
#[derive(Debug, Clone)]
pub struct SourceCollection {
    blueprint: &'static Blueprint,
    pub uuid: [u8; 16],
    pub documents: Stock,
}

impl Population {
    pub fn new(seed: u64, now: Timestamp) -> Self {
        let now = recipe::second(now);
        let seed = Seed { number: seed, midnight: recipe::midnight_before(now) };
        let objects = nights::objects(seed, now);
        let sizes = objects
            .iter()
            .map(|object| (object.recipe, Archive::new(seed, object.recipe).len()))
            .collect();
        Self { seed, now, objects, sizes, checksums: Mutex::default() }
    }

    pub fn now(&self) -> Timestamp {
        recipe::timestamp(self.now)
    }

    /// Every backup, in the order of the keys.
    pub fn objects(&self) -> &[StoredObject] {
        &self.objects
    }

    pub fn object(&self, key: &str) -> Option<&StoredObject> {
        let at = self.objects.binary_search_by(|object| object.key.as_str().cmp(key)).ok()?;
        self.objects.get(at)
    }

    /// The backup of so many nights before today's midnight.
    pub fn backup(&self, tier: Tier, days_ago: u16) -> Option<&StoredObject> {
        let name = recipe::stamp(nights::night(self.seed, days_ago));
        self.object(&format!("{tier}/{name}.tar.gz"))
    }

    pub fn leftover_uploads(&self) -> Vec<LeftoverUpload> {
        nights::leftovers(self.seed)
    }

    /// The midnight so many days before today's.
    pub fn midnight(&self, days_ago: u16) -> Timestamp {
        recipe::timestamp(nights::night(self.seed, days_ago))
    }

    /// Every backup that was there at some moment of the last `days`.
    pub fn lives(&self, days: u16) -> Vec<Life> {
        nights::lives(self.seed, self.now, days, |recipe| self.size(recipe))
    }

    pub fn size(&self, recipe: Recipe) -> u64 {
        let known = self.sizes.get(&recipe).copied();
        known.unwrap_or_else(|| Archive::new(self.seed, recipe).len())
    }

    /// What tells an object's bytes from all others, in hex: the first part of its `ETag`.
    pub fn digest(&self, recipe: Recipe) -> String {
        mix::hex(recipe.digest(self.seed))
    }

    /// The bytes of an object from `offset`; fewer than `length` only at its end. May take as long
    /// as reading it all, where its end is asked for the first time.
    pub fn read(&self, recipe: Recipe, offset: u64, length: usize) -> Vec<u8> {
        let archive = Archive::new(self.seed, recipe);
        let left = usize::try_from(archive.len().saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(left)];
        archive.read(offset, &mut bytes, || self.checksum(recipe, &archive));
        bytes
    }

    /// The collections of an environment's live server, in the order of a listing.
    pub fn source(&self, tier: Tier) -> Vec<SourceCollection> {
        let collection = |blueprint| SourceCollection {
            blueprint,
            uuid: self.seed.uuid(tier, blueprint.name),
            documents: Stock::new(blueprint, self.seed.growth(tier, blueprint), self.now),
        };
        BLUEPRINTS.iter().map(collection).collect()
    }

    /// How many documents each collection of an environment held so many nights ago, when its
    /// backup began; views hold none.
    pub fn expected(&self, tier: Tier, days_ago: u16) -> BTreeMap<&'static str, u64> {
        let began = nights::night(self.seed, days_ago);
        let collections = BLUEPRINTS.iter().filter(|it| it.kind != CollectionKind::View);
        collections.map(|it| (it.name, self.seed.growth(tier, it).alive(began))).collect()
    }

    fn checksum(&self, recipe: Recipe, archive: &Archive) -> u32 {
        let known = || self.checksums.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sum) = known().get(&recipe) {
            return *sum;
        }
        let sum = archive.checksum();
        known().insert(recipe, sum);
        sum
    }
}

impl SourceCollection {
    pub fn name(&self) -> &'static str {
        self.blueprint.name
    }

    pub fn kind(&self) -> CollectionKind {
        self.blueprint.kind
    }

    /// Its options as `listCollections` gives them.
    pub fn options(&self) -> Document {
        extended_json(self.blueprint.options)
    }

    /// Its indexes as `listIndexes` gives them.
    pub fn indexes(&self) -> Vec<Document> {
        self.blueprint.index_definitions().iter().map(|index| extended_json(index)).collect()
    }
}

/// The blueprints' own texts; a test reads every one of them.
fn extended_json(text: &str) -> Document {
    serde_json::from_str(text).unwrap_or_default()
}
