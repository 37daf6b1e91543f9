//! A console on a screen in memory with a frozen clock: told what clusters tell, acted on, drawn.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lifeboat::app::action::Action;
use lifeboat::app::effect::{Effect, Generation};
use lifeboat::app::message::{Message, Size};
use lifeboat::app::remembered::Remembered;
use lifeboat::app::{App, Seen};
use lifeboat::domain::environment::{Environment, EnvironmentName, Kubernetes};
use lifeboat::domain::news::{Delta, Kind, News, Scope};
use lifeboat::domain::pod::Pod;
use lifeboat::domain::settings::{Settings, ThemeChoice};
use lifeboat::domain::trust::Trust;
use lifeboat::ui::keymap::Keymap;
use lifeboat::ui::theme::{ColourDepth, Theme};
use lifeboat::ui::{self, viewports::Viewports};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tui_input::InputRequest;

use super::crew;

/// The moment at which all pictures are taken.
pub(super) fn now() -> Timestamp {
    "2026-11-20T09:30:00Z".parse().unwrap()
}

/// So many seconds before it.
pub(super) fn ago(seconds: i64) -> Timestamp {
    now().checked_sub(SignedDuration::from_secs(seconds)).unwrap()
}

pub(super) struct Stage {
    pub(super) app: App,
    viewports: Viewports,
    keymap: Keymap,
    theme: Theme,
    size: (u16, u16),
}

fn environment(name: &str, production: bool) -> Environment {
    Environment {
        name: EnvironmentName(name.to_owned()),
        production,
        writable: !production,
        kubernetes: Some(Kubernetes {
            context: format!("{name}-cluster"),
            namespaces: vec!["default".to_owned(), "kube-system".to_owned()],
        }),
        backups: Vec::new(),
    }
}

fn settings(names: &[&str]) -> Settings {
    let environments = names.iter().map(|name| environment(name, *name == "prod"));
    Settings {
        environments: environments.collect(),
        ..Settings::bare(Path::new(""), lifeboat::config::default_prices())
    }
}

/// All of a kind in a namespace, page by page to the end.
pub(super) fn listed<T>(rows: Vec<T>, news: impl Fn(Delta<T>) -> News) -> Vec<News> {
    let scope = Scope::Namespace("default".into());
    let rows = rows.into_iter().map(Arc::new).collect();
    vec![
        news(Delta::Began(scope.clone())),
        news(Delta::Page { scope: scope.clone(), rows, remaining: None }),
        news(Delta::Complete(scope)),
    ]
}

/// How far a kind can be trusted in the namespace.
pub(super) fn standing(kind: Kind, trust: Trust) -> News {
    News::Standing { kind, scope: Scope::Namespace("default".into()), trust }
}

impl Stage {
    /// Three environments of which nothing has been heard.
    pub(super) fn unheard(size: (u16, u16)) -> Self {
        Self::of(&["dev", "staging", "prod"], Vec::new(), size)
    }

    pub(super) fn of(names: &[&str], seen: Vec<Seen>, size: (u16, u16)) -> Self {
        let settings = settings(names);
        let (mut app, _) = App::start(&settings, &Remembered::default(), seen, now());
        app.update(Message::Resized(Size { width: size.0, height: size.1 }));
        Self {
            app,
            viewports: Viewports::default(),
            keymap: Keymap::new(&[]),
            theme: Theme::new(ThemeChoice::Dark, ColourDepth::True, false),
            size,
        }
    }

    /// Three environments that have told everything.
    pub(super) fn full(size: (u16, u16)) -> Self {
        let mut stage = Self::unheard(size);
        for name in ["dev", "staging", "prod"] {
            stage.tell(name, crew::everything(name));
        }
        stage
    }

    /// The same, and production may be changed.
    pub(super) fn writable(size: (u16, u16)) -> Self {
        let mut stage = Self::full(size);
        for cluster in &mut stage.app.clusters {
            cluster.writable = true;
        }
        stage
    }

    pub(super) fn themed(mut self, choice: ThemeChoice, depth: ColourDepth) -> Self {
        self.theme = Theme::new(choice, depth, false);
        self
    }

    pub(super) fn tell(&mut self, environment: &str, news: Vec<News>) {
        let environment = EnvironmentName(environment.to_owned());
        self.app.update(Message::Told { environment, news });
    }

    /// The pods of an environment, and how far they can be trusted.
    pub(super) fn tell_pods(&mut self, environment: &str, pods: Vec<Pod>, trust: Trust) {
        let mut news = listed(pods, News::Pods);
        news.push(standing(Kind::Pod, trust));
        self.tell(environment, news);
    }

    pub(super) fn act(&mut self, action: Action) -> Vec<Effect> {
        self.app.take_dirty();
        self.app.update(Message::Acted(action))
    }

    pub(super) fn type_in(&mut self, text: &str) {
        for character in text.chars() {
            self.app.update(Message::Edited(InputRequest::InsertChar(character)));
        }
    }

    /// Goes to a view by its command.
    pub(super) fn go(&mut self, command: &str) {
        self.act(Action::Palette);
        self.type_in(command);
        self.act(Action::Press);
    }

    /// Puts the cursor on the row of this name.
    pub(super) fn select(&mut self, name: &str) {
        self.app.take_dirty();
        let table = self.app.pods.top().table().unwrap();
        let at = table.rows().iter().position(|row| row.name() == name).unwrap();
        // A row that is chosen twice is opened.
        if at != table.at() {
            self.act(Action::SelectRow(at));
        }
    }

    pub(super) fn draw(&mut self) -> Buffer {
        self.app.take_dirty();
        let (width, height) = self.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let draw = |frame: &mut ratatui::Frame<'_>| {
            ui::draw(frame, &self.app, &self.theme, &self.keymap, &mut self.viewports);
        };
        terminal.draw(draw).unwrap();
        terminal.backend().buffer().clone()
    }

    /// Compares the screen with the one that was looked at and found good.
    pub(super) fn check(&mut self, name: &str) {
        let buffer = self.draw();
        let picture = super::picture::picture(&buffer, &self.theme);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let name = format!("screen_{name}_{}", self.size.0);
        settings.bind(|| insta::assert_snapshot!(name, picture));
    }
}

/// The generation of the question that an effect asks.
pub(super) fn asked(effects: &[Effect]) -> Generation {
    let generation = effects.iter().find_map(|effect| match effect {
        Effect::LoadObject { generation, .. } | Effect::FollowLog { generation, .. } => {
            Some(*generation)
        }
        _ => None,
    });
    generation.unwrap()
}
