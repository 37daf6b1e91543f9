//! Protocol buffers, the other form in which a cluster tells its objects: it is made in a third of the
//! time that JSON takes a server, and what is not read of an object is passed over instead of read.
//! <https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding>

mod fields;
mod object;
mod schema;
mod split;

#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;
pub use serde::de::value::Error;

use crate::adapters::kubernetes::protobuf::fields::find;
use crate::adapters::kubernetes::protobuf::object::Object;

pub(super) use schema::STATUS;
pub use schema::{Message, POD};
pub use split::Splitter;

pub const MEDIA: &str = "application/vnd.kubernetes.protobuf";
/// For who reads JSON, too.
pub(super) const PREFERRED: &str = "application/vnd.kubernetes.protobuf,application/json";

/// What every answer begins with.
const MAGIC: &[u8] = b"k8s\0";
/// Where its envelope has the object: a field's number, and that its length is known.
const RAW: (u64, u64) = (2, 2);

/// Reads one message as `T`.
pub fn read<T: DeserializeOwned>(bytes: &[u8], message: Message) -> Result<T, Error> {
    T::deserialize(Object::new(bytes, message))
}

/// The object of a whole answer.
pub(super) fn enveloped(answer: &[u8]) -> Option<&[u8]> {
    find(answer.strip_prefix(MAGIC)?, RAW.0).ok()?
}
