//! Pods as the server prints them: a small answer even for ten thousand, without uids and owners.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::adapters::kubernetes::connect::Cluster;
use crate::adapters::kubernetes::refusal::{Attempt, Refusal, Verb};
use crate::adapters::kubernetes::resource::address;
use crate::adapters::kubernetes::split::Splitter;
use crate::domain::news::{PrintedPod, Scope};

const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
/// Which columns are read, by their names.
const COLUMNS: [&str; 5] = ["Name", "Ready", "Status", "Restarts", "Age"];

#[derive(Deserialize)]
struct Row {
    cells: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    column_definitions: Vec<Column>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

/// Asks for the table of all pods in `namespace`.
pub async fn printed(cluster: &Cluster, namespace: &Arc<str>) -> Result<Vec<PrintedPod>, Refusal> {
    let attempt =
        Attempt { namespace: Some(Arc::clone(namespace)), ..cluster.attempt(Verb::List, "pods") };
    let scope = Scope::Namespace(Arc::clone(namespace));
    let address = address("/api/v1", "pods", &scope, &[("includeObject", "None")]);
    let request = http::Request::get(address).header(http::header::ACCEPT, TABLE);
    let mut answer = cluster.open(&attempt, request, Vec::new()).await?;
    let mut splitter = Splitter::new("rows");
    let mut rows: Vec<Row> = Vec::new();
    let unreadable = |why: String| attempt.nonsense(format!("the table cannot be read: {why}"));
    let mut broken = None;
    loop {
        let read = answer
            .next(&attempt, |chunk| {
                splitter.feed(chunk, |row| match serde_json::from_slice(row) {
                    Ok(row) => rows.push(row),
                    Err(error) => broken = Some(error),
                })
            })
            .await?;
        match read {
            Some(read) => read.map_err(|why| unreadable(why.to_string()))?,
            None => break,
        }
    }
    if let Some(error) = broken {
        return Err(unreadable(error.to_string()));
    }
    let envelope = splitter.finish().map_err(|why| unreadable(why.to_string()))?;
    let Envelope { column_definitions } =
        serde_json::from_slice(&envelope).map_err(|error| unreadable(error.to_string()))?;
    let place = |name: &str| column_definitions.iter().position(|column| column.name == name);
    let [Some(name), Some(ready), Some(status), Some(restarts), Some(age)] = COLUMNS.map(place)
    else {
        return Err(unreadable("a column is missing".to_owned()));
    };
    let printed = rows.into_iter().map(|Row { cells }| {
        let cell = |place: usize| text(cells.get(place));
        PrintedPod {
            name: cell(name),
            ready: cell(ready),
            status: cell(status),
            restarts: cell(restarts),
            age: cell(age),
        }
    });
    Ok(printed.collect())
}

fn text(cell: Option<&Value>) -> Box<str> {
    match cell {
        Some(Value::String(text)) => text.as_str().into(),
        Some(Value::Null) | None => "".into(),
        Some(other) => other.to_string().into(),
    }
}
