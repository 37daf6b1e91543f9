//! What all adapters to AWS share: how it is reached, what is said when nothing answers, and the
//! profiles that its tools are set up with on this machine.

pub(super) mod connection;
pub(super) mod refusal;

use std::collections::BTreeSet;

use crate::adapters::error::{AdapterError, System, chain};
use crate::domain::failure::FailureKind;

#[expect(deprecated, reason = "its new name is in a crate that is no dependency of ours")]
type ProfileFiles = aws_config::profile::profile_file::ProfileFiles;

/// A profile of `~/.aws/config` or `~/.aws/credentials`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsProfile {
    pub name: String,
    pub region: Option<String>,
}

/// The profiles of this user, by name.
pub async fn profiles() -> Result<Vec<AwsProfile>, AdapterError> {
    profiles_in(&ProfileFiles::default()).await
}

#[expect(
    clippy::default_trait_access,
    reason = "the file system and the environment are types of a crate that is no dependency of ours"
)]
async fn profiles_in(files: &ProfileFiles) -> Result<Vec<AwsProfile>, AdapterError> {
    let sets =
        aws_config::profile::load(&Default::default(), &Default::default(), files, None).await;
    let sets = sets.map_err(|error| AdapterError {
        system: System::S3,
        operation: "reading",
        target: "the profiles of AWS".to_owned(),
        kind: FailureKind::Unexpected,
        reason: chain(&error),
        advice: None,
        source: None,
    })?;
    // The default profile is there even when no file has it.
    let names: BTreeSet<&str> = sets.profiles().collect();
    let profiles = names.into_iter().filter_map(|name| {
        let region = sets.get_profile(name)?.get("region").map(str::to_owned);
        Some(AwsProfile { name: name.to_owned(), region })
    });
    Ok(profiles.collect())
}

#[cfg(test)]
mod tests {
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
}
