//! One test file per case: `tests/data/config/valid/*.toml` read, each `invalid/NAME.toml` gives
//! the text of `invalid/NAME.txt`. With `BLESS=1` the texts are written instead of compared.

use std::path::{Path, PathBuf};

use super::*;
use crate::domain::census::Namespace;
use crate::domain::metrics::class::StorageClass;
use crate::domain::settings::{ConsoleSettings, DrillSettings, Secret};

pub(super) fn folders() -> DefaultFolders {
    DefaultFolders {
        config_file: PathBuf::from("/home/ann/.config/lifeboat/config.toml"),
        data: PathBuf::from("/home/ann/.local/share/lifeboat"),
        cache: PathBuf::from("/home/ann/.cache/lifeboat"),
        state: PathBuf::from("/home/ann/.local/state/lifeboat"),
    }
}

pub(super) fn read_ok(text: &str) -> Settings {
    read(text, "config.toml", &folders()).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn problems(text: &str) -> String {
    read(text, "config.toml", &folders()).unwrap_err().to_string()
}

/// The files of a folder of test data with this ending, as name and text.
fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} holds nothing", folder.display());
    paths.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_valid_file_reads() {
    for folder in ["config", "config/examples", "tests/data/config/valid"] {
        for (path, text) in files(folder, "toml") {
            if let Err(problems) = read(&text, &path.display().to_string(), &folders()) {
                panic!("{problems}");
            }
        }
    }
}

#[test]
fn every_invalid_file_gives_the_problems_beside_it() {
    let mut wrong = Vec::new();
    for (path, text) in files("tests/data/config/invalid", "toml") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let problems = match read(&text, &name, &folders()) {
            Ok(_) => "it reads\n".to_owned(),
            Err(problems) => problems.render(Colours::Off),
        };
        let beside = path.with_extension("txt");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&beside, &problems).unwrap();
        }
        let expected = std::fs::read_to_string(&beside).unwrap_or_default();
        if problems != expected {
            wrong.push(format!("{name}, expected:\n{expected}\nfound:\n{problems}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
    for (path, _) in files("tests/data/config/invalid", "txt") {
        assert!(path.with_extension("toml").exists(), "{} has no file", path.display());
    }
}

#[test]
fn no_problem_shows_a_secret() {
    for (path, _) in files("tests/data/config/invalid", "txt") {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("hunter2"), "{}", path.display());
    }
}

#[test]
fn the_effective_settings_read_back_to_themselves() {
    for folder in ["config", "config/examples", "tests/data/config/valid"] {
        for (path, text) in files(folder, "toml") {
            let settings = read_ok(&text);
            let shown = show(&settings);
            let again = read_ok(&shown);
            assert_eq!(format!("{settings:?}"), format!("{again:?}"), "{}", path.display());
            assert_eq!(show(&again), shown, "{}", path.display());
        }
    }
}

#[test]
fn an_empty_file_and_a_missing_one_mean_the_defaults() {
    let missing =
        DefaultFolders { config_file: PathBuf::from("/nowhere/config.toml"), ..folders() };
    for settings in [read_ok(""), load(None, &missing).unwrap()] {
        assert!(settings.environments.is_empty());
        assert_eq!(settings.folders.journal, folders().data);
        assert!(settings.folders.journal_is_local);
    }
}

#[test]
fn without_an_environment_the_current_context_is_looked_at() {
    let eks = "arn:aws:eks:us-east-1:123456789012:cluster/prod";
    let settings = read_ok("").or_current_context(Some(eks));
    let [environment] = settings.environments.as_slice() else { panic!("{settings:?}") };
    assert_eq!(environment.name.0, "prod");
    assert!(!environment.writable);
    let kubernetes = environment.kubernetes.as_ref().unwrap();
    assert_eq!(kubernetes.context, eks);
    assert_eq!(kubernetes.namespaces, ["default", "kube-system"]);
    assert!(read_ok("").or_current_context(None).environments.is_empty());
    let configured = read_ok("[[environment]]\nname = \"dev\"").or_current_context(Some("prod"));
    assert_eq!(configured.environments.len(), 1);
    assert_eq!(configured.environments[0].name.0, "dev");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let problems = load(Some(Path::new("/nowhere/lifeboat.toml")), &folders()).unwrap_err();
    let text = problems.to_string();
    assert!(text.contains("--> /nowhere/lifeboat.toml"), "{text}");
    assert!(text.contains("`lifeboat config init`"), "{text}");
}

#[test]
fn a_file_that_is_not_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, b"a = \"\xff\"").unwrap();
    let text = load(Some(&path), &folders()).unwrap_err().to_string();
    assert!(text.contains("byte 5 is not UTF-8"), "{text}");
}

#[test]
fn the_reference_shows_the_defaults_of_a_drill() {
    let drill = read_ok(REFERENCE).drill;
    assert_eq!(format!("{drill:?}"), format!("{:?}", DrillSettings::default()));
}

#[test]
fn the_reference_shows_the_defaults_of_the_console_and_names_every_action() {
    let console = ConsoleSettings { keys: Vec::new(), ..read_ok(REFERENCE).console };
    assert_eq!(console, ConsoleSettings::default());
    let comments = REFERENCE.lines().filter(|line| line.starts_with("#   "));
    let named: Vec<&str> = comments.flat_map(|line| line.split_whitespace().skip(1)).collect();
    assert_eq!(named, ACTIONS);
}

#[test]
fn an_action_has_the_keys_that_are_written_and_no_others() {
    let text = "[keys]\nquit = \"Q\"\nhelp = []\nopen = [\"enter\", \"ctrl-o\"]";
    let keys = read_ok(text).console.keys;
    let shown = |action: &str| {
        let own = keys.iter().find(|own| own.action == action).unwrap();
        own.keys.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(shown("quit"), ["Q"]);
    assert!(shown("help").is_empty());
    assert_eq!(shown("open"), ["enter", "ctrl-o"]);
    assert_eq!(keys.len(), 3);
}

#[test]
fn the_reference_holds_every_setting() {
    // Each key that is known somewhere is named by the hint about an unknown one.
    for (table, end) in [
        ("[[storage]]", "xyz = 1"),
        ("[[environment]]", "xyz = 1"),
        ("[[environment]]\n[[environment.backup]]", "xyz = 1"),
        ("[drill]", "xyz = 1"),
        ("[journal]", "xyz = 1"),
        ("[notify]", "xyz = 1"),
        ("[console]", "xyz = 1"),
        ("[[panel]]", "xyz = 1"),
    ] {
        let text = problems(&format!("{table}\n{end}"));
        let known = text.split("known here: ").nth(1).unwrap().lines().next().unwrap();
        for key in known.split(", ") {
            let is_there = REFERENCE.lines().any(|line| {
                line.starts_with(&format!("{key} = "))
                    || line.ends_with(&format!(".{key}]"))
                    || line.ends_with(&format!(".{key}]]"))
            });
            assert!(is_there, "{key} of {table}");
        }
    }
}

#[test]
fn the_price_table_that_is_built_in_has_every_class_and_is_read_without_a_problem() {
    let prices = read_ok(PRICES).prices;
    assert_eq!(prices, default_prices());
    for class in StorageClass::all() {
        assert!(prices.per_gibibyte[&class] > 0.0, "{class:?}");
    }
}

#[test]
fn a_price_of_ones_own_counts_and_the_others_stay() {
    let prices = read_ok("[prices]\ndate = 2026-11-01\nStandardStorage = 1").prices;
    let mut expected = default_prices();
    expected.date = jiff::civil::date(2026, 11, 1);
    expected.per_gibibyte.insert(StorageClass::of("StandardStorage").unwrap(), 1.0);
    assert_eq!(prices, expected);
}

#[test]
fn a_panel_uses_the_first_storage_that_has_cloudwatch() {
    let text = "[[storage]]\nname = \"ceph\"\nendpoint = \"http://localhost:9000\"\n\
                [[storage]]\nname = \"aws\"\n[[panel]]\nname = \"errors\"\n\
                namespace = \"AWS/Lambda\"\nmetric = \"Errors\"";
    let panel = read_ok(text).panels.remove(0);
    assert_eq!((panel.storage.0.as_str(), panel.statistic.as_str()), ("aws", "Average"));
}

#[test]
fn a_set_knows_its_environment_and_its_secrets_by_name() {
    let (_, text) = files("config/examples", "toml").remove(0);
    let settings = read_ok(&text);
    let set = settings.sets().last().unwrap();
    assert_eq!((set.path().as_str(), set.production), ("prod/ingest", true));
    let Some(Secret::Variable(variable)) = set.source.as_ref().map(|source| &source.uri) else {
        panic!("no variable");
    };
    assert_eq!(variable, "INGEST_PROD_MONGO");
    assert_eq!(set.collections_first[1], Namespace::new("admin", "bundleManifest"));
}

#[test]
fn a_shared_journal_is_not_this_machines_alone() {
    let settings = read_ok("[journal]\ndirectory = \"/shared/lifeboat\"");
    assert!(!settings.folders.journal_is_local);
}

#[test]
fn a_server_other_than_aws_has_its_buckets_in_the_path() {
    let settings = read_ok(
        "[[storage]]\nname = \"a\"\n[[storage]]\nname = \"b\"\nendpoint = \"http://localhost:9000\"",
    );
    let styles: Vec<bool> = settings.storages.iter().map(|storage| storage.path_style).collect();
    assert_eq!(styles, [false, true]);
}

#[test]
fn a_storage_that_is_wrong_is_still_known_to_its_sets() {
    let text = "[[storage]]\nname = \"aws\"\nregion = 3\n[[environment]]\nname = \"dev\"\n\
                [[environment.backup]]\nname = \"main\"\nstorage = \"aws\"\nbucket = \"b\"\n\
                name_format = \"%F\"\nschedule = \"@daily\"";
    assert!(problems(text).ends_with("1 problem in config.toml"), "{}", problems(text));
}
