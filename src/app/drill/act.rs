//! What keys do in the Drill tab.
#![expect(clippy::wildcard_enum_match_arm, reason = "an action means something in few places")]

use crate::app::App;
use crate::app::action::Action;
use crate::app::cell::Tone;
use crate::app::effect::{Effect, Lane};
use crate::app::focus::{DrillFocus, Focus};
use crate::app::overlay::Overlay;
use crate::app::prompt::PromptKind;
use crate::app::tab::Tab;
use crate::app::text::Text;
use crate::domain::backup::BackupKey;
use crate::drill::past::usual;
use crate::drill::preflight::Standing;
use crate::drill::record::BrokenOff;

use super::card::Card;
use super::effect::{DrillEffect, Order, SetRef};
use super::form::Field;
use super::{Drill, DrillView, Page, words};

impl App {
    pub(in crate::app) fn act_in_drill(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::NextView => {
                self.drill.view = match self.drill.view {
                    DrillView::Drill => DrillView::History,
                    DrillView::History => DrillView::Drill,
                };
                return Vec::new();
            }
            Action::CancelDrill => return self.cancel_drill(),
            Action::Reload => {
                let mut effects = self.drill.look();
                effects.push(DrillEffect::FindLeftovers.into());
                return effects;
            }
            _ if action.is_of_the_frame() => return self.act_everywhere(action),
            _ => {}
        }
        let Focus::Drill(page) = self.drill.focus() else { return Vec::new() };
        match page {
            DrillFocus::Form => self.act_in_form(action),
            DrillFocus::Card => self.act_in_card(action),
            DrillFocus::Run => self.act_in_run(action),
            DrillFocus::Result | DrillFocus::Hold => self.act_in_result(action),
            DrillFocus::History => self.act_in_history(action),
        }
    }

    fn act_in_form(&mut self, action: Action) -> Vec<Effect> {
        let drill = &mut self.drill;
        match action {
            Action::SelectNext => drill.form.move_by(1),
            Action::SelectPrevious => drill.form.move_by(-1),
            Action::SelectFirst => drill.form.move_by(-9),
            Action::SelectLast => drill.form.move_by(9),
            Action::SelectRow(at) => {
                drill.form.at = Field::ALL.get(at).copied().unwrap_or(drill.form.at);
            }
            Action::ScrollLeft => return self.turn(-1),
            Action::ScrollRight => return self.turn(1),
            Action::PageDown => return self.turn(7),
            Action::PageUp => return self.turn(-7),
            Action::Roll => {
                drill.form.by = super::form::PickBy::Dice;
                return vec![DrillEffect::DrawSeed.into()];
            }
            Action::Explain => self.read_in_drill(words::odds),
            Action::Open => return self.check(),
            Action::Back => {
                self.say(
                    Tone::Muted,
                    "this is where a drill begins; `alt-1` shows the pods".into(),
                );
            }
            _ => self.means_nothing(),
        }
        Vec::new()
    }

    fn turn(&mut self, by: isize) -> Vec<Effect> {
        let drill = &mut self.drill;
        let is_other = drill.form.turn(by, drill.sets.len(), &drill.shelf);
        if is_other { drill.look() } else { Vec::new() }
    }

    /// `enter` in the form: looks at everything that the drill needs.
    fn check(&mut self) -> Vec<Effect> {
        if self.drill.live().is_some() {
            self.drill.page = Page::Run;
            self.say(Tone::Muted, "this drill is under way; the next one waits for its end".into());
            return Vec::new();
        }
        let drill = &self.drill;
        let order = drill.set().and_then(|set| drill.form.order(set, &drill.shelf));
        match order {
            Some(order) => self.check_order(order),
            None if self.drill.shelf.is_loading => {
                self.say(Tone::Muted, "the backups are still being listed".to_owned());
                Vec::new()
            }
            None => {
                self.say(Tone::Warning, "there is no backup to drill; ctrl-r lists again".into());
                Vec::new()
            }
        }
    }

    pub(super) fn check_order(&mut self, order: Order) -> Vec<Effect> {
        let (drill, now) = (&mut self.drill, self.now);
        let usual = usual(drill.pasts(), &order.set.environment, &order.set.name);
        let generation = drill.checks.advance();
        drill.card = Some(Card::new(order.clone(), usual, now));
        drill.page = Page::Card;
        vec![DrillEffect::Check { generation, order }.into()]
    }

    fn act_in_card(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Open => {
                let Some(card) = &mut self.drill.card else { return Vec::new() };
                if !card.is_complete || card.is_starting {
                    self.say(Tone::Muted, "not everything has been looked at yet".to_owned());
                    return Vec::new();
                }
                if card.worst() == Standing::Blocks {
                    let order = card.order.clone();
                    self.say(Tone::Muted, "looking again at what blocks".to_owned());
                    return self.check_order(order);
                }
                (card.starts, card.is_starting) = (None, true);
                vec![DrillEffect::Start(card.order.clone()).into()]
            }
            Action::Back => {
                if self.drill.card.as_ref().is_some_and(|card| card.is_starting) {
                    self.say(Tone::Muted, "it is about to begin; ctrl-x cancels it then".into());
                    return Vec::new();
                }
                self.drill.card = None;
                self.drill.page = Page::Form;
                vec![Effect::Cancel(Lane::Checks)]
            }
            _ => {
                self.means_nothing();
                Vec::new()
            }
        }
    }

    fn act_in_run(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Logs => self.read_in_drill(words::log),
            Action::Open if self.drill.shown.as_ref().is_some_and(|shown| shown.is_live) => {
                self.drill.page = Page::Result;
            }
            Action::Open => self.say(Tone::Muted, "the result is not known yet".to_owned()),
            Action::Back if self.drill.live().is_some() => self.say(
                Tone::Muted,
                "it goes on while you are elsewhere: `tab`, `v`; ctrl-x cancels it".to_owned(),
            ),
            Action::Back => {
                self.drill.page = Page::Form;
                return self.drill.look_for_leftovers();
            }
            _ => self.means_nothing(),
        }
        Vec::new()
    }

    fn act_in_history(&mut self, action: Action) -> Vec<Effect> {
        let page = isize::try_from(self.page()).unwrap_or(isize::MAX);
        let Drill { history, pasts, .. } = &mut self.drill;
        let pasts = pasts.as_deref().unwrap_or_default();
        match action {
            Action::SelectNext => history.move_by(1, pasts),
            Action::SelectPrevious => history.move_by(-1, pasts),
            Action::SelectFirst => history.select(0, pasts),
            Action::SelectLast => history.select(usize::MAX, pasts),
            Action::PageDown => history.move_by(page, pasts),
            Action::PageUp => history.move_by(-page, pasts),
            Action::SelectRow(at) if history.at != at => history.select(at, pasts),
            Action::SelectRow(_) | Action::Open => {
                if self.drill.open_past().is_none() {
                    let text = "a row of the spreadsheet; it tells no more than this line";
                    self.say(Tone::Muted, text.to_owned());
                }
            }
            Action::Filter => {
                let text = history.filter.clone();
                return self.prompt(PromptKind::DrillFilter, &text);
            }
            Action::Back if !history.filter.is_empty() => history.filter_by(""),
            Action::Back => self.drill.view = DrillView::Drill,
            _ => self.means_nothing(),
        }
        Vec::new()
    }

    /// Opens a text over the page, where there is one.
    pub(super) fn read_in_drill(&mut self, of: impl Fn(&Drill) -> Option<Text>) {
        match of(&self.drill) {
            Some(text) => self.drill.text = Some(Box::new(text.into_view())),
            None => self.say(Tone::Muted, "there is nothing to tell of it".to_owned()),
        }
    }

    pub(in crate::app) fn act_in_leftovers(&mut self, action: Action) -> Vec<Effect> {
        let Some(Overlay::Leftovers { at, left, is_removing }) = &mut self.overlay else {
            return Vec::new();
        };
        let found = &left.found;
        match action {
            Action::SelectNext => *at = (*at + 1).min(found.len().saturating_sub(1)),
            Action::SelectPrevious => *at = at.saturating_sub(1),
            Action::SelectRow(row) => *at = row.min(found.len().saturating_sub(1)),
            _ if *is_removing => {}
            Action::RemoveLeftovers => {
                *is_removing = true;
                return vec![DrillEffect::Sweep(BrokenOff::Removed).into()];
            }
            Action::DrillAgain => {
                let run = found.get(*at).and_then(|leftover| leftover.run.clone());
                let Some(run) = run else {
                    let text = "nothing tells which backup it was; `x` removes it";
                    self.say(Tone::Muted, text.to_owned());
                    return Vec::new();
                };
                *is_removing = true;
                self.tab = Tab::Drill;
                self.drill.again = Some((run.set.clone(), run.key));
                let mut effects = vec![DrillEffect::Sweep(BrokenOff::Kept).into()];
                self.drill.choose(&run.set);
                effects.extend(self.drill.look());
                return effects;
            }
            Action::Back => {
                self.overlay = None;
                self.say(Tone::Muted, "left for later; the next start asks again".to_owned());
            }
            _ => {}
        }
        Vec::new()
    }

    /// `:drill` and `:history`, of one environment where one is named.
    pub(in crate::app) fn show_drill(
        &mut self,
        view: DrillView,
        environment: Option<&str>,
    ) -> Vec<Effect> {
        self.drill.view = view;
        self.drill.text = None;
        let mut effects = self.show_tab(Tab::Drill);
        let Some(name) = environment else { return effects };
        match view {
            DrillView::History => self.drill.history.filter_by(name),
            DrillView::Drill => {
                let set = self.drill.sets.iter().find(|set| set.id.environment.0 == name);
                match set.map(|set| set.id.clone()) {
                    Some(set) => {
                        if self.drill.choose(&set) {
                            effects = self.drill.look();
                        }
                    }
                    None => self.say(
                        Tone::Warning,
                        format!("{name} has no backup set that can be drilled"),
                    ),
                }
            }
        }
        effects
    }

    /// `:train NAME`: a failure happens from now on, in the embedded world.
    pub(in crate::app) fn train(&mut self, name: Option<&str>) -> Vec<Effect> {
        let offered = &mut self.drill.training;
        let known: Vec<&str> = offered.iter().map(|training| training.name).collect();
        if known.is_empty() {
            self.say(Tone::Muted, "failures are rehearsed in `lifeboat demo` only".to_owned());
            return Vec::new();
        }
        if let Some(name) = name.filter(|name| !known.contains(name)) {
            let text = format!("there is no failure `{name}`; there are {}", known.join(", "));
            self.say(Tone::Warning, text);
            return Vec::new();
        }
        let mut on = None;
        for training in offered {
            training.is_on = Some(training.name) == name;
            if training.is_on {
                on = Some(training.name);
            }
        }
        let text = on.map_or("all is well again".to_owned(), |name| format!("{name} from now on"));
        self.say(Tone::Busy, text);
        self.tab = Tab::Drill;
        let mut effects = vec![DrillEffect::Train(on).into()];
        effects.extend(self.drill.look());
        effects
    }

    pub(in crate::app) fn means_nothing(&mut self) {
        self.say(Tone::Muted, "that does nothing here; `?` shows the keys".to_owned());
    }
}

impl Drill {
    /// The form, with this backup chosen once its set has been listed.
    pub(in crate::app) fn take_over(&mut self, set: &SetRef, key: &BackupKey) -> Vec<Effect> {
        (self.view, self.text) = (DrillView::Drill, None);
        if self.live().is_none() {
            (self.page, self.card, self.shown) = (Page::Form, None, None);
        }
        self.choose(set);
        self.handed = Some((set.clone(), key.clone()));
        self.look()
    }

    /// Another set in the form; says whether it is another one.
    pub(super) fn choose(&mut self, set: &SetRef) -> bool {
        let at = self.sets.iter().position(|known| known.id == *set);
        let is_news = at.is_some_and(|at| at != self.form.set);
        if let Some(at) = at {
            self.form.set = at;
            self.form.by = super::form::PickBy::Dice;
        }
        is_news
    }

    /// Filters the table that is on the screen.
    pub(in crate::app) fn filter_by(&mut self, text: &str) {
        match self.view {
            DrillView::History => self.history.filter_by(text),
            DrillView::Drill => {
                if let Some(shown) = &mut self.shown {
                    shown.filter_by(text);
                }
            }
        }
    }
}
