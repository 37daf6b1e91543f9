//! One line of a shell, taken apart: words, quotes, `&&`, `||`, `;` and redirections.

/// One program of a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) after: Connector,
    pub(super) words: Vec<String>,
    /// From which stream, to where.
    pub(super) redirections: Vec<(String, String)>,
}

/// When a step is due, by how the one before ended.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connector {
    #[default]
    Always,
    Success,
    Failure,
}

/// Takes a line apart, or tells the first character that it does not understand.
pub(super) fn parse(line: &str) -> Result<Vec<Step>, char> {
    let mut steps = vec![Step::default()];
    let mut word: Option<String> = None;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                let quoted = characters.by_ref().take_while(|character| *character != '\'');
                word.get_or_insert_default().extend(quoted);
            }
            '"' => {
                let quoted: String =
                    characters.by_ref().take_while(|character| *character != '"').collect();
                if let Some(special) = quoted.chars().find(|it| matches!(it, '$' | '`' | '\\')) {
                    return Err(special);
                }
                word.get_or_insert_default().push_str(&quoted);
            }
            '\\' => word.get_or_insert_default().extend(characters.next()),
            ' ' | '\t' => end_word(&mut steps, &mut word),
            ';' | '\n' => next_step(&mut steps, &mut word, Connector::Always),
            '&' if characters.next_if_eq(&'&').is_some() => {
                next_step(&mut steps, &mut word, Connector::Success);
            }
            '|' if characters.next_if_eq(&'|').is_some() => {
                next_step(&mut steps, &mut word, Connector::Failure);
            }
            '>' => {
                // Digits right in front name the stream.
                let from = word.take_if(|word| matches!(word.as_str(), "1" | "2"));
                end_word(&mut steps, &mut word);
                while characters.next_if(|it| matches!(it, '>' | ' ')).is_some() {}
                let mut to = String::new();
                while let Some(it) = characters.next_if(|it| !matches!(it, ' ' | ';' | '\n' | '|'))
                {
                    to.push(it);
                }
                if let Some(step) = steps.last_mut() {
                    step.redirections.push((from.unwrap_or_else(|| "1".to_owned()), to));
                }
            }
            '&' | '|' | '<' | '(' | ')' | '{' | '}' | '$' | '`' => return Err(character),
            other => word.get_or_insert_default().push(other),
        }
    }
    end_word(&mut steps, &mut word);
    Ok(steps)
}

fn end_word(steps: &mut [Step], word: &mut Option<String>) {
    if let (Some(word), Some(step)) = (word.take(), steps.last_mut()) {
        step.words.push(word);
    }
}

fn next_step(steps: &mut Vec<Step>, word: &mut Option<String>, after: Connector) {
    end_word(steps, word);
    steps.push(Step { after, ..Step::default() });
}
