//! The collections that every environment has: how big they grow, their options and indexes.

use crate::domain::census::CollectionKind;

/// All data lives in the database that the application connects to.
pub const DATABASE: &str = "admin";

/// One collection, in the words of a dump's metadata (canonical extended JSON).
#[derive(Debug)]
pub struct Blueprint {
    pub name: &'static str,
    pub kind: CollectionKind,
    /// What its documents are about.
    pub(super) subject: Subject,
    /// How many documents production has gathered over its whole history.
    pub(super) documents: u64,
    /// The length of every document: sizes of backups are arithmetic.
    pub(super) document_bytes: usize,
    pub options: &'static str,
    /// Indexes besides the one on `_id`, each without its braces, version and namespace.
    pub(super) indexes: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Biomaterial,
    Bundle,
    File,
    Process,
    Project,
    Protocol,
    Submission,
    Audit,
    /// No documents of its own.
    Nothing,
}

impl Blueprint {
    const fn entity(name: &'static str, subject: Subject, documents: u64, bytes: usize) -> Self {
        Self {
            name,
            kind: CollectionKind::Plain,
            subject,
            documents,
            document_bytes: bytes,
            options: "{}",
            indexes: &[],
        }
    }

    const fn indexed(mut self, indexes: &'static [&'static str]) -> Self {
        self.indexes = indexes;
        self
    }

    const fn of_kind(mut self, kind: CollectionKind, options: &'static str) -> Self {
        self.kind = kind;
        self.options = options;
        self
    }

    /// Its index definitions, in extended JSON as a 4.2 server lists them; a view has none.
    pub(super) fn index_definitions(&self) -> Vec<String> {
        match self.kind {
            CollectionKind::View => Vec::new(),
            CollectionKind::Plain | CollectionKind::Capped | CollectionKind::TimeSeries => {
                index_definitions(self.name, self.indexes)
            }
        }
    }
}

/// The index that every collection has, and others given as `Blueprint::indexes`.
pub(super) fn index_definitions(collection: &str, others: &[&str]) -> Vec<String> {
    let on_id = r#""key":{"_id":{"$numberInt":"1"}},"name":"_id_""#;
    std::iter::once(&on_id)
        .chain(others)
        .map(|index| {
            format!(r#"{{"v":{{"$numberInt":"2"}},{index},"ns":"{DATABASE}.{collection}"}}"#)
        })
        .collect()
}

/// In the order of a listing.
pub static BLUEPRINTS: [Blueprint; 10] = [
    Blueprint::entity("auditLog", Subject::Audit, 6_600, 176).of_kind(
        CollectionKind::Capped,
        r#"{"capped":true,"size":{"$numberInt":"104857600"}}"#,
    ),
    Blueprint::entity("biomaterial", Subject::Biomaterial, 9_000, 280),
    Blueprint::entity("bundleManifest", Subject::Bundle, 6_000, 264),
    Blueprint::entity("file", Subject::File, 24_000, 300).indexed(&[
        r#""unique":true,"key":{"uuid.uuid":{"$numberInt":"1"}},"name":"uuid.uuid""#,
    ]),
    Blueprint::entity("importQueue", Subject::Nothing, 0, 0).indexed(&[
        r#""key":{"queuedAt":{"$numberInt":"1"}},"name":"queuedAt","expireAfterSeconds":{"$numberInt":"86400"}"#,
    ]),
    Blueprint::entity("openSubmissions", Subject::Nothing, 0, 0).of_kind(
        CollectionKind::View,
        r#"{"viewOn":"submissionEnvelope","pipeline":[{"$match":{"submissionState":{"$ne":"Complete"}}}]}"#,
    ),
    Blueprint::entity("process", Subject::Process, 12_000, 264).indexed(&[
        r#""key":{"validationState":{"$numberInt":"1"},"submissionDate":{"$numberInt":"-1"}},"name":"validationState_submissionDate""#,
    ]),
    Blueprint::entity("project", Subject::Project, 180, 340),
    Blueprint::entity("protocol", Subject::Protocol, 600, 280),
    Blueprint::entity("submissionEnvelope", Subject::Submission, 1_620, 280).indexed(&[
        r#""key":{"submissionState":{"$numberInt":"1"}},"name":"submissionState","partialFilterExpression":{"submissionState":"Draft"}"#,
    ]),
];
