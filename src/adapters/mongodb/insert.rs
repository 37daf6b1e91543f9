//! `insert` commands made of raw documents: copied once, never decoded.

use bson::{RawDocumentBuf, rawdoc};

use crate::dump::Batch;

/// Bytes of documents in one command. A server takes 16 MiB and a little for all of it, names of
/// the array's elements included.
const MOST_BYTES: usize = 15 << 20;
/// Documents in one command, as servers announce it.
const MOST_DOCUMENTS: usize = 100_000;

/// One command, and what it carries.
#[derive(Debug)]
pub(super) struct Insert {
    pub(super) command: RawDocumentBuf,
    pub(super) documents: u64,
    pub(super) bytes: u64,
}

/// The commands that insert a batch, one after the other, each made when it is asked for.
pub(super) struct Inserts<'a> {
    collection: &'a str,
    rest: &'a [u8],
    most_bytes: usize,
    most_documents: usize,
}

/// A batch that is not a sequence of whole documents.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a batch does not end with a whole document")]
pub(super) struct Torn;

impl<'a> Inserts<'a> {
    pub(super) fn new(collection: &'a str, batch: &'a Batch) -> Self {
        Self {
            collection,
            rest: &batch.documents,
            most_bytes: MOST_BYTES,
            most_documents: MOST_DOCUMENTS,
        }
    }

    /// As many whole documents as fit, at least one.
    fn cut(&mut self) -> Result<(&'a [u8], usize), Torn> {
        let (mut bytes, mut documents) = (0, 0);
        let mut rest = self.rest;
        while documents < self.most_documents && !rest.is_empty() {
            let (document, after) = split_document(rest).ok_or(Torn)?;
            if documents > 0 && bytes + document.len() > self.most_bytes {
                break;
            }
            bytes += document.len();
            documents += 1;
            rest = after;
        }
        let (run, rest) = self.rest.split_at_checked(bytes).ok_or(Torn)?;
        self.rest = rest;
        Ok((run, documents))
    }
}

impl Iterator for Inserts<'_> {
    type Item = Result<Insert, Torn>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        Some(self.cut().and_then(|(run, documents)| {
            Ok(Insert {
                command: command(self.collection, run, documents)?,
                documents: documents as u64,
                bytes: run.len() as u64,
            })
        }))
    }
}

/// The first document and what follows it; `None` where its length cannot be right.
fn split_document(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    const EMPTY: usize = 5;
    let length = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
    if length < EMPTY { None } else { bytes.split_at_checked(length) }
}

/// `{insert: …, documents: [run…]}`. Lengths are known beforehand, so that it is written in one go.
fn command(collection: &str, run: &[u8], documents: usize) -> Result<RawDocumentBuf, Torn> {
    const LENGTH: usize = 4;
    const DOCUMENT: u8 = 3;
    const DOCUMENTS: &[u8] = b"\x04documents\0";
    let head = rawdoc! {
        "insert": collection,
        "ordered": false,
        "bypassDocumentValidation": true,
        "writeConcern": {"w": 1},
    };
    let head = head.as_bytes().get(LENGTH..).and_then(|head| head.split_last()).ok_or(Torn)?.1;
    // Each element has a type, a name in decimal digits and the name's end.
    let array = LENGTH + run.len() + documents * 2 + digits_below(documents) + 1;
    let total = LENGTH + head.len() + DOCUMENTS.len() + array + 1;

    let mut bytes = Vec::with_capacity(total);
    bytes.extend_from_slice(&u32::try_from(total).map_err(|_| Torn)?.to_le_bytes());
    bytes.extend_from_slice(head);
    bytes.extend_from_slice(DOCUMENTS);
    bytes.extend_from_slice(&u32::try_from(array).map_err(|_| Torn)?.to_le_bytes());
    let (mut name, mut rest) = (b"0".to_vec(), run);
    while let Some((document, after)) = split_document(rest) {
        bytes.push(DOCUMENT);
        bytes.extend_from_slice(&name);
        bytes.push(0);
        bytes.extend_from_slice(document);
        increment(&mut name);
        rest = after;
    }
    bytes.extend_from_slice(&[0, 0]);
    RawDocumentBuf::from_bytes(bytes).map_err(|_| Torn)
}

/// Adds one to a number in decimal digits.
fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
}

/// How many decimal digits the numbers from 0 up to and without `count` have together.
fn digits_below(count: usize) -> usize {
    let mut digits = count;
    let mut power = 10;
    while power < count {
        digits += count - power;
        power *= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use bson::{Document, RawBsonRef, doc};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::census::Namespace;

    fn batch(documents: &[Document]) -> Batch {
        let bytes = documents.iter().flat_map(|document| document.to_vec().unwrap()).collect();
        let count = u32::try_from(documents.len()).unwrap();
        Batch { namespace: Namespace::new("admin", "file"), documents: bytes, count }
    }

    /// What a server reads out of the commands.
    fn read(inserts: Inserts<'_>) -> Vec<Vec<Document>> {
        let read = |insert: Result<Insert, Torn>| {
            let insert = insert.unwrap();
            let command = Document::try_from(insert.command.as_ref()).unwrap();
            assert_eq!(command.keys().next().unwrap(), "insert");
            assert_eq!(command.get_str("insert").unwrap(), "file");
            assert!(!command.get_bool("ordered").unwrap());
            let names = insert.command.get_array("documents").unwrap();
            let raw: &bson::RawDocument = bson::RawDocument::from_bytes(names.as_bytes()).unwrap();
            for (position, element) in raw.iter().enumerate() {
                let (name, value) = element.unwrap();
                assert_eq!(name.as_str(), position.to_string());
                assert!(matches!(value, RawBsonRef::Document(_)));
            }
            let documents = command.get_array("documents").unwrap();
            assert_eq!(documents.len() as u64, insert.documents);
            documents.iter().map(|document| document.as_document().unwrap().clone()).collect()
        };
        inserts.map(read).collect()
    }

    proptest! {
        #[test]
        fn documents_survive_in_their_order(texts in prop::collection::vec(".{0,40}", 0..130),
                                            most_bytes in 1_usize..2000,
                                            most_documents in 1_usize..120) {
            let documents: Vec<_> = texts.iter().enumerate()
                .map(|(n, text)| doc! {"_id": i64::try_from(n).unwrap(), "text": text}).collect();
            let batch = batch(&documents);
            let inserts =
                Inserts { most_bytes, most_documents, ..Inserts::new("file", &batch) };
            let commands = read(inserts);
            for command in &commands {
                prop_assert!(command.len() <= most_documents);
                let bytes: usize = command.iter().map(|d| d.to_vec().unwrap().len()).sum();
                prop_assert!(bytes <= most_bytes || command.len() == 1);
            }
            prop_assert_eq!(commands.concat(), documents);
        }

        #[test]
        fn digits_are_counted_as_they_are_written(count in 0_usize..12_000) {
            let written: usize = (0..count).map(|n| n.to_string().len()).sum();
            prop_assert_eq!(digits_below(count), written);
        }
    }

    #[test]
    fn the_largest_document_fits_one_command() {
        // 16 MiB, all of it one document.
        let largest = doc! {"_id": 1, "x": "x".repeat((16 << 20) - 22)};
        assert_eq!(largest.to_vec().unwrap().len(), 16 << 20);
        let batch = batch(&[largest, doc! {"_id": 2}]);
        let inserts: Vec<_> = Inserts::new("file", &batch).map(Result::unwrap).collect();
        assert_eq!(inserts.len(), 2);
        // What a server takes beside the 16 MiB of a document, less what the driver adds.
        assert!(inserts[0].command.as_bytes().len() < (16 << 20) + (16 << 10) - 1024);
    }

    #[test]
    fn the_most_documents_fit_one_command() {
        let mut bytes = Vec::new();
        for n in 0..MOST_DOCUMENTS {
            let pad = "x".repeat(MOST_BYTES / MOST_DOCUMENTS - 26);
            bytes.extend(doc! {"_id": i32::try_from(n).unwrap(), "x": pad}.to_vec().unwrap());
        }
        let batch = Batch { documents: bytes, ..batch(&[]) };
        let inserts: Vec<_> = Inserts::new("file", &batch).map(Result::unwrap).collect();
        assert_eq!(inserts.len(), 1);
        assert!(inserts[0].command.as_bytes().len() < 16 << 20);
    }

    #[test]
    fn a_torn_batch_is_an_error() {
        let whole = batch(&[doc! {"_id": 1}, doc! {"_id": 2}]);
        for bytes in [&whole.documents[..whole.documents.len() - 1], b"\x04\0\0\0", b"\x05\0"] {
            let batch = Batch { documents: bytes.to_vec(), ..whole.clone() };
            assert_eq!(Inserts::new("file", &batch).next().unwrap().unwrap_err(), Torn);
        }
    }
}
