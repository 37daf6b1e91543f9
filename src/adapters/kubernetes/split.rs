//! Finds the elements of one array of an answer in its bytes as they arrive, so that neither the
//! answer nor a page of it is ever held: each element is handed out when it is whole.
//!
//! What is not an element (the envelope) is kept, and can be read at the end, whatever the order.

/// More than any object that a cluster can store.
const LARGEST_ELEMENT: usize = 16 << 20;
const LARGEST_ENVELOPE: usize = 1 << 20;

/// Splits `{"…": …, "<array>": [{…}, {…}], "…": …}`.
#[derive(Debug)]
pub struct Splitter {
    /// The name of the array.
    array: &'static str,
    /// How many brackets are open.
    depth: usize,
    text: Text,
    /// The newest string directly in the outermost object, while it is read: perhaps the array's name.
    key: Vec<u8>,
    is_in_array: bool,
    /// Of an element that began in an earlier chunk.
    element: Vec<u8>,
    is_in_element: bool,
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
}

impl Splitter {
    pub fn new(array: &'static str) -> Self {
        Self {
            array,
            depth: 0,
            text: Text::Outside,
            key: Vec::new(),
            is_in_array: false,
            element: Vec::new(),
            is_in_element: false,
            envelope: Vec::new(),
        }
    }

    /// Reads on, and hands each element that is whole by now to `take`.
    pub fn feed(&mut self, chunk: &[u8], mut take: impl FnMut(&[u8])) -> Result<(), Unreadable> {
        // Where the element began, if it began in this chunk.
        let mut began = 0;
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            at += 1;
            if self.is_in_element && self.text == Text::Inside {
                // Most bytes of an object are in strings.
                let rest = chunk.get(at - 1..).unwrap_or_default();
                let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'));
                let Some(end) = end else { break };
                at += end;
                self.text =
                    if rest.get(end) == Some(&b'"') { Text::Outside } else { Text::Escaped };
                continue;
            }
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
                    b'{' | b'[' => {
                        self.depth += 1;
                        if self.depth == 2 && byte == b'[' && self.key == self.quoted() {
                            self.is_in_array = true;
                        } else if self.depth == 3 && self.is_in_array {
                            self.is_in_element = true;
                            began = at - 1;
                        }
                    }
                    b'}' | b']' => {
                        self.depth = self.depth.checked_sub(1).ok_or(Unreadable::NoList)?;
                        if self.is_in_element && self.depth == 2 {
                            let part = chunk.get(began..at).unwrap_or_default();
                            if self.element.is_empty() {
                                take(part);
                            } else {
                                self.element.extend_from_slice(part);
                                take(&self.element);
                                self.element.clear();
                            }
                            self.is_in_element = false;
                            continue;
                        }
                        if self.depth < 2 {
                            self.is_in_array = false;
                        }
                    }
                    _ => {}
                },
            }
            if self.is_in_element {
                continue;
            }
            if self.depth == 1 && (self.text != Text::Outside || byte == b'"') {
                self.key.push(byte);
            }
            // The commas between elements are elements' too.
            if !(self.is_in_array && self.depth == 2 && byte != b'[') {
                self.envelope.push(byte);
            }
        }
        if self.is_in_element {
            self.element.extend_from_slice(chunk.get(began..).unwrap_or_default());
        }
        if self.element.len() > LARGEST_ELEMENT {
            return Err(Unreadable::TooLarge);
        }
        if self.envelope.len() > LARGEST_ENVELOPE || self.key.len() > LARGEST_ENVELOPE {
            return Err(Unreadable::NoList);
        }
        Ok(())
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
            splitter.feed(&text[from..to], |element| {
                elements.push(serde_json::from_slice(element).unwrap());
            })?;
            from = to;
        }
        let envelope = splitter.finish()?;
        Ok((elements, serde_json::from_slice(&envelope).unwrap()))
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
            cut in any::<prop::sample::Index>(),
        ) {
            let text = serde_json::to_vec(&json!({"a": other, "items": elements, "z": other})).unwrap();
            let (found, envelope) = split(&text, &[cut.index(text.len())]).unwrap();
            prop_assert_eq!(found, elements);
            prop_assert_eq!(&envelope["z"], &other);
        }
    }
}
