//! stub
use crate::app::effect::ObjectRef; use crate::app::message::RawObject; use crate::domain::{failure::*, deed::Deed}; use crate::runtime::console::connect::Line;
pub(super) async fn read(_: &Line, _: &ObjectRef) -> Result<RawObject, Failure> { Err(Failure::new(FailureKind::Missing, "stub")) }
pub(super) async fn perform(_: &Line, _: &Deed, _: jiff::Timestamp) -> Result<String, Failure> { Err(Failure::new(FailureKind::Missing, "stub")) }
