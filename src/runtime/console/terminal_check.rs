//! Whether there is a terminal for the console.

use std::io::{IsTerminal as _, stdin, stdout};

/// Why the console cannot open here, and what can be run instead; `None` where it can. `program` is what a
/// user has typed: `lifeboat`, `lifeboat demo`.
pub fn refusal(program: &str) -> Option<String> {
    judge(program, stdin().is_terminal(), stdout().is_terminal())
}

fn judge(program: &str, keys: bool, screen: bool) -> Option<String> {
    let missing = match (keys, screen) {
        (true, true) => return None,
        (false, true) => "standard input is no terminal",
        (true, false) => "standard output is no terminal",
        (false, false) => "there is no terminal",
    };
    let twins = ["glance", "drill", "history"].map(|command| format!("`{program} {command}`"));
    Some(format!("the console needs a terminal, and {missing}; without one: {}", twins.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_beside_the_commands_that_do_without() {
        assert_eq!(judge("lifeboat", true, true), None);
        for (keys, screen, missing) in [
            (false, true, "standard input"),
            (true, false, "standard output"),
            (false, false, "no terminal; without one"),
        ] {
            let text = judge("lifeboat demo", keys, screen).unwrap();
            assert!(text.contains(missing), "{text}");
            assert!(text.contains("`lifeboat demo glance`"), "{text}");
        }
    }
}
