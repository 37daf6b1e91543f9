//! What a real server sent in both forms, and what is odd, written here by hand.

use std::io::Read;

use flate2::read::GzDecoder;
use serde::Deserialize;

use super::*;
use crate::adapters::kubernetes::split::Unreadable;
use crate::adapters::kubernetes::wire::{List, ListMetadata, Wire, WirePod};
use crate::domain::pod::{ConditionStatus, ContainerState, Pod};
use crate::domain::quantity::{Cpu, Memory};

fn unpacked(packed: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut whole).unwrap();
    whole
}

macro_rules! listed {
    ($name:literal) => {{
        let json =
            include_bytes!(concat!("../../../../tests/data/kubernetes/listed/", $name, ".json.gz"));
        let protobuf =
            include_bytes!(concat!("../../../../tests/data/kubernetes/listed/", $name, ".pb.gz"));
        ($name, unpacked(json), unpacked(protobuf))
    }};
}

#[test]
fn a_real_servers_pods_read_the_same_in_either_form() {
    for (name, json, protobuf) in [listed!("states"), listed!("page")] {
        let json: List<WirePod> = serde_json::from_slice(&json).unwrap();
        let mut pods = Vec::new();
        let mut splitter = Splitter::default();
        // About as much as comes at once.
        for chunk in protobuf.chunks(16 << 10) {
            splitter.feed(chunk, |object| pods.push(pod(object))).unwrap();
        }
        let metadata: ListMetadata = splitter.finish().unwrap();
        assert_eq!(metadata.resource_version, json.metadata.resource_version, "{name}");
        assert_eq!(metadata.remaining_item_count, json.metadata.remaining_item_count, "{name}");
        assert_eq!(metadata.goes_on(), json.metadata.goes_on(), "{name}");
        let expected: Vec<Pod> = json.items.into_iter().map(Wire::into_row).collect();
        assert!(expected.len() >= 3);
        for (pod, expected) in pods.iter().zip(&expected) {
            assert_eq!(pod, expected, "{name}: {}", expected.name);
        }
        assert_eq!(pods.len(), expected.len(), "{name}");
    }
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

/// A field that holds a text or a message.
fn field(number: u64, inside: impl AsRef<[u8]>) -> Vec<u8> {
    let inside = inside.as_ref();
    [varint(number << 3 | 2), varint(inside.len() as u64), inside.to_vec()].concat()
}

fn number(number: u64, value: i64) -> Vec<u8> {
    [varint(number << 3), varint(value.cast_unsigned())].concat()
}

fn message(fields: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    fields.into_iter().collect::<Vec<_>>().concat()
}

/// An answer with such a list.
fn answer(list: &[u8]) -> Vec<u8> {
    let kind = message([field(1, "v1"), field(2, "PodList")]);
    let envelope = message([field(1, kind), field(2, list), field(3, ""), field(4, "")]);
    [MAGIC.to_vec(), envelope].concat()
}

fn list(objects: &[&str]) -> Vec<u8> {
    let metadata = message([field(1, ""), field(2, "77"), field(3, "further"), number(4, 5)]);
    let objects = objects.iter().map(|object| field(2, object));
    answer(&message([field(1, metadata)].into_iter().chain(objects)))
}

fn split(text: &[u8], cuts: &[usize]) -> Result<(Vec<String>, ListMetadata), Unreadable> {
    let mut splitter = Splitter::default();
    let mut objects = Vec::new();
    let mut from = 0;
    for to in cuts.iter().copied().chain([text.len()]) {
        let take = |object: &[u8]| objects.push(String::from_utf8(object.to_vec()).unwrap());
        splitter.feed(&text[from..to], take)?;
        from = to;
    }
    Ok((objects, splitter.finish()?))
}

#[test]
fn objects_are_found_wherever_the_answer_is_cut() {
    let long = "long ".repeat(60);
    let objects = ["one", "", &long, "three"];
    let text = list(&objects);
    let everywhere: Vec<_> = (0..text.len()).collect();
    let twice = |at: usize| vec![at / 2, at];
    for cuts in
        (0..text.len()).map(|at| vec![at]).chain((0..text.len()).map(twice)).chain([everywhere])
    {
        let (found, metadata) = split(&text, &cuts).unwrap();
        assert_eq!(found, objects, "cut at {cuts:?}");
        assert_eq!(metadata.resource_version.as_deref(), Some("77"));
        assert_eq!(metadata.remaining_item_count, Some(5));
        assert_eq!(metadata.goes_on().as_deref(), Some("further"));
    }
}

#[test]
fn where_the_list_goes_on_is_known_before_its_objects_have_come() {
    let text = list(&["one"]);
    let mut splitter = Splitter::default();
    let metadata = |splitter: &Splitter| splitter.metadata::<ListMetadata>();
    splitter.feed(&text[..20], |_| unreachable!("no object has come")).unwrap();
    assert!(metadata(&splitter).is_none());
    splitter.feed(&text[20..44], |_| unreachable!("no object has come")).unwrap();
    assert_eq!(metadata(&splitter).unwrap().unwrap().goes_on().as_deref(), Some("further"));
}

#[test]
fn an_answer_that_breaks_off_is_not_taken_for_a_whole_one() {
    let list = list(&["one", "two"]);
    // What follows the list says nothing, and may be missing.
    let end = list.len() - message([field(3, ""), field(4, "")]).len();
    for length in 1..end {
        assert_eq!(split(&list[..length], &[]).unwrap_err(), Unreadable::Unfinished, "{length}");
    }
    assert_eq!(split(&list[..end], &[]).unwrap().0, ["one", "two"]);
}

#[test]
fn what_is_no_list_is_said_to_be_none() {
    for text in
        [&b""[..], b"{\"items\":[]}", b"k8s\0\x07", &answer(b""), &answer(&field(2, "lost"))]
    {
        assert_eq!(split(text, &[]).unwrap_err(), Unreadable::NoList, "{text:?}");
    }
    // An object that is longer than its list.
    let mut text = answer(&message([field(1, field(2, "77")), field(2, "object")]));
    let length = text.iter().rposition(|byte| *byte == 6).unwrap();
    text[length] = 7;
    assert_eq!(split(&text, &[]).unwrap_err(), Unreadable::NoList);
    let endless =
        [MAGIC, &varint(2 << 3 | 2), &varint(1 << 40), &varint(2 << 3 | 2), &varint(1 << 39)];
    // Nothing of it need be gathered to know that.
    assert_eq!(split(&endless.concat(), &[]).unwrap_err(), Unreadable::TooLarge);
}

fn text_of(name: &str, value: &str) -> Vec<u8> {
    message([field(1, name), field(2, value)])
}

fn quantity_of(name: &str, value: &str) -> Vec<u8> {
    message([field(1, name), field(2, field(1, value))])
}

fn pod(bytes: &[u8]) -> Pod {
    read::<WirePod>(bytes, POD).unwrap().into_row()
}

#[test]
fn a_pod_is_read_with_all_that_is_shown_of_it() {
    let metadata = message([
        field(1, "api-0"),
        field(3, "default"),
        field(5, "u1"),
        field(8, message([number(1, 1_795_000_000), number(2, 0)])),
        field(11, text_of("app", "api")),
        field(11, text_of("empty", "")),
        field(13, message([field(1, "ReplicaSet"), field(3, "api"), number(6, 1)])),
        field(17, "managed fields, of which nothing is read"),
    ]);
    let resources = message([
        field(1, quantity_of("memory", "512Mi")),
        field(2, quantity_of("cpu", "250m")),
        field(2, quantity_of("example.org/gpu", "1")),
    ]);
    let container = message([
        field(1, "app"),
        field(2, "api:1"),
        field(6, message([field(1, "http"), number(2, 0), number(3, 8080), field(4, "TCP")])),
        field(8, resources),
        field(11, field(1, "")),
    ]);
    let spec = message([field(2, container), field(10, "node-1")]);
    let ended = message([
        number(1, -1),
        number(2, 0),
        field(3, "Error"),
        field(5, message([number(1, 1_795_000_060), number(2, 500_000_000)])),
        field(6, ""),
    ]);
    let status = message([
        field(1, "Running"),
        field(2, message([field(1, "Ready"), field(2, "False"), field(3, ""), field(4, "")])),
        field(8, message([field(1, "app"), field(2, field(3, ended)), field(3, ""), number(5, 7)])),
        field(12, field(1, "10.0.0.7")),
    ]);
    let pod = pod(&message([field(1, metadata), field(2, spec), field(3, status)]));
    assert_eq!((&*pod.name, &*pod.namespace, &*pod.uid.0), ("api-0", "default", "u1"));
    assert_eq!(pod.created.unwrap().to_string(), "2026-11-18T11:06:40Z");
    assert_eq!((pod.deleting, &pod.reason, &pod.nominated_node), (None, &None, &None));
    assert_eq!((pod.label("app"), pod.label("empty")), (Some("api"), Some("")));
    assert_eq!(&*pod.owner.as_ref().unwrap().kind, "ReplicaSet");
    assert_eq!(pod.node.as_deref(), Some("node-1"));
    let container = &pod.containers[0];
    assert_eq!(container.limits.memory, Memory::parse("512Mi"));
    assert_eq!((container.limits.cpu, container.requests.cpu), (None, Cpu::parse("250m")));
    assert_eq!(&*container.ports[0], "8080/TCP http");
    assert!(container.probes.readiness && !container.probes.liveness);
    assert_eq!(pod.conditions[0].status, ConditionStatus::False);
    assert_eq!((pod.conditions[0].since, &pod.conditions[0].reason), (None, &None));
    let status = &pod.statuses[0];
    assert_eq!((status.restarts, status.started, status.ready), (7, None, false));
    assert_eq!(status.last_state, ContainerState::Empty);
    let ContainerState::Terminated(end) = &status.state else { panic!("{:?}", status.state) };
    assert_eq!((end.exit_code, end.finished), (-1, None));
    assert_eq!(end.started.unwrap().to_string(), "2026-11-18T11:07:40.5Z");
    assert_eq!(pod.ip.as_deref(), Some("10.0.0.7"));
}

#[test]
fn a_pod_that_says_nothing_is_still_a_row() {
    let empty = pod(b"");
    assert_eq!((&*empty.name, empty.created, empty.containers.len()), ("", None, 0));
    let empty = pod(&message([field(1, ""), field(2, ""), field(3, "")]));
    assert_eq!((&*empty.phase, empty.statuses.len()), ("", 0));
}

#[test]
fn a_text_that_is_none_is_read_as_json_would_tell_it() {
    let pod = pod(&field(1, field(1, b"a\xffb")));
    assert_eq!(&*pod.name, "a\u{fffd}b");
}

#[test]
fn what_is_no_pod_is_an_error_wherever_it_breaks_off() {
    for text in [number(1, 5), field(1, number(1, 5)), field(1, field(8, vec![0x0f]))] {
        assert!(read::<WirePod>(&text, POD).is_err(), "{text:?}");
    }
    let whole = field(1, field(11, text_of("app", "api")));
    for length in 1..whole.len() {
        assert!(read::<WirePod>(&whole[..length], POD).is_err(), "{length}");
    }
}

#[test]
fn fields_that_nobody_reads_are_passed_over_whatever_they_hold() {
    #[derive(Deserialize)]
    struct Status {
        message: String,
    }
    let fields = [field(1, "unread"), vec![0x3d, 1, 2, 3, 4], number(9, -1), field(3, "why")];
    assert_eq!(read::<Status>(&message(fields), STATUS).unwrap().message, "why");
}
