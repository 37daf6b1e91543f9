//! `kubectl` commands to copy: what reproduces a finding, safe to paste into a shell.

use crate::domain::shell;
use crate::domain::text::shown;

/// What a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    pub context: Option<&'a str>,
    pub namespace: Option<&'a str>,
    /// In lower case, as `kubectl` takes it: `pod`.
    pub kind: &'a str,
    pub name: &'a str,
}

impl Target<'_> {
    /// `kubectl --context prod -n default` and then `words`.
    pub fn command(&self, words: &[&str]) -> String {
        let mut command = "kubectl".to_owned();
        let options = [("--context", self.context), ("-n", self.namespace)];
        for (option, value) in options {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                command = format!("{command} {option} {}", quoted(value));
            }
        }
        for word in words {
            command.push(' ');
            command.push_str(&quoted(word));
        }
        command
    }

    /// `kubectl … describe pod api-1`.
    pub fn describe(&self) -> String {
        self.command(&["describe", self.kind, self.name])
    }

    /// The log of a container before its last restart, or of the one that runs.
    pub fn logs(&self, container: Option<&str>, is_previous: bool) -> String {
        let mut words = vec!["logs", self.name];
        words.extend(container.iter().flat_map(|name| ["-c", *name]));
        words.extend(is_previous.then_some("--previous"));
        self.command(&words)
    }

    /// What the cluster reports of it.
    pub fn events(&self) -> String {
        let name = format!("involvedObject.name={}", self.name);
        self.command(&["get", "events", "--field-selector", &name])
    }
}

/// A word as a shell reads it back, safe to show; names that the API allows need no quotes.
fn quoted(word: &str) -> String {
    shell::quoted(&shown(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_name_context_and_namespace_and_are_safe_to_paste() {
        let target = Target {
            context: Some("arn:aws:eks:eu-west-1:1:cluster/prod"),
            namespace: Some("default"),
            kind: "pod",
            name: "api-1",
        };
        assert_eq!(
            target.describe(),
            "kubectl --context arn:aws:eks:eu-west-1:1:cluster/prod -n default describe pod api-1"
        );
        let odd = Target { context: Some("it's; rm -rf ~"), namespace: None, ..target };
        assert_eq!(
            odd.logs(Some("a"), true),
            r"kubectl --context 'it'\''s; rm -rf ~' logs api-1 -c a --previous"
        );
        let empty = Target { context: None, namespace: Some(""), ..target };
        assert_eq!(empty.events(), "kubectl get events --field-selector involvedObject.name=api-1");
    }
}
