//! Environments and their backup sets.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use crate::config::file::Section;
use crate::config::validate::Names;
use crate::config::value;
use crate::domain::backup::NameFormat;
use crate::domain::engine::Engine;
use crate::domain::environment::{
    BackupSet, CollectionRules, CronFlavour, Environment, EnvironmentName, FieldRules, Keep,
    Kubernetes, ObjectName, SetKind, SetName, Source, StorageName, Watch,
};
use crate::domain::settings::Secret;

const KINDS: [(&str, SetKind); 3] =
    [("scheduled", SetKind::Scheduled), ("manual", SetKind::Manual), ("sync", SetKind::Sync)];
const ENGINES: [(&str, Engine); 1] = [("mongodb", Engine::Mongodb)];
const CRONS: [(&str, CronFlavour); 2] =
    [("k8s", CronFlavour::Kubernetes), ("vixie", CronFlavour::Vixie)];

/// Where a set's objects lie, and which set said so first.
type Claims = HashMap<(String, String, String, String), String>;

pub(super) fn environments(file: &mut Section<'_>, storages: &Names) -> Vec<Environment> {
    let mut names = Names::new("environment");
    let mut claims = Claims::new();
    file.tables("environment", |table| {
        let name = names.claim(table).map(EnvironmentName);
        let production = table.optional("production", value::flag).unwrap_or_default();
        let writable = table.optional("writable", value::flag).unwrap_or_default();
        let kubernetes = table.table("kubernetes", kubernetes).flatten();
        let mut set_names = Names::new("backup set");
        // The sets of an environment without a name are read all the same, for their own problems.
        let environment = name.clone().unwrap_or_else(|| EnvironmentName(String::new()));
        let backups = table.tables("backup", |table| {
            let set = backup_set(table, &mut set_names, storages)?;
            let set = BackupSet { environment: environment.clone(), production, ..set };
            report_same_objects(table, &set, &mut claims);
            Some(set)
        });
        Some(Environment { name: name?, production, writable, kubernetes, backups })
    })
}

fn kubernetes(table: &mut Section<'_>) -> Option<Kubernetes> {
    let context = table.required("context", value::text);
    let namespaces = table.list("namespaces", value::text);
    if namespaces.as_ref().is_some_and(Vec::is_empty) {
        let hint = "leave it out for \"default\" and \"kube-system\"";
        table.complain("namespaces", "names none", Some(hint.to_owned()));
    }
    let namespaces = namespaces.unwrap_or_else(|| Kubernetes::NAMESPACES.map(str::to_owned).into());
    Some(Kubernetes { context: context?, namespaces })
}

/// A set whose environment is filled in by the caller.
fn backup_set(table: &mut Section<'_>, names: &mut Names, storages: &Names) -> Option<BackupSet> {
    let name = names.claim(table);
    let kind = table.optional("kind", value::word(&KINDS)).unwrap_or(SetKind::Scheduled);
    let engine = table.optional("engine", value::word(&ENGINES));
    let storage = table.required("storage", value::text);
    if let Some(storage) = &storage {
        storages.check(table, "storage", storage);
    }
    let bucket = table.required("bucket", value::bucket);
    let prefix = table.optional("prefix", value::prefix).unwrap_or_default();
    let zone = table.optional("time_zone", value::time_zone).unwrap_or(TimeZone::UTC);
    let name_format = match kind {
        // What is kept up to date has no dates in its names.
        SetKind::Sync => {
            let format = table.optional("name_format", value::name_format(&zone));
            Some(format.unwrap_or_else(|| NameFormat::none(zone.clone())))
        }
        SetKind::Scheduled | SetKind::Manual => {
            table.required("name_format", value::name_format(&zone))
        }
    };
    let schedule = match kind {
        SetKind::Scheduled => table.required("schedule", value::schedule(&zone)),
        SetKind::Manual | SetKind::Sync => table.optional("schedule", value::schedule(&zone)),
    };
    let cron = table.optional("cron", value::word(&CRONS)).unwrap_or(CronFlavour::Kubernetes);
    let keep = table.table("keep", keep).flatten();
    let cronjob = table.table("cronjob", object_name).flatten();
    let verification = table.table("verification", object_name).flatten();
    let source = table.table("source", source).flatten();
    let fields = fields(table);
    let collections_first = table.list("collections_first", value::namespace).unwrap_or_default();
    let collections = collections(table);
    let watch = watch(table, kind);
    Some(BackupSet {
        name: SetName(name?),
        environment: EnvironmentName(String::new()),
        production: false,
        kind,
        engine,
        storage: StorageName(storage?),
        bucket: bucket?,
        prefix,
        name_format: name_format?,
        time_zone: zone,
        schedule,
        cron,
        keep,
        cronjob,
        verification,
        source,
        fields,
        collections_first,
        collections,
        watch,
    })
}

fn watch(table: &mut Section<'_>, kind: SetKind) -> Watch {
    let default = Watch::default();
    let window = table.optional("window", value::window);
    if window.is_some() && kind != SetKind::Manual {
        let hint = "others have a `schedule`; write kind = \"manual\" for what people make";
        table.complain("window", "is for manual sets", Some(hint.to_owned()));
    }
    let marker = table.optional("marker", value::text);
    if marker.is_some() && kind != SetKind::Sync {
        let hint = "other sets are judged by their objects' names";
        table.complain("marker", "is for synchronised sets", Some(hint.to_owned()));
    }
    Watch {
        window,
        marker,
        grace: table.optional("grace", value::duration),
        minimum: table.optional("minimum", value::count).unwrap_or(default.minimum),
    }
}

fn keep(table: &mut Section<'_>) -> Option<Keep> {
    let days = table.optional("days", value::count);
    let count = table.optional("count", value::count);
    match (days, count) {
        (Some(days), None) => Some(Keep::Days(days)),
        (None, Some(count)) => Some(Keep::Count(count)),
        (Some(_), Some(_)) => {
            let hint = "a set is kept by age or by number; leave one of them out";
            table.complain("count", "stands beside `days`", Some(hint.to_owned()));
            None
        }
        (None, None) => {
            if table.is_empty() {
                let hint = "such as { days = 90 } or { count = 28 }";
                table.complain("days", "is missing, and so is `count`", Some(hint.to_owned()));
            }
            None
        }
    }
}

fn object_name(table: &mut Section<'_>) -> Option<ObjectName> {
    let namespace = table.required("namespace", value::text);
    let name = table.required("name", value::text);
    Some(ObjectName { namespace: namespace?, name: name? })
}

fn source(table: &mut Section<'_>) -> Option<Source> {
    let is_written = table.refuse(
        "uri",
        "is not written into this file",
        "put it into an environment variable and name it: uri_env = \"INGEST_PROD_MONGO\"",
    );
    let variable = if is_written {
        table.optional("uri_env", value::variable)
    } else {
        table.required("uri_env", value::variable)
    };
    Some(Source { uri: Secret::Variable(variable?) })
}

fn fields(table: &mut Section<'_>) -> FieldRules {
    FieldRules {
        created: table.optional("created_field", value::field),
        changed: table.optional("changed_field", value::field),
    }
}

fn collections(table: &mut Section<'_>) -> Vec<CollectionRules> {
    let mut seen = Vec::new();
    table.tables("collection", |table| {
        let name = table.required("name", value::namespace);
        let fields = fields(table);
        let name = name?;
        if seen.contains(&name) {
            table.complain("name", "has rules already", None);
        }
        seen.push(name.clone());
        Some(CollectionRules { name, fields })
    })
}

/// Two sets that take each other's backups for their own: a slip of copy and paste.
fn report_same_objects(table: &Section<'_>, set: &BackupSet, claims: &mut Claims) {
    let pattern = set.name_format.pattern().to_owned();
    let objects = (set.storage.0.clone(), set.bucket.clone(), set.prefix.clone(), pattern);
    if let Some(first) = claims.insert(objects, set.path()) {
        let key = if set.prefix.is_empty() { "bucket" } else { "prefix" };
        let hint = "give each set its own `prefix` or `name_format`".to_owned();
        table.complain(key, &format!("leads to the objects of \"{first}\""), Some(hint));
    }
}
