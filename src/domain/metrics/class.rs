//! The storage types by which CloudWatch splits a bucket, with what people call them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The storage type that counts objects, and no bytes.
pub const ALL_TYPES: &str = "AllStorageTypes";

/// A storage type of `BucketSizeBytes`, by its place in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageClass(usize);

/// Each storage type with its name. Overheads are what is stored beside objects, at the price of the class.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html>
const TABLE: [(&str, &str); 28] = [
    ("StandardStorage", "Standard"),
    ("StandardIAStorage", "Standard-IA"),
    ("StandardIASizeOverhead", "Standard-IA, minimum sizes"),
    ("StandardIAObjectOverhead", "Standard-IA, overhead"),
    ("OneZoneIAStorage", "One Zone-IA"),
    ("OneZoneIASizeOverhead", "One Zone-IA, minimum sizes"),
    ("ReducedRedundancyStorage", "Reduced Redundancy"),
    ("IntelligentTieringFAStorage", "Tiering, frequent"),
    ("IntelligentTieringIAStorage", "Tiering, infrequent"),
    ("IntelligentTieringAIAStorage", "Tiering, archive instant"),
    ("IntelligentTieringAAStorage", "Tiering, archive"),
    ("IntelligentTieringDAAStorage", "Tiering, deep archive"),
    ("IntAAObjectOverhead", "Tiering, archive, overhead"),
    ("IntAAS3ObjectOverhead", "Tiering, archive, index"),
    ("IntDAAObjectOverhead", "Tiering, deep archive, overhead"),
    ("IntDAAS3ObjectOverhead", "Tiering, deep archive, index"),
    ("GlacierInstantRetrievalStorage", "Glacier Instant"),
    ("GlacierInstantRetrievalSizeOverhead", "Glacier Instant, minimum sizes"),
    // As older documents have it.
    ("GlacierIRSizeOverhead", "Glacier Instant, small objects"),
    ("GlacierStorage", "Glacier Flexible"),
    ("GlacierStagingStorage", "Glacier Flexible, parts of uploads"),
    ("GlacierObjectOverhead", "Glacier Flexible, overhead"),
    ("GlacierS3ObjectOverhead", "Glacier Flexible, index"),
    ("DeepArchiveStorage", "Deep Archive"),
    ("DeepArchiveStagingStorage", "Deep Archive, parts of uploads"),
    ("DeepArchiveObjectOverhead", "Deep Archive, overhead"),
    ("DeepArchiveS3ObjectOverhead", "Deep Archive, index"),
    ("ExpressOneZoneStorage", "Express One Zone"),
];

impl StorageClass {
    /// All of them, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.len()).map(Self)
    }

    /// The class with this storage type.
    pub fn of(key: &str) -> Option<Self> {
        TABLE.iter().position(|(known, _)| *known == key).map(Self)
    }

    /// The storage type as CloudWatch writes it: `StandardStorage`.
    pub fn key(self) -> &'static str {
        TABLE.get(self.0).map_or("", |row| row.0)
    }

    /// As people call it: `Standard-IA`.
    pub fn name(self) -> &'static str {
        TABLE.get(self.0).map_or("", |row| row.1)
    }
}

impl fmt::Display for StorageClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl fmt::Debug for StorageClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

impl Serialize for StorageClass {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for StorageClass {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        let unknown = || serde::de::Error::custom(format!("no storage type is called {key:?}"));
        Self::of(&key).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_found_by_its_key_and_none_twice() {
        for class in StorageClass::all() {
            assert_eq!(StorageClass::of(class.key()), Some(class));
            assert!(!class.name().is_empty());
        }
        assert_eq!(StorageClass::of(ALL_TYPES), None);
    }
}
