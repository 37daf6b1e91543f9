//! The commands that may be sent to a server that is only read.
//! Invariant: an `Allowed` exists only for a command that cannot change anything.

use bson::{Bson, Document};

/// Commands by their first key, in alphabetical order.
const READS: [&str; 14] = [
    "aggregate",
    "buildInfo",
    "collStats",
    "count",
    "endSessions",
    "find",
    "getMore",
    "getParameter",
    "hello",
    "isMaster",
    "killCursors",
    "listCollections",
    "listDatabases",
    "listIndexes",
];

/// Commands that say how the server is; `ping` says only that it is.
const PULSE: [&str; 2] = ["ping", "serverStatus"];

/// Stages and operators that write, or that run code on the server.
const FORBIDDEN: [&str; 5] = ["$out", "$merge", "$function", "$where", "$accumulator"];

/// The only parameter that may be asked for.
const PARAMETER: &str = "featureCompatibilityVersion";

/// A command that has been found on the list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Allowed(Document);

impl Allowed {
    /// Takes a command that only reads, or says in words why it was refused.
    pub(super) fn check(command: Document) -> Result<Self, String> {
        let Some(name) = command.keys().next() else {
            return Err("an empty command is not on the list of reads".to_owned());
        };
        if !READS.contains(&name.as_str()) && !PULSE.contains(&name.as_str()) {
            return Err(format!("`{name}` is not on the list of commands that only read"));
        }
        if name == "getParameter" && !command.keys().skip(1).all(|key| key == PARAMETER) {
            return Err(format!("`getParameter` may only ask for `{PARAMETER}`"));
        }
        match forbidden_in_document(&command) {
            Some(operator) => Err(format!("`{operator}` inside `{name}` may write or run code")),
            None => Ok(Self(command)),
        }
    }

    pub(super) fn into_command(self) -> Document {
        self.0
    }
}

fn forbidden_in_document(document: &Document) -> Option<String> {
    document.iter().find_map(|(key, value)| {
        if FORBIDDEN.contains(&key.as_str()) { Some(key.clone()) } else { forbidden_in(value) }
    })
}

fn forbidden_in(value: &Bson) -> Option<String> {
    match value {
        Bson::Document(document) => forbidden_in_document(document),
        Bson::Array(values) => values.iter().find_map(forbidden_in),
        Bson::JavaScriptCode(_) | Bson::JavaScriptCodeWithScope(_) => Some("JavaScript".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    fn refusal(command: Document) -> String {
        Allowed::check(command).unwrap_err()
    }

    #[test]
    fn each_read_on_the_list_is_allowed() {
        for name in READS.iter().chain(&PULSE) {
            let command = Document::from_iter([((*name).to_owned(), Bson::Int32(1))]);
            assert_eq!(Allowed::check(command.clone()).unwrap().into_command(), command);
        }
    }

    #[test]
    fn a_command_that_writes_is_refused_by_name() {
        for name in [
            "insert",
            "update",
            "delete",
            "findAndModify",
            "create",
            "createIndexes",
            "drop",
            "dropDatabase",
            "dropIndexes",
            "renameCollection",
            "collMod",
            "mapReduce",
            "eval",
            "bulkWrite",
            "shutdown",
            "setParameter",
            "createUser",
            "applyOps",
            "explain",
            "Aggregate",
            "compact",
        ] {
            let command = Document::from_iter([(name.to_owned(), Bson::Int32(1))]);
            assert!(refusal(command).contains(name), "{name}");
        }
        assert!(refusal(Document::new()).contains("empty"));
    }

    #[test]
    fn a_read_with_a_write_further_down_is_refused() {
        // Only the first key names the command.
        assert!(Allowed::check(doc! {"count": "a", "insert": "b"}).is_ok());
        for (command, operator) in [
            (doc! {"aggregate": "a", "pipeline": [{"$match": {}}, {"$out": "b"}]}, "$out"),
            (doc! {"aggregate": "a", "pipeline": [{"$merge": {"into": "b"}}]}, "$merge"),
            (doc! {"aggregate": "a", "pipeline": [{"$facet": {"x": [{"$out": "b"}]}}]}, "$out"),
            (
                doc! {"aggregate": "a", "pipeline": [
                    {"$lookup": {"from": "b", "pipeline": [{"$match": {"$expr": {"$function": {}}}}]}}
                ]},
                "$function",
            ),
            (
                doc! {"aggregate": "a", "pipeline": [
                    {"$group": {"_id": 1, "n": {"$accumulator": {}}}}
                ]},
                "$accumulator",
            ),
            (doc! {"find": "a", "filter": {"$or": [{"$where": "1"}]}}, "$where"),
            (doc! {"count": "a", "query": {"$where": "1"}}, "$where"),
            (
                doc! {"find": "a", "filter": {"x": Bson::JavaScriptCode("1".to_owned())}},
                "JavaScript",
            ),
        ] {
            assert!(refusal(command).contains(operator), "{operator}");
        }
    }

    #[test]
    fn only_one_parameter_may_be_asked_for() {
        assert!(Allowed::check(doc! {"getParameter": 1, PARAMETER: 1}).is_ok());
        assert!(Allowed::check(doc! {"getParameter": "*", "x": 1}).is_err());
    }
}
