//! What is written reads back as the same object, but for what is hidden.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn text(object: &Value) -> String {
    document(object).text()
}

#[test]
fn the_header_comes_first_and_the_status_last() {
    let object = json!({
        "status": { "phase": "Running" },
        "data": { "a": "b" },
        "kind": "Odd",
        "spec": {},
        "metadata": { "name": "x", "managedFields": [{ "manager": "kubectl" }, {}, {}] },
        "apiVersion": "v1",
    });
    assert_eq!(
        text(&object),
        "apiVersion: v1\nkind: Odd\nmetadata:\n  managedFields: \"{…}\" # 3 entries, folded\n  name: x\ndata:\n  a: b\nspec: {}\nstatus:\n  phase: Running\n"
    );
}

#[test]
fn strings_that_look_like_something_else_are_quoted() {
    let values =
        ["yes", "1", "1e3", "null", "~", "2024-01-01", "a: b", "- a", "#a", "", " a", "0x1f"];
    let object = json!({ "values": values });
    let read: Value = serde_saphyr::from_str(&text(&object)).unwrap();
    assert_eq!(read, object);
}

#[test]
fn several_lines_become_a_block_without_false_keys() {
    let object = json!({ "script": "set -e\nexport: nothing\n", "after": 1 });
    let document = document(&object);
    assert_eq!(document.text(), "after: 1\nscript: |\n  set -e\n  export: nothing\n");
    assert_eq!(document.lines.last().unwrap().spans, []);
    assert_eq!(document.lines.first().unwrap().spans.first().unwrap().end, "after".len());
}

#[test]
fn long_lines_stay_whole() {
    let long = "word ".repeat(60);
    assert_eq!(text(&json!({ "a": long.trim() })), format!("a: {}\n", long.trim()));
}

#[test]
fn nothing_of_a_secret_is_shown_but_its_names_and_sizes() {
    let object = json!({
        "kind": "Secret",
        "metadata": {
            "name": "db",
            "annotations": { "kubectl.kubernetes.io/last-applied-configuration": "{\"data\":\"aHVudGVyMg==\"}" },
        },
        "data": { "password": "aHVudGVyMg==" },
        "stringData": { "user": "hunter2" },
    });
    let shown = text(&object);
    assert!(shown.contains("password: \"***  (12 bytes)\""), "{shown}");
    assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVyMg"), "{shown}");
}

#[test]
fn values_with_a_secret_name_are_hidden_wherever_they_stand() {
    let env = json!([
        { "name": "DB_PASSWORD", "value": "hunter2" },
        { "name": "API_KEY", "value": "hunter2" },
        { "name": "github-token", "value": "hunter2" },
        { "name": "KEYBOARD", "value": "qwerty" },
        { "name": "FROM", "valueFrom": { "secretKeyRef": { "name": "db-secret", "key": "x" } } },
    ]);
    let spec = json!({ "template": { "spec": { "containers": [{ "env": env }] } } });
    let copy = json!({ "spec": spec }).to_string();
    let annotations = json!({ "kubectl.kubernetes.io/last-applied-configuration": copy });
    let shown = text(&json!({ "spec": spec, "metadata": { "annotations": annotations } }));
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("qwerty") && shown.contains("key: x"), "{shown}");
}

#[test]
fn control_characters_are_neutralised() {
    let shown = text(&json!({ "a": "\u{1b}]52;c;x\u{7}", "b\u{9b}2J": "\u{202e}" }));
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{shown:?}");
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-zA-Z0-9:#,'\"{}\\[\\]|>&*!%@` \n.~-]{0,24}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z0-9:./' -]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(spec in values()) {
        let object = json!({ "kind": "Odd", "spec": spec });
        let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
        let written = serde_saphyr::to_string_with_options(&Whole(&object), options).unwrap();
        let read: Value = serde_saphyr::from_str(&written).unwrap();
        prop_assert_eq!(read, object, "{}", written);
    }
}
