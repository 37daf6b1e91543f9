//! Single documents by their ids: are old ones of the source in the copy?

use bson::{Bson, doc};

use crate::adapters::error::AdapterError;
use crate::adapters::mongodb::births::{Moments, date, id_before};
use crate::adapters::mongodb::census::Question;
use crate::adapters::mongodb::reader::Reader;
use crate::domain::census::Namespace;

impl Reader {
    /// Ids of documents that were born before the dump, the youngest `most` of them: what a dump of
    /// another night or another database lacks first.
    pub async fn old_ids(
        &self,
        question: &Question<'_>,
        namespace: &Namespace,
        most: u32,
    ) -> Result<Vec<Bson>, AdapterError> {
        let moments = Moments::new(question.began, question.ended, question.margin);
        let mut filter = id_before(moments.before);
        if let Some(field) = (question.fields)(namespace).created {
            // What was imported since carries an old id and is in no dump.
            filter.insert(field, doc! {"$not": {"$gt": date(moments.began)}});
        }
        let command = doc! {
            "find": &namespace.collection,
            "filter": filter,
            "projection": {"_id": 1},
            "sort": {"_id": -1},
            "limit": i64::from(most),
        };
        let found = self.ask_for_all("sampling", &namespace.database, command).await?;
        Ok(found.into_iter().filter_map(|mut document| document.remove("_id")).collect())
    }

    /// How many of `ids` are in a collection.
    pub async fn count_ids(
        &self,
        namespace: &Namespace,
        ids: Vec<Bson>,
    ) -> Result<u64, AdapterError> {
        self.count("looking for samples in", namespace, doc! {"_id": {"$in": ids}}, None).await
    }
}
