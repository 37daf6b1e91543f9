//! What command lines mean, and which are refused.

use super::*;
use crate::demo::fault::Fault;
use crate::domain::backup::BackupKey;
use crate::domain::settings::{Depth, ImageChoice};

fn read(line: &str) -> Result<Cli, clap::Error> {
    Cli::read(format!("lifeboat {line}").split_whitespace())
}

fn command(line: &str) -> Command {
    let cli = read(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    cli.command.unwrap_or_else(|| panic!("{line}: no command"))
}

fn drill(line: &str) -> DrillArguments {
    match command(line) {
        Command::Drill(arguments) => arguments,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn usage_errors_exit_with_64_and_help_with_0() {
    for (line, code) in [
        ("--json", USAGE),
        ("glance prod", USAGE),
        ("glance --plain --json", USAGE),
        ("demo glance --plain --json", USAGE),
        ("frobnicate", USAGE),
        ("drill --random --latest", USAGE),
        ("drill --random --object k", USAGE),
        ("drill --object k --latest", USAGE),
        ("drill --latest --seed 3", USAGE),
        ("drill --object k --seed 3", USAGE),
        ("drill --seed minus", USAGE),
        ("drill --depth deep", USAGE),
        ("drill --tool rsync", USAGE),
        ("drill --hold 10", USAGE),
        ("drill extra", USAGE),
        ("scan", USAGE),
        ("scan s3://bucket", USAGE),
        ("scan s3:///key", USAGE),
        ("scan file --storage aws", USAGE),
        ("scan - --env prod", USAGE),
        ("scan s3://b/k --env prod --storage aws", USAGE),
        ("history --markdown", USAGE),
        ("history 01KA --markdown --csv", USAGE),
        ("history 01KA --markdown --json", USAGE),
        ("--json history --csv", USAGE),
        ("history 01KA --env prod", USAGE),
        ("history 01KA import x", USAGE),
        ("history import", USAGE),
        ("config", USAGE),
        ("completions tcsh", USAGE),
        ("--log-level loud man", USAGE),
        ("--help", 0),
        ("-h", 0),
        ("drill --help", 0),
        ("help drill", 0),
        ("--version", 0),
    ] {
        match read(line) {
            Ok(cli) => panic!("`{line}` is taken for {cli:?}"),
            Err(error) => assert_eq!(exit_code(&error), i32::from(code), "{line}: {error}"),
        }
    }
}

#[test]
fn without_a_command_the_console_opens() {
    for (line, program) in [
        ("", Some("lifeboat")),
        ("--config my.toml --no-color", Some("lifeboat")),
        ("drill", None),
        ("demo", Some("lifeboat demo")),
        ("demo --fault slow", Some("lifeboat demo")),
        ("demo --serve", None),
        ("demo drill", None),
    ] {
        assert_eq!(read(line).unwrap().console(), program, "`{line}`");
    }
}

#[test]
fn the_short_help_has_the_usage_and_examples() {
    let text = read("-h").unwrap_err().to_string();
    assert!(text.contains("Usage: lifeboat [OPTIONS] [COMMAND]"), "{text}");
    assert!(text.contains("Examples:"), "{text}");
}

#[test]
fn the_version_is_one_line() {
    assert_eq!(read("--version").unwrap_err().to_string(), "lifeboat 0.1.0\n");
}

#[test]
fn a_glance_is_at_all_environments_or_at_those_that_are_named() {
    let Command::Glance(all) = command("glance") else { panic!() };
    assert!(all.environments.is_empty() && !all.all && !all.plain);
    let Command::Glance(some) = command("glance --env dev --all --env prod --plain") else {
        panic!()
    };
    assert_eq!(some.environments, ["dev", "prod"]);
    assert!(some.all && some.plain);
}

#[test]
fn a_drill_takes_a_random_backup_unless_told_otherwise() {
    for (line, expected) in [
        ("drill", Selection::Random { seed: None }),
        ("drill --random", Selection::Random { seed: None }),
        ("drill --seed 7", Selection::Random { seed: Some(7) }),
        ("drill --random --seed 7", Selection::Random { seed: Some(7) }),
        ("drill --latest", Selection::Latest),
        ("drill --object a/b", Selection::Object(BackupKey("a/b".to_owned()))),
    ] {
        assert_eq!(drill(line).selection(), expected, "{line}");
    }
}

#[test]
fn a_drill_is_told_where_how_deep_and_with_what() {
    let arguments = drill(
        "drill --env prod --set ingest --depth restore --tool builtin --image mongo:7.0 \
         --hold 1h30m --keep-download --strict",
    );
    assert_eq!(arguments.environment.as_deref(), Some("prod"));
    assert_eq!(arguments.set.as_deref(), Some("ingest"));
    assert_eq!(arguments.depth, Some(Depth::Restore));
    assert_eq!(arguments.tool, Tool::Builtin);
    assert_eq!(arguments.image, Some(ImageChoice::Pinned("mongo:7.0".to_owned())));
    assert_eq!(drill("drill --image auto").image, Some(ImageChoice::Auto));
    assert_eq!(arguments.hold.as_secs(), 5400);
    assert!(arguments.keep_download && arguments.strict);
    let plain = drill("drill");
    assert_eq!((plain.depth, plain.tool, plain.hold.as_secs()), (None, Tool::Auto, 0));
}

#[test]
fn a_scan_reads_an_object_a_file_or_standard_input() {
    let key = BackupKey("prod/x.tar.gz".to_owned());
    for (line, expected) in [
        ("scan -", ScanSource::StandardInput),
        ("scan ./x.tar.gz", ScanSource::File(PathBuf::from("./x.tar.gz"))),
        ("scan s3://b/prod/x.tar.gz", ScanSource::Object { bucket: "b".to_owned(), key }),
    ] {
        match command(line) {
            Command::Scan(arguments) => assert_eq!(arguments.source, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_history_is_listed_shown_or_imported() {
    for (line, id, format) in [
        ("history", None, HistoryFormat::Terminal),
        ("history --env prod --csv", None, HistoryFormat::Csv),
        ("history 01KA --csv", Some("01KA"), HistoryFormat::Csv),
        ("history 01KA --markdown", Some("01KA"), HistoryFormat::Markdown),
        ("history --json", None, HistoryFormat::Json),
    ] {
        let cli = read(line).unwrap();
        let Some(Command::History(arguments)) = &cli.command else { panic!("{line}") };
        assert_eq!((arguments.id.as_deref(), arguments.format(cli.json)), (id, format), "{line}");
    }
    let Command::History(arguments) = command("history import old.csv") else { panic!() };
    let from = PathBuf::from("old.csv");
    assert_eq!(arguments.command, Some(HistoryCommand::Import { from }));
}

#[test]
fn global_flags_may_stand_anywhere() {
    for line in [
        "--config c.toml --json --log-level debug sweep --dry-run",
        "sweep --dry-run --log-level debug --json --config c.toml",
    ] {
        let cli = read(line).unwrap();
        assert_eq!(cli.config_file(), Some(PathBuf::from("c.toml")));
        assert_eq!(cli.log_level, LevelFilter::DEBUG);
        assert!(cli.json);
    }
    let Command::Sweep(arguments) = command("sweep --force A --force B") else { panic!() };
    assert_eq!(arguments.force, ["A", "B"]);
    assert!(!read("man --no-color").unwrap().wants_colours());
}

#[test]
fn every_help_has_examples_that_are_taken() {
    let mut stack = vec![(String::new(), Cli::command())];
    let mut taken = 0;
    while let Some((path, command)) = stack.pop() {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for line in help.lines() {
            let Some((_, line)) = line.split_once("lifeboat ") else { continue };
            let line = line.split("  ").next().unwrap_or_default();
            let line = line.split([')', '>']).next().unwrap_or_default();
            read(line).unwrap_or_else(|error| panic!("{path}: `{line}`: {error}"));
            taken += 1;
        }
        // The demo's copies of commands say nothing new.
        let is_copy = path.starts_with(" demo ") || path.ends_with(" import");
        assert!(is_copy || !help.is_empty(), "`{path}` has no examples");
        for subcommand in command.get_subcommands() {
            stack.push((format!("{path} {}", subcommand.get_name()), subcommand.clone()));
        }
    }
    assert!(taken > 20, "{taken}");
}

#[test]
fn completions_and_the_manual_know_the_commands() {
    let mut completions = Vec::new();
    write_completions(Shell::Bash, &mut completions).unwrap();
    let mut manual = Vec::new();
    write_manual(&mut manual).unwrap();
    for text in [completions, manual] {
        let text = String::from_utf8(text).unwrap();
        for word in ["drill", "scan", "sweep", "keep"] {
            assert!(text.contains(word), "{word}");
        }
    }
}

#[cfg(feature = "demo")]
mod demo {
    use super::*;

    #[test]
    fn the_world_takes_a_command_or_is_kept_up() {
        for line in
            ["demo --json", "demo --serve drill", "demo --fault flood drill", "demo --at x drill"]
        {
            assert_eq!(exit_code(&read(line).unwrap_err()), i32::from(USAGE), "{line}");
        }
        let line = "demo --fault cut-dump --at 2026-11-20T08:00:00Z --world-seed 3 drill --latest";
        let Command::Demo(arguments) = command(line) else { panic!() };
        assert_eq!(arguments.fault, Some(Fault::CutDump));
        assert_eq!(arguments.world_seed, Some(3));
        assert_eq!(arguments.at.unwrap().to_string(), "2026-11-20T08:00:00Z");
        let Some(DemoCommand::Drill(drill)) = arguments.command else { panic!() };
        assert_eq!(drill.selection(), Selection::Latest);
        assert!(read("demo --serve").is_ok());
    }

    #[test]
    fn what_only_tests_need_is_not_in_the_help() {
        let help = read("demo --help").unwrap_err().to_string();
        assert!(help.contains("--serve") && !help.contains("--world-seed"), "{help}");
    }
}
