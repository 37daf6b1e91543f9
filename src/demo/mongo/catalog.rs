//! Databases and their collections.

use std::collections::BTreeMap;
use std::sync::Arc;

use bson::spec::BinarySubtype;
use bson::{Binary, Bson, Document, doc};
use ulid::Ulid;

use crate::demo::mongo::documents::{Documents, Keep, Stored};
use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::pipeline::Stage;

/// A collection, a view or a time series, as `listCollections` knows it.
#[derive(Clone)]
pub struct Collection {
    pub(super) contents: Contents,
    pub(super) options: Document,
    pub(super) uuid: [u8; 16],
    /// Without the one of `_id`.
    pub(super) indexes: Vec<Document>,
}

#[derive(Clone)]
pub(super) enum Contents {
    /// Inserted by clients.
    Stored(Arc<Stored>),
    /// Made when read; nothing can be inserted.
    Made(Arc<dyn Documents>),
    View {
        on: String,
        pipeline: Vec<Bson>,
    },
}

impl Collection {
    /// A collection whose documents are made when they are read.
    pub fn made(documents: Arc<dyn Documents>) -> Self {
        Self::holding(Contents::Made(documents))
    }

    /// A collection that starts with these documents and takes more.
    pub fn stored(documents: impl IntoIterator<Item = Document>) -> Self {
        let stored = Stored::new(Keep::Documents);
        for document in documents {
            if let Ok(document) = bson::RawDocumentBuf::try_from(document) {
                // A second document with an id is left out, as a server would.
                stored.insert(&document).ok();
            }
        }
        Self::holding(Contents::Stored(Arc::new(stored)))
    }

    /// A view of another collection of the same database.
    pub fn view(on: impl Into<String>, pipeline: Vec<Document>) -> Self {
        let pipeline: Vec<Bson> = pipeline.into_iter().map(Bson::Document).collect();
        let on = on.into();
        let options = doc! {"viewOn": &on, "pipeline": pipeline.clone()};
        Self::holding(Contents::View { on, pipeline }).with_options(options)
    }

    /// Sets the identity, which a dump's metadata and the server then agree on.
    #[must_use]
    pub fn with_uuid(mut self, uuid: [u8; 16]) -> Self {
        self.uuid = uuid;
        self
    }

    /// Adds indexes as `listIndexes` gives them (`{v, key, name, ..}`); the one of `_id` is there.
    #[must_use]
    pub fn with_indexes(mut self, indexes: impl IntoIterator<Item = Document>) -> Self {
        self.indexes.extend(indexes.into_iter().filter(|i| i.get_str("name").ok() != Some("_id_")));
        self
    }

    /// Sets the options as `create` takes them: `{capped: true, size: 4096}`.
    #[must_use]
    pub fn with_options(mut self, options: Document) -> Self {
        self.options = options;
        self
    }

    pub(super) fn empty(keep: Keep) -> Self {
        Self::holding(Contents::Stored(Arc::new(Stored::new(keep))))
    }

    fn holding(contents: Contents) -> Self {
        let mut uuid = Ulid::generate().to_bytes();
        // The marks of a random UUID.
        let [.., version, _, variant, _, _, _, _, _, _, _] = &mut uuid;
        *version = *version & 0x0f | 0x40;
        *variant = *variant & 0x3f | 0x80;
        Self { contents, options: Document::new(), uuid, indexes: Vec::new() }
    }

    pub(super) fn is_view(&self) -> bool {
        matches!(self.contents, Contents::View { .. })
    }

    pub(super) fn is_time_series(&self) -> bool {
        self.options.contains_key("timeseries")
    }

    /// What is read of it; a view holds nothing of its own.
    pub(super) fn documents(&self) -> Option<Arc<dyn Documents>> {
        match &self.contents {
            Contents::Stored(stored) => Some(Arc::clone(stored) as Arc<dyn Documents>),
            Contents::Made(made) => Some(Arc::clone(made)),
            Contents::View { .. } => None,
        }
    }

    /// Its entry in `listCollections`.
    pub(super) fn listed(&self, name: &str, id_index: &Document) -> Document {
        let kind = match () {
            () if self.is_view() => "view",
            () if self.is_time_series() => "timeseries",
            () => "collection",
        };
        let mut entry = doc! {"name": name, "type": kind, "options": self.options.clone()};
        if kind == "collection" {
            let uuid = Binary { subtype: BinarySubtype::Uuid, bytes: self.uuid.to_vec() };
            entry.insert("info", doc! {"readOnly": false, "uuid": uuid});
            entry.insert("idIndex", id_index.clone());
        } else {
            entry.insert("info", doc! {"readOnly": self.is_view()});
        }
        entry
    }
}

/// What is read when a name is read.
pub(super) struct Resolved {
    /// `None` where there is no such collection.
    pub(super) documents: Option<Arc<dyn Documents>>,
    /// The stages of the views on the way to it.
    pub(super) stages: Vec<Stage>,
}

/// All databases, by name.
#[derive(Default)]
pub(super) struct Catalog {
    pub(super) databases: BTreeMap<String, BTreeMap<String, Collection>>,
}

impl Catalog {
    pub(super) fn get(&self, database: &str, collection: &str) -> Option<&Collection> {
        self.databases.get(database)?.get(collection)
    }

    /// The collection, which must be one and no view.
    pub(super) fn plain(&self, database: &str, name: &str) -> Result<&Collection, Refusal> {
        match self.get(database, name) {
            Some(view) if view.is_view() => Err(Refusal::on_view(&format!("{database}.{name}"))),
            Some(collection) => Ok(collection),
            None => {
                Err(Refusal::namespace_not_found(format!("ns does not exist: {database}.{name}")))
            }
        }
    }

    pub(super) fn put(&mut self, database: &str, name: &str, collection: Collection) {
        let collections = self.databases.entry(database.to_owned()).or_default();
        collections.insert(name.to_owned(), collection);
    }

    /// Follows a name through views to what they show.
    pub(super) fn resolve(&self, database: &str, name: &str) -> Result<Resolved, Refusal> {
        /// As many as the server allows.
        const DEPTH: usize = 20;
        let (mut name, mut stages) = (name, Vec::new());
        for _ in 0..DEPTH {
            match self.get(database, name).map(|collection| &collection.contents) {
                Some(Contents::View { on, pipeline }) => {
                    let mut outer = Stage::parse_all(pipeline)?;
                    outer.append(&mut stages);
                    stages = outer;
                    name = on;
                }
                Some(_) => {
                    let documents = self.get(database, name).and_then(Collection::documents);
                    return Ok(Resolved { documents, stages });
                }
                None => return Ok(Resolved { documents: None, stages }),
            }
        }
        Err(Refusal::new(
            165,
            "ViewDepthLimitExceeded",
            "View depth too deep or view cycle detected",
        ))
    }
}
