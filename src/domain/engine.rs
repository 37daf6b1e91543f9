//! The database engines that can be drilled.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Mongodb,
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mongodb => formatter.write_str("MongoDB"),
        }
    }
}

/// A server's version as its own words give it (`4.2`, `7.0.14`), and where it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerVersion {
    pub value: String,
    pub from: VersionSource,
}

/// Where a server version was found, best evidence first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VersionSource {
    /// `prelude.json`, written by mongodump 100.12 and later.
    Prelude,
    /// `featureCompatibilityVersion` in the dump's `admin/system.version.bson`.
    FeatureCompatibility,
    /// The newest record of the same backup set.
    Record,
    /// The live source.
    Source,
    /// The configuration names an image.
    Configuration,
}

impl fmt::Display for VersionSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Prelude => "the dump's prelude.json",
            Self::FeatureCompatibility => "the dump's feature compatibility version",
            Self::Record => "the newest record of this set",
            Self::Source => "the live source",
            Self::Configuration => "the configuration",
        })
    }
}

impl ServerVersion {
    /// Major and minor, as image tags name a release series: `7.0` of `7.0.14`.
    pub fn series(&self) -> String {
        self.value.split('.').take(2).collect::<Vec<_>>().join(".")
    }
}
