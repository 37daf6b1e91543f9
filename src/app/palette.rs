//! The commands of the palette: read, and completed.

use crate::app::drill::DrillView;
use crate::app::pods::location::View;
use crate::domain::settings::ThemeChoice;

/// A command of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A view, of one environment where one is named, filtered where a filter is.
    Show {
        view: View,
        environment: Option<String>,
        filter: Option<String>,
    },
    /// One environment; none for all of them.
    Environment(Option<String>),
    /// The list of the environments.
    Environments,
    Namespace(String),
    Theme(ThemeChoice),
    LogIn(String),
    /// The Backups tab, of one environment where one is named, filtered where a filter is.
    Backups {
        environment: Option<String>,
        filter: Option<String>,
    },
    /// The Metrics tab, of one environment where one is named.
    Metrics(Option<String>),
    /// The Drill tab, for one environment where one is named.
    Drill {
        view: DrillView,
        environment: Option<String>,
    },
    /// A failure to rehearse; none to end the rehearsal.
    Train(Option<String>),
    Help,
    Quit,
}

/// The words that begin a command, each with what it does.
pub const WORDS: &[(&str, &str)] = &[
    ("pods", "pods, worst first; `:pods prod /crash` of one environment, filtered"),
    ("workloads", "a column per environment, drift marked"),
    ("cronjobs", "last success, next run"),
    ("jobs", "jobs, newest first"),
    ("events", "warnings, newest first"),
    ("nodes", "conditions, requests against allocatable"),
    ("backups", "every backup set: newest, proven, next, what is wrong; `:backups prod /missed`"),
    ("metrics", "sizes, counts, costs and alarms, of one environment where one is named"),
    ("drill", "the restore drill, of one environment where one is named"),
    ("history", "earlier drills, and what is due"),
    ("train", "rehearse a failure, in `lifeboat demo`; `off` ends it"),
    ("env", "only this environment; `all` for every one"),
    ("ns", "only this namespace; `all` for every one"),
    ("theme", "dark, light or auto"),
    ("login", "log in to an environment again: `:login prod`"),
    ("help", "the keys of this view"),
    ("q", "quit"),
];

const THEMES: [(&str, ThemeChoice); 3] =
    [("auto", ThemeChoice::Auto), ("dark", ThemeChoice::Dark), ("light", ThemeChoice::Light)];

impl Command {
    /// Reads what was typed; else says what is wrong with it.
    pub fn read(text: &str, environments: &[&str]) -> Result<Self, String> {
        let text = text.trim();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let rest = rest.trim();
        if let Some(view) = view(word) {
            return Self::show(view, rest, environments);
        }
        match word {
            "env" | "ctx" | "context" => match rest {
                "" => Ok(Self::Environments),
                "all" | "*" => Ok(Self::Environment(None)),
                name => Ok(Self::Environment(Some(known(name, environments)?))),
            },
            "ns" | "namespace" if rest.is_empty() => {
                Err("which namespace? `:ns kube-system`, or `:ns all`".to_owned())
            }
            "ns" | "namespace" => Ok(Self::Namespace(rest.to_owned())),
            "theme" => {
                let choice = THEMES.iter().find(|(name, _)| *name == rest);
                let choice = choice.ok_or("which theme? `:theme dark`, `light` or `auto`")?;
                Ok(Self::Theme(choice.1))
            }
            "backups" | "backup" | "bk" => {
                let (environment, filter) = place_and_filter(rest, environments)?;
                Ok(Self::Backups { environment, filter })
            }
            "drill" | "history" => {
                let view = if word == "drill" { DrillView::Drill } else { DrillView::History };
                let environment = match rest {
                    "" => None,
                    name => Some(known(name, environments)?),
                };
                Ok(Self::Drill { view, environment })
            }
            "metrics" if rest.is_empty() => Ok(Self::Metrics(None)),
            "metrics" => Ok(Self::Metrics(Some(known(rest, environments)?))),
            "train" => Ok(Self::Train((!["", "off"].contains(&rest)).then(|| rest.to_owned()))),
            "login" if rest.is_empty() => Err("log in where? `:login prod`".to_owned()),
            "login" => Ok(Self::LogIn(known(rest, environments)?)),
            "help" | "h" | "?" => Ok(Self::Help),
            "q" | "q!" | "quit" | "exit" => Ok(Self::Quit),
            "" => Err("type a command, such as `:pods prod`".to_owned()),
            other => Err(format!("there is no command `{other}`; `:help` lists them")),
        }
    }

    fn show(view: View, rest: &str, environments: &[&str]) -> Result<Self, String> {
        let (environment, filter) = place_and_filter(rest, environments)?;
        Ok(Self::Show { view, environment, filter })
    }
}

/// `prod /crash`: an environment and a filter, where they are named.
fn place_and_filter(
    rest: &str,
    environments: &[&str],
) -> Result<(Option<String>, Option<String>), String> {
    let (first, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (environment, rest) = if first.is_empty() || first.starts_with('/') {
        (None, rest)
    } else {
        (Some(known(first, environments)?), after.trim())
    };
    let filter = match rest.strip_prefix('/') {
        Some(filter) => Some(filter.to_owned()),
        None if rest.is_empty() => None,
        None => return Err(format!("a filter begins with a slash: `/{rest}`")),
    };
    Ok((environment, filter))
}

fn known(name: &str, environments: &[&str]) -> Result<String, String> {
    match environments.iter().find(|known| **known == name) {
        Some(known) => Ok((*known).to_owned()),
        None => Err(format!("no environment `{name}`; there are {}", environments.join(", "))),
    }
}

/// A view by its name, as the users of kubectl and k9s call it.
fn view(word: &str) -> Option<View> {
    Some(match word {
        "pods" | "pod" | "po" => View::Pods,
        "workloads" | "workload" | "wl" | "deploy" | "deployments" | "dp" | "sts" | "ds" => {
            View::Workloads
        }
        "jobs" | "job" => View::Jobs,
        "cronjobs" | "cronjob" | "cj" => View::CronJobs,
        "events" | "event" | "ev" => View::Events,
        "nodes" | "node" | "no" => View::Nodes,
        _ => return None,
    })
}

/// What a command can name.
#[derive(Debug, Clone, Default)]
pub struct Names<'a> {
    pub environments: Vec<&'a str>,
    pub namespaces: Vec<&'a str>,
    /// Failures that can be rehearsed.
    pub failures: Vec<&'a str>,
}

/// What can stand where the last word of `text` is begun, best first.
pub fn completions(text: &str, names: &Names<'_>) -> Vec<String> {
    let (head, last) = match text.rsplit_once(char::is_whitespace) {
        Some((head, last)) => (Some(head.trim()), last),
        None => (None, text),
    };
    let candidates: Vec<&str> = match head {
        None => WORDS.iter().map(|(word, _)| *word).collect(),
        Some("ns" | "namespace") => [&*names.namespaces, &["all"]].concat(),
        Some("theme") => THEMES.iter().map(|(name, _)| *name).collect(),
        Some("env" | "ctx") => [&*names.environments, &["all"]].concat(),
        Some("train") if !names.failures.is_empty() => [&*names.failures, &["off"]].concat(),
        Some(word)
            if ["login", "backups", "metrics", "drill", "history"].contains(&word)
                || view(word).is_some() =>
        {
            names.environments.clone()
        }
        Some(_) => Vec::new(),
    };
    let whole = |candidate: &&str| match head {
        Some(head) => format!("{head} {candidate}"),
        None => (*candidate).to_owned(),
    };
    candidates.iter().filter(|it| it.starts_with(last) && **it != last).map(whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENVIRONMENTS: [&str; 2] = ["dev", "prod"];

    fn read(text: &str) -> Result<Command, String> {
        Command::read(text, &ENVIRONMENTS)
    }

    #[test]
    fn views_take_an_environment_and_a_filter() {
        let show = |environment: Option<&str>, filter: Option<&str>| {
            Ok(Command::Show {
                view: View::Pods,
                environment: environment.map(str::to_owned),
                filter: filter.map(str::to_owned),
            })
        };
        assert_eq!(read("pods"), show(None, None));
        assert_eq!(read(" po prod "), show(Some("prod"), None));
        assert_eq!(read("pods /crash loop"), show(None, Some("crash loop")));
        assert_eq!(read("pods prod /crash"), show(Some("prod"), Some("crash")));
    }

    #[test]
    fn what_cannot_be_read_is_answered_with_what_can() {
        assert!(read("pods qa").unwrap_err().contains("dev, prod"));
        assert!(read("pods prod crash").unwrap_err().contains("/crash"));
        assert!(read("frobnicate").unwrap_err().contains(":help"));
        assert!(read("theme pink").unwrap_err().contains("dark"));
    }

    #[test]
    fn the_last_word_is_completed() {
        let names = Names {
            environments: ENVIRONMENTS.to_vec(),
            namespaces: vec!["default"],
            failures: vec!["disk-full", "oom"],
        };
        let all = |text| completions(text, &names);
        assert_eq!(all("po"), ["pods"]);
        assert_eq!(all("pods p"), ["pods prod"]);
        assert_eq!(all("ns d"), ["ns default"]);
        assert_eq!(all("env "), ["env dev", "env prod", "env all"]);
        assert_eq!(all("train "), ["train disk-full", "train oom", "train off"]);
        assert_eq!(all("train d"), ["train disk-full"]);
        assert_eq!(all("pods prod"), Vec::<String>::new());
        assert_eq!(completions("train o", &Names::default()), Vec::<String>::new());
    }
}
