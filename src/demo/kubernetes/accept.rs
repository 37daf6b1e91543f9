//! What a client wants an answer to look like.

use http::StatusCode;

use crate::demo::kubernetes::http::Refusal;
use crate::demo::kubernetes::protobuf;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Object,
    Metadata,
    Table,
    /// Discovery in one piece.
    Aggregated,
    /// An object as protocol buffers.
    Message,
}

impl Shape {
    /// The first that is known of those a client accepts, which is anything where it says nothing.
    /// `has_message`: what is asked for can be told in protocol buffers.
    pub(super) fn of(accept: Option<&str>, has_message: bool) -> Result<Self, Refusal> {
        let Some(accept) = accept.filter(|accept| !accept.is_empty()) else {
            return Ok(Self::Object);
        };
        accept.split(',').find_map(|range| Self::of_one(range, has_message)).ok_or_else(|| {
            let message = "only the following media types are accepted: application/json";
            Refusal::new(StatusCode::NOT_ACCEPTABLE, "NotAcceptable", message)
        })
    }

    fn of_one(range: &str, has_message: bool) -> Option<Self> {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next()?;
        let is_json = matches!(media, "application/json" | "application/*" | "*/*");
        let is_message = media == protobuf::MEDIA && has_message;
        let (mut kind, mut group, mut version) = ("", "", "");
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            match name {
                "as" => kind = value,
                "g" => group = value,
                "v" => version = value,
                _ => {}
            }
        }
        match (kind, group, version) {
            ("", ..) if is_message => Some(Self::Message),
            _ if !is_json => None,
            ("", _, _) => Some(Self::Object),
            ("Table", "meta.k8s.io", "v1") => Some(Self::Table),
            ("PartialObjectMetadata" | "PartialObjectMetadataList", "meta.k8s.io", "v1") => {
                Some(Self::Metadata)
            }
            ("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2") => Some(Self::Aggregated),
            _ => None,
        }
    }
}

/// What stands beside a table's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Included {
    Nothing,
    Metadata,
    Object,
}

impl Included {
    pub(super) fn of(parameter: Option<&str>) -> Result<Self, Refusal> {
        match parameter {
            Some("None") => Ok(Self::Nothing),
            None | Some("Metadata") => Ok(Self::Metadata),
            Some("Object") => Ok(Self::Object),
            Some(other) => {
                Err(Refusal::bad_request(format!("unrecognized includeObject value: \"{other}\"")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_shape_that_a_client_accepts_is_taken() {
        for (accept, shape) in [
            ("", Shape::Object),
            ("application/json, */*", Shape::Object),
            ("application/vnd.kubernetes.protobuf,application/json", Shape::Object),
            (
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
                Shape::Table,
            ),
            ("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", Shape::Metadata),
            (
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json",
                Shape::Aggregated,
            ),
            (
                "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json",
                Shape::Object,
            ),
        ] {
            assert_eq!(Shape::of(Some(accept), false), Ok(shape), "{accept}");
        }
        let both = Some("application/vnd.kubernetes.protobuf,application/json");
        assert_eq!(Shape::of(both, true), Ok(Shape::Message));
        assert_eq!(Shape::of(Some("application/json"), true), Ok(Shape::Object));
        let refused = Shape::of(Some("application/yaml"), true).unwrap_err();
        assert_eq!(refused.code, StatusCode::NOT_ACCEPTABLE);
    }
}
