//! The settings in effect as a file that reads back to the same settings. Secrets stay names.

use std::fmt::Display;
use std::path::Path;

use jiff::tz::TimeZone;

use crate::config::quantity::{duration_text, size_text};
use crate::config::validate::console::THEMES;
use crate::config::validate::metrics::{WORSE, default_prices};
use crate::domain::engine::Engine;
use crate::domain::environment::{
    BackupSet, CronFlavour, Environment, FieldRules, Keep, Kubernetes, ObjectName, SetKind, Watch,
};
use crate::domain::metrics::cost::Prices;
use crate::domain::metrics::panel::{Dimension, Panel, Worse};
use crate::domain::settings::{
    CheckSettings, ConsoleSettings, ContainerEngine, DrillSettings, Folders, ImageChoice,
    NotifySettings, Secret, Settings, Storage,
};

/// Writes `settings` as TOML; `# default` marks what the file could leave out.
pub fn show(settings: &Settings) -> String {
    let mut lines = Lines::default();
    for storage in &settings.storages {
        show_storage(&mut lines, storage);
    }
    for environment in &settings.environments {
        show_environment(&mut lines, environment);
    }
    for panel in &settings.panels {
        show_panel(&mut lines, panel);
    }
    show_prices(&mut lines, &settings.prices);
    show_drill(&mut lines, &settings.drill);
    show_folders(&mut lines, &settings.folders);
    show_notify(&mut lines, &settings.notify);
    show_check(&mut lines, &settings.check);
    show_console(&mut lines, &settings.console);
    if let ContainerEngine::At(address) = &settings.container_engine {
        lines.note(format!("the container engine is at {address}, as the program has set it"));
    }
    lines.text
}

fn show_storage(lines: &mut Lines, storage: &Storage) {
    lines.header("[[storage]]");
    lines.entry("name", quoted(&storage.name));
    for (key, value) in [
        ("region", &storage.region),
        ("profile", &storage.profile),
        ("role_arn", &storage.role_arn),
        ("endpoint", &storage.endpoint),
    ] {
        lines.entry_if(key, value.as_ref().map(quoted));
    }
    let is_default = storage.path_style == storage.endpoint.is_some();
    lines.entry_or_default("path_style", storage.path_style, is_default);
    if storage.keys.is_some() {
        lines.note("the keys are the program's own");
    }
}

fn show_environment(lines: &mut Lines, environment: &Environment) {
    lines.header("[[environment]]");
    lines.entry("name", quoted(&environment.name));
    lines.entry_or_default("production", environment.production, !environment.production);
    lines.entry_or_default("writable", environment.writable, !environment.writable);
    if let Some(Kubernetes { context, namespaces }) = &environment.kubernetes {
        let (context, namespaces) = (quoted(context), list(namespaces));
        lines.entry("kubernetes", format!("{{ context = {context}, namespaces = {namespaces} }}"));
    }
    for set in &environment.backups {
        show_set(lines, set);
    }
}

fn show_set(lines: &mut Lines, set: &BackupSet) {
    lines.header("[[environment.backup]]");
    lines.entry("name", quoted(&set.name));
    let kind = match set.kind {
        SetKind::Scheduled => "scheduled",
        SetKind::Manual => "manual",
        SetKind::Sync => "sync",
    };
    lines.entry_or_default("kind", quoted(kind), set.kind == SetKind::Scheduled);
    match set.engine {
        Some(Engine::Mongodb) => lines.entry("engine", quoted("mongodb")),
        None => lines.note("no engine: watched, not drilled"),
    }
    lines.entry("storage", quoted(&set.storage));
    lines.entry("bucket", quoted(&set.bucket));
    lines.entry_or_default("prefix", quoted(&set.prefix), set.prefix.is_empty());
    let pattern = set.name_format.pattern();
    lines.entry_if("name_format", (!pattern.is_empty()).then(|| quoted(pattern)));
    let zone = set.time_zone.iana_name().unwrap_or("UTC");
    lines.entry_or_default("time_zone", quoted(zone), set.time_zone == TimeZone::UTC);
    lines.entry_if("schedule", set.schedule.as_ref().map(quoted));
    let cron = match set.cron {
        CronFlavour::Kubernetes => "k8s",
        CronFlavour::Vixie => "vixie",
    };
    lines.entry_or_default("cron", quoted(cron), set.cron == CronFlavour::Kubernetes);
    lines.entry_if(
        "keep",
        set.keep.map(|keep| match keep {
            Keep::Days(days) => format!("{{ days = {days} }}"),
            Keep::Count(count) => format!("{{ count = {count} }}"),
        }),
    );
    lines.entry_if("cronjob", set.cronjob.as_ref().map(object_name));
    lines.entry_if("verification", set.verification.as_ref().map(object_name));
    show_watch(lines, &set.watch);
    show_fields(lines, &set.fields);
    if !set.collections_first.is_empty() {
        lines.entry("collections_first", list(&set.collections_first));
    }
    match set.source.as_ref().map(|source| &source.uri) {
        Some(Secret::Variable(name)) => {
            lines.header("[environment.backup.source]");
            lines.entry("uri_env", quoted(name));
        }
        Some(Secret::Given(_)) => lines.note("the source's address is the program's own"),
        None => {}
    }
    for rules in &set.collections {
        lines.header("[[environment.backup.collection]]");
        lines.entry("name", quoted(&rules.name));
        show_fields(lines, &rules.fields);
    }
}

fn show_watch(lines: &mut Lines, watch: &Watch) {
    lines.entry_if("window", watch.window.map(quoted));
    lines.entry_if("marker", watch.marker.as_ref().map(quoted));
    lines.entry_if("grace", watch.grace.map(|grace| quoted(duration_text(grace))));
    lines.entry_or_default("minimum", watch.minimum, watch.minimum == Watch::default().minimum);
}

fn show_fields(lines: &mut Lines, fields: &FieldRules) {
    lines.entry_if("created_field", fields.created.as_ref().map(quoted));
    lines.entry_if("changed_field", fields.changed.as_ref().map(quoted));
}

fn show_panel(lines: &mut Lines, panel: &Panel) {
    lines.header("[[panel]]");
    lines.entry("name", quoted(&panel.name));
    lines.entry("storage", quoted(&panel.storage));
    lines.entry("namespace", quoted(&panel.namespace));
    lines.entry("metric", quoted(&panel.metric));
    if !panel.dimensions.is_empty() {
        let dimension = |it: &Dimension| format!("{} = {}", quoted(&it.name), quoted(&it.value));
        let dimensions: Vec<_> = panel.dimensions.iter().map(dimension).collect();
        lines.entry("dimensions", format!("{{ {} }}", dimensions.join(", ")));
    }
    let is_default = panel.statistic == "Average";
    lines.entry_or_default("statistic", quoted(&panel.statistic), is_default);
    lines.entry_if("unit", (!panel.unit.is_empty()).then(|| quoted(&panel.unit)));
    lines.entry_if("warning", panel.thresholds.warning.map(number));
    lines.entry_if("critical", panel.thresholds.critical.map(number));
    let worse = WORSE.iter().find(|(_, it)| *it == panel.thresholds.worse).map_or("", |it| it.0);
    lines.entry_or_default("worse", quoted(worse), panel.thresholds.worse == Worse::default());
}

fn show_prices(lines: &mut Lines, prices: &Prices) {
    let default = default_prices();
    lines.header("[prices]");
    lines.entry_or_default("date", prices.date, prices.date == default.date);
    let is_default = prices.currency == default.currency;
    lines.entry_or_default("currency", quoted(&prices.currency), is_default);
    for (class, price) in &prices.per_gibibyte {
        let is_default = default.per_gibibyte.get(class) == Some(price);
        lines.entry_or_default(class.key(), number(*price), is_default);
    }
}

fn number(number: f64) -> String {
    toml::Value::Float(number).to_string()
}

fn show_drill(lines: &mut Lines, drill: &DrillSettings) {
    let default = DrillSettings::default();
    let image = |choice: &ImageChoice| match choice {
        ImageChoice::Auto => quoted("auto"),
        ImageChoice::Pinned(name) => quoted(name),
    };
    lines.header("[drill]");
    for (key, value, by_default) in [
        ("every", quoted(duration_text(drill.every)), quoted(duration_text(default.every))),
        ("window", quoted(duration_text(drill.window)), quoted(duration_text(default.window))),
        ("depth", quoted(drill.depth), quoted(default.depth)),
        ("image", image(&drill.image), image(&default.image)),
        ("mirror", quoted(&drill.mirror), quoted(&default.mirror)),
        ("memory", quoted(size_text(drill.memory)), quoted(size_text(default.memory))),
        ("hold", quoted(duration_text(drill.hold)), quoted(duration_text(default.hold))),
        ("limit", quoted(duration_text(drill.limit)), quoted(duration_text(default.limit))),
    ] {
        let is_default = value == by_default;
        lines.entry_or_default(key, value, is_default);
    }
}

fn show_folders(lines: &mut Lines, folders: &Folders) {
    lines.header("[journal]");
    let journal = path(&folders.journal);
    if folders.journal_is_local {
        // Written out, it would read back as a folder that others share.
        lines.note(format!("directory = {journal} # default"));
    } else {
        lines.entry("directory", journal);
    }
    lines.note(format!("downloads under way: {}", path(&folders.cache)));
    lines.note(format!("logs and runs under way: {}", path(&folders.state)));
}

fn show_notify(lines: &mut Lines, notify: &NotifySettings) {
    lines.header("[notify]");
    match &notify.slack_webhook {
        Some(Secret::Variable(name)) => lines.entry("slack_webhook_env", quoted(name)),
        Some(Secret::Given(_)) => lines.note("the webhook's address is the program's own"),
        None => lines.note("nobody is told"),
    }
}

fn show_check(lines: &mut Lines, check: &CheckSettings) {
    lines.header("[check]");
    match &check.ping_url {
        Some(Secret::Variable(name)) => lines.entry("ping_url_env", quoted(name)),
        Some(Secret::Given(_)) => lines.note("the address to ping is the program's own"),
        None => lines.note("nobody is pinged"),
    }
}

fn show_console(lines: &mut Lines, console: &ConsoleSettings) {
    let default = ConsoleSettings::default();
    lines.header("[console]");
    let theme = THEMES.iter().find(|(_, theme)| *theme == console.theme).map_or("auto", |it| it.0);
    lines.entry_or_default("theme", quoted(theme), console.theme == default.theme);
    let is_default = console.favourites == default.favourites;
    lines.entry_or_default("favourites", list(&console.favourites), is_default);
    lines.entry_or_default("mouse", console.mouse, console.mouse == default.mouse);
    if !console.keys.is_empty() {
        lines.header("[keys]");
        for other in &console.keys {
            lines.entry(&other.action, list(&other.keys));
        }
    }
}

#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn header(&mut self, header: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(&[header]);
    }

    fn entry(&mut self, key: &str, value: impl Display) {
        self.line(&[key, " = ", &value.to_string()]);
    }

    fn entry_if(&mut self, key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.entry(key, value);
        }
    }

    fn entry_or_default(&mut self, key: &str, value: impl Display, is_default: bool) {
        self.line(&[key, " = ", &value.to_string(), if is_default { " # default" } else { "" }]);
    }

    fn note(&mut self, note: impl AsRef<str>) {
        self.line(&["# ", note.as_ref()]);
    }

    fn line(&mut self, parts: &[&str]) {
        self.text.extend(parts.iter().copied());
        self.text.push('\n');
    }
}

/// A TOML string.
pub(super) fn quoted(text: impl Display) -> String {
    toml::Value::String(text.to_string()).to_string()
}

fn path(path: &Path) -> String {
    quoted(path.display())
}

fn list(items: &[impl Display]) -> String {
    format!("[{}]", items.iter().map(quoted).collect::<Vec<_>>().join(", "))
}

fn object_name(object: &ObjectName) -> String {
    format!("{{ namespace = {}, name = {} }}", quoted(&object.namespace), quoted(&object.name))
}
