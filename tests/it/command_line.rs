//! The built program, as a script or a newcomer meets it.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn lifeboat(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lifeboat"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap()
}

fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_demo_drill_ends_with_the_table_and_a_proven_backup() {
    let home = home();
    let output = lifeboat(home.path(), &["demo", "drill"]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}{}", text(&output.stderr));
    for expected in ["production", "≤ T0", "biomaterial", "submissionEnvelope", "PASS", "is proven"]
    {
        assert!(shown.contains(expected), "{expected:?} is missing in\n{shown}");
    }
    assert!(!shown.contains('\u{1b}'), "escape sequences in a pipe");
}

#[test]
fn the_demo_leaves_nothing_in_the_users_folders() {
    let home = home();
    lifeboat(home.path(), &["demo", "drill", "--env", "dev", "--depth", "quick"]);
    let left: Vec<_> =
        std::fs::read_dir(home.path()).unwrap().map(|it| it.unwrap().path()).collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
}

#[test]
fn json_is_one_document_with_record_and_clean_up() {
    let home = home();
    let output = lifeboat(home.path(), &["--json", "demo", "drill", "--env", "dev"]);
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(all["record"]["verdict"], "pass");
    assert_eq!(all["record"]["restored_with"]["tool"], "builtin");
    assert_eq!(all["cleanup"]["failure"], serde_json::Value::Null);
    // The demo's journal is its own machine's, and its spreadsheet has tested some before.
    assert!(all["notes"].is_array(), "{all}");
}

#[test]
fn a_broken_dump_ends_with_1_and_what_could_not_be_verified_with_2() {
    let home = home();
    let broken = lifeboat(home.path(), &["demo", "--fault", "cut-dump", "drill", "--env", "dev"]);
    assert_eq!(broken.status.code(), Some(1), "{}", text(&broken.stdout));
    let unknown = ["demo", "--fault", "source-unreachable", "drill", "--env", "dev"];
    let unknown = lifeboat(home.path(), &unknown);
    assert_eq!(unknown.status.code(), Some(2), "{}", text(&unknown.stdout));
    assert!(text(&unknown.stdout).contains("restorable, comparison not run"));
}

#[test]
fn a_glance_at_the_world_finds_its_troubles_and_names_the_commands_that_show_them() {
    let home = home();
    let output = lifeboat(home.path(), &["demo", "glance"]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}{}", text(&output.stderr));
    let lines: Vec<&str> = shown.lines().take(3).collect();
    for (line, environment) in lines.iter().zip(["dev", "staging", "prod"]) {
        assert!(line.starts_with(&format!("{environment}: FINDINGS — ")), "{line}");
        assert!(line.ends_with(" old") && line.contains("workloads"), "{line}");
    }
    assert!(shown.contains("CrashLoopBackOff"), "{shown}");
    assert!(shown.contains("kubectl --context prod -n default describe pod "), "{shown}");
    assert!(!shown.contains('\u{1b}'), "escape sequences in a pipe");
}

#[test]
fn a_glance_lists_every_pod_in_the_columns_of_the_table() {
    let home = home();
    // Both look at one moment: a pod that crashes again and again is now this, now that.
    let moment = ["--at", "2026-11-20T09:00:00Z"];
    let glance = ["glance", "--env", "prod", "--all"];
    let asked = [&["demo"], &moment[..], &glance[..]].concat();
    let output = lifeboat(home.path(), &asked);
    let shown = text(&output.stdout);
    let heading = shown.lines().find(|line| line.contains("NAMESPACE")).unwrap();
    let columns: Vec<&str> = heading.split_whitespace().collect();
    let expected = ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE", "NODE", "SEVERITY"];
    assert_eq!(columns, expected);
    assert!(shown.lines().any(|line| line.contains("kube-system") && line.contains("coredns")));
    let output = lifeboat(home.path(), &[&["--json"], &asked[..]].concat());
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let pods = all["environments"][0]["pods"].as_array().unwrap();
    let row = |pod: &serde_json::Value| {
        ["name", "ready", "status"].map(|key| pod[key].as_str().unwrap().to_owned())
    };
    for pod in pods {
        let [name, ready, status] = row(pod);
        let line = shown.lines().find(|line| line.contains(&format!(" {name} "))).unwrap();
        assert!(line.contains(&ready) && line.contains(&status), "{line}");
    }
}

#[test]
fn the_usage_of_the_worlds_buckets_is_told_with_its_jump_its_gap_and_what_explains_them() {
    let home = home();
    let usage = ["demo", "--at", "2026-11-20T09:30:00Z", "usage"];
    let output = lifeboat(home.path(), &usage);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}{}", text(&output.stderr));
    for expected in [
        "world/ingest-db-backup in us-east-1",
        "as of 2026-11-18 (best effort",
        "since 2026-10-19",
        "the bucket grew by 2.1 GiB between 2026-10-11 and 2026-10-12: the upload of archive/",
        "nothing was measured between 2026-09-17 and 2026-09-21",
        "USD a month at the prices of",
        "more than the listing",
        "ceph/research-media",
        "no CloudWatch here",
        "ALARM              ingest-db-backup-size since 2026-10-12 (ours)",
    ] {
        assert!(shown.contains(expected), "{expected:?} is missing in\n{shown}");
    }
    let rows = lifeboat(home.path(), &[&usage[..], &["--csv", "--since", "2w"]].concat());
    let rows = text(&rows.stdout);
    assert!(rows.starts_with("bucket,figure,at,value\n"), "{rows}");
    let standard = rows.lines().filter(|row| row.contains(",StandardStorage,"));
    assert_eq!(standard.count(), 13, "two weeks without the newest two days");
    let one = [&["--json"], &usage[..], &["--bucket", "research-dumps"]].concat();
    let one: serde_json::Value =
        serde_json::from_slice(&lifeboat(home.path(), &one).stdout).unwrap();
    assert_eq!(one["buckets"].as_array().unwrap().len(), 1);
    assert_eq!(one["buckets"][0]["measured"], serde_json::Value::Null);
    assert_eq!(one["buckets"][0]["listed"]["figures"]["whole"]["objects"], 85);
}

#[test]
fn a_usage_that_is_not_all_seen_ends_with_2_and_an_unknown_bucket_with_64() {
    let home = home();
    let usage = ["demo", "--fault", "cloudwatch-403", "usage", "--bucket", "ingest-db-backup"];
    let output = lifeboat(home.path(), &usage);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{shown}");
    assert!(shown.contains("access denied (AccessDenied)") && shown.contains("objects (listed"));
    let unknown = lifeboat(home.path(), &["demo", "usage", "--bucket", "nowhere"]);
    assert_eq!(unknown.status.code(), Some(64));
    let said = text(&unknown.stderr);
    assert!(said.contains("no bucket is called `nowhere`; there are: world/"), "{said}");
    let both = lifeboat(home.path(), &["--json", "demo", "usage", "--csv"]);
    assert_eq!(both.status.code(), Some(64));
}

#[test]
fn what_a_glance_cannot_see_ends_with_2_beside_what_it_sees() {
    let home = home();
    for (fault, blind, word) in [
        ("api-401", "staging: COULD NOT SEE — login expired", "staging"),
        ("api-403", "dev: COULD NOT SEE — not all of it", "kube-system"),
    ] {
        let output = lifeboat(home.path(), &["demo", "--fault", fault, "glance"]);
        let shown = text(&output.stdout);
        assert_eq!(output.status.code(), Some(2), "{shown}");
        assert!(shown.contains(blind) && shown.contains(word), "{shown}");
        assert!(shown.contains("prod: FINDINGS"), "{shown}");
    }
}

#[test]
fn a_glance_without_a_cluster_names_the_next_step() {
    let home = home();
    let output = lifeboat(home.path(), &["glance"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(text(&output.stderr).contains("lifeboat config init"), "{}", text(&output.stderr));
    let unknown = lifeboat(home.path(), &["demo", "glance", "--env", "qa"]);
    assert_eq!(unknown.status.code(), Some(64));
    assert!(text(&unknown.stderr).contains("dev, staging, prod"), "{}", text(&unknown.stderr));
}

#[test]
fn without_a_configuration_the_next_step_is_named() {
    let home = home();
    let output = lifeboat(home.path(), &["drill"]);
    assert_eq!(output.status.code(), Some(64));
    assert!(text(&output.stderr).contains("lifeboat config init"), "{}", text(&output.stderr));
}

#[test]
fn a_wrong_configuration_is_shown_with_all_its_problems() {
    let home = home();
    let file = home.path().join("wrong.toml");
    std::fs::write(&file, "[drill]\nwindw = \"90d\"\nmemory = \"lots\"\n").unwrap();
    let output = lifeboat(home.path(), &["--config", file.to_str().unwrap(), "config", "check"]);
    let shown = text(&output.stderr);
    assert_eq!(output.status.code(), Some(64));
    assert!(shown.contains("window") && shown.contains("memory"), "{shown}");
}

#[test]
fn a_storage_that_cannot_be_seen_is_asked_once_and_ends_with_2() {
    let home = home();
    let file = home.path().join("lifeboat.toml");
    let login =
        "[ops]\naws_access_key_id = key\naws_secret_access_key = secret\nregion = us-east-1\n";
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/credentials"), login).unwrap();
    // Nobody listens there any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let written = format!(
        r#"
        [[storage]]
        name = "gone"
        endpoint = "http://127.0.0.1:{port}"
        profile = "ops"
        [[environment]]
        name = "prod"
        [[environment.backup]]
        name = "main"
        storage = "gone"
        bucket = "backups"
        name_format = "%Y-%m-%d.tar.gz"
        schedule = "0 0 * * *"
        "#
    );
    std::fs::write(&file, written).unwrap();
    let output = lifeboat(home.path(), &["--config", file.to_str().unwrap(), "check"]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(told.contains("prod/main  could not see: listing backups in s3://backups/"), "{told}");
    assert!(!told.contains("no listing was recorded"), "{told}");
}

#[test]
fn a_file_is_scanned_and_garbage_is_called_so() {
    let home = home();
    let file = home.path().join("page.tar.gz");
    std::fs::write(&file, "<!DOCTYPE html><title>403</title>").unwrap();
    let output = lifeboat(home.path(), &["scan", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("not a dump"), "{}", text(&output.stdout));
    let missing = lifeboat(home.path(), &["scan", "no-such-file"]);
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn usage_errors_end_with_64_and_helps_with_0() {
    let home = home();
    for (arguments, code) in [
        (vec!["drill", "--latest", "--random"], 64),
        (vec!["no-such-command"], 64),
        (vec![], 64),
        (vec!["--version"], 0),
        (vec!["drill", "--help"], 0),
        (vec!["completions", "bash"], 0),
        (vec!["man"], 0),
        (vec!["config", "path"], 0),
    ] {
        let output = lifeboat(home.path(), &arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn without_a_terminal_the_console_names_the_commands_that_need_none() {
    let home = home();
    for (arguments, twin) in [(&[][..], "`lifeboat glance`"), (&["demo"], "`lifeboat demo glance`")]
    {
        let output = lifeboat(home.path(), arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        let told = text(&output.stderr);
        assert!(told.contains("no terminal") && told.contains(twin), "{told}");
    }
}

#[test]
fn the_history_takes_the_old_spreadsheet_in_and_gives_one_out() {
    let home = home();
    let sheet = home.path().join("old.csv");
    let rows = "date,environment,backup,result,note\n2024-03-01,prod,a.tar.gz,ok,fine\n";
    std::fs::write(&sheet, rows).unwrap();
    let import = lifeboat(home.path(), &["history", "import", sheet.to_str().unwrap()]);
    assert_eq!(text(&import.stdout), "1 record imported\n");
    let listed = lifeboat(home.path(), &["history"]);
    assert!(text(&listed.stdout).contains("a.tar.gz"));
    assert_eq!(text(&lifeboat(home.path(), &["history", "--csv"]).stdout), rows);
}

#[test]
fn a_sweep_without_an_engine_never_says_that_nothing_is_left() {
    let home = home();
    let sweep = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_lifeboat"))
            .args(arguments)
            .env_clear()
            .env("HOME", home.path())
            .env("DOCKER_HOST", "tcp://127.0.0.1:9")
            .output()
            .unwrap()
    };
    let output = sweep(&["sweep"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!text(&output.stdout).contains("nothing to remove"), "{}", text(&output.stdout));
    let output = sweep(&["sweep", "--dry-run"]);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""));
    let output = sweep(&["demo", "sweep", "--dry-run"]);
    assert_eq!(
        (output.status.code(), text(&output.stdout).as_str()),
        (Some(0), "nothing to remove\n")
    );
    let output = sweep(&["sweep", "--json"]);
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(all["unknown"]["what"].is_string(), "{all}");
    assert_eq!(all["failures"].as_array().unwrap().len(), 1, "{all}");
    assert_eq!(all["removed"], serde_json::json!([]));
}

#[test]
fn escape_sequences_of_a_spreadsheet_never_reach_the_terminal() {
    let home = home();
    let sheet = home.path().join("old.csv");
    let rows = "date,environment,backup,result,note\n2024-03-01,prod,a.tar.gz,ok,\u{1b}[2J\n";
    std::fs::write(&sheet, rows).unwrap();
    lifeboat(home.path(), &["history", "import", sheet.to_str().unwrap()]);
    for arguments in [&["history"][..], &["history", "--csv"]] {
        let shown = text(&lifeboat(home.path(), arguments).stdout);
        assert!(shown.contains("a.tar.gz") && !shown.contains('\u{1b}'), "{shown:?}");
    }
}
