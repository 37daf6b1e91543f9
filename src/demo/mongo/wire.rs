//! Messages of the wire protocol: `OP_MSG`, and the `OP_QUERY` with which older drivers say hello.

use std::io;

use bson::raw::RawDocument;
use tokio::io::{AsyncRead, AsyncReadExt};

const OP_REPLY: i32 = 1;
const OP_QUERY: i32 = 2004;
const OP_MSG: i32 = 2013;
const HEADER: usize = 16;
/// What a server tells its clients as `maxMessageSizeBytes`.
pub(super) const LARGEST_MESSAGE: usize = 48_000_000;

const CHECKSUM_PRESENT: u32 = 1;
const MORE_TO_COME: u32 = 2;

/// One command of a client.
pub(super) struct Request<'a> {
    pub(super) id: i32,
    pub(super) envelope: Envelope,
    pub(super) body: &'a RawDocument,
    /// Documents that travel beside the body: the name of the field, and the documents end to end.
    pub(super) sequences: Vec<(&'a str, &'a [u8])>,
}

/// How the command came, and so how the reply goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope {
    Message { wants_reply: bool },
    Query,
}

/// Reads one message, header included, into `buffer`; `false` when the client has hung up.
pub(super) async fn read_message(
    io: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> io::Result<bool> {
    buffer.clear();
    buffer.shrink_to(1 << 20);
    let mut length = [0; 4];
    match io.read_exact(&mut length).await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        read => read?,
    };
    let whole = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if !(HEADER..=LARGEST_MESSAGE).contains(&whole) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a message of impossible length"));
    }
    buffer.reserve(whole);
    buffer.extend_from_slice(&length);
    let rest = u64::try_from(whole - length.len()).unwrap_or(u64::MAX);
    io.take(rest).read_to_end(buffer).await?;
    Ok(buffer.len() == whole)
}

/// Takes a message apart; `None` when it is not one of the protocol.
pub(super) fn parse(message: &[u8]) -> Option<Request<'_>> {
    let mut rest = message.get(4..)?;
    let id = int(&mut rest)?;
    let _response_to = int(&mut rest)?;
    match int(&mut rest)? {
        OP_MSG => parse_message(id, rest),
        OP_QUERY => parse_query(id, rest),
        _ => None,
    }
}

fn parse_message(id: i32, mut rest: &[u8]) -> Option<Request<'_>> {
    let flags = int(&mut rest)?.cast_unsigned();
    if flags & CHECKSUM_PRESENT != 0 {
        rest = rest.split_last_chunk::<4>()?.0;
    }
    let mut body = None;
    let mut sequences = Vec::new();
    while let Some((kind, after)) = rest.split_first() {
        rest = after;
        match kind {
            0 => body = Some(document(&mut rest)?),
            1 => {
                let section = sized(&mut rest)?.get(4..)?;
                let end = section.iter().position(|byte| *byte == 0)?;
                let name = std::str::from_utf8(section.get(..end)?).ok()?;
                sequences.push((name, section.get(end + 1..)?));
            }
            _ => return None,
        }
    }
    let envelope = Envelope::Message { wants_reply: flags & MORE_TO_COME == 0 };
    Some(Request { id, envelope, body: body?, sequences })
}

fn parse_query(id: i32, mut rest: &[u8]) -> Option<Request<'_>> {
    let _flags = int(&mut rest)?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    rest = rest.get(end + 1..)?;
    let _skip = int(&mut rest)?;
    let _count = int(&mut rest)?;
    let body = document(&mut rest)?;
    Some(Request { id, envelope: Envelope::Query, body, sequences: Vec::new() })
}

/// Splits documents that lie end to end.
pub(super) fn documents(mut bytes: &[u8]) -> impl Iterator<Item = &RawDocument> {
    std::iter::from_fn(move || document(&mut bytes))
}

/// A whole reply message.
pub(super) fn reply(to: i32, envelope: Envelope, body: &RawDocument) -> Vec<u8> {
    let (operation, prefix): (i32, &[u8]) = match envelope {
        // No flags, one section of kind 0.
        Envelope::Message { .. } => (OP_MSG, &[0; 5]),
        // No flags, no cursor, from 0, one document.
        Envelope::Query => {
            (OP_REPLY, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
        }
    };
    let length = HEADER + prefix.len() + body.as_bytes().len();
    let mut message = Vec::with_capacity(length);
    for word in [i32::try_from(length).unwrap_or(i32::MAX), to, to, operation] {
        message.extend_from_slice(&word.to_le_bytes());
    }
    message.extend_from_slice(prefix);
    message.extend_from_slice(body.as_bytes());
    message
}

fn int(rest: &mut &[u8]) -> Option<i32> {
    let (word, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(i32::from_le_bytes(*word))
}

/// A part that begins with its own length.
fn sized<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(u32::from_le_bytes(*rest.first_chunk()?)).ok()?;
    let (part, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(part)
}

fn document<'a>(rest: &mut &'a [u8]) -> Option<&'a RawDocument> {
    RawDocument::from_bytes(sized(rest)?).ok()
}

#[cfg(test)]
mod tests {
    use bson::rawdoc;

    use super::*;

    #[test]
    fn documents_travel_in_the_body_and_beside_it() {
        let body = rawdoc! {"insert": "c", "$db": "d"};
        let beside = [rawdoc! {"_id": 1}, rawdoc! {"_id": 2}];
        let section: Vec<u8> = beside.iter().flat_map(|d| d.as_bytes().to_vec()).collect();
        let mut message = vec![0; 4];
        for word in [7, 0, OP_MSG, 1] {
            message.extend_from_slice(&i32::to_le_bytes(word));
        }
        message.push(1);
        message.extend_from_slice(&u32::try_from(4 + 10 + section.len()).unwrap().to_le_bytes());
        message.extend_from_slice(b"documents\0");
        message.extend_from_slice(&section);
        message.push(0);
        message.extend_from_slice(body.as_bytes());
        message.extend_from_slice(b"\x01\x02\x03\x04");

        let request = parse(&message).unwrap();
        assert_eq!((request.id, request.body), (7, &*body));
        assert_eq!(request.envelope, Envelope::Message { wants_reply: true });
        let [(name, bytes)] = request.sequences.as_slice() else { panic!("one sequence") };
        assert_eq!(*name, "documents");
        assert!(documents(bytes).eq(beside.iter().map(|document| &**document)));
    }

    #[test]
    fn what_is_cut_or_foreign_is_not_taken_apart() {
        for message in [&[][..], &[0; 15], &[0; 16], &[9; 40]] {
            assert!(parse(message).is_none());
        }
    }

    #[tokio::test]
    async fn a_message_of_impossible_length_is_an_error_and_a_cut_one_an_end() {
        let mut buffer = Vec::new();
        assert!(read_message(&mut &[255_u8; 64][..], &mut buffer).await.is_err());
        assert!(!read_message(&mut &[20_u8, 0, 0, 0, 1, 1][..], &mut buffer).await.unwrap());
        assert!(!read_message(&mut &[][..], &mut buffer).await.unwrap());
    }
}
