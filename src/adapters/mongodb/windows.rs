//! Counting documents, all of them and by birth, from indexes where there are any.

use bson::{Bson, Document, doc};
use jiff::Timestamp;

use crate::adapters::error::AdapterError;
use crate::adapters::mongodb::births::{self, Moments};
use crate::adapters::mongodb::census::{Detail, Question};
use crate::adapters::mongodb::reader::{Reader, integer};
use crate::domain::census::{Birth, Namespace, Windows};
use crate::domain::environment::FieldRules;

/// What tells when the documents of a collection were born, and the first of those moments.
struct Births {
    birth: Birth,
    oldest: Option<Timestamp>,
}

impl Reader {
    /// Counts a collection, and its documents by birth where they carry one and it was asked for.
    /// `hint` is the index on `_id`, where there is one.
    pub(super) async fn count_by_birth(
        &self,
        question: &Question<'_>,
        namespace: &Namespace,
        hint: Option<Document>,
    ) -> Result<(u64, Option<Windows>), AdapterError> {
        let births = match question.detail {
            Detail::Counts => None,
            Detail::Windows | Detail::Changes => self.births(question, namespace).await?,
        };
        match births {
            None => Ok((self.count_all(namespace, hint).await?, None)),
            Some(Births { birth: Birth::Id, oldest }) => {
                let (total, windows) = self.windows_by_id(question, namespace).await?;
                Ok((total, Some(Windows { oldest, ..windows })))
            }
            Some(Births { birth: Birth::Field(field), oldest }) => {
                let total = self.count_all(namespace, hint).await?;
                let windows = self.windows_by_field(question, namespace, &field).await?;
                Ok((total, Some(Windows { oldest, ..windows })))
            }
        }
    }

    /// Counts all documents, exactly: from the index on `_id`, never from the server's metadata,
    /// which may be wrong after an unclean end.
    pub(super) async fn count_all(
        &self,
        namespace: &Namespace,
        hint: Option<Document>,
    ) -> Result<u64, AdapterError> {
        self.count("counting", namespace, Document::new(), hint).await
    }

    /// Ids sort by type first, so that all are `ObjectId`s where the first and the last are.
    async fn births(
        &self,
        question: &Question<'_>,
        namespace: &Namespace,
    ) -> Result<Option<Births>, AdapterError> {
        let first = self.first_of(namespace, Document::new(), ("_id", 1)).await?;
        let last = self.first_of(namespace, Document::new(), ("_id", -1)).await?;
        match (first, last) {
            // Nothing is there: nothing was born before or after anything.
            (None, _) => return Ok(Some(Births { birth: Birth::Id, oldest: None })),
            (Some(Bson::ObjectId(first)), Some(Bson::ObjectId(_))) => {
                let oldest = births::moment_of(first);
                return Ok(Some(Births { birth: Birth::Id, oldest }));
            }
            _ => {}
        }
        let Some(field) = (question.fields)(namespace).created else { return Ok(None) };
        let undated = births::field_is_no_date(&field);
        if self.first_of(namespace, undated, ("_id", 1)).await?.is_some() {
            return Ok(None);
        }
        let oldest = match self.first_of(namespace, Document::new(), (&field, 1)).await? {
            Some(Bson::DateTime(date)) => Timestamp::from_millisecond(date.timestamp_millis()).ok(),
            _ => None,
        };
        Ok(Some(Births { birth: Birth::Field(field), oldest }))
    }

    /// Three ranges that touch and do not overlap: together they are the whole collection.
    async fn windows_by_id(
        &self,
        question: &Question<'_>,
        namespace: &Namespace,
    ) -> Result<(u64, Windows), AdapterError> {
        let moments = Moments::new(question.began, question.ended, question.margin);
        let range = births::id_before(moments.before);
        let before = self.count("counting", namespace, range, None).await?;
        let range = births::id_between(moments.before, moments.after);
        let between = self.count("counting", namespace, range, None).await?;
        let range = births::id_after(moments.after);
        let after = self.count("counting", namespace, range, None).await?;
        let mut windows =
            Windows { birth: Birth::Id, before, after, imported: 0, changed: None, oldest: None };
        if question.detail == Detail::Changes {
            let FieldRules { created, changed } = (question.fields)(namespace);
            if let Some(created) = created {
                let mut filter = births::id_before(moments.before);
                filter.extend(births::field_after(&created, moments.began));
                windows.imported =
                    self.count("counting what was imported into", namespace, filter, None).await?;
            }
            if let Some(changed) = changed {
                let born = births::id_before(moments.began);
                windows.changed = self.changed(question, namespace, born, &changed).await?;
            }
        }
        Ok((before + between + after, windows))
    }

    /// Counts documents by the month in which their ids were made, oldest first: the newest months one
    /// by one, what is older together.
    pub(super) async fn months(
        &self,
        namespace: &Namespace,
        now: Timestamp,
    ) -> Result<Vec<(String, u64)>, AdapterError> {
        let first = self.first_of(namespace, Document::new(), ("_id", 1)).await?;
        let last = self.first_of(namespace, Document::new(), ("_id", -1)).await?;
        let (Some(Bson::ObjectId(first)), Some(Bson::ObjectId(last))) = (first, last) else {
            return Ok(Vec::new());
        };
        let (Some(oldest), Some(newest)) = (births::moment_of(first), births::moment_of(last))
        else {
            return Ok(Vec::new());
        };
        let mut counted = Vec::new();
        for month in births::months(oldest, newest, now) {
            let count = self.count("counting", namespace, month.filter(), None).await?;
            counted.push((month.name, count));
        }
        Ok(counted)
    }

    async fn windows_by_field(
        &self,
        question: &Question<'_>,
        namespace: &Namespace,
        field: &str,
    ) -> Result<Windows, AdapterError> {
        let moments = Moments::new(question.began, question.ended, question.margin);
        let range = births::field_before(field, moments.before);
        let before = self.count("counting", namespace, range, None).await?;
        let range = births::field_after(field, moments.after);
        let after = self.count("counting", namespace, range, None).await?;
        let changed = match (question.detail, (question.fields)(namespace).changed) {
            (Detail::Changes, Some(changed)) => {
                let born = births::field_before(field, moments.began);
                self.changed(question, namespace, born, &changed).await?
            }
            _ => None,
        };
        let birth = Birth::Field(field.to_owned());
        Ok(Windows { birth, before, after, imported: 0, changed, oldest: None })
    }

    /// How many of those `born` before the dump have changed since; `None` where no document carries
    /// the field, as "none changed" would be a claim that nothing supports.
    async fn changed(
        &self,
        question: &Question<'_>,
        namespace: &Namespace,
        born: Document,
        field: &str,
    ) -> Result<Option<u64>, AdapterError> {
        let mut filter = born;
        filter.extend(births::field_after(field, question.began));
        let changed = self.count("counting what changed in", namespace, filter, None).await?;
        if changed > 0 {
            return Ok(Some(changed));
        }
        let dated = self.first_of(namespace, births::field_is_date(field), ("_id", 1)).await?;
        Ok(dated.map(|_| 0))
    }

    /// Counts as drivers' `countDocuments` does: unlike `count` it is exact on a sharded cluster,
    /// and takes our comment on every server.
    pub(super) async fn count(
        &self,
        operation: &'static str,
        namespace: &Namespace,
        filter: Document,
        hint: Option<Document>,
    ) -> Result<u64, AdapterError> {
        let mut command = doc! {
            "aggregate": &namespace.collection,
            "pipeline": [{"$match": filter}, {"$group": {"_id": 1, "n": {"$sum": 1}}}],
            "cursor": {},
        };
        if let Some(hint) = hint {
            command.insert("hint", hint);
        }
        let answer = self.ask(operation, &namespace.database, command).await?;
        let subject = namespace.to_string();
        let malformed = || self.malformed(operation, &subject, "no count");
        match first_batch(&answer).ok_or_else(malformed)? {
            // A group of nothing is no group.
            [] => Ok(0),
            [row, ..] => {
                let count = row.as_document().and_then(|row| row.get("n")).and_then(integer);
                count.and_then(|count| u64::try_from(count).ok()).ok_or_else(malformed)
            }
        }
    }

    /// The value of `field` in the first document by that field, of those that match.
    async fn first_of(
        &self,
        namespace: &Namespace,
        filter: Document,
        (field, direction): (&str, i32),
    ) -> Result<Option<Bson>, AdapterError> {
        const OPERATION: &str = "looking at the ids of";
        let command = doc! {
            "find": &namespace.collection,
            "filter": filter,
            "sort": {field: direction},
            "projection": {"_id": 1, field: 1},
            "limit": 1,
            "singleBatch": true,
        };
        let answer = self.ask(OPERATION, &namespace.database, command).await?;
        let subject = namespace.to_string();
        let malformed = || self.malformed(OPERATION, &subject, "no documents");
        let Some(found) = first_batch(&answer).ok_or_else(malformed)?.first() else {
            return Ok(None);
        };
        let found = found.as_document().ok_or_else(malformed)?;
        Ok(Some(found.get(field).cloned().unwrap_or(Bson::Null)))
    }
}

fn first_batch(answer: &Document) -> Option<&[Bson]> {
    let cursor = answer.get_document("cursor").ok()?;
    cursor.get_array("firstBatch").ok().map(Vec::as_slice)
}
