//! Labels of an object: what workloads select pods by.

use std::sync::Arc;

/// A name and a value.
pub type Label = (Arc<str>, Box<str>);

/// Names and values, as the API lists them. The pods of a workload share one list.
pub type Labels = Arc<[Label]>;
