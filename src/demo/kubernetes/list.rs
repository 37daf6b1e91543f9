//! Lists, whole or page by page, made while they are sent: no more than a piece is held at a time.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, unfold};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::demo::kubernetes::accept::{Included, Shape};
use crate::demo::kubernetes::http::{Answer, JSON, Refusal, made};
use crate::demo::kubernetes::object::{Key, Row};
use crate::demo::kubernetes::protobuf;
use crate::demo::kubernetes::render::{self, Form};
use crate::demo::kubernetes::resource::Resource;
use crate::demo::kubernetes::route::Asked;
use crate::demo::kubernetes::select::Selection;
use crate::demo::kubernetes::store::TooOld;
use crate::demo::kubernetes::{KubernetesServer, table};
use crate::demo::request::Query;

/// A part of a body is at least so long, but for the last.
const PIECE: usize = 64 << 10;
/// What a slow server takes as a page where no limit is given.
const PAGE: usize = 500;

/// Where a list goes on: its version and the last key that was sent.
struct Place {
    version: u64,
    behind: Option<Key>,
}

impl KubernetesServer {
    pub(super) fn list(self: &Arc<Self>, asked: Asked<'_>) -> Answer {
        let Asked { resource, kind, namespace, query, shape } = asked;
        let selection = Selection::new(namespace, query, resource)?;
        let included = Included::of(query.get("includeObject"))?;
        let (now, newest) = self.look(|cluster| (cluster.now(), cluster.store.version()));
        let place = place(query, newest)?;
        let found =
            self.look(|cluster| cluster.store.at(place.version, kind, place.behind.as_ref()));
        let mut rows = found.map_err(|old| expired(old, place.behind.is_some()))?;
        rows.retain(|row| selection.takes(row));
        let limit = query.get("limit").and_then(|it| it.parse().ok()).filter(|limit| *limit > 0);
        let all = rows.len();
        rows.truncate(limit.unwrap_or(all));
        let per_page = self.faults().per_page();
        let mut metadata = json!({"resourceVersion": place.version.to_string()});
        if let (true, Some(last), Some(fields)) =
            (rows.len() < all, rows.last(), metadata.as_object_mut())
        {
            fields.insert("continue".to_owned(), token(place.version, &last.meta.key).into());
            if selection.takes_all() {
                fields.insert("remainingItemCount".to_owned(), (all - rows.len()).into());
            }
        }
        let listing = Listing { resource, shape, included, now, rows, next: 0, per_page };
        // A message is made whole: not of more than a page.
        if shape == Shape::Message && listing.rows.len() <= PAGE {
            return made(protobuf::MEDIA, listing.message(metadata));
        }
        made(JSON, listing.parts(&metadata))
    }
}

struct Listing {
    resource: &'static Resource,
    shape: Shape,
    included: Included,
    now: Timestamp,
    rows: Vec<Arc<Row>>,
    next: usize,
    per_page: Duration,
}

impl Listing {
    fn parts(
        self,
        metadata: &Value,
    ) -> impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static {
        let head = match self.shape {
            Shape::Table => format!(
                r#"{{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{metadata},"columnDefinitions":{},"rows":["#,
                table::definitions(self.resource)
            ),
            Shape::Metadata => format!(
                r#"{{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{metadata},"items":["#
            ),
            Shape::Object | Shape::Aggregated | Shape::Message => format!(
                r#"{{"kind":"{}List","apiVersion":"{}","metadata":{metadata},"items":["#,
                self.resource.name,
                self.resource.api_version()
            ),
        };
        unfold(Some((self, head)), |state| async {
            let (mut listing, mut piece) = state?;
            let is_last = listing.fill(&mut piece).await;
            if is_last {
                piece.push_str("]}\n");
            }
            let rest = (!is_last).then(|| (listing, String::with_capacity(PIECE)));
            Some((Ok(Bytes::from(piece)), rest))
        })
    }

    fn message(
        self,
        metadata: Value,
    ) -> impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static {
        let parts = async move {
            tokio::time::sleep(self.per_page).await;
            let kind = format!("{}List", self.resource.name);
            let version = self.resource.api_version();
            let write = |row: &Arc<Row>, to: &mut Vec<u8>| render::write_message(row, to);
            let parts = protobuf::list(&version, &kind, &metadata, &self.rows, write);
            stream::iter(parts.into_iter().map(Ok))
        };
        stream::once(parts).flatten()
    }

    /// Writes rows until the piece is long enough; whether that was all.
    async fn fill(&mut self, piece: &mut String) -> bool {
        while piece.len() < PIECE {
            let Some(row) = self.rows.get(self.next) else { return true };
            if !self.per_page.is_zero() && self.next.is_multiple_of(PAGE) {
                tokio::time::sleep(self.per_page).await;
            }
            if self.next > 0 {
                piece.push(',');
            }
            match self.shape {
                Shape::Table => {
                    let row = table::row(row, self.resource, self.included, self.now);
                    piece.push_str(&row.to_string());
                }
                Shape::Metadata => {
                    piece.push_str(&render::write(row, self.resource, Form::Metadata, true));
                }
                Shape::Object | Shape::Aggregated | Shape::Message => {
                    piece.push_str(&render::write(row, self.resource, Form::Whole, true));
                }
            }
            self.next += 1;
        }
        self.next >= self.rows.len()
    }
}

/// Where the list begins: where a page before ended, or at the newest or a given version.
fn place(query: &Query, newest: u64) -> Result<Place, Refusal> {
    if let Some(token) = query.get("continue") {
        return read(token).ok_or_else(|| {
            Refusal::bad_request("continue key is not valid: it was not made by this server")
        });
    }
    let version = query.get("resourceVersion").filter(|version| *version != "0");
    let Some(version) = version else { return Ok(Place { version: newest, behind: None }) };
    let version: u64 = version.parse().map_err(|_| {
        Refusal::bad_request(format!("resourceVersion: Invalid value: \"{version}\""))
    })?;
    if version > newest {
        let message = format!("Too large resource version: {version}, current: {newest}");
        let code = http::StatusCode::GATEWAY_TIMEOUT;
        return Err(Refusal::new(code, "Timeout", message));
    }
    let exact = query.get("resourceVersionMatch") == Some("Exact");
    Ok(Place { version: if exact { version } else { newest }, behind: None })
}

/// Where the next page begins, in letters that mean something to this server only.
fn token(version: u64, last: &Key) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let text = format!("{version}/{}/{}", last.namespace, last.name);
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or('0');
    text.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn read(token: &str) -> Option<Place> {
    let digits = token.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    let bytes: Option<Vec<u8>> = digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect();
    let text = String::from_utf8(bytes?).ok()?;
    let mut parts = text.splitn(3, '/');
    let version = parts.next()?.parse().ok()?;
    Some(Place { version, behind: Some(Key::new(parts.next()?, parts.next()?)) })
}

fn expired(old: TooOld, goes_on: bool) -> Refusal {
    if goes_on {
        return Refusal::expired(
            "The provided continue parameter is too old to display a consistent list result. \
             You must start a new list without the continue parameter.",
        );
    }
    too_old(old)
}

/// In the words of the watch cache.
pub(super) fn too_old(old: TooOld) -> Refusal {
    match old {
        TooOld::Unknown => {
            Refusal::expired("The resourceVersion for the provided watch is too old.")
        }
        TooOld::Forgotten(oldest) => {
            Refusal::expired(format!("too old resource version: the oldest is {oldest}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_token() {
        let place = read(&token(17, &Key::new("kube-system", "coredns-1"))).unwrap();
        assert_eq!(place.version, 17);
        assert_eq!(place.behind, Some(Key::new("kube-system", "coredns-1")));
        assert!(read("zz").is_none() && read("31").is_none());
    }
}
