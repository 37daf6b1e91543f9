//! The command line: what can be asked for, each with its examples, and how usage errors end.

mod arguments;
mod examples;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::error::ErrorKind;
use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use clap_complete::Shell;
use tracing::level_filters::LevelFilter;

pub use crate::cli::arguments::{
    CheckArguments, DrillArguments, GlanceArguments, HistoryArguments, HistoryCommand,
    HistoryFormat, ScanArguments, ScanSource, ScanWhich, Selection, SweepArguments, Tool,
    UsageArguments,
};
#[cfg(feature = "demo")]
pub use crate::cli::arguments::{DemoArguments, DemoCommand};

/// What a usage error exits with, as sysexits.h has it.
pub const USAGE: u8 = 64;

/// The heading of the flags that all commands share.
const EVERYWHERE: &str = "Options of every command";

/// Shows every environment's pods at a glance, and proves that backups really restore
///
/// Without a command the console opens. It needs no configuration: the current context of the kubeconfig is shown,
/// and only looked at.
///
/// A drill picks a backup, downloads it, restores it into a container without a network, counts what came back,
/// puts it beside the live database, and leaves a record and nothing else.
#[derive(Debug, Clone, Parser)]
#[command(name = "lifeboat", bin_name = "lifeboat", version)]
#[command(max_term_width = 100, after_help = examples::LIFEBOAT)]
pub struct Cli {
    /// The configuration file; default: the variable `LIFEBOAT_CONFIG`, or the usual place
    #[arg(long, global = true, value_name = "FILE", help_heading = EVERYWHERE)]
    config: Option<PathBuf>,

    /// How much the log file tells: error, warn, info or debug
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        default_value = "info",
        hide_default_value = true,
        hide_possible_values = true,
        value_parser = log_level(),
        help_heading = EVERYWHERE
    )]
    pub log_level: LevelFilter,

    /// Answer in JSON, for scripts
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,

    /// Use no colours; so does a variable `NO_COLOR` that is not empty
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    no_color: bool,

    /// `None`: the console.
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Say whether anything is wrong with the pods of each environment
    ///
    /// Exit codes: 0 all is well, 1 something is found, 2 an environment or a part of it could not be seen, 64 usage.
    #[command(after_help = examples::GLANCE)]
    Glance(GlanceArguments),

    /// Say whether every backup set has the backups that it should
    ///
    /// Exit codes: 0 all is well, 1 something is found, 2 a set could not be seen, 64 usage.
    #[command(after_help = examples::CHECK)]
    Check(CheckArguments),

    /// Say what every bucket holds, how that changed and what it costs
    ///
    /// Figures are those of CloudWatch, beside what a listing tells; they are kept for six hours.
    ///
    /// Exit codes: 0 everything was seen, 2 something could not be seen, 64 usage.
    #[command(after_help = examples::USAGE)]
    Usage(UsageArguments),

    /// Restore a backup into a throwaway container and judge what came back
    ///
    /// Exit codes: 0 passed (with --strict: without a warning), 1 failed, 2 could not verify or could not clean up,
    /// 64 usage, 130 cancelled.
    #[command(after_help = examples::DRILL)]
    Drill(DrillArguments),

    /// Read a dump and say whether it is intact, without restoring it
    #[command(after_help = examples::SCAN)]
    Scan(ScanArguments),

    /// List the records of past drills, show one, or import old ones
    #[command(after_help = examples::HISTORY, args_conflicts_with_subcommands = true)]
    History(HistoryArguments),

    /// Remove what drills have left behind that were killed
    ///
    /// Removes containers and volumes of this user and host whose drill is gone, and expired ones. Others are listed.
    #[command(after_help = examples::SWEEP)]
    Sweep(SweepArguments),

    /// Begin, check or show the configuration
    #[command(subcommand, after_help = examples::CONFIG)]
    Config(ConfigCommand),

    /// Open the console on an embedded world, or run a command against it, with nothing else installed
    #[cfg(feature = "demo")]
    #[command(after_help = examples::DEMO)]
    Demo(DemoArguments),

    /// Write the completions of a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// The shell that is to complete
        shell: Shell,
    },

    /// Write the manual page
    #[command(after_help = examples::MAN)]
    Man,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum ConfigCommand {
    /// Write a commented file from what is found here; never over an existing one
    #[command(after_help = examples::CONFIG_INIT)]
    Init,
    /// Report everything that is wrong with the file
    #[command(after_help = examples::CONFIG_CHECK)]
    Check,
    /// Print the settings in effect, defaults marked
    #[command(after_help = examples::CONFIG_SHOW)]
    Show,
    /// Print where the file is looked for
    #[command(after_help = examples::CONFIG_PATH)]
    Path,
}

impl Cli {
    /// The arguments of this process. Prints help or what is wrong with them, and then ends it.
    pub fn parse_or_exit() -> Self {
        Self::read(std::env::args_os()).unwrap_or_else(|error| {
            // Where the terminal is gone nobody is left to read it.
            error.print().ok();
            std::process::exit(exit_code(&error));
        })
    }

    /// Reads `arguments`, the program's name first; help and version are errors, as clap has it.
    pub fn read(
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Result<Self, clap::Error> {
        let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
        let mut command = Self::command();
        if arguments.iter().any(|argument| argument == "--no-color") {
            command = command.color(ColorChoice::Never);
        }
        let matches = command.try_get_matches_from_mut(arguments)?;
        let cli = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
        match cli.contradiction() {
            None => Ok(cli),
            Some(contradiction) => Err(command.error(ErrorKind::ArgumentConflict, contradiction)),
        }
    }

    /// The configuration file that was asked for, by flag or by variable.
    pub fn config_file(&self) -> Option<PathBuf> {
        let variable = || std::env::var_os("LIFEBOAT_CONFIG").filter(|value| !value.is_empty());
        self.config.clone().or_else(|| variable().map(PathBuf::from))
    }

    /// Whether output may be coloured, as far as the user's wish goes.
    pub fn wants_colours(&self) -> bool {
        let variable = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        !self.no_color && !variable
    }

    /// What a user has typed to get the console; `None` where something else is asked for.
    pub fn console(&self) -> Option<&'static str> {
        match &self.command {
            None => Some("lifeboat"),
            #[cfg(feature = "demo")]
            Some(Command::Demo(demo)) if demo.is_console() => Some("lifeboat demo"),
            Some(_) => None,
        }
    }

    /// What clap cannot see: conflicts with global flags and between a command and its parent.
    fn contradiction(&self) -> Option<&'static str> {
        if self.json && self.console().is_some() {
            return Some("--json is for commands, such as `lifeboat glance --json`; none is named");
        }
        match self.command.as_ref()? {
            Command::Glance(glance) => glance.contradiction(self.json),
            Command::History(history) => history.contradiction(self.json),
            Command::Scan(scan) => scan.contradiction(),
            Command::Usage(usage) => usage.contradiction(self.json),
            #[cfg(feature = "demo")]
            Command::Demo(demo) => demo.contradiction(self.json),
            Command::Check(_)
            | Command::Drill(_)
            | Command::Sweep(_)
            | Command::Config(_)
            | Command::Completions { .. }
            | Command::Man => None,
        }
    }
}

/// What a refused command line exits with; help and version are no errors.
pub fn exit_code(error: &clap::Error) -> i32 {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => 0,
        _ => USAGE.into(),
    }
}

/// Writes the completions of `shell`.
pub fn write_completions(shell: Shell, output: &mut dyn Write) -> io::Result<()> {
    // The generator panics where it cannot write, into a closed pipe for instance.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "lifeboat", &mut script);
    output.write_all(&script)
}

/// Writes the manual: a page for the program and one for each of its commands.
pub fn write_manual(output: &mut dyn Write) -> io::Result<()> {
    let mut command = Cli::command();
    command.build();
    write_page(&command, output)?;
    for subcommand in command.get_subcommands().filter(|command| command.get_name() != "help") {
        write_page(subcommand, output)?;
    }
    Ok(())
}

fn write_page(command: &clap::Command, output: &mut dyn Write) -> io::Result<()> {
    let page = clap_mangen::Man::new(command.clone());
    page.render_title(output)?;
    page.render_name_section(output)?;
    page.render_synopsis_section(output)?;
    page.render_description_section(output)?;
    page.render_options_section(output)?;
    if command.has_subcommands() {
        page.render_subcommands_section(output)?;
    }
    // Examples keep their lines, which the generator's own section would fill.
    writeln!(output, ".SH EXAMPLES\n.nf")?;
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    for line in examples.lines().skip(1) {
        writeln!(output, "{}", line.replace('\\', "\\e").replace('-', "\\-"))?;
    }
    writeln!(output, ".fi")
}

fn log_level() -> impl clap::builder::TypedValueParser<Value = LevelFilter> {
    PossibleValuesParser::new(["error", "warn", "info", "debug"])
        .try_map(|word| word.parse::<LevelFilter>())
}
