//! What the AWS tools are set up for on this machine: profiles, and the buckets they can see.

use std::collections::BTreeSet;

use aws_config::meta::region::RegionProviderChain;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector};
use futures_util::future::join_all;

use crate::adapters::error::{AdapterError, System, chain};
use crate::domain::failure::FailureKind;

#[expect(deprecated, reason = "its new name is in a crate that is no dependency of ours")]
type ProfileFiles = aws_config::profile::profile_file::ProfileFiles;

/// How many buckets are looked into; those that are called backups come first.
const MOST_BUCKETS: usize = 20;
/// Any region lists the buckets of all.
const ANY_REGION: &str = "us-east-1";
/// How many keys of a bucket are looked at.
const MOST_KEYS: i32 = 200;

/// A profile of `~/.aws/config` or `~/.aws/credentials`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsProfile {
    pub name: String,
    pub region: Option<String>,
}

/// A bucket, with what its keys begin with up to the first slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenBucket {
    pub name: String,
    pub prefixes: Vec<String>,
}

/// The profiles of this user, by name.
pub async fn profiles() -> Result<Vec<AwsProfile>, AdapterError> {
    profiles_in(&ProfileFiles::default()).await
}

/// The buckets that the default chain of credentials can list.
pub async fn buckets() -> Result<Vec<SeenBucket>, AdapterError> {
    let http = Builder::new().build_with_connector_fn(|settings, _| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        if let Some(settings) = settings {
            connector = connector.connector_settings(settings.clone());
        }
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    });
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .region(RegionProviderChain::default_provider().or_else(ANY_REGION))
        .retry_config(RetryConfig::disabled())
        .load()
        .await;
    buckets_with(&config).await
}

#[expect(
    clippy::default_trait_access,
    reason = "the file system and the environment are types of a crate that is no dependency of ours"
)]
async fn profiles_in(files: &ProfileFiles) -> Result<Vec<AwsProfile>, AdapterError> {
    let sets =
        aws_config::profile::load(&Default::default(), &Default::default(), files, None).await;
    let sets = sets.map_err(|error| {
        let kind = FailureKind::Unexpected;
        refused("reading", "the profiles of AWS", kind, chain(&error))
    })?;
    // The default profile is there even when no file has it.
    let names: BTreeSet<&str> = sets.profiles().collect();
    let profiles = names.into_iter().filter_map(|name| {
        let region = sets.get_profile(name)?.get("region").map(str::to_owned);
        Some(AwsProfile { name: name.to_owned(), region })
    });
    Ok(profiles.collect())
}

async fn buckets_with(config: &SdkConfig) -> Result<Vec<SeenBucket>, AdapterError> {
    let client = Client::new(config);
    let answer = client.list_buckets().send().await.map_err(|error| {
        let kind = FailureKind::Unreachable;
        refused("listing", "buckets", kind, chain(&error))
    })?;
    let mut buckets: Vec<(String, Option<String>)> = answer
        .buckets
        .unwrap_or_default()
        .into_iter()
        .filter_map(|bucket| Some((bucket.name?, bucket.bucket_region)))
        .collect();
    buckets.sort_by_key(|(name, _)| !name.contains("backup"));
    buckets.truncate(MOST_BUCKETS);
    Ok(join_all(buckets.into_iter().map(|(name, region)| look_into(&client, name, region))).await)
}

/// A bucket that cannot be looked into is still worth its name.
async fn look_into(client: &Client, name: String, region: Option<String>) -> SeenBucket {
    let client = match region {
        Some(region) => {
            Client::from_conf(client.config().to_builder().region(Region::new(region)).build())
        }
        None => client.clone(),
    };
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

fn refused(
    operation: &'static str,
    target: &str,
    kind: FailureKind,
    reason: String,
) -> AdapterError {
    let target = target.to_owned();
    let system = System::S3;
    AdapterError { system, operation, target, kind, reason, advice: None, source: None }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[expect(deprecated, reason = "its new name is in a crate that is no dependency of ours")]
    type ProfileFileKind = aws_config::profile::profile_file::ProfileFileKind;

    #[tokio::test]
    async fn profiles_of_both_files_are_found() {
        let files = ProfileFiles::builder()
            .with_contents(
                ProfileFileKind::Config,
                "[profile ops]\nregion = eu-west-1\n[default]\n",
            )
            .with_contents(ProfileFileKind::Credentials, "[ceph]\naws_access_key_id = a\n")
            .build();
        let found = profiles_in(&files).await.unwrap();
        let found: Vec<_> =
            found.iter().map(|found| (found.name.as_str(), found.region.as_deref())).collect();
        assert_eq!(found, [("ceph", None), ("default", None), ("ops", Some("eu-west-1"))]);
    }

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

    fn configuration(endpoint: &str) -> SdkConfig {
        let keys = Credentials::new("key", "secret", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(Builder::new().build_http())
            .region(Region::from_static("us-east-1"))
            .endpoint_url(endpoint)
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .retry_config(RetryConfig::disabled())
            .build()
    }

    #[tokio::test]
    async fn buckets_called_backups_come_first_with_their_prefixes() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let configuration = configuration(&endpoint);
        let found = tokio::select! {
            () = storage(listener) => panic!("the storage ended"),
            found = buckets_with(&configuration) => found.unwrap(),
        };
        let found: Vec<_> =
            found.iter().map(|bucket| (bucket.name.as_str(), bucket.prefixes.join(" "))).collect();
        assert_eq!(found, [("db-backup", "dev/ prod/".to_owned()), ("logs", String::new())]);
    }

    #[tokio::test]
    async fn a_storage_that_is_not_there_is_said() {
        let error = buckets_with(&configuration("http://127.0.0.1:1")).await.unwrap_err();
        assert!(error.to_string().starts_with("listing buckets: "), "{error}");
    }
}
