//! What a storage tells of a bucket and of single objects in it, beside the listing.

use jiff::Timestamp;

use crate::domain::backup::BackupKey;
use crate::domain::known::Known;
use crate::domain::units::{ByteSize, plural};

/// Everything that was asked about the objects of one set.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub lifecycle: Known<Vec<LifecycleRule>>,
    pub versioning: Known<Versioning>,
    /// How objects are locked by default; `None` for not at all.
    pub lock: Known<Option<String>>,
    /// Uploads that were begun and not completed, the oldest first.
    pub uploads: Known<Vec<Upload>>,
    /// Objects of the set that somebody has deleted, where versions are kept.
    pub deleted: Known<Vec<Deleted>>,
    /// The newest object, and the oldest one.
    pub newest: Known<Sample>,
    pub oldest: Known<Sample>,
    /// Whether the newest object's first byte can be read.
    pub readable: Known<()>,
}

impl Facts {
    /// Nothing was asked.
    pub const UNASKED: Self = Self {
        lifecycle: Known::Unasked,
        versioning: Known::Unasked,
        lock: Known::Unasked,
        uploads: Known::Unasked,
        deleted: Known::Unasked,
        newest: Known::Unasked,
        oldest: Known::Unasked,
        readable: Known::Unasked,
    };

    /// The facts as columns of a table, in their order.
    pub fn columns(&self) -> Vec<Column> {
        vec![
            self.expiry(),
            Column::of("lifecycle", &self.lifecycle, |rules| {
                let on = rules.iter().filter(|rule| rule.is_enabled).count();
                if on == 0 { "none".to_owned() } else { plural(on as u64, "rule") }
            }),
            Column::of("versions", &self.versioning, |it| it.word().to_owned()),
            Column::of("lock", &self.lock, |lock| lock.clone().unwrap_or("none".to_owned())),
            Column::of("encryption", &self.newest, |sample| {
                sample.encryption.clone().unwrap_or("none told".to_owned())
            }),
            Column::of("class", &self.newest, |sample| {
                let class = sample.storage_class.as_deref().unwrap_or("STANDARD");
                match &sample.archive {
                    Some(archive) => format!("{class}, now in {archive}"),
                    None => class.to_owned(),
                }
            }),
            Column::of("uploads", &self.uploads, |uploads| {
                if uploads.is_empty() { "none left" } else { "left over" }.to_owned()
            }),
            Column::of("readable", &self.readable, |()| "yes".to_owned()),
        ]
    }

    /// The newest object's expiry as the storage tells it, or as a rule promises it.
    fn expiry(&self) -> Column {
        let name = "expires";
        match (self.newest.told().map(|sample| &sample.expires), self.promised()) {
            (Some(None), Some((rule, days))) => {
                let text = format!("{days} d by the rule `{}`; not told per object", rule.name);
                Column { name, text, is_grey: true }
            }
            _ => Column::of(name, &self.newest, |sample| match &sample.expires {
                Some(expiry) => expiry.at.strftime("%Y-%m-%d").to_string(),
                None => "never".to_owned(),
            }),
        }
    }

    /// The rule that reaches the newest object, as far as its own words go, and after how many days.
    pub fn promised(&self) -> Option<(&LifecycleRule, u32)> {
        let sample = self.newest.told()?;
        let reaches = |rule: &&LifecycleRule| {
            let is_sure = rule.tags.is_empty() || sample.tags.told().is_some();
            is_sure && rule.misses(sample).is_none()
        };
        let rules = self.lifecycle.told()?.iter().filter(reaches);
        rules.filter_map(|rule| Some((rule, rule.expires_days?))).min_by_key(|(_, days)| *days)
    }

    /// Whether an attacker with the keys of the backup job could destroy what is there; `None` where
    /// that is not known.
    pub fn survives_ransom(&self) -> Option<bool> {
        let locked = self.lock.told().map(Option::is_some);
        let versioned = self.versioning.told().map(|it| *it == Versioning::Enabled);
        match (locked, versioned) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false) | None, Some(false)) | (Some(false), None) => Some(false),
            (None, None) => None,
        }
    }
}

/// One fact in words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Column {
    pub name: &'static str,
    pub text: String,
    /// It is not known, and `text` says why.
    pub is_grey: bool,
}

impl Column {
    fn of<T>(name: &'static str, known: &Known<T>, text: impl Fn(&T) -> String) -> Self {
        match known.told() {
            Some(value) => Self { name, text: text(value), is_grey: false },
            None => Self { name, text: known.why_not().unwrap_or_default(), is_grey: true },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioning {
    Never,
    Enabled,
    Suspended,
}

impl Versioning {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Never => "none",
            Self::Enabled => "kept",
            Self::Suspended => "suspended",
        }
    }
}

/// An upload in parts that nobody has completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub key: BackupKey,
    pub begun: Timestamp,
}

/// A delete marker that stands in front of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    pub key: BackupKey,
    pub at: Timestamp,
    /// When its backup began, by its name.
    pub began: Option<Timestamp>,
}

/// What a HEAD tells of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub key: BackupKey,
    pub size: ByteSize,
    pub last_modified: Timestamp,
    /// `None`: nothing will ever remove it.
    pub expires: Option<Expiry>,
    pub tags: Known<Vec<Tag>>,
    pub encryption: Option<String>,
    pub locked_until: Option<Timestamp>,
    pub storage_class: Option<String>,
    /// Where its class moves what nobody reads into an archive, and it is there: which one.
    pub archive: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    pub at: Timestamp,
    pub rule: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

/// A rule of the bucket's lifecycle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LifecycleRule {
    pub name: String,
    pub is_enabled: bool,
    pub prefix: String,
    pub tags: Vec<Tag>,
    pub larger_than: Option<u64>,
    pub smaller_than: Option<u64>,
    /// After so many days an object goes.
    pub expires_days: Option<u32>,
    /// After so many days an unfinished upload goes.
    pub aborts_days: Option<u32>,
}

impl LifecycleRule {
    /// Why this rule does not reach an object; `None` where it does, or where that is not known.
    pub fn misses(&self, sample: &Sample) -> Option<String> {
        let name = &self.name;
        if !self.is_enabled {
            return Some(format!("the rule `{name}` is switched off"));
        }
        if !sample.key.0.starts_with(&self.prefix) {
            return Some(format!("the rule `{name}` is for `{}` only", self.prefix));
        }
        if let Some(tags) = sample.tags.told()
            && let Some(tag) = self.tags.iter().find(|tag| !tags.contains(tag))
        {
            let Tag { key, value } = tag;
            let has = if tags.is_empty() { "no tags" } else { "other tags" };
            return Some(format!(
                "the rule `{name}` asks for the tag {key}={value}, and the object has {has}"
            ));
        }
        let bytes = sample.size.bytes();
        let is_outside = self.larger_than.is_some_and(|least| bytes <= least)
            || self.smaller_than.is_some_and(|most| bytes >= most);
        is_outside.then(|| format!("the rule `{name}` is for objects of another size"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::slot::fixture::at;

    fn sample(tags: Vec<Tag>) -> Sample {
        Sample {
            key: BackupKey("prod/a.gz".to_owned()),
            size: ByteSize(5000),
            last_modified: at("2026-11-20T00:05:00Z"),
            expires: None,
            tags: Known::Told(tags),
            encryption: None,
            locked_until: None,
            storage_class: None,
            archive: None,
        }
    }

    #[test]
    fn a_rule_tells_why_it_misses_an_object() {
        let tag = Tag { key: "auto-delete".to_owned(), value: "true".to_owned() };
        let rule = LifecycleRule {
            name: "expire".to_owned(),
            is_enabled: true,
            tags: vec![tag.clone()],
            expires_days: Some(90),
            ..LifecycleRule::default()
        };
        let said = rule.misses(&sample(Vec::new())).unwrap();
        assert_eq!(
            said,
            "the rule `expire` asks for the tag auto-delete=true, and the object has no tags"
        );
        assert_eq!(rule.misses(&sample(vec![tag])), None);
        let elsewhere = LifecycleRule { prefix: "dev/".to_owned(), ..rule.clone() };
        assert_eq!(
            elsewhere.misses(&sample(Vec::new())).unwrap(),
            "the rule `expire` is for `dev/` only"
        );
        let off = LifecycleRule { is_enabled: false, ..rule };
        assert!(off.misses(&sample(Vec::new())).unwrap().ends_with("switched off"));
    }

    #[test]
    fn what_may_not_be_seen_greys_its_own_column_and_names_the_action() {
        let facts = Facts {
            versioning: Known::Denied { action: "s3:GetBucketVersioning".to_owned() },
            lock: Known::NotOffered,
            uploads: Known::Told(Vec::new()),
            ..Facts::UNASKED
        };
        let columns = facts.columns();
        let text = |name: &str| {
            let column = columns.iter().find(|column| column.name == name).unwrap();
            (column.text.clone(), column.is_grey)
        };
        assert_eq!(
            text("versions"),
            ("not allowed: needs s3:GetBucketVersioning".to_owned(), true)
        );
        assert_eq!(text("lock"), ("not offered".to_owned(), true));
        assert_eq!(text("uploads"), ("none left".to_owned(), false));
        assert_eq!(facts.survives_ransom(), None);
    }
}
