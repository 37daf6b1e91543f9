//! Logs: where reading begins, and going on after a cut.

use std::sync::Arc;
use std::time::Duration;

use super::{Part, Scripted, cluster, parts, refuses, says};
use crate::adapters::kubernetes::logs::{Log, Newest, Outlook, Read, Wanted, outlook};
use crate::adapters::kubernetes::refusal::{Refusal, Sort};
use crate::domain::environment::EnvironmentName;
use crate::domain::log::{LogSource, LogStart};

fn source() -> LogSource {
    LogSource {
        environment: EnvironmentName("prod".to_owned()),
        namespace: Arc::from("default"),
        pod: "api-0".into(),
        container: "api".into(),
    }
}

const FOLLOWED: Wanted = Wanted { previous: false, start: LogStart::Head, follow: true };

/// The texts that come, whether there is a gap, and where it was read to.
async fn read(
    answer: Scripted,
    before: Option<Newest>,
) -> (Vec<String>, bool, Newest, Option<Refusal>) {
    let (cluster, _) = cluster([answer]);
    let mut log = Log::open(&cluster, &source(), FOLLOWED, before).await.unwrap();
    let (mut texts, mut has_gap) = (Vec::new(), false);
    loop {
        match log.next().await {
            Ok(Some(Read { lines, has_gap: gap })) => {
                has_gap |= gap;
                texts.extend(lines.iter().map(|line| line.text.to_string()));
            }
            Ok(None) => return (texts, has_gap, log.newest(), None),
            Err(refusal) => return (texts, has_gap, log.newest(), Some(refusal)),
        }
    }
}

fn stamped(second: u32, text: &str) -> String {
    format!("2026-03-01T09:12:{second:02}.5Z {text}\n")
}

#[tokio::test]
async fn each_start_has_its_question() {
    let at = "2026-03-01T09:12:13.5Z".parse().unwrap();
    for (start, expected) in [
        (LogStart::Head, ""),
        (LogStart::Tail(100), "&tailLines=100"),
        (LogStart::Ago(Duration::from_secs(90)), "&sinceSeconds=90"),
        (LogStart::After(at), "&sinceTime=2026-03-01T09%3A12%3A13Z"),
    ] {
        let (cluster, asked) = cluster([says("")]);
        let wanted = Wanted { previous: true, start, follow: false };
        Log::open(&cluster, &source(), wanted, None).await.unwrap();
        let path = "GET /api/v1/namespaces/default/pods/api-0/log?container=api&timestamps=true";
        assert_eq!(*asked.lock().unwrap(), [format!("{path}&previous=true{expected}")]);
    }
}

#[tokio::test]
async fn lines_come_whole_wherever_they_are_cut() {
    let text = stamped(1, "one") + "no time\n" + &stamped(2, "") + &stamped(3, "é\r");
    let text = text.trim_end_matches('\n');
    for at in (1..text.len()).filter(|at| text.is_char_boundary(*at)) {
        let (head, tail) = text.split_at(at);
        let pieces = [head, tail].map(|piece| Part::Text(piece.to_owned()));
        let (texts, ..) = read(parts(pieces), None).await;
        assert_eq!(texts, ["one", "no time", "", "é"], "cut at {at}");
    }
}

#[tokio::test]
async fn after_a_cut_no_line_is_told_twice_and_none_is_lost() {
    let text = stamped(1, "one") + &stamped(2, "two") + &stamped(2, "two again");
    let half = Part::Text("2026-03-01T09:12:03.5Z thr".to_owned());
    let (texts, _, newest, refusal) =
        read(parts([Part::Text(text.clone()), half, Part::Cut]), None).await;
    assert_eq!(texts, ["one", "two", "two again"]);
    assert_eq!(refusal.unwrap().sort, Sort::Unreachable);
    let rest = text.clone() + &stamped(2, "two at last") + &stamped(3, "three");
    let (texts, has_gap, newest, _) = read(says(rest), Some(newest)).await;
    assert_eq!(texts, ["two at last", "three"]);
    assert!(!has_gap);
    // And once more, without a new line.
    let (texts, has_gap, same, _) = read(says(stamped(3, "three")), Some(newest)).await;
    assert_eq!((texts.len(), has_gap, same), (0, false, newest));
}

#[tokio::test]
async fn a_log_that_begins_anew_has_a_gap() {
    let (_, _, newest, _) = read(says(stamped(1, "one")), None).await;
    let (texts, has_gap, ..) = read(says(stamped(9, "nine")), Some(newest)).await;
    assert_eq!(texts, ["nine"]);
    assert!(has_gap);
}

#[tokio::test]
async fn a_line_without_an_end_is_told_in_parts() {
    let endless: String = "x".repeat(700 << 10);
    let pieces = endless.as_bytes().chunks(64 << 10);
    let pieces = pieces.map(|piece| Part::Text(String::from_utf8(piece.to_vec()).unwrap()));
    let (texts, ..) = read(parts(pieces), None).await;
    assert!(texts.len() >= 2 && texts.iter().all(|text| text.len() < 400 << 10));
    assert_eq!(texts.concat().len(), endless.len());
}

#[tokio::test]
async fn what_can_still_come_of_a_log_is_told_by_its_pod() {
    use Outlook::{More, Over, Unplaced};
    let pod = |policy: &str, phase: &str, state: &str| {
        says(format!(
            r#"{{"spec": {{"restartPolicy": "{policy}"}}, "status": {{"phase": "{phase}",
            "containerStatuses": [{{"name": "api", "state": {state}}}]}}}}"#
        ))
    };
    let ended = r#"{"terminated": {"exitCode": 1}}"#;
    for (answer, expected) in [
        (pod("Always", "Running", r#"{"running": {}}"#), More),
        (pod("Always", "Running", ended), More),
        (pod("OnFailure", "Running", ended), More),
        (pod("Never", "Running", ended), Over),
        (pod("OnFailure", "Running", r#"{"terminated": {"exitCode": 0}}"#), Over),
        (pod("Always", "Succeeded", "{}"), Over),
        (pod("Always", "Pending", "{}"), Unplaced),
        (says(r#"{"spec": {"nodeName": "n"}, "status": {"phase": "Pending"}}"#), More),
        (refuses(404, "not found"), Over),
    ] {
        let (cluster, _) = cluster([answer.clone()]);
        assert_eq!(outlook(&cluster, &source()).await.unwrap(), expected, "{answer:?}");
    }
}
