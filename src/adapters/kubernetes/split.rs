//! Finds the elements of one array of an answer in its bytes as they arrive, so that neither the
//! answer nor a page of it is ever held. No byte of an element is looked at twice: who reads one says
//! how long it was.
//!
//! What is not an element (the envelope) is kept, and can be read at the end, whatever the order.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Deserializer, Error};

/// More than any object that a cluster can store.
pub(super) const LARGEST_ELEMENT: usize = 16 << 20;
const LARGEST_ENVELOPE: usize = 1 << 20;
/// So much is gathered before it is read: of each portion one element is begun in vain.
const PORTION: usize = 256 << 10;

/// Splits `{"…": …, "<array>": [{…}, {…}], "…": …}`.
#[derive(Debug)]
pub struct Splitter {
    /// The name of the array.
    array: &'static str,
    /// How many brackets are open, those of elements not counted.
    depth: usize,
    text: Text,
    /// The newest string directly in the outermost object, while it is read: perhaps the array's name.
    key: Vec<u8>,
    is_in_array: bool,
    /// What has come and is not read yet.
    held: Vec<u8>,
    /// It begins with an element.
    is_at_element: bool,
    /// An element is not tried to be read before so much has come.
    enough: usize,
    envelope: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Outside,
    Inside,
    /// Behind a backslash.
    Escaped,
}

/// Why an answer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the answer ended in the middle")]
    Unfinished,
    #[error("an object is larger than {LARGEST_ELEMENT} bytes")]
    TooLarge,
    #[error("the answer is no list")]
    NoList,
    #[error("an object is no JSON")]
    NoJson,
}

/// Reads the value at the beginning of `bytes`; says how long it is.
pub fn first<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, usize), Error> {
    let mut values = Deserializer::from_slice(bytes).into_iter();
    match values.next() {
        Some(value) => Ok((value?, values.byte_offset())),
        None => Ok((serde_json::from_slice(bytes)?, bytes.len())),
    }
}

/// Reads the element at the beginning of `bytes`; says how long it is. `take` is told why where it is
/// JSON and yet cannot be read.
pub fn element<T>(
    bytes: &[u8],
    read: impl FnOnce(&[u8]) -> Result<(T, usize), Error>,
    take: impl FnOnce(Result<T, Error>),
) -> Result<usize, Error> {
    match read(bytes) {
        Ok((value, length)) => {
            take(Ok(value));
            Ok(length)
        }
        Err(error) if error.is_eof() => Err(error),
        Err(error) => {
            let (IgnoredAny, length) = first(bytes)?;
            take(Err(error));
            Ok(length)
        }
    }
}

impl Splitter {
    pub fn new(array: &'static str) -> Self {
        Self {
            array,
            depth: 0,
            text: Text::Outside,
            key: Vec::new(),
            is_in_array: false,
            held: Vec::new(),
            is_at_element: false,
            enough: 0,
            envelope: Vec::new(),
        }
    }

    /// Takes what comes next. `read` gets what begins with an element and goes on for as much as is
    /// there, and what of the envelope came before; it says how long the element is.
    pub fn feed(
        &mut self,
        chunk: &[u8],
        read: impl FnMut(&[u8], &[u8]) -> Result<usize, Error>,
    ) -> Result<(), Unreadable> {
        self.held.extend_from_slice(chunk);
        if self.is_at_element && self.held.len() < self.enough {
            return Ok(());
        }
        self.flush(read)
    }

    /// Reads what has come, however little that is.
    pub fn flush(
        &mut self,
        mut read: impl FnMut(&[u8], &[u8]) -> Result<usize, Error>,
    ) -> Result<(), Unreadable> {
        let mut held = std::mem::take(&mut self.held);
        let mut rest = &*held;
        while !rest.is_empty() {
            let length = if self.is_at_element {
                match read(rest, &self.envelope) {
                    Ok(length) => length,
                    Err(error) if error.is_eof() => break,
                    Err(_) => return Err(Unreadable::NoJson),
                }
            } else {
                0
            };
            rest = rest.get(length..).unwrap_or_default();
            rest = self.skim(rest)?;
        }
        let left = rest.len();
        held.drain(..held.len() - left);
        self.held = held;
        self.enough = PORTION.max(2 * left);
        if left > LARGEST_ELEMENT { Err(Unreadable::TooLarge) } else { Ok(()) }
    }

    /// Reads on outside of elements; gives back what begins with the next one.
    fn skim<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Unreadable> {
        self.is_at_element = false;
        for (at, &byte) in bytes.iter().enumerate() {
            let was_in_array = self.is_in_array;
            match self.text {
                Text::Escaped => self.text = Text::Inside,
                Text::Inside if byte == b'"' => self.text = Text::Outside,
                Text::Inside if byte == b'\\' => self.text = Text::Escaped,
                Text::Inside => {}
                Text::Outside => match byte {
                    b'"' => {
                        self.text = Text::Inside;
                        if self.depth == 1 {
                            self.key.clear();
                        }
                    }
                    b'{' | b'[' if self.is_in_array && self.depth == 2 => {
                        self.is_at_element = true;
                        return Ok(bytes.get(at..).unwrap_or_default());
                    }
                    b'{' | b'[' => {
                        self.depth += 1;
                        self.is_in_array =
                            self.depth == 2 && byte == b'[' && self.key == self.quoted();
                    }
                    b'}' | b']' => {
                        self.depth = self.depth.checked_sub(1).ok_or(Unreadable::NoList)?;
                        self.is_in_array = false;
                    }
                    _ => {}
                },
            }
            if self.depth == 1 && (self.text != Text::Outside || byte == b'"') {
                self.key.push(byte);
            }
            // The commas between elements are elements' too.
            if !(was_in_array && self.is_in_array) {
                self.envelope.push(byte);
            }
        }
        if self.envelope.len() > LARGEST_ENVELOPE || self.key.len() > LARGEST_ENVELOPE {
            return Err(Unreadable::NoList);
        }
        Ok(&[])
    }

    /// What of the answer came before the array, while that is read.
    pub fn beginning(&self) -> Option<&[u8]> {
        self.is_in_array.then_some(&self.envelope)
    }

    /// The answer without the array's elements.
    pub fn finish(self) -> Result<Vec<u8>, Unreadable> {
        if self.envelope.is_empty() {
            return Err(Unreadable::NoList);
        }
        if self.depth > 0 || self.text != Text::Outside {
            return Err(Unreadable::Unfinished);
        }
        Ok(self.envelope)
    }

    fn quoted(&self) -> Vec<u8> {
        format!("\"{}\"", self.array).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn split(text: &[u8], cuts: &[usize]) -> Result<(Vec<Value>, Value), Unreadable> {
        let mut splitter = Splitter::new("items");
        let mut elements = Vec::new();
        let mut from = 0;
        for to in cuts.iter().copied().chain([text.len()]) {
            splitter.feed(&text[from..to], read(&mut elements))?;
            from = to;
        }
        splitter.flush(read(&mut elements))?;
        let envelope = splitter.finish()?;
        Ok((elements, serde_json::from_slice(&envelope).unwrap()))
    }

    fn read(elements: &mut Vec<Value>) -> impl FnMut(&[u8], &[u8]) -> Result<usize, Error> {
        |bytes, envelope| {
            assert!(envelope.ends_with(b"["));
            element(bytes, first, |value| elements.push(value.unwrap()))
        }
    }

    const HARD: &str = r#"{"kind":"PodList", "note": "items", "other": {"items": [{"no": 1}]},
        "metadata" : {"continue": "a\"]}", "remainingItemCount": 7},
        "items" : [ {"a":"}] \\\" {","b":[{"c":[1,2]}]} , {"items":[{}]},{} ] ,
        "late":{"resourceVersion":"9","text":"[{"}}
"#;

    fn expected() -> (Vec<Value>, Value) {
        let whole: Value = serde_json::from_str(HARD).unwrap();
        let elements = whole["items"].as_array().unwrap().clone();
        let mut envelope = whole;
        envelope["items"] = json!([]);
        (elements, envelope)
    }

    #[test]
    fn elements_are_found_wherever_the_answer_is_cut() {
        for first in 0..=HARD.len() {
            assert_eq!(split(HARD.as_bytes(), &[first]), Ok(expected()), "cut at {first}");
            for second in first..=HARD.len() {
                assert_eq!(split(HARD.as_bytes(), &[first, second]), Ok(expected()));
            }
        }
        let everywhere: Vec<_> = (0..HARD.len()).collect();
        assert_eq!(split(HARD.as_bytes(), &everywhere), Ok(expected()));
    }

    #[test]
    fn an_empty_list_and_no_list_are_told_apart() {
        let empty = br#"{"items":null,"metadata":{}}"#;
        assert_eq!(split(empty, &[]).unwrap().0, Vec::<Value>::new());
        assert_eq!(split(b"", &[]), Err(Unreadable::NoList));
        assert_eq!(split(b"}", &[]), Err(Unreadable::NoList));
    }

    #[test]
    fn an_answer_that_breaks_off_is_not_taken_for_a_whole_one() {
        for end in 1..HARD.trim_end().len() {
            assert_eq!(split(&HARD.as_bytes()[..end], &[]), Err(Unreadable::Unfinished), "{end}");
        }
    }

    #[test]
    fn an_element_that_is_not_what_was_wanted_is_told_and_the_next_one_is_read() {
        let text = br#"{"items":[{"no":1},{"no":"x}","a":[{}]},7,"{",{"no":3}]}"#;
        for cut in 0..text.len() {
            #[derive(serde::Deserialize)]
            struct Numbered {
                no: u8,
            }
            let mut found = Vec::new();
            let mut read = |bytes: &[u8], _: &[u8]| {
                element(bytes, first, |read| found.push(read.ok().map(|it: Numbered| it.no)))
            };
            let mut splitter = Splitter::new("items");
            for chunk in [&text[..cut], &text[cut..]] {
                splitter.feed(chunk, &mut read).unwrap();
            }
            splitter.flush(read).unwrap();
            assert_eq!(splitter.finish(), Ok(br#"{"items":[]}"#.to_vec()), "cut at {cut}");
            assert_eq!(found, [Some(1), None, Some(3)], "cut at {cut}");
        }
    }

    #[test]
    fn an_element_that_is_no_json_spoils_the_answer() {
        for text in
            [&br#"{"items":[{"a" 1}]}"#[..], br#"{"items":[{"a":1]]}"#, b"{\"items\":[{\xff"]
        {
            assert_eq!(split(text, &[]), Err(Unreadable::NoJson));
        }
    }

    #[test]
    fn a_large_element_in_many_pieces_is_begun_few_times() {
        let large = json!({"text": "x".repeat(3 << 20)});
        let text = serde_json::to_vec(&json!({"items": [large, {}]})).unwrap();
        let (mut splitter, mut begun, mut found) = (Splitter::new("items"), 0, 0);
        let mut read = |bytes: &[u8], _: &[u8]| {
            begun += 1;
            element(bytes, first, |_: Result<IgnoredAny, _>| found += 1)
        };
        for chunk in text.chunks(4096) {
            splitter.feed(chunk, &mut read).unwrap();
        }
        splitter.flush(&mut read).unwrap();
        assert_eq!(found, 2);
        assert!(begun < 10, "{begun}");
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i32>().prop_map(Value::from),
            r#"[a-z{}\[\]"\\,:é ]{0,12}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((r#"[a-z"\\{]{0,5}"#, inner), 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_objects_come_back_as_they_were(
            elements in prop::collection::vec(any_value().prop_map(|value| json!({"v": value})), 0..5),
            other in any_value(),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
            is_pretty in any::<bool>(),
        ) {
            let whole = json!({"a": other, "items": elements, "z": other});
            let write = if is_pretty { serde_json::to_vec_pretty } else { serde_json::to_vec };
            let text = write(&whole).unwrap();
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(text.len())).collect();
            cuts.sort_unstable();
            let (found, envelope) = split(&text, &cuts).unwrap();
            prop_assert_eq!(found, elements);
            prop_assert_eq!(&envelope["z"], &other);
        }
    }
}
