//! What all tests share: a storage, a source, a healthy dump of it. Started once, by the first test that needs it.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::dumps::Dump;
use crate::engine;
use crate::parts::named_by;
use crate::source::Source;
use crate::storage::Storage;

static WORLD: LazyLock<Result<World, String>> = LazyLock::new(World::start);

#[derive(Debug)]
pub struct World {
    pub storage: Storage,
    pub source: Source,
    /// A dump of the source by the real mongodump.
    pub healthy: Dump,
    /// When the dump began, as backups are named.
    pub stamp: String,
}

impl World {
    /// For tests that need no container engine.
    pub fn without_engine() -> Result<&'static Self, String> {
        WORLD.as_ref().map_err(Clone::clone)
    }

    /// For tests that restore.
    pub fn with_engine() -> Result<&'static Self, String> {
        named_by(engine::IMAGE)?;
        named_by(engine::BARE_IMAGE)?;
        Self::without_engine()
    }

    fn start() -> Result<Self, String> {
        let now = Timestamp::now();
        let storage = Storage::start()?;
        let source = Source::filled_with(&Dump::of_the_database(now))?;
        let stamp = Timestamp::now().strftime("%Y-%m-%dT%H_%M").to_string();
        let healthy = source.dump().with_version("4.2");
        Ok(Self { storage, source, healthy, stamp })
    }
}
