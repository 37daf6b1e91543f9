//! The rules in words: what each holds, why it may be wrong, what to do when it finds something.

use super::Rule;

/// What a reader wants to know of a rule that has found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    pub holds: &'static str,
    /// Why it may be wrong; empty where nothing is known that would make it so.
    pub doubt: &'static str,
    pub next: &'static str,
}

impl Rule {
    pub const fn words(self) -> Words {
        let (holds, doubt, next) = match self {
            Self::A1 => (
                "the archive is whole: gzip's checksums and tar's end are there, and the length is \
                 the object's",
                "",
                "drill the backup of another night; look at the log of the job that made this one, \
                 which must stop when a command of it fails",
            ),
            Self::A2 => (
                "every document is framed: its length fits, it ends where it says, the file ends \
                 with one",
                "bytes that changed inside a well-framed document are not seen",
                "the dump was cut or damaged before it was packed: look at the job's log and at the \
                 disk of its pod",
            ),
            Self::A3 => (
                "data and metadata pair up: mongodump writes metadata first, so that one without \
                 data means it was interrupted",
                "a view has no data; one whose options cannot be read looks like a lost collection",
                "look whether mongodump was killed: the pod's memory, its deadline, its node",
            ),
            Self::A4 => (
                "the tool's last word is there: mongodump writes prelude.json when all else is done",
                "an older mongodump writes none; the rule asks only where an earlier dump had one",
                "look which version of mongodump made this dump, and whether it was killed",
            ),
            Self::A5 => (
                "as many documents came back as the dump holds, in each collection, exactly",
                "capped collections forget, and time-series collections count differently",
                "the log of the restore names what was refused; a later version of the server may \
                 refuse what an older one took",
            ),
            Self::A6 => (
                "the tool that restored reports no loss: nothing failed, nothing was skipped, it \
                 ended well",
                "",
                "read its complaints: a duplicate key or a validator that refuses means that the \
                 dump holds what its server would not take again",
            ),
            Self::A7 => (
                "the indexes of the dump are there again, with their options",
                "a newer server rewrites some options",
                "an index that cannot be built makes an incident longer: build it by hand in the \
                 sandbox and see why it fails",
            ),
            Self::B0 => (
                "the collections' identities in the dump are those of the live database",
                "the live database was itself restored since, which gives every collection a new \
                 identity",
                "look where the backup job connects to: its host, its secret, its namespace",
            ),
            Self::B1 => (
                "a collection that had documents before the dump is in it, and is not empty",
                "it was renamed since, or made by a migration that kept old ids",
                "look whether the dump's options leave it out, and whether it was renamed",
            ),
            Self::B1Younger => (
                "a collection whose oldest document is younger than the dump cannot be in it",
                "",
                "nothing; a later backup has it",
            ),
            Self::B1OnlyInDump => (
                "a collection that only the dump has was dropped or renamed since",
                "",
                "ask whoever works on the application whether that was meant",
            ),
            Self::B2 => (
                "the dump holds at least as many documents from before T0 as the live database \
                 still has: a document's birth is in its id, and nothing old can be born later",
                "documents imported since with old ids look like missing ones where no created-field \
                 tells; as many deletions as losses hide the losses",
                "look at the job's log for a mongodump that was killed; compare with the backup of \
                 the night before",
            ),
            Self::B2Upper => (
                "no document in the dump is younger than its end",
                "clocks of the application's hosts that are ahead",
                "look whether this is the object its name says, and in which zone the name is written",
            ),
        };
        Words { holds, doubt, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_what_it_holds_and_what_to_do() {
        for rule in Rule::ALL {
            let Words { holds, doubt, next } = rule.words();
            for text in [holds, next] {
                assert!(!text.is_empty(), "{rule}");
            }
            for text in [holds, doubt, next] {
                assert!(!text.ends_with('.') && !text.contains("  "), "{rule}: {text}");
            }
        }
    }
}
