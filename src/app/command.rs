//! What a command of the palette does.

use crate::app::App;
use crate::app::cell::Tone;
use crate::app::effect::Effect;
use crate::app::overlay::Overlay;
use crate::app::palette::Command;
use crate::app::rows::Place;
use crate::app::tab::Tab;
use crate::domain::news::Namespaces;

impl App {
    pub(super) fn command(&mut self, text: &str) -> Vec<Effect> {
        let environments: Vec<&str> =
            self.environments.iter().map(|name| name.0.as_str()).collect();
        let command = match Command::read(text, &environments) {
            Ok(command) => command,
            Err(problem) => {
                self.say(Tone::Warning, problem);
                return Vec::new();
            }
        };
        self.is_unfilled = true;
        match command {
            Command::Show { view, environment, filter } => {
                if let Some(name) = environment {
                    self.pods.only = self.place_of(&name);
                }
                self.tab = Tab::Pods;
                let effects = self.show_view(view);
                if let Some(filter) = filter
                    && let Some(table) = self.pods.top_mut().table_mut()
                {
                    table.filter_by(&filter);
                    self.complain_of_filter();
                }
                effects
            }
            Command::Environment(None) => {
                self.pods.only = None;
                Vec::new()
            }
            Command::Environment(Some(name)) => {
                self.pods.only = self.place_of(&name);
                Vec::new()
            }
            Command::Environments => {
                self.overlay = Some(Overlay::Environments { at: 0 });
                Vec::new()
            }
            Command::Namespace(name) => self.watch(match name.as_str() {
                "all" | "*" => Namespaces::All,
                "configured" => Namespaces::Configured,
                name => Namespaces::One(name.into()),
            }),
            Command::Theme(choice) => {
                self.theme = choice;
                vec![self.remember()]
            }
            Command::LogIn(name) => self.log_in(Some(name.as_str())),
            Command::Help => {
                self.overlay = Some(Overlay::Help { filter: String::new(), scrolled: 0 });
                Vec::new()
            }
            Command::Quit => self.quit(),
            Command::Train(name) => self.train(name.as_deref()),
            Command::Backups { environment, filter } => {
                self.show_backups(environment.as_deref(), filter.as_deref())
            }
            Command::Metrics(environment) => self.show_metrics(environment.as_deref()),
            Command::Drill { view, environment } => self.show_drill(view, environment.as_deref()),
        }
    }

    fn place_of(&self, name: &str) -> Option<Place> {
        self.clusters.iter().find(|cluster| cluster.name.0 == name).map(|cluster| cluster.place)
    }
}
