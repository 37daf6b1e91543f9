//! Who may do what: signed requests may read, nobody may write.

use std::future::pending;
use std::sync::Arc;

use async_trait::async_trait;
use s3s::access::{S3Access, S3AccessContext};
use s3s::{S3Result, s3_error};

use crate::demo::s3::fault::{S3Fault, S3Faults};

/// The operations that only read.
const READING: [&str; 13] = [
    "GetBucketLifecycleConfiguration",
    "GetBucketLocation",
    "GetBucketVersioning",
    "GetObject",
    "GetObjectLockConfiguration",
    "GetObjectTagging",
    "HeadBucket",
    "HeadObject",
    "ListBuckets",
    "ListMultipartUploads",
    "ListObjectVersions",
    "ListObjectsV2",
    "ListParts",
];

pub(super) struct ReadOnly {
    pub(super) faults: Arc<S3Faults>,
}

#[async_trait]
impl S3Access for ReadOnly {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        if self.faults.is_on(S3Fault::Hang) {
            pending::<()>().await;
        }
        if context.credentials().is_none() {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
        let operation = context.s3_op().name();
        if !READING.contains(&operation) {
            return Err(s3_error!(AccessDenied, "Access Denied: {operation} is not allowed"));
        }
        let is_forbidden = |fault| match fault {
            S3Fault::Forbidden { operation: one } => (one == operation).then_some(()),
            _ => None,
        };
        if self.faults.find(is_forbidden).is_some() {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
        if operation == "GetObject" && self.faults.is_on(S3Fault::Denied) {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
        Ok(())
    }
}
