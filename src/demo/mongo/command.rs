//! Which command is asked for, and who answers it.

use bson::raw::RawDocument;
use bson::{Bson, Document, RawDocumentBuf, doc};

use crate::demo::mongo::MongoServer;
use crate::demo::mongo::error::Refusal;
use crate::demo::mongo::wire::Request;
use crate::domain::census::ADMIN;

/// A reply, or why there is none.
pub(super) type Answer = Result<RawDocumentBuf, Refusal>;

/// A command with its parameters; inserted documents stay in their raw form and are not in it.
pub(super) struct Command {
    pub(super) name: String,
    pub(super) database: String,
    pub(super) body: Document,
    /// The number of the connection it came on.
    pub(super) connection: u64,
}

/// What changes data, and so never reaches a read-only server.
const WRITES: [&str; 13] = [
    "insert",
    "update",
    "delete",
    "findAndModify",
    "bulkWrite",
    "create",
    "createIndexes",
    "drop",
    "dropDatabase",
    "dropIndexes",
    "collMod",
    "renameCollection",
    "applyOps",
];

impl MongoServer {
    pub(super) fn answer(&self, request: &Request<'_>, connection: u64) -> RawDocumentBuf {
        let answered = self.try_answer(request, connection);
        answered.unwrap_or_else(|refusal| reply(refusal.reply()).unwrap_or_default())
    }

    fn try_answer(&self, request: &Request<'_>, connection: u64) -> Answer {
        let first = request.body.iter_elements().next().and_then(Result::ok);
        let name = first.map(|element| element.key().as_str().to_owned()).unwrap_or_default();
        let database = request.body.get_str("$db").unwrap_or(ADMIN).to_owned();
        let body = decode(request.body)?;
        let stages = body
            .get_array("pipeline")
            .into_iter()
            .flatten()
            .filter_map(|stage| Some(stage.as_document()?.keys().next()?.as_str()));
        self.configuration.log.record(&name, stages.clone());
        let writes = WRITES.contains(&name.as_str())
            || stages.into_iter().any(|stage| matches!(stage, "$out" | "$merge"));
        if writes && self.configuration.read_only {
            return Err(Refusal::unauthorized(&database, &name));
        }
        let command = Command { name, database, body, connection };
        if command.name == "insert" {
            self.insert(&command, request)
        } else {
            self.dispatch(&command)
        }
    }

    fn dispatch(&self, command: &Command) -> Answer {
        match command.name.as_str() {
            "hello" | "isMaster" | "ismaster" => self.hello(command),
            "ping" | "endSessions" | "killSessions" | "refreshSessions" => reply(doc! {"ok": 1.0}),
            "buildInfo" | "buildinfo" => self.build_info(),
            "serverStatus" => self.server_status(),
            "hostInfo" => self.host_info(),
            "whatsmyuri" => Self::whats_my_uri(),
            "getParameter" => self.get_parameter(command),
            "getLog" => Self::get_log(),
            "getCmdLineOpts" => Self::command_line(),
            "connectionStatus" => Self::connection_status(),
            "saslStart" | "saslContinue" | "authenticate" => {
                Err(Refusal::new(18, "AuthenticationFailed", "Authentication failed."))
            }
            "listDatabases" => self.list_databases(command),
            "listCollections" => self.list_collections(command),
            "listIndexes" => self.list_indexes(command),
            "collStats" | "collstats" => self.coll_stats(command),
            "dbStats" | "dbstats" => self.db_stats(command),
            "create" => self.create(command),
            "createIndexes" => self.create_indexes(command),
            "drop" => self.drop_collection(command),
            "dropDatabase" => self.drop_database(command),
            "find" => self.find(command),
            "aggregate" => self.aggregate(command),
            "count" => self.count(command),
            "getMore" => self.get_more(command),
            "killCursors" => self.kill_cursors(command),
            name => Err(Refusal::unknown_command(name)),
        }
    }
}

impl Command {
    /// The collection that the command's first field names.
    pub(super) fn collection(&self) -> Result<&str, Refusal> {
        match self.body.get(&self.name) {
            Some(Bson::String(name)) if !name.is_empty() => Ok(name),
            other => {
                let message = format!("collection name has invalid type or is empty: {other:?}");
                Err(Refusal::new(73, "InvalidNamespace", message))
            }
        }
    }

    pub(super) fn namespace(&self) -> Result<String, Refusal> {
        Ok(format!("{}.{}", self.database, self.collection()?))
    }

    /// An optional document among the parameters, empty when it is not there.
    pub(super) fn document(&self, name: &str) -> Result<Document, Refusal> {
        match self.body.get(name) {
            None | Some(Bson::Null) => Ok(Document::new()),
            Some(Bson::Document(document)) => Ok(document.clone()),
            Some(_) => Err(Refusal::failed_to_parse(format!("{name} must be an object"))),
        }
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        match self.body.get(name) {
            None | Some(Bson::Null | Bson::Boolean(false) | Bson::Int32(0) | Bson::Int64(0)) => {
                false
            }
            Some(Bson::Double(number)) => *number != 0.0,
            Some(_) => true,
        }
    }
}

/// All parameters but the documents of an insert, which nobody needs decoded.
fn decode(body: &RawDocument) -> Result<Document, Refusal> {
    let mut decoded = Document::new();
    for element in body.iter_elements() {
        let element = element.map_err(|error| Refusal::bad_value(error.to_string()))?;
        let name = element.key().as_str();
        if name != "documents" {
            let value = Bson::try_from(element);
            decoded.insert(name, value.map_err(|error| Refusal::bad_value(error.to_string()))?);
        }
    }
    Ok(decoded)
}

pub(super) fn reply(document: Document) -> Answer {
    RawDocumentBuf::try_from(document).map_err(|error| Refusal::bad_value(error.to_string()))
}
