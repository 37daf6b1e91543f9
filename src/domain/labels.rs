//! Labels of an object: what workloads select pods by.

use std::sync::Arc;

/// Names and values, as the API lists them. The pods of a workload share one list.
pub type Labels = Arc<[(Arc<str>, Box<str>)]>;
