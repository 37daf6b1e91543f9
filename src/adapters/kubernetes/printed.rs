//! Pods as the server prints them: a small answer even for ten thousand, without uids and owners.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::adapters::kubernetes::connect::Cluster;
use crate::adapters::kubernetes::refusal::{Attempt, Refusal, Verb};
use crate::adapters::kubernetes::resource::address;
use crate::adapters::kubernetes::split::{Splitter, element, first};
use crate::adapters::kubernetes::wire::shared;
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

/// Where the columns are that are read.
type Places = [usize; 5];

/// Asks for the table of all pods in `namespace`.
pub async fn printed(cluster: &Cluster, namespace: &Arc<str>) -> Result<Vec<PrintedPod>, Refusal> {
    let attempt =
        Attempt { namespace: Some(Arc::clone(namespace)), ..cluster.attempt(Verb::List, "pods") };
    let scope = Scope::Namespace(Arc::clone(namespace));
    let address = address("/api/v1", "pods", &scope, &[("includeObject", "None")]);
    let request = http::Request::get(address).header(http::header::ACCEPT, TABLE);
    let mut answer = cluster.open(&attempt, request, Vec::new()).await?;
    let mut splitter = Splitter::new("rows");
    let unreadable = |why: String| attempt.nonsense(format!("the table cannot be read: {why}"));
    let mut table = Table::default();
    let mut read =
        |bytes: &[u8], before: &[u8]| element(bytes, first, |row| table.take(row, before));
    while let Some(read) = answer.next(&attempt, |chunk| splitter.feed(chunk, &mut read)).await? {
        read.map_err(|why| unreadable(why.to_string()))?;
    }
    splitter.flush(read).map_err(|why| unreadable(why.to_string()))?;
    let envelope = splitter.finish().map_err(|why| unreadable(why.to_string()))?;
    if let Some(why) = table.broken {
        return Err(unreadable(why));
    }
    places(&envelope).map_err(unreadable)?;
    Ok(table.rows)
}

/// What has been read of a table: its rows one at a time, since as JSON they take far more.
#[derive(Default)]
struct Table {
    places: Option<Places>,
    rows: Vec<PrintedPod>,
    broken: Option<String>,
}

impl Table {
    /// Takes a row; `before` is what came before all rows, without its end.
    fn take(&mut self, row: Result<Row, serde_json::Error>, before: &[u8]) {
        let places = match self.places {
            Some(known) => Ok(known),
            None => places(&[before, b"]}"].concat()),
        };
        let row = places.and_then(|places| {
            self.places = Some(places);
            Ok(pod(&row.map_err(|error| error.to_string())?.cells, places))
        });
        match row {
            Ok(row) => self.rows.push(row),
            Err(why) => self.broken = Some(why),
        }
    }
}

/// Servers name their columns before the rows.
fn places(envelope: &[u8]) -> Result<Places, String> {
    let Envelope { column_definitions } =
        serde_json::from_slice(envelope).map_err(|error| error.to_string())?;
    let place = |name: &str| column_definitions.iter().position(|column| column.name == name);
    match COLUMNS.map(place) {
        [Some(name), Some(ready), Some(status), Some(restarts), Some(age)] => {
            Ok([name, ready, status, restarts, age])
        }
        _ => Err("a column is missing".to_owned()),
    }
}

fn pod(cells: &[Value], [name, ready, status, restarts, age]: Places) -> PrintedPod {
    let cell = |place: usize| text(cells.get(place));
    let word = |place: usize| shared(&cell(place));
    PrintedPod {
        name: cell(name).into(),
        ready: word(ready),
        status: word(status),
        restarts: word(restarts),
        age: word(age),
    }
}

fn text(cell: Option<&Value>) -> Cow<'_, str> {
    match cell {
        Some(Value::String(text)) => text.as_str().into(),
        Some(Value::Null) | None => "".into(),
        Some(other) => other.to_string().into(),
    }
}
