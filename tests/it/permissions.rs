//! What the files in `config/permissions` allow is what the adapters ask for, and nothing beyond.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;

/// Each operation of the S3 API that is called, and the permission that it takes.
const OPERATIONS: &[(&str, &str)] = &[
    ("head_bucket", "s3:ListBucket"),
    ("list_objects_v2", "s3:ListBucket"),
    ("list_object_versions", "s3:ListBucketVersions"),
    ("list_multipart_uploads", "s3:ListBucketMultipartUploads"),
    ("list_parts", "s3:ListMultipartUploadParts"),
    ("get_bucket_lifecycle_configuration", "s3:GetLifecycleConfiguration"),
    ("get_bucket_versioning", "s3:GetBucketVersioning"),
    ("get_object_lock_configuration", "s3:GetBucketObjectLockConfiguration"),
    ("head_object", "s3:GetObject"),
    ("get_object", "s3:GetObject"),
    ("get_object_tagging", "s3:GetObjectTagging"),
    ("list_buckets", SEARCH),
];
/// `config init` looks for buckets where it may; nothing else needs it.
const SEARCH: &str = "s3:ListAllMyBuckets";
/// HEAD tells until when an object is locked only to those who have this.
const FOR_A_HEADER: &str = "s3:GetObjectRetention";
/// Parts of answers that are named as if they were operations.
const FIELDS: &[&str] = &["delete_markers", "abort_incomplete_multipart_upload", "upload_id"];

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn sources(folder: &str) -> String {
    let files = fs::read_dir(file(folder)).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// The operations that the S3 adapter calls.
fn called() -> BTreeSet<String> {
    let verbs = "get|head|list|put|post|delete|create|copy|restore|upload|abort|complete|select";
    let call = Regex::new(&format!(r"\.((?:{verbs})_[a-z0-9_]+)\(\)")).unwrap();
    let sources = sources("src/adapters/s3");
    let names = call.captures_iter(&sources).map(|found| found.get(1).unwrap().as_str().to_owned());
    names.filter(|name| !FIELDS.contains(&name.as_str())).collect()
}

/// What the policy allows in buckets.
fn allowed() -> BTreeSet<String> {
    let text = fs::read_to_string(file("config/permissions/s3-read-only.json")).unwrap();
    let policy: Value = serde_json::from_str(&text).unwrap();
    let statements = policy.get("Statement").unwrap().as_array().unwrap();
    let mut actions = BTreeSet::new();
    for statement in statements {
        assert_eq!(statement.get("Effect").unwrap(), "Allow", "{statement}");
        let action = statement.get("Action").unwrap();
        let several = action.as_array().cloned().unwrap_or_else(|| vec![action.clone()]);
        actions.extend(several.iter().map(|action| action.as_str().unwrap().to_owned()));
    }
    actions
}

#[test]
fn every_operation_on_buckets_is_known_with_its_permission() {
    let known: BTreeSet<_> = OPERATIONS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(called(), known);
}

#[test]
fn the_policy_for_buckets_is_what_is_asked_for_and_nothing_beyond() {
    let of_buckets: BTreeSet<_> =
        allowed().into_iter().filter(|action| action.starts_with("s3:")).collect();
    let asked = OPERATIONS.iter().map(|(_, action)| *action).filter(|action| *action != SEARCH);
    let needed: BTreeSet<_> = asked.chain([FOR_A_HEADER]).map(str::to_owned).collect();
    assert_eq!(of_buckets, needed);
}

#[test]
fn the_permission_that_a_refusal_names_is_in_the_policy() {
    let named = Regex::new(r#""((?:s3|kms):[A-Za-z]+)""#).unwrap();
    let sources = sources("src/adapters/s3");
    let allowed = allowed();
    let found: BTreeSet<_> = named
        .captures_iter(&sources)
        .map(|found| found.get(1).unwrap().as_str().to_owned())
        .collect();
    assert!(found.len() > 5, "{found:?}");
    for name in found.iter().filter(|name| *name != SEARCH) {
        assert!(allowed.contains(name), "{name} is named to users and not in the policy");
    }
}

#[test]
fn no_policy_allows_to_write() {
    for action in allowed() {
        let (_, verb) = action.split_once(':').unwrap();
        let reads =
            ["Get", "List", "Describe", "Decrypt"].iter().any(|word| verb.starts_with(word));
        assert!(reads && !verb.contains('*'), "{action}");
    }
    let text = fs::read_to_string(file("config/permissions/kubernetes-read-only.yaml")).unwrap();
    let role = text.split("---").next().unwrap();
    let verbs = Regex::new(r"verbs: \[([^\]]+)\]").unwrap();
    let lists: Vec<_> =
        verbs.captures_iter(role).map(|found| found.get(1).unwrap().as_str().to_owned()).collect();
    assert!(!lists.is_empty());
    for verb in lists.iter().flat_map(|list| list.split(", ")) {
        assert!(["get", "list", "watch"].contains(&verb), "{verb}");
    }
}
