//! Walks over the documents of a `.bson` file by their lengths, chunk by chunk and without copying,
//! and parses a sample of them to the bottom.

use bson::RawDocument;
use bson::raw::RawBsonRef;

use crate::domain::units::Count;

/// What a server stores at most, and what it allows itself around that.
pub(super) const LARGEST: u32 = 16 * 1024 * 1024 + 16 * 1024;
const SMALLEST: u32 = 5;

/// Which documents are parsed as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    /// One byte of this many: the first document, the last, and some between.
    Share,
    All,
}

impl Sample {
    const fn one_of(self) -> u64 {
        match self {
            Self::Share => 128,
            Self::All => 0,
        }
    }
}

/// Deeper than any server stores.
const DEEPEST: usize = 250;

/// What is wrong with a document, and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) offset: u64,
    pub(super) what: String,
}

/// The length of the document that begins with `head`, or what is wrong with it.
pub(super) fn length(head: [u8; 4]) -> Result<u32, String> {
    let claimed = i32::from_le_bytes(head);
    match u32::try_from(claimed) {
        Ok(length @ SMALLEST..=LARGEST) => Ok(length),
        Ok(length) if length < SMALLEST => Err(format!("claims {length} bytes, too few")),
        Ok(length) => Err(format!("claims {} bytes", Count(length.into()))),
        Err(_) => Err(format!("claims {claimed} bytes")),
    }
}

/// Called with each document of the sample once it has been found sound.
pub(super) type Inspect<'i> = dyn FnMut(&RawDocument) + 'i;

/// Takes the bytes of a file in chunks of any size.
#[derive(Debug)]
pub(super) struct Walker {
    /// The length of the file where it is known, so that its last document is in the sample.
    expected: Option<u64>,
    sample: Sample,
    /// Where the current document begins.
    offset: u64,
    documents: u64,
    /// Bytes parsed so far.
    sampled: u64,
    state: State,
    /// A document of the sample that came in more than one chunk.
    pieces: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Between two documents, or inside the four bytes of a length.
    Head {
        bytes: [u8; 4],
        have: usize,
    },
    Body {
        length: u32,
        left: u32,
        in_sample: bool,
    },
}

const BETWEEN: State = State::Head { bytes: [0; 4], have: 0 };

impl Walker {
    pub(super) fn new(expected: Option<u64>, sample: Sample) -> Self {
        let pieces = Vec::new();
        Self { expected, sample, offset: 0, documents: 0, sampled: 0, state: BETWEEN, pieces }
    }

    pub(super) fn documents(&self) -> u64 {
        self.documents
    }

    pub(super) fn feed(&mut self, chunk: &[u8], inspect: &mut Inspect<'_>) -> Result<(), Flaw> {
        let mut rest = chunk;
        while !rest.is_empty() {
            rest = match self.state {
                State::Head { have: 0, .. } => {
                    let partial = self.whole_documents(rest, inspect)?;
                    self.head([0; 4], 0, partial)?
                }
                State::Head { bytes, have } => self.head(bytes, have, rest)?,
                State::Body { length, left, in_sample } => {
                    let (part, after) = rest.split_at_checked(left as usize).unwrap_or((rest, &[]));
                    self.body(part, (length, left, in_sample), inspect)?;
                    after
                }
            };
        }
        Ok(())
    }

    /// The file has ended; so must have its last document.
    pub(super) fn finish(&self) -> Result<(), Flaw> {
        match self.state {
            State::Head { have: 0, .. } => Ok(()),
            State::Head { have, .. } => Err(self.flaw(&format!("is cut after {have} bytes"))),
            State::Body { length, left, .. } => {
                let (there, length) = (Count((length - left).into()), Count(length.into()));
                Err(self.flaw(&format!("is cut: {there} of its {length} bytes are there")))
            }
        }
    }

    /// The fast way: documents that lie whole in the chunk. Gives back what follows them.
    fn whole_documents<'c>(
        &mut self,
        chunk: &'c [u8],
        inspect: &mut Inspect<'_>,
    ) -> Result<&'c [u8], Flaw> {
        let mut rest = chunk;
        while let Some(head) = rest.first_chunk() {
            let length = length(*head).map_err(|what| self.flaw(&what))?;
            let Some((document, after)) = rest.split_at_checked(length as usize) else { break };
            if document.last() != Some(&0) {
                return Err(self.unterminated());
            }
            if self.is_in_sample(length) {
                self.parse(document, inspect)?;
            }
            self.complete(length);
            rest = after;
        }
        Ok(rest)
    }

    /// Gathers the length of a document of which the chunk holds only a part.
    fn head<'c>(
        &mut self,
        mut bytes: [u8; 4],
        have: usize,
        chunk: &'c [u8],
    ) -> Result<&'c [u8], Flaw> {
        let (part, after) = chunk.split_at_checked(bytes.len() - have).unwrap_or((chunk, &[]));
        for (slot, byte) in bytes.iter_mut().skip(have).zip(part) {
            *slot = *byte;
        }
        let have = have + part.len();
        if have < bytes.len() {
            self.state = State::Head { bytes, have };
            return Ok(after);
        }
        let length = length(bytes).map_err(|what| self.flaw(&what))?;
        let in_sample = self.is_in_sample(length);
        self.pieces.clear();
        if in_sample {
            self.pieces.extend_from_slice(&bytes);
        }
        self.state = State::Body { length, left: length - 4, in_sample };
        Ok(after)
    }

    fn body(
        &mut self,
        part: &[u8],
        (length, left, in_sample): (u32, u32, bool),
        inspect: &mut Inspect<'_>,
    ) -> Result<(), Flaw> {
        if in_sample {
            self.pieces.extend_from_slice(part);
        }
        let left = left.saturating_sub(u32::try_from(part.len()).unwrap_or(u32::MAX));
        if left > 0 {
            self.state = State::Body { length, left, in_sample };
            return Ok(());
        }
        if part.last() != Some(&0) {
            return Err(self.unterminated());
        }
        if in_sample {
            let pieces = std::mem::take(&mut self.pieces);
            self.parse(&pieces, inspect)?;
            self.pieces = pieces;
        }
        self.complete(length);
        self.state = BETWEEN;
        Ok(())
    }

    fn complete(&mut self, length: u32) {
        self.offset += u64::from(length);
        self.documents += 1;
    }

    /// The first, the last, and between them as many as keep the parsed share small, be they long
    /// or short. Only offsets decide, so that the size of chunks does not matter.
    fn is_in_sample(&self, length: u32) -> bool {
        self.sampled * self.sample.one_of() <= self.offset
            || self.expected == Some(self.offset + u64::from(length))
    }

    fn parse(&mut self, document: &[u8], inspect: &mut Inspect<'_>) -> Result<(), Flaw> {
        self.sampled += document.len() as u64;
        let document = RawDocument::from_bytes(document)
            .map_err(|error| error.to_string())
            .and_then(|document| parse_fully(document, 0).map(|()| document))
            .map_err(|error| self.flaw(&format!("cannot be parsed ({error})")))?;
        inspect(document);
        Ok(())
    }

    fn unterminated(&self) -> Flaw {
        self.flaw("does not end with a zero byte")
    }

    fn flaw(&self, what: &str) -> Flaw {
        let number = Count(self.documents + 1);
        Flaw { offset: self.offset, what: format!("document {number} {what}") }
    }
}

/// Goes through every element to the bottom.
fn parse_fully(document: &RawDocument, depth: usize) -> Result<(), String> {
    for element in document {
        let (_, value) = element.map_err(|error| error.to_string())?;
        parse_value(value, depth)?;
    }
    Ok(())
}

fn parse_value(value: RawBsonRef<'_>, depth: usize) -> Result<(), String> {
    if depth > DEEPEST {
        return Err(format!("nested deeper than {DEEPEST} levels"));
    }
    match value {
        RawBsonRef::Document(inner) => parse_fully(inner, depth + 1),
        RawBsonRef::JavaScriptCodeWithScope(code) => parse_fully(code.scope, depth + 1),
        RawBsonRef::Array(inner) => inner.into_iter().try_for_each(|value| {
            parse_value(value.map_err(|error| error.to_string())?, depth + 1)
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn walk(bytes: &[u8], chunk: usize) -> (u64, Result<(), Flaw>) {
        let mut walker = Walker::new(Some(bytes.len() as u64), Sample::Share);
        let outcome = bytes
            .chunks(chunk)
            .try_for_each(|chunk| walker.feed(chunk, &mut |_| {}))
            .and_then(|()| walker.finish());
        (walker.documents(), outcome)
    }

    fn documents(count: i32) -> Vec<u8> {
        (0..count).flat_map(|n| doc! {"_id": n, "a": {"b": [n, "x"]}}.to_vec().unwrap()).collect()
    }

    #[track_caller]
    fn check(bytes: &[u8], offset: u64, what: &str) {
        let flaw = Flaw { offset, what: what.to_owned() };
        for chunk in [1, 2, 3, 5, 7, 64, usize::MAX] {
            assert_eq!(walk(bytes, chunk).1, Err(flaw.clone()), "in chunks of {chunk}");
        }
    }

    #[test]
    fn documents_are_counted_whatever_the_chunks() {
        let bytes = documents(100);
        for chunk in [1, 3, 4, 5, 41, 1000, usize::MAX] {
            assert_eq!(walk(&bytes, chunk), (100, Ok(())), "in chunks of {chunk}");
        }
        assert_eq!(walk(&[], 1), (0, Ok(())));
    }

    #[test]
    fn a_flaw_is_named_with_the_number_and_the_beginning_of_its_document() {
        let whole = documents(3);
        let each = whole.len() as u64 / 3;
        let last = 2 * each as usize;
        let cut = |at: usize| whole[..at].to_vec();
        let with = |at: usize, bytes: &[u8]| {
            let mut changed = whole.clone();
            changed[at..at + bytes.len()].copy_from_slice(bytes);
            changed
        };
        check(&cut(whole.len() - 3), 2 * each, "document 3 is cut: 43 of its 46 bytes are there");
        check(&cut(last + 2), 2 * each, "document 3 is cut after 2 bytes");
        check(&with(last, b"\x04\0\0\0"), 2 * each, "document 3 claims 4 bytes, too few");
        check(&with(last, b"\xff\xff\xff\xff"), 2 * each, "document 3 claims -1 bytes");
        check(&with(last, b"oops"), 2 * each, "document 3 claims 1 936 748 399 bytes");
        check(&with(last - 1, b"!"), each, "document 2 does not end with a zero byte");
    }

    #[test]
    fn corrupt_bytes_in_the_first_and_the_last_document_are_found_by_parsing() {
        for number in [0, 99] {
            let mut bytes = documents(100);
            let each = bytes.len() / 100;
            bytes[number * each + 4] = 0x77;
            let (_, walked) = walk(&bytes, usize::MAX);
            let flaw = walked.unwrap_err();
            assert_eq!(flaw.offset, (number * each) as u64);
            let expected = format!("document {} cannot be parsed", number + 1);
            assert!(flaw.what.starts_with(&expected), "{}", flaw.what);
        }
    }

    #[test]
    fn the_sample_is_a_small_share_of_the_bytes() {
        let bytes = documents(10_000);
        let mut parsed = 0;
        let mut walker = Walker::new(None, Sample::Share);
        walker.feed(&bytes, &mut |document| parsed += document.as_bytes().len()).unwrap();
        assert!((bytes.len() / 150..=bytes.len() / 100).contains(&parsed), "{parsed}");
    }

    #[test]
    fn absurd_nesting_is_a_flaw_and_not_a_stack_overflow() {
        let mut bytes = doc! {}.to_vec().unwrap();
        for _ in 0..1000 {
            let mut outer = (u32::try_from(bytes.len()).unwrap() + 8).to_le_bytes().to_vec();
            outer.extend(b"\x03a\0");
            outer.append(&mut bytes);
            outer.push(0);
            bytes = outer;
        }
        check(&bytes, 0, "document 1 cannot be parsed (nested deeper than 250 levels)");
    }
}
