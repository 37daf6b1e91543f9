//! Objects as protocol buffers: the few that kubectl sends, and the lists of pods that are asked for.
//! <https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding>

mod read;
mod schema;
mod write;

pub(super) use read::read;
pub(super) use schema::{MANAGED, METADATA, POD_SPEC, POD_STATUS};
pub(super) use write::{enclose, list, status, time, write};

pub(super) const MEDIA: &str = "application/vnd.kubernetes.protobuf";
/// What every body begins with.
const MAGIC: &[u8] = b"k8s\0";
