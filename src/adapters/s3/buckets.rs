//! The buckets that a login can see, for somebody who begins a configuration.

use aws_sdk_s3::config::Region;
use futures_util::future::join_all;

use crate::adapters::error::{AdapterError, chain};
use crate::adapters::s3::S3;

/// How many buckets are looked into; those that are called backups come first.
const MOST_BUCKETS: usize = 20;
/// How many keys of a bucket are looked at.
const MOST_KEYS: i32 = 200;

/// A bucket, with what its keys begin with up to the first slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenBucket {
    pub name: String,
    pub prefixes: Vec<String>,
}

impl S3 {
    /// The buckets that the credentials can list.
    pub async fn buckets(&self) -> Result<Vec<SeenBucket>, AdapterError> {
        let target = format!("the storage `{}`", self.access.storage);
        let attempt = self.attempt("listing the buckets of", target, "s3:ListAllMyBuckets");
        let answer = self.client.list_buckets().send().await;
        let answer = answer.map_err(|error| attempt.refused(error))?;
        let mut buckets: Vec<(String, Option<String>)> = answer
            .buckets
            .unwrap_or_default()
            .into_iter()
            .filter_map(|bucket| Some((bucket.name?, bucket.bucket_region)))
            .collect();
        buckets.sort_by_key(|(name, _)| !name.contains("backup"));
        buckets.truncate(MOST_BUCKETS);
        Ok(join_all(buckets.into_iter().map(|(name, region)| self.look_into(name, region))).await)
    }

    /// A bucket that cannot be looked into is still worth its name.
    async fn look_into(&self, name: String, region: Option<String>) -> SeenBucket {
        let mut settings = self.client.config().to_builder();
        settings.set_region(region.map(Region::new).or(self.client.config().region().cloned()));
        let client = aws_sdk_s3::Client::from_conf(settings.build());
        let request = client.list_objects_v2().bucket(&name).delimiter("/").max_keys(MOST_KEYS);
        let prefixes = match request.send().await {
            Ok(answer) => answer.common_prefixes.unwrap_or_default(),
            Err(error) => {
                tracing::debug!(bucket = name, error = chain(&error), "not looked into");
                Vec::new()
            }
        };
        let prefixes = prefixes.into_iter().filter_map(|common| common.prefix).collect();
        SeenBucket { name, prefixes }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::domain::environment::StorageName;
    use crate::domain::settings::Storage;

    /// Answers requests one after another: buckets, keys, and a refusal of anything else.
    async fn storage(listener: TcpListener) {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(connection.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let (status, body) = if head.starts_with("GET /?") {
                (
                    200,
                    "<ListAllMyBucketsResult><Buckets><Bucket><Name>logs</Name></Bucket><Bucket>\
                       <Name>db-backup</Name></Bucket></Buckets></ListAllMyBucketsResult>",
                )
            } else if head.starts_with("GET /db-backup") {
                (
                    200,
                    "<ListBucketResult><CommonPrefixes><Prefix>dev/</Prefix></CommonPrefixes>\
                       <CommonPrefixes><Prefix>prod/</Prefix></CommonPrefixes></ListBucketResult>",
                )
            } else {
                (403, "<Error><Code>AccessDenied</Code></Error>")
            };
            let answer = format!(
                "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
    }

    fn settings(endpoint: &str) -> Storage {
        Storage {
            name: StorageName("test".to_owned()),
            region: None,
            profile: None,
            role_arn: None,
            endpoint: Some(endpoint.to_owned()),
            path_style: true,
            keys: Some(("key".to_owned(), "secret".into())),
            cloudwatch: None,
        }
    }

    #[tokio::test]
    async fn buckets_called_backups_come_first_with_their_prefixes() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let s3 = S3::connect(&settings(&endpoint)).await.unwrap();
        let found = tokio::select! {
            () = storage(listener) => panic!("the storage ended"),
            found = s3.buckets() => found.unwrap(),
        };
        let found: Vec<_> =
            found.iter().map(|bucket| (bucket.name.as_str(), bucket.prefixes.join(" "))).collect();
        assert_eq!(found, [("db-backup", "dev/ prod/".to_owned()), ("logs", String::new())]);
    }
}
