//! From what was written to `Settings`: every table is read, and everything wrong is reported.

pub(super) mod console;
mod environment;
pub(super) mod metrics;

use crate::config::DefaultFolders;
use crate::config::file::Section;
use crate::config::suggest::nearest;
use crate::config::value;
use crate::domain::environment::StorageName;
use crate::domain::settings::{
    CheckSettings, ContainerEngine, DrillSettings, Folders, ImageChoice, Kubeconfig,
    NotifySettings, Secret, Settings, Storage,
};

/// The settings of a whole file; of use only when nothing has been reported.
pub(super) fn settings(file: &mut Section<'_>, folders: &DefaultFolders) -> Settings {
    let mut storage_names = Names::new("storage");
    let storages = file.tables("storage", |table| storage(table, &mut storage_names));
    let environments = environment::environments(file, &storage_names);
    let drill = file.table("drill", drill).unwrap_or_default();
    let journal = file.table("journal", |table| table.optional("directory", value::folder));
    let journal = journal.flatten();
    let notify = file.table("notify", notify).unwrap_or_default();
    let check = file.table("check", check).unwrap_or_default();
    let prices = metrics::prices(file);
    let panels = metrics::panels(file, &storages, &storage_names);
    let console = console::console(file);
    Settings {
        storages,
        environments,
        drill,
        notify,
        check,
        prices,
        panels,
        folders: Folders {
            journal_is_local: journal.is_none(),
            journal: journal.unwrap_or_else(|| folders.data.clone()),
            cache: folders.cache.clone(),
            state: folders.state.clone(),
        },
        container_engine: ContainerEngine::Found,
        kubeconfig: Kubeconfig::Found,
        console,
    }
}

fn storage(table: &mut Section<'_>, names: &mut Names) -> Option<Storage> {
    for key in ["access_key_id", "secret_access_key", "session_token"] {
        table.refuse(
            key,
            "is not written into this file",
            "name a `profile` of ~/.aws/credentials, or leave it out for the chain that AWS tools use",
        );
    }
    let name = names.claim(table);
    let region = table.optional("region", value::text);
    let profile = table.optional("profile", value::text);
    let role_arn = table.optional("role_arn", value::role_arn);
    let endpoint = table.optional("endpoint", value::endpoint);
    let path_style = table.optional("path_style", value::flag);
    Some(Storage {
        name: StorageName(name?),
        region,
        profile,
        role_arn,
        // Servers other than AWS seldom have a host name per bucket.
        path_style: path_style.unwrap_or(endpoint.is_some()),
        endpoint,
        keys: None,
        cloudwatch: None,
    })
}

fn drill(table: &mut Section<'_>) -> DrillSettings {
    let default = DrillSettings::default();
    let image = table.optional("image", value::image);
    let settings = DrillSettings {
        every: table.optional("every", value::span).unwrap_or(default.every),
        window: table.optional("window", value::span).unwrap_or(default.window),
        depth: table.optional("depth", value::depth).unwrap_or(default.depth),
        image: match image.as_deref() {
            None => default.image,
            Some("auto") => ImageChoice::Auto,
            Some(name) => ImageChoice::Pinned(name.to_owned()),
        },
        mirror: table.optional("mirror", value::mirror).unwrap_or(default.mirror),
        memory: table.optional("memory", value::memory).unwrap_or(default.memory),
        hold: table.optional("hold", value::duration).unwrap_or(default.hold),
        limit: table.optional("limit", value::span).unwrap_or(default.limit),
        clock_margin: default.clock_margin,
    };
    if settings.hold >= settings.limit {
        let hint = "`limit` ends the sandbox, held or not; make it longer than `hold`";
        table.complain("hold", "reaches beyond `limit`", Some(hint.to_owned()));
    }
    settings
}

fn notify(table: &mut Section<'_>) -> NotifySettings {
    let hint = "put the address into an environment variable and name it: \
                slack_webhook_env = \"LIFEBOAT_SLACK\"";
    table.refuse("slack_webhook", "is as good as a password and not written into this file", hint);
    let variable = table.optional("slack_webhook_env", value::variable);
    NotifySettings { slack_webhook: variable.map(Secret::Variable) }
}

fn check(table: &mut Section<'_>) -> CheckSettings {
    let hint = "put the address into an environment variable and name it: \
                ping_url_env = \"LIFEBOAT_PING\"";
    table.refuse("ping_url", "is as good as a password and not written into this file", hint);
    let variable = table.optional("ping_url_env", value::variable);
    CheckSettings { ping_url: variable.map(Secret::Variable) }
}

/// The names of one sort of thing, each given once; and what later refers to them.
struct Names {
    noun: &'static str,
    /// Also of things that are wrong otherwise.
    taken: Vec<String>,
}

impl Names {
    fn new(noun: &'static str) -> Self {
        Self { noun, taken: Vec::new() }
    }

    /// The `name` of `table`, which must not have been given before.
    fn claim(&mut self, table: &mut Section<'_>) -> Option<String> {
        let name = table.required("name", value::name)?;
        self.take(table, name)
    }

    /// The same for a `name` that has been read.
    fn take(&mut self, table: &Section<'_>, name: String) -> Option<String> {
        if self.taken.contains(&name) {
            let message = format!("is the name of another {}", self.noun);
            table.complain("name", &message, Some("give each its own".to_owned()));
            return None;
        }
        self.taken.push(name.clone());
        Some(name)
    }

    /// Whether `name` has been given; else reports the use of it at `key` of `table`.
    fn check(&self, table: &Section<'_>, key: &str, name: &str) {
        let names = || self.taken.iter().map(String::as_str);
        if names().any(|known| known == name) {
            return;
        }
        let noun = self.noun;
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if self.taken.is_empty() => format!("add a `[[{noun}]]` with that name"),
            None => format!("known here: {}", names().collect::<Vec<_>>().join(", ")),
        };
        table.complain(key, &format!("names no {noun} of this file"), Some(hint));
    }
}
