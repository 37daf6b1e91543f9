//! The objects of a set, however many: names in one text, a few numbers each, no row of its own memory.

use std::collections::HashMap;
use std::ops::Range;

use jiff::Timestamp;

use crate::domain::backup::{Backup, BackupKey, Began, BeganFrom};
use crate::domain::units::ByteSize;

/// More are not held; that there are more is told.
pub const MOST: usize = 300_000;

#[derive(Debug, Clone, Default)]
pub struct Objects {
    bucket: String,
    /// Key and tag of each, one behind the other.
    text: String,
    rows: Vec<Packed>,
    classes: Vec<String>,
    pub bytes: ByteSize,
    /// How many came beyond those that are held.
    pub beyond: u64,
}

#[derive(Debug, Clone, Copy)]
struct Packed {
    start: u32,
    key: u16,
    tag: u8,
    class: u8,
    is_named: bool,
    size: u64,
    began: i64,
    stored: i64,
}

/// No class was told.
const NO_CLASS: u8 = u8::MAX;

impl Objects {
    pub fn of(bucket: &str) -> Self {
        Self { bucket: bucket.to_owned(), ..Self::default() }
    }

    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn push(&mut self, backup: &Backup) {
        self.bytes = ByteSize(self.bytes.bytes().saturating_add(backup.size.bytes()));
        let Some(packed) = self.pack(backup) else {
            self.beyond += 1;
            return;
        };
        self.text.push_str(&backup.key.0);
        self.text.push_str(&backup.etag);
        self.rows.push(packed);
    }

    /// `None` where there is no room for it.
    fn pack(&mut self, backup: &Backup) -> Option<Packed> {
        let start = u32::try_from(self.text.len()).ok().filter(|_| self.rows.len() < MOST)?;
        let key = u16::try_from(backup.key.0.len()).ok()?;
        let tag = u8::try_from(backup.etag.len()).ok()?;
        let class = backup.storage_class.as_deref().map_or(NO_CLASS, |class| self.class(class));
        Some(Packed {
            start,
            key,
            tag,
            class,
            is_named: backup.began.from == BeganFrom::Name,
            size: backup.size.bytes(),
            began: backup.began.at.as_second(),
            stored: backup.last_modified.as_second(),
        })
    }

    /// The number of a storage class: there are a dozen of them.
    fn class(&mut self, name: &str) -> u8 {
        let known = self.classes.iter().position(|class| class == name);
        let at = known.unwrap_or_else(|| {
            self.classes.push(name.to_owned());
            self.classes.len() - 1
        });
        u8::try_from(at).unwrap_or(NO_CLASS)
    }

    pub fn key(&self, at: usize) -> &str {
        self.rows.get(at).and_then(|row| self.text.get(row.of_key())).unwrap_or_default()
    }

    pub fn size(&self, at: usize) -> u64 {
        self.rows.get(at).map_or(0, |row| row.size)
    }

    /// When it began, in seconds.
    pub fn began(&self, at: usize) -> i64 {
        self.rows.get(at).map_or(0, |row| row.began)
    }

    pub fn is_named(&self, at: usize) -> bool {
        self.rows.get(at).is_some_and(|row| row.is_named)
    }

    pub fn class_of(&self, at: usize) -> Option<&str> {
        let row = self.rows.get(at)?;
        self.classes.get(usize::from(row.class)).map(String::as_str)
    }

    /// The whole object.
    pub fn backup(&self, at: usize) -> Option<Backup> {
        let row = self.rows.get(at)?;
        let time = |seconds| Timestamp::from_second(seconds).unwrap_or_default();
        let from = if row.is_named { BeganFrom::Name } else { BeganFrom::LastModified };
        Some(Backup {
            bucket: self.bucket.clone(),
            key: BackupKey(self.key(at).to_owned()),
            size: ByteSize(row.size),
            etag: self.text.get(row.of_tag())?.to_owned(),
            last_modified: time(row.stored),
            version_id: None,
            storage_class: self.class_of(at).map(str::to_owned),
            began: Began { at: time(row.began), from },
        })
    }

    /// Which one has this key.
    pub fn find(&self, key: &str) -> Option<usize> {
        (0..self.len()).find(|at| self.key(*at) == key)
    }

    /// The one made before each, by time, among those whose names tell when they were made.
    pub fn predecessors(&self) -> HashMap<u32, u32> {
        let mut named: Vec<u32> =
            (0..).take(self.len()).filter(|at| self.is_named(*at as usize)).collect();
        named.sort_by_key(|at| self.began(*at as usize));
        named.windows(2).filter_map(|pair| Some((*pair.get(1)?, *pair.first()?))).collect()
    }
}

impl Packed {
    fn of_key(&self) -> Range<usize> {
        let start = self.start as usize;
        start..start + usize::from(self.key)
    }

    fn of_tag(&self) -> Range<usize> {
        let start = self.of_key().end;
        start..start + usize::from(self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::slot::fixture::{at, backup};

    #[test]
    fn what_is_packed_is_what_was_listed() {
        let mut objects = Objects::of("backups");
        let mut listed = vec![
            backup(at("2026-11-18T00:00:00Z"), 5000),
            backup(at("2026-11-19T00:00:00Z"), 6000),
        ];
        listed[1].storage_class = Some("GLACIER".to_owned());
        listed[0].began.from = BeganFrom::LastModified;
        for backup in &listed {
            objects.push(backup);
        }
        let back: Vec<_> = (0..2).filter_map(|at| objects.backup(at)).collect();
        assert_eq!(back, listed);
        assert_eq!((objects.bytes, objects.find(&listed[1].key.0)), (ByteSize(11_000), Some(1)));
    }

    #[test]
    fn each_is_compared_with_the_one_that_was_made_before() {
        let mut objects = Objects::of("backups");
        for day in ["2026-11-19", "2026-11-17", "2026-11-18"] {
            objects.push(&backup(at(&format!("{day}T00:00:00Z")), 5000));
        }
        let mut before: Vec<_> = objects.predecessors().into_iter().collect();
        before.sort_unstable();
        assert_eq!(before, [(0, 2), (2, 1)]);
    }

    #[test]
    fn a_hundred_thousand_take_less_than_a_hundred_bytes_each() {
        let mut objects = Objects::of("media");
        for number in 0..100_000_i64 {
            let mut one = backup(at("2026-11-18T00:00:00Z"), 5000);
            one.key = BackupKey(format!("targets/{:04}/molecule-{number:06}.sdf", number / 40));
            one.etag = "0123456789abcdef0123456789abcdef-1".to_owned();
            objects.push(&one);
        }
        let held = objects.text.capacity() + objects.rows.capacity() * size_of::<Packed>();
        assert!(held < 200 * 100_000, "{held}");
    }
}
