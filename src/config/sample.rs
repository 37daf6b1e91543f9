//! The file that `config init` writes: what was found on this machine, and every setting beside it.
//! Settings that are only proposed begin with `#` and no blank; take it away to use them.

use std::collections::BTreeSet;
use std::fmt::Display;

use crate::config::REFERENCE;
use crate::config::show::quoted;
use crate::domain::environment::Kubernetes;

/// What was found of one sort; `Err` says in a sentence why it could not be looked for.
pub type Found<T> = Result<Vec<T>, String>;

/// What there is to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    pub contexts: Found<Context>,
    pub profiles: Found<Profile>,
    pub buckets: Found<Bucket>,
    pub cronjobs: Found<CronJob>,
}

/// A context of the kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub name: String,
    pub standing: Standing,
}

/// Whether `kubectl` would use a context now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Current,
    Other,
}

/// A profile of the AWS tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub region: Option<String>,
}

/// A bucket, with what its keys begin with up to the first slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub name: String,
    pub prefixes: Vec<String>,
}

/// A `CronJob` that seems to make backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronJob {
    pub context: String,
    pub namespace: String,
    pub name: String,
    pub schedule: String,
    pub time_zone: Option<String>,
}

/// The commented file for what was found. It reads without a problem.
pub fn sample(discovered: &Discovered) -> String {
    let mut page = Page::default();
    page.note("Lifeboat's configuration, begun by `lifeboat config init` with what it found here.");
    page.note(
        "Lines that begin with `#` and no blank are proposals: take the `#` away to use them.",
    );
    page.note(
        "`lifeboat config check` says what is wrong, `lifeboat config show` what is in effect.",
    );
    page.note("No secret belongs here: profiles, contexts and environment variables are named.");
    storages(&mut page, discovered);
    environments(&mut page, discovered);
    panels(&mut page);
    page.blank();
    for line in settings_of_the_program() {
        let is_setting = line.starts_with(|c: char| c.is_ascii_lowercase());
        page.line(if is_setting { "#" } else { "" }, line);
    }
    page.text
}

fn storages(page: &mut Page, discovered: &Discovered) {
    page.blank();
    page.note("Where objects live. Without a profile, the chain that AWS tools use.");
    let mut names = Names::default();
    let profiles = match &discovered.profiles {
        Ok(profiles) => profiles.as_slice(),
        Err(reason) => {
            page.note(format!("AWS profiles were not found: {reason}"));
            &[]
        }
    };
    page.line("", "[[storage]]");
    page.setting("name", quoted(names.unique("aws")));
    for profile in profiles.iter().filter(|profile| profile.name != "default") {
        page.blank();
        page.line("", "[[storage]]");
        page.setting("name", quoted(names.unique(&profile.name)));
        page.setting("profile", quoted(&profile.name));
        if let Some(region) = &profile.region {
            page.setting("region", quoted(region));
        }
    }
    page.blank();
    page.note("A server other than AWS:");
    page.line("#", "[[storage]]");
    page.proposal("name", quoted(names.unique("ceph")));
    page.proposal("endpoint", quoted("https://s3.example.org"));
}

fn environments(page: &mut Page, discovered: &Discovered) {
    page.blank();
    page.note("One environment per cluster, with its backup sets.");
    for (sort, reason) in [
        ("contexts of the kubeconfig", discovered.contexts.as_ref().err()),
        ("buckets", discovered.buckets.as_ref().err()),
        ("CronJobs", discovered.cronjobs.as_ref().err()),
    ] {
        if let Some(reason) = reason {
            page.note(format!("{sort} were not found: {reason}"));
        }
    }
    for bucket in discovered.buckets.iter().flatten() {
        let prefixes = bucket.prefixes.join(", ");
        let prefixes =
            if prefixes.is_empty() { String::new() } else { format!(" with {prefixes}") };
        page.note(format!("found the bucket {}{prefixes}", bucket.name));
    }
    let mut names = Names::default();
    for context in discovered.contexts.iter().flatten() {
        environment(page, context, discovered, &mut names);
    }
    if discovered.contexts.iter().flatten().next().is_none() {
        page.blank();
        page.line("#", "[[environment]]");
        page.proposal("name", quoted("prod"));
        page.proposal("production", true);
        page.proposal("writable", true);
        backup_set(page, None, None);
    }
}

fn panels(page: &mut Page) {
    page.blank();
    page.note("Any metric of CloudWatch besides those of buckets; it is asked with the login of a storage.");
    page.line("#", "[[panel]]");
    page.proposal("name", quoted("EC2 CPU"));
    page.proposal("storage", quoted("aws"));
    page.proposal("namespace", quoted("AWS/EC2"));
    page.proposal("metric", quoted("CPUUtilization"));
    page.proposal("dimensions", "{ InstanceId = \"*\" }");
    page.proposal("unit", quoted("percent"));
    page.proposal("warning", 80);
}

fn environment(page: &mut Page, context: &Context, discovered: &Discovered, names: &mut Names) {
    page.blank();
    if context.standing == Standing::Current {
        page.note("The current context.");
    }
    let name = names.unique(context.name.rsplit('/').next().unwrap_or_default());
    page.line("", "[[environment]]");
    page.setting("name", quoted(&name));
    if is_production(&name) {
        page.note("Guessed from the name.");
        page.setting("production", true);
    } else {
        page.proposal("production", true);
    }
    page.note("Whether the console may change its cluster, after a dialog; else it only looks.");
    page.proposal("writable", true);
    let namespaces = Kubernetes::NAMESPACES.map(quoted).join(", ");
    let context_name = quoted(&context.name);
    page.setting(
        "kubernetes",
        format!("{{ context = {context_name}, namespaces = [{namespaces}] }}"),
    );
    let mut cronjobs = discovered.cronjobs.iter().flatten();
    let cronjob = cronjobs.find(|cronjob| cronjob.context == context.name);
    backup_set(page, place_for(&name, discovered), cronjob);
}

/// A bucket and the prefix that has a word in common with the environment's name.
fn place_for<'d>(environment: &str, discovered: &'d Discovered) -> Option<(&'d str, &'d str)> {
    let buckets = discovered.buckets.as_ref().ok()?;
    let places = buckets.iter().flat_map(|bucket| {
        let prefixes = bucket.prefixes.iter().map(String::as_str);
        prefixes.chain([""]).map(|prefix| (bucket.name.as_str(), prefix))
    });
    let wanted: BTreeSet<String> = words(environment).collect();
    let common = |text: &str| words(text).filter(|word| wanted.contains(word)).count();
    let scored = places.map(|place| (common(place.1), common(place.0), place));
    // The first of the best: `max_by_key` would take the last.
    let best = scored.rev().max_by_key(|(prefix, bucket, _)| (*prefix, *bucket))?;
    Some(best.2).filter(|_| best.0 + best.1 > 0)
}

fn backup_set(page: &mut Page, place: Option<(&str, &str)>, cronjob: Option<&CronJob>) {
    let (bucket, prefix) = place.unwrap_or(("my-backups", ""));
    page.blank();
    page.line("#", "[[environment.backup]]");
    page.proposal("name", quoted("main"));
    page.proposal("engine", quoted("mongodb"));
    page.proposal("storage", quoted("aws"));
    page.proposal("bucket", quoted(bucket));
    page.proposal("prefix", quoted(prefix));
    page.note("How names tell when a dump began.");
    page.proposal("name_format", quoted("%Y-%m-%dT%H_%M.tar.gz"));
    let schedule = cronjob.map_or("0 0 * * *", |cronjob| &cronjob.schedule);
    page.proposal("schedule", quoted(schedule));
    if let Some(zone) = cronjob.and_then(|cronjob| cronjob.time_zone.as_ref()) {
        page.proposal("time_zone", quoted(zone));
    }
    page.proposal("keep", "{ days = 90 }");
    if let Some(CronJob { namespace, name, .. }) = cronjob {
        let (namespace, name) = (quoted(namespace), quoted(name));
        page.proposal("cronjob", format!("{{ namespace = {namespace}, name = {name} }}"));
    }
    page.note("The live database, for the depth \"compare\": the variable that holds its URI.");
    page.proposal("source", format!("{{ uri_env = {} }}", quoted("SOURCE_MONGO")));
}

/// The lines of the reference from `[drill]` on: they need nothing that must be found.
fn settings_of_the_program() -> impl Iterator<Item = &'static str> {
    REFERENCE.lines().skip_while(|line| *line != "[drill]")
}

/// Whether a name says that this is production, and not what comes before it.
fn is_production(name: &str) -> bool {
    let words: Vec<String> = words(name).collect();
    let says = |word: &str| words.iter().any(|own| own == word);
    (says("prod") || says("production")) && !says("non") && !says("pre") && !says("not")
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase)
}

/// Names that a configuration may hold, each once.
#[derive(Default)]
struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    fn unique(&mut self, wanted: &str) -> String {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name: String = wanted.chars().map(|c| if fits(c) { c } else { '-' }).collect();
        let name = if name.is_empty() { "unnamed".to_owned() } else { name };
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut candidates = std::iter::once(name.clone()).chain(numbered);
        let free = candidates.find(|name| !self.taken.contains(name)).unwrap_or(name);
        self.taken.insert(free.clone());
        free
    }
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    /// A comment. What came from outside stays on its line.
    fn note(&mut self, note: impl AsRef<str>) {
        let note: String =
            note.as_ref().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.line("# ", &note);
    }

    fn setting(&mut self, key: &str, value: impl Display) {
        self.line("", &format!("{key} = {value}"));
    }

    fn proposal(&mut self, key: &str, value: impl Display) {
        self.line("#", &format!("{key} = {value}"));
    }

    fn blank(&mut self) {
        self.line("", "");
    }

    fn line(&mut self, mark: &str, line: &str) {
        self.text.push_str(mark);
        self.text.push_str(line);
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::{folders, read_ok};

    fn nothing() -> Discovered {
        Discovered {
            contexts: Ok(Vec::new()),
            profiles: Ok(Vec::new()),
            buckets: Ok(Vec::new()),
            cronjobs: Ok(Vec::new()),
        }
    }

    fn much() -> Discovered {
        let context = |name: &str, standing| Context { name: name.to_owned(), standing };
        Discovered {
            contexts: Ok(vec![
                context("ingest-dev", Standing::Other),
                context(
                    "arn:aws:eks:us-east-1:123456789012:cluster/ingest-prod",
                    Standing::Current,
                ),
                context("elsewhere/ingest-prod", Standing::Other),
                context("odd \"name\"\n[drill]", Standing::Other),
            ]),
            profiles: Ok(vec![
                Profile { name: "default".to_owned(), region: None },
                Profile { name: "ops".to_owned(), region: Some("us-east-1".to_owned()) },
                Profile { name: "aws".to_owned(), region: None },
            ]),
            buckets: Ok(vec![
                Bucket { name: "logs".to_owned(), prefixes: Vec::new() },
                Bucket {
                    name: "ingest-db-backup".to_owned(),
                    prefixes: vec!["dev/".to_owned(), "prod/".to_owned()],
                },
            ]),
            cronjobs: Ok(vec![CronJob {
                context: "ingest-dev".to_owned(),
                namespace: "default".to_owned(),
                name: "ingest-backup".to_owned(),
                schedule: "30 1 * * *".to_owned(),
                time_zone: Some("Europe/London".to_owned()),
            }]),
        }
    }

    /// The sample with every proposal taken.
    fn accepted(sample: &str) -> String {
        let take = |line: &str| match line.strip_prefix('#') {
            Some(proposal) if !proposal.starts_with(' ') => format!("{proposal}\n"),
            _ => format!("{line}\n"),
        };
        sample.lines().map(take).collect()
    }

    #[test]
    fn what_was_found_is_written_out_and_reads() {
        let text = sample(&much());
        let settings = read_ok(&text);
        assert!(settings.environments.iter().all(|environment| !environment.writable));
        let environments: Vec<_> = settings
            .environments
            .iter()
            .map(|found| (found.name.0.as_str(), found.production))
            .collect();
        assert_eq!(
            environments,
            [
                ("ingest-dev", false),
                ("ingest-prod", true),
                ("ingest-prod-2", true),
                ("odd--name---drill-", false)
            ]
        );
        let storages: Vec<_> =
            settings.storages.iter().map(|found| found.name.0.as_str()).collect();
        assert_eq!(storages, ["aws", "ops", "aws-2"]);
    }

    #[test]
    fn proposals_fit_what_was_found_and_read_when_taken() {
        let mut discovered = much();
        discovered.contexts.as_mut().unwrap().truncate(2);
        let settings = read_ok(&accepted(&sample(&discovered)));
        let sets: Vec<_> = settings.sets().collect();
        assert_eq!(
            (sets[0].bucket.as_str(), sets[0].prefix.as_str()),
            ("ingest-db-backup", "dev/")
        );
        assert_eq!(sets[0].schedule.as_deref(), Some("30 1 * * *"));
        assert!(settings.environments.iter().all(|environment| environment.writable));
        assert_eq!(sets[0].cronjob.as_ref().unwrap().name, "ingest-backup");
        assert_eq!((sets[1].prefix.as_str(), sets[1].cronjob.as_ref()), ("prod/", None));
    }

    #[test]
    fn an_empty_machine_gets_a_file_that_reads_with_and_without_its_proposals() {
        let text = sample(&nothing());
        assert!(read_ok(&text).environments.is_empty());
        assert_eq!(read_ok(&accepted(&text)).environments[0].backups.len(), 1);
        assert_eq!(read_ok(&text).folders.journal, folders().data);
    }

    #[test]
    fn what_could_not_be_looked_for_is_said_in_a_comment() {
        let mut discovered = nothing();
        discovered.buckets = Err("no answer\nin 5 s".to_owned());
        let text = sample(&discovered);
        assert!(text.contains("# buckets were not found: no answer in 5 s\n"), "{text}");
        read_ok(&text);
    }

    #[test]
    fn production_is_guessed_from_whole_words() {
        for (name, expected) in [
            ("prod", true),
            ("ingest-prod", true),
            ("eu.production.1", true),
            ("non-prod", false),
            ("pre-prod", false),
            ("nonprod", false),
            ("product", false),
        ] {
            assert_eq!(is_production(name), expected, "{name}");
        }
    }
}
