//! The arguments of each command.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

#[cfg(feature = "demo")]
use clap::builder::PossibleValue;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};
#[cfg(feature = "demo")]
use jiff::Timestamp;

#[cfg(feature = "demo")]
use crate::cli::examples;
use crate::config::parse_duration;
#[cfg(feature = "demo")]
use crate::demo::Crowd;
#[cfg(feature = "demo")]
use crate::demo::fault::Fault;
use crate::domain::backup::BackupKey;
use crate::domain::settings::{Depth, ImageChoice};

#[derive(Debug, Clone, Args)]
pub struct GlanceArguments {
    /// Look at this environment alone; may be repeated. Default: all of them
    #[arg(long = "env", value_name = "NAME")]
    pub environments: Vec<String>,

    /// List every pod, in the columns of the table
    #[arg(long)]
    pub all: bool,

    /// Write sentences without colours, columns and signs: for tickets and screen readers
    #[arg(long)]
    pub plain: bool,
}

impl GlanceArguments {
    pub(super) fn contradiction(&self, json: bool) -> Option<&'static str> {
        (json && self.plain).then_some("--json cannot be used with --plain")
    }
}

#[derive(Debug, Clone, Args)]
pub struct CheckArguments {
    /// Look at the sets of this environment alone; may be repeated. Default: all of them
    #[arg(long = "env", value_name = "NAME")]
    pub environments: Vec<String>,

    /// Look at the sets of this name alone; may be repeated
    #[arg(long = "set", value_name = "NAME")]
    pub sets: Vec<String>,

    /// Write the figures for Prometheus into this file, which is replaced whole
    #[arg(long, value_name = "FILE")]
    pub prometheus: Option<PathBuf>,

    /// Tell Slack of each change, and once a day of what is still wrong
    #[arg(long)]
    pub notify: bool,

    /// Read backups that were not read before and keep their counts: the newest of each set
    #[arg(long, value_name = "WHICH", value_enum)]
    pub scan: Option<ScanWhich>,
}

/// Which backups a check reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScanWhich {
    /// The newest of each set
    Newest,
}

#[derive(Debug, Clone, Args)]
pub struct DrillArguments {
    /// The environment; default: the one that is production
    #[arg(long = "env", value_name = "NAME")]
    pub environment: Option<String>,

    /// The backup set; default: the only one of the environment that can be drilled
    #[arg(long, value_name = "NAME")]
    pub set: Option<String>,

    #[command(flatten)]
    selection: SelectionArguments,

    /// How deep to look: quick, restore or compare; default: as configured
    #[arg(long, value_parser = depth(), hide_possible_values = true)]
    pub depth: Option<Depth>,

    /// What restores: mongorestore where the image has it, or the built-in restorer
    #[arg(long, value_enum, default_value_t = Tool::Auto)]
    pub tool: Tool,

    /// The sandbox's image, or auto for the one that the dump asks for; default: as configured
    #[arg(long, value_parser = image)]
    pub image: Option<ImageChoice>,

    /// How long to keep the sandbox after the result, such as 10m
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    pub hold: Duration,

    /// Keep the downloaded tarball
    #[arg(long)]
    pub keep_download: bool,

    /// Exit with 1 on a warning too
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Clone, Args)]
struct SelectionArguments {
    /// Pick at random among those not tested yet, as without any choice
    #[arg(long, group = "selection")]
    random: bool,

    /// Take the backup with this key
    #[arg(long, value_name = "KEY", group = "selection")]
    object: Option<String>,

    /// Take the newest backup
    #[arg(long, group = "selection")]
    latest: bool,

    /// Repeat the random pick that a record tells of
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["object", "latest"])]
    seed: Option<u64>,
}

/// Which backup of a set is drilled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// By the dice; a seed repeats a throw.
    Random {
        seed: Option<u64>,
    },
    Object(BackupKey),
    Latest,
}

impl DrillArguments {
    pub fn selection(&self) -> Selection {
        let SelectionArguments { random: _, object, latest, seed } = &self.selection;
        match object {
            Some(key) => Selection::Object(BackupKey(key.clone())),
            None if *latest => Selection::Latest,
            None => Selection::Random { seed: *seed },
        }
    }
}

/// What restores a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tool {
    /// Mongorestore where the image has it, else the built-in restorer
    Auto,
    /// Mongorestore in the sandbox
    Mongorestore,
    /// The built-in restorer
    Builtin,
}

#[derive(Debug, Clone, Args)]
pub struct ScanArguments {
    /// `s3://BUCKET/KEY`, a file, or - for standard input
    pub source: ScanSource,

    /// The storage that has the object; default: the only one
    #[arg(long, value_name = "NAME", conflicts_with = "environment")]
    pub storage: Option<String>,

    /// The environment whose storage has the object
    #[arg(long = "env", value_name = "NAME")]
    pub environment: Option<String>,
}

impl ScanArguments {
    pub(super) fn contradiction(&self) -> Option<&'static str> {
        let names_storage = self.storage.is_some() || self.environment.is_some();
        let is_object = matches!(self.source, ScanSource::Object { .. });
        (names_storage && !is_object)
            .then_some("--storage and --env say where an object s3://BUCKET/KEY is; this is none")
    }
}

/// Where a dump is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanSource {
    Object { bucket: String, key: BackupKey },
    File(PathBuf),
    StandardInput,
}

impl FromStr for ScanSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "-" {
            return Ok(Self::StandardInput);
        }
        let Some(object) = text.strip_prefix("s3://") else {
            return Ok(Self::File(PathBuf::from(text)));
        };
        match object.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                Ok(Self::Object { bucket: bucket.to_owned(), key: BackupKey(key.to_owned()) })
            }
            _ => Err("an object is written s3://BUCKET/KEY".to_owned()),
        }
    }
}

#[derive(Debug, Clone, Args)]
pub struct HistoryArguments {
    /// The drill to show, as the list names it; the beginning or the end of its id will do
    pub id: Option<String>,

    /// List only the drills of this environment
    #[arg(long = "env", value_name = "NAME", conflicts_with = "id")]
    pub environment: Option<String>,

    /// Write the report of one drill, for a ticket
    #[arg(long, requires = "id", conflicts_with = "csv")]
    markdown: bool,

    /// Write rows for a spreadsheet
    #[arg(long)]
    csv: bool,

    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum HistoryCommand {
    /// Add the records of another journal, or the rows of a spreadsheet
    ///
    /// A spreadsheet is a CSV file with the header date,environment,backup,result,note.
    Import {
        /// A journal's folder, or a CSV file
        #[arg(value_name = "FILE|DIR")]
        from: PathBuf,
    },
}

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryFormat {
    Terminal,
    Json,
    Markdown,
    Csv,
}

impl HistoryArguments {
    /// The format asked for; `json` is the flag that all commands share.
    pub fn format(&self, json: bool) -> HistoryFormat {
        match self {
            Self { markdown: true, .. } => HistoryFormat::Markdown,
            Self { csv: true, .. } => HistoryFormat::Csv,
            Self { .. } if json => HistoryFormat::Json,
            Self { .. } => HistoryFormat::Terminal,
        }
    }

    pub(super) fn contradiction(&self, json: bool) -> Option<&'static str> {
        (json && (self.markdown || self.csv))
            .then_some("--json cannot be used with --markdown or --csv")
    }
}

#[derive(Debug, Clone, Args)]
pub struct UsageArguments {
    /// Look at this bucket alone; may be repeated. Default: every bucket of a backup set
    #[arg(long = "bucket", value_name = "NAME")]
    pub buckets: Vec<String>,

    /// How far back figures are shown, up to fifteen months
    #[arg(long, value_name = "DURATION", default_value = "90d", value_parser = duration)]
    pub since: Duration,

    /// Write every point as a row for a spreadsheet
    #[arg(long)]
    pub csv: bool,
}

impl UsageArguments {
    pub(super) fn contradiction(&self, json: bool) -> Option<&'static str> {
        (json && self.csv).then_some("--json cannot be used with --csv")
    }
}

#[derive(Debug, Clone, Args)]
pub struct SweepArguments {
    /// Remove what the drill with this id has left, whoever it belongs to; may be repeated.
    /// The beginning or the end of the id will do
    #[arg(long, value_name = "ID")]
    pub force: Vec<String>,

    /// Only say what would be removed
    #[arg(long)]
    pub dry_run: bool,
}

#[cfg(feature = "demo")]
#[derive(Debug, Clone, Args)]
pub struct DemoArguments {
    /// Rehearse something that goes wrong
    #[arg(long, value_name = "NAME", value_parser = fault())]
    pub fault: Option<Fault>,

    /// Keep the world up and say how to reach its servers
    #[arg(long)]
    pub serve: bool,

    /// What time it is in the world
    #[arg(long, value_name = "TIME", hide = true)]
    pub at: Option<Timestamp>,

    /// What the world's contents grow from
    #[arg(long, value_name = "NUMBER", hide = true)]
    pub world_seed: Option<u64>,

    /// So many pods more in each cluster, or `prod=N` in one
    #[arg(long, value_name = "NUMBER", hide = true)]
    pub pods: Option<Crowd>,

    #[command(subcommand)]
    pub command: Option<DemoCommand>,
}

/// What can be run against the embedded world.
#[cfg(feature = "demo")]
#[derive(Debug, Clone, Subcommand)]
pub enum DemoCommand {
    /// Say whether anything is wrong with the pods of the world
    Glance(GlanceArguments),
    /// Say whether the backup sets of the world have the backups that they should
    Check(CheckArguments),
    /// Say what the buckets of the world hold and cost
    Usage(UsageArguments),
    /// Restore a backup of the world into a container of the world
    #[command(after_help = examples::DEMO_DRILL)]
    Drill(DrillArguments),
    /// Read a dump of the world
    Scan(ScanArguments),
    /// List the records of the world's drills
    #[command(args_conflicts_with_subcommands = true)]
    History(HistoryArguments),
    /// Remove what drills have left behind in the world
    Sweep(SweepArguments),
}

#[cfg(feature = "demo")]
impl DemoArguments {
    /// Whether the console opens on the world.
    pub const fn is_console(&self) -> bool {
        self.command.is_none() && !self.serve
    }

    pub(super) fn contradiction(&self, json: bool) -> Option<&'static str> {
        match &self.command {
            Some(_) if self.serve => Some("--serve keeps the world up for others: no command fits"),
            Some(DemoCommand::Glance(glance)) => glance.contradiction(json),
            Some(DemoCommand::History(history)) => history.contradiction(json),
            Some(DemoCommand::Usage(usage)) => usage.contradiction(json),
            Some(DemoCommand::Scan(scan)) => scan.contradiction(),
            Some(DemoCommand::Check(_) | DemoCommand::Drill(_) | DemoCommand::Sweep(_)) | None => {
                None
            }
        }
    }
}

/// Each fault with what it rehearses, as the help shows them.
#[cfg(feature = "demo")]
fn fault() -> impl TypedValueParser<Value = Fault> {
    let faults = Fault::ALL.map(|fault| PossibleValue::new(fault.name()).help(fault.rehearses()));
    PossibleValuesParser::new(faults).try_map(|name| name.parse::<Fault>())
}

fn depth() -> impl TypedValueParser<Value = Depth> {
    PossibleValuesParser::new(Depth::ALL.map(Depth::word)).try_map(|word| {
        Depth::ALL.into_iter().find(|depth| depth.word() == word).ok_or("not a depth")
    })
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    parse_duration(text).ok_or("write numbers with units, such as 10m or 1h30m")
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a value parser")]
fn image(text: &str) -> Result<ImageChoice, &'static str> {
    Ok(match text {
        "auto" => ImageChoice::Auto,
        name => ImageChoice::Pinned(name.to_owned()),
    })
}
