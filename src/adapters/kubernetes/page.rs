//! A page of a list in the form that the server chose, read while it arrives: one object at most is
//! held of it.

use std::fmt::Display;
use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::adapters::kubernetes::connect::Answer;
use crate::adapters::kubernetes::protobuf;
use crate::adapters::kubernetes::resource::{DecodeProtobuf, Resource};
use crate::adapters::kubernetes::split::{self, Unreadable, element};
use crate::adapters::kubernetes::wire::{List, ListMetadata};

pub(super) struct PageReader<T> {
    resource: Resource<T>,
    form: Form<T>,
}

enum Form<T> {
    Json(split::Splitter),
    Protobuf(protobuf::Splitter, DecodeProtobuf<T>),
}

impl<T> PageReader<T> {
    /// A reader of what `answer` brings.
    pub(super) fn of(answer: &Answer, resource: Resource<T>) -> Self {
        let form = match resource.decode_protobuf {
            Some(decode) if answer.is_protobuf() => {
                Form::Protobuf(protobuf::Splitter::default(), decode)
            }
            _ => Form::Json(split::Splitter::new("items")),
        };
        Self { resource, form }
    }

    /// Takes what comes next; adds the objects that are whole to `rows`.
    pub(super) fn feed(&mut self, chunk: &[u8], rows: &mut Vec<Arc<T>>) -> Result<(), Unreadable> {
        let resource = self.resource;
        match &mut self.form {
            Form::Json(splitter) => splitter.feed(chunk, elements(resource, rows)),
            Form::Protobuf(splitter, decode) => {
                splitter.feed(chunk, |object| rows.extend(row(decode(object), resource.plural)))
            }
        }
    }

    /// Reads what has come, however little that is.
    pub(super) fn flush(&mut self, rows: &mut Vec<Arc<T>>) -> Result<(), Unreadable> {
        match &mut self.form {
            Form::Json(splitter) => splitter.flush(elements(self.resource, rows)),
            // Nothing that is whole waits.
            Form::Protobuf(..) => Ok(()),
        }
    }

    /// What the list says of itself before its objects, once they come; nothing where that cannot be read.
    pub(super) fn beginning(&self) -> Option<ListMetadata> {
        match &self.form {
            Form::Json(splitter) => {
                let beginning = splitter.beginning()?;
                Some(json(&[beginning, b"]}"].concat()).unwrap_or_default())
            }
            Form::Protobuf(splitter, _) => splitter.metadata().map(Result::unwrap_or_default),
        }
    }

    /// What the list says of itself, when all has come.
    pub(super) fn finish(self) -> Result<ListMetadata, String> {
        match self.form {
            Form::Json(splitter) => {
                let envelope = splitter.finish().map_err(|why| why.to_string())?;
                json(&envelope).map_err(|error| format!("the list cannot be read: {error}"))
            }
            Form::Protobuf(splitter, _) => splitter.finish().map_err(|why| why.to_string()),
        }
    }
}

/// Reads the element at the beginning of what is there into `rows`, and says how long it is.
fn elements<T>(
    Resource { plural, decode, .. }: Resource<T>,
    rows: &mut Vec<Arc<T>>,
) -> impl FnMut(&[u8], &[u8]) -> Result<usize, serde_json::Error> {
    move |bytes, _| element(bytes, decode, |read| rows.extend(row(read, plural)))
}

fn json(envelope: &[u8]) -> Result<ListMetadata, serde_json::Error> {
    let list: List<IgnoredAny> = serde_json::from_slice(envelope)?;
    Ok(list.metadata)
}

/// An object that cannot be read is left out, and told to the log: the rest is still worth showing.
pub(super) fn row<T>(
    decoded: Result<Option<T>, impl Display>,
    plural: &'static str,
) -> Option<Arc<T>> {
    match decoded {
        Ok(row) => row.map(Arc::new),
        Err(error) => {
            tracing::warn!(%error, plural, "an object of a cluster cannot be read");
            None
        }
    }
}
