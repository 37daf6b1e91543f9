//! Label and field selectors.

use crate::demo::kubernetes::http::Refusal;
use crate::demo::kubernetes::object::{Kind, Labels, Object, Row, uid_text};
use crate::demo::kubernetes::resource::{Resource, Source};
use crate::demo::request::Query;

/// Which objects of a resource are meant.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    pub(super) namespace: Option<String>,
    labels: Vec<Requirement>,
    fields: Vec<(String, bool, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Requirement {
    Is(String, Vec<String>),
    IsNot(String, Vec<String>),
    Has(String),
    HasNot(String),
}

impl Selection {
    pub(super) fn new(
        namespace: Option<&str>,
        query: &Query,
        resource: &Resource,
    ) -> Result<Self, Refusal> {
        let labels = labels(query.get("labelSelector").unwrap_or_default())?;
        let fields = fields(query.get("fieldSelector").unwrap_or_default())?;
        for (field, _, _) in &fields {
            if !is_known(field, resource) {
                let message = format!(
                    "Unable to find \"{}\" that match label selector \"{}\", field selector \"{}\": \
                     field label not supported: {field}",
                    resource.api_version(),
                    query.get("labelSelector").unwrap_or_default(),
                    query.get("fieldSelector").unwrap_or_default(),
                );
                return Err(Refusal::bad_request(message));
            }
        }
        Ok(Self { namespace: namespace.map(str::to_owned), labels, fields })
    }

    /// Whether it takes all objects of its namespace.
    pub(super) fn takes_all(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    pub(super) fn takes(&self, row: &Row) -> bool {
        self.namespace.as_ref().is_none_or(|it| **it == *row.meta.key.namespace)
            && self.labels.iter().all(|requirement| requirement.holds(&row.meta.labels))
            && self
                .fields
                .iter()
                .all(|(name, wanted, value)| (field(row, name) == *value) == *wanted)
    }
}

impl Requirement {
    fn holds(&self, labels: &Labels) -> bool {
        let is = |key: &String, values: &Vec<String>| {
            labels.get(key.as_str()).is_some_and(|found| values.iter().any(|it| **it == **found))
        };
        match self {
            Self::Is(key, values) => is(key, values),
            Self::IsNot(key, values) => !is(key, values),
            Self::Has(key) => labels.contains_key(key.as_str()),
            Self::HasNot(key) => !labels.contains_key(key.as_str()),
        }
    }
}

fn labels(text: &str) -> Result<Vec<Requirement>, Refusal> {
    split(text).into_iter().map(requirement).collect()
}

/// At commas, but not between parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0;
    let pieces = text.split(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    });
    pieces.map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

fn requirement(text: &str) -> Result<Requirement, Refusal> {
    let wrong = || Refusal::bad_request(format!("unable to parse requirement: \"{text}\""));
    let set = |list: &str| -> Option<Vec<String>> {
        let list = list.trim().strip_prefix('(')?.strip_suffix(')')?;
        Some(list.split(',').map(|value| value.trim().to_owned()).collect())
    };
    if let Some((key, list)) = text.split_once(" notin ") {
        return Ok(Requirement::IsNot(key.trim().to_owned(), set(list).ok_or_else(wrong)?));
    }
    if let Some((key, list)) = text.split_once(" in ") {
        return Ok(Requirement::Is(key.trim().to_owned(), set(list).ok_or_else(wrong)?));
    }
    let one = |value: &str| vec![value.trim().to_owned()];
    if let Some((key, value)) = text.split_once("!=") {
        return Ok(Requirement::IsNot(key.trim().to_owned(), one(value)));
    }
    if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return Ok(Requirement::Is(key.trim().to_owned(), one(value)));
    }
    if text.contains(char::is_whitespace) {
        return Err(wrong());
    }
    Ok(match text.strip_prefix('!') {
        Some(key) => Requirement::HasNot(key.trim().to_owned()),
        None => Requirement::Has(text.to_owned()),
    })
}

fn fields(text: &str) -> Result<Vec<(String, bool, String)>, Refusal> {
    let pieces = text.split(',').filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            let (name, wanted, value) = if let Some((name, value)) = piece.split_once("!=") {
                (name, false, value)
            } else if let Some((name, value)) =
                piece.split_once("==").or_else(|| piece.split_once('='))
            {
                (name, true, value)
            } else {
                let message = format!("invalid selector: '{text}'; can't understand '{piece}'");
                return Err(Refusal::bad_request(message));
            };
            Ok((name.trim().to_owned(), wanted, value.trim().to_owned()))
        })
        .collect()
}

fn is_known(field: &str, resource: &Resource) -> bool {
    let own: &[&str] = match resource.source {
        Source::Stored(Kind::Pod) => &["spec.nodeName", "status.phase", "spec.restartPolicy"],
        Source::Stored(Kind::Namespace) => &["status.phase"],
        Source::Stored(Kind::Job) => &["status.successful"],
        Source::Stored(Kind::Event) if resource.group.is_empty() => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "type",
            "source",
        ],
        Source::Stored(Kind::Event) => &[
            "regarding.kind",
            "regarding.namespace",
            "regarding.name",
            "regarding.uid",
            "reason",
            "type",
        ],
        _ => &[],
    };
    matches!(field, "metadata.name" | "metadata.namespace") || own.contains(&field)
}

fn field(row: &Row, name: &str) -> String {
    let key = &row.meta.key;
    match (name, &row.object) {
        ("metadata.name", _) => key.name.to_string(),
        ("metadata.namespace", _) => key.namespace.to_string(),
        ("status.phase", Object::Pod(pod)) => pod.step().phase.to_owned(),
        ("status.phase", _) => "Active".to_owned(),
        ("spec.nodeName", Object::Pod(pod)) => pod.node.as_deref().unwrap_or_default().to_owned(),
        ("spec.restartPolicy", Object::Pod(pod)) => {
            if pod.template.plan.kind == Kind::Job { "Never" } else { "Always" }.to_owned()
        }
        ("status.successful", Object::Job(job)) => job.counts.succeeded.to_string(),
        (_, Object::Event(event)) => {
            let about = &event.about;
            match name.split_once('.').map_or(name, |(_, part)| part) {
                "kind" => Resource::of(about.kind).name.to_owned(),
                "namespace" => about.key.namespace.to_string(),
                "name" => about.key.name.to_string(),
                "uid" => uid_text(about.uid),
                "apiVersion" => Resource::of(about.kind).api_version(),
                "fieldPath" => about.field.as_deref().unwrap_or_default().to_owned(),
                "reason" => event.reason.to_owned(),
                "type" => if event.is_warning { "Warning" } else { "Normal" }.to_owned(),
                "source" => event.component.to_owned(),
                _ => String::new(),
            }
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(selector: &str, labels: &[(&str, &str)]) -> bool {
        let found: Labels = labels.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        super::labels(selector).unwrap().iter().all(|requirement| requirement.holds(&found))
    }

    #[test]
    fn labels_are_selected_in_every_notation() {
        let labels = [("app", "core"), ("tier", "back")];
        for selector in [
            "app=core",
            "app==core,tier",
            "app in (core, ui)",
            "app notin (ui,mongo),!env",
            "env!=prod",
            "",
        ] {
            assert!(selects(selector, &labels), "{selector}");
        }
        for selector in ["app=ui", "!app", "app notin (core)", "env", "tier!=back"] {
            assert!(!selects(selector, &labels), "{selector}");
        }
        assert!(super::labels("app in core").is_err());
        assert!(super::labels("what is this").is_err());
    }

    #[test]
    fn a_field_that_a_resource_cannot_be_selected_by_is_refused() {
        let query = Query::parse("fieldSelector=spec.nodeName%3Da");
        assert!(Selection::new(None, &query, Resource::of(Kind::Pod)).is_ok());
        let refused = Selection::new(None, &query, Resource::of(Kind::Deployment)).unwrap_err();
        assert!(refused.message.contains("field label not supported: spec.nodeName"));
    }
}
