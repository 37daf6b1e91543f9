//! `l`: the log of the Job that made a backup, or should have.

use crate::app::App;
use crate::app::cell::Tone;
use crate::app::effect::Effect;
use crate::app::logs::TAIL;
use crate::app::pods::location::Location;
use crate::app::pods::open::of_pod;
use crate::app::tab::Tab;
use crate::domain::log::{LogRequest, LogStart};
use crate::domain::slot::Slot;

use super::{Detail, Page, SetView, Subject};

impl App {
    /// Opens it in the Pods tab, where the Job's pod is still there.
    pub(super) fn log_of_job(&mut self) -> Vec<Effect> {
        let Some(job) = self.slot_here().and_then(|slot| slot.job.as_ref()) else {
            self.say(Tone::Muted, "no Job is known of this run".to_owned());
            return Vec::new();
        };
        let (name, has_words) = (job.name.clone(), !job.last_words.is_empty());
        let environment = self.backups.selected().map(|watched| &watched.set.environment);
        let context = self.context();
        let cluster = environment.and_then(|environment| self.cluster_named(environment));
        let pods = cluster.into_iter().flat_map(|cluster| cluster.pods.rows()).filter(|row| {
            let owner = row.pod.owner.as_ref();
            owner.is_some_and(|owner| &*owner.kind == "Job" && *owner.name == *name)
        });
        let sources: Vec<_> = pods.flat_map(|row| of_pod(row, &context)).collect();
        if sources.is_empty() {
            let more = if has_words { "; what it said last is in the detail" } else { "" };
            self.say(Tone::Muted, format!("no pod of the Job {name} is there any more{more}"));
            return Vec::new();
        }
        let request =
            LogRequest { sources, previous: false, start: LogStart::Tail(TAIL), follow: true };
        self.tab = Tab::Pods;
        self.pods.open(Location::Logs { title: name, request, offered: Vec::new() })
    }

    /// The run that the cursor is on, or that the object belongs to.
    fn slot_here(&self) -> Option<&Slot> {
        let watched = self.backups.selected()?;
        match (&self.backups.detail, self.backups.page) {
            (Some(Detail { subject: Subject::Slot(at), .. }), _) => {
                watched.slots().iter().find(|slot| slot.at == *at)
            }
            (Some(Detail { subject: Subject::Object(backup), .. }), _) => watched.slot_of(backup),
            (None, Page::Set(SetView::List)) => {
                let backup = self.backups.listing.as_ref()?.selected()?;
                watched.slot_of(&backup)
            }
            (None, Page::Set(SetView::Calendar | SetView::Sizes)) => self.backups.selected_slot(),
            (None, Page::Sets) => None,
        }
    }
}
