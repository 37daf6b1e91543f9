//! One document: invented contents of a fixed length.

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, DateTime, RawDocumentBuf, rawdoc};

use crate::demo::population::blueprint::Subject;
use crate::demo::population::mix::{Numbers, sixteen_bytes};

/// What is known of a document before its contents are invented.
pub(super) struct Entity {
    pub(super) subject: Subject,
    pub(super) id: ObjectId,
    /// What its contents are drawn from; no two documents share it.
    pub(super) key: u64,
    /// Unix seconds.
    pub(super) born: u64,
    /// Unix seconds, of the last change that has happened by now.
    pub(super) changed: Option<u64>,
}

const WORDS: [&str; 16] = [
    "tissue",
    "sample",
    "single",
    "cell",
    "library",
    "lane",
    "paired",
    "reads",
    "donor",
    "culture",
    "dissociated",
    "sorted",
    "frozen",
    "adult",
    "control",
    "replicate",
];

impl Entity {
    /// The document, exactly `length` bytes long: its last field takes up what is left.
    pub(super) fn document(&self, length: usize) -> RawDocumentBuf {
        let mut document = match self.subject {
            Subject::Audit => self.audit(),
            Subject::Biomaterial
            | Subject::Bundle
            | Subject::File
            | Subject::Process
            | Subject::Project
            | Subject::Protocol
            | Subject::Submission
            | Subject::Nothing => self.described(),
        };
        let key = bson::raw::cstr!("description");
        // An element is its type, its name with a zero, the text's length, the text with a zero.
        let frame = 1 + key.as_str().len() + 1 + 4 + 1;
        let room = length.saturating_sub(document.as_bytes().len() + frame);
        document.append(key, self.prose(room).as_str());
        document
    }

    fn audit(&self) -> RawDocumentBuf {
        let mut numbers = Numbers::of(self.key);
        rawdoc! {
            "_id": self.id,
            "at": moment(self.born, self.key),
            "who": numbers.pick(&["ingest", "broker", "exporter", "wrangler"]),
            "what": numbers.pick(&["create", "update", "validate", "submit", "export"]),
        }
    }

    fn described(&self) -> RawDocumentBuf {
        let mut numbers = Numbers::of(self.key);
        let (kind, content) = self.content(&mut numbers);
        let mut document = rawdoc! {
            "_id": self.id,
            "content": content,
            "submissionDate": moment(self.born, self.key),
            "updateDate": moment(self.changed.unwrap_or(self.born), self.key),
            "version": i64::from(self.changed.is_some()),
            "uuid": { "uuid": Binary {
                subtype: BinarySubtype::Uuid,
                bytes: sixteen_bytes(self.key).to_vec(),
            } },
            "validationState": numbers.pick(&["Valid", "Invalid", "Draft"]),
            "type": kind,
        };
        if self.subject == Subject::Submission {
            let state = numbers.pick(&["Draft", "Submitted", "Exported", "Complete", "Complete"]);
            document.append(bson::raw::cstr!("submissionState"), state);
        }
        document
    }

    fn content(&self, numbers: &mut Numbers) -> (&'static str, RawDocumentBuf) {
        match self.subject {
            Subject::Biomaterial => {
                let content = rawdoc! {
                    "species": numbers.pick(&["Homo sapiens", "Mus musculus"]),
                    "organ": numbers.pick(&["blood", "brain", "heart", "kidney", "liver", "lung"]),
                    "cells": number(numbers.below(90_000)),
                };
                ("Biomaterial", content)
            }
            Subject::Bundle => {
                let content = rawdoc! { "files": number(2 + numbers.below(40)) };
                ("BundleManifest", content)
            }
            Subject::File => {
                let read = numbers.pick(&["R1", "R2", "I1"]);
                let content = rawdoc! {
                    "fileName": format!("run{:07}_{read}.fastq.gz", numbers.below(10_000_000)),
                    "bytes": number(numbers.below(40_000_000_000)),
                };
                ("File", content)
            }
            Subject::Process => {
                let method = numbers.pick(&["dissociation", "sequencing", "alignment"]);
                ("Process", rawdoc! { "method": method })
            }
            Subject::Project => {
                let content =
                    rawdoc! { "title": self.prose(48), "released": numbers.below(3) == 0 };
                ("Project", content)
            }
            Subject::Protocol => {
                let method = numbers.pick(&["collection", "library preparation", "sequencing"]);
                ("Protocol", rawdoc! { "method": method })
            }
            Subject::Submission => {
                let content = rawdoc! { "documents": number(numbers.below(500)) };
                ("SubmissionEnvelope", content)
            }
            Subject::Audit | Subject::Nothing => ("", RawDocumentBuf::new()),
        }
    }

    /// Exactly `length` bytes of words.
    fn prose(&self, length: usize) -> String {
        let mut numbers = Numbers::of(!self.key);
        let mut text = String::with_capacity(length + 16);
        while text.len() < length {
            text.push_str(numbers.pick(&WORDS));
            text.push(' ');
        }
        text.truncate(length);
        text
    }
}

/// A moment within a second.
fn moment(second: u64, key: u64) -> DateTime {
    DateTime::from_millis(number(second * 1000 + key % 1000))
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
