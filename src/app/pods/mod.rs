//! The Pods tab: one live table over all environments, and what one sees from there.

pub(super) mod ask;
pub mod columns;
mod fill;
pub mod layer;
pub mod location;
pub(in crate::app) mod open;

use std::collections::HashMap;

use jiff::Timestamp;

use crate::app::effect::{Effect, Generation};
use crate::app::focus::{Focus, TableFocus};
use crate::app::message::RawObject;
use crate::app::rows::Place;
use crate::app::table::{Sort, Table};
use crate::app::text::TextView;
use crate::domain::document::Document;
use crate::domain::failure::Failure;
use crate::domain::log::LogRequest;
use crate::domain::news::Namespaces;

use layer::{Body, Layer, Loaded};
use location::{Location, Subset, View};

/// The state of the tab. The lowest layer is a view over everything.
#[derive(Debug)]
pub struct Pods {
    layers: Vec<Layer>,
    /// The views that are not on top, each as it was left.
    roots: HashMap<View, Table>,
    /// The environments that are shown; `None` for all.
    pub only: Option<Place>,
    pub namespaces: Namespaces,
    objects: Generation,
    /// When the object on the screen was asked for.
    pub asked_at: Timestamp,
    logs: Generation,
}

impl Pods {
    /// Starts in a view, each view sorted as it was left.
    pub fn start(view: View, sorts: &HashMap<View, Sort>, wide: bool) -> Self {
        let mut roots: HashMap<View, Table> = View::ALL
            .into_iter()
            .map(|view| {
                let mut table = Table::sorted_by(view.sort());
                table.wide = wide;
                if let Some(sort) = sorts.get(&view) {
                    table.sort = *sort;
                }
                (view, table)
            })
            .collect();
        let table = roots.remove(&view).unwrap_or_else(|| Table::sorted_by(view.sort()));
        let layer = Layer { location: Location::view(view), body: Body::Table(Box::new(table)) };
        Self {
            layers: vec![layer],
            roots,
            only: None,
            namespaces: Namespaces::Configured,
            objects: Generation::default(),
            asked_at: Timestamp::UNIX_EPOCH,
            logs: Generation::default(),
        }
    }

    /// The layers, the lowest first.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The layer that is seen.
    #[expect(clippy::expect_used, reason = "the lowest layer is never taken away")]
    pub fn top(&self) -> &Layer {
        self.layers.last().expect("there is always a view")
    }

    #[expect(clippy::expect_used, reason = "the lowest layer is never taken away")]
    pub fn top_mut(&mut self) -> &mut Layer {
        self.layers.last_mut().expect("there is always a view")
    }

    pub fn focus(&self) -> Focus {
        match (&self.top().location, &self.top().body) {
            (_, Body::Text { .. }) => Focus::Text,
            (_, Body::Logs { .. }) => Focus::Logs,
            (Location::Table { view, .. }, Body::Table(_)) => Focus::Table(TableFocus::View(*view)),
            (_, Body::Table(_)) => Focus::Table(TableFocus::Containers),
        }
    }

    /// The view at the bottom.
    pub fn view(&self) -> View {
        match self.layers.first().map(|layer| &layer.location) {
            Some(Location::Table { view, .. }) => *view,
            _ => View::Pods,
        }
    }

    /// How each view is sorted, to be remembered.
    pub fn sorts(&self) -> HashMap<View, Sort> {
        let mut sorts: HashMap<View, Sort> =
            self.roots.iter().map(|(view, table)| (*view, table.sort)).collect();
        if let Some(table) = self.layers.first().and_then(Layer::table) {
            sorts.insert(self.view(), table.sort);
        }
        sorts
    }

    /// Shows another view from its top.
    pub fn show(&mut self, view: View) -> Vec<Effect> {
        if self.layers.len() == 1 && self.view() == view {
            return Vec::new();
        }
        let effects = self.cut(1);
        self.swap_root(view);
        effects
    }

    fn swap_root(&mut self, view: View) {
        let old = self.view();
        if old == view {
            return;
        }
        let table = self.roots.remove(&view).unwrap_or_else(|| Table::sorted_by(view.sort()));
        let location = Location::Table { view, subset: Subset::All };
        let layer = Layer { location, body: Body::Table(Box::new(table)) };
        let left = std::mem::replace(&mut self.layers, vec![layer]);
        if let Some(Body::Table(table)) = left.into_iter().next().map(|layer| layer.body) {
            self.roots.insert(old, *table);
        }
    }

    /// Goes one layer back; `false` where there is none.
    pub fn back(&mut self) -> Option<Vec<Effect>> {
        if self.layers.len() < 2 {
            return None;
        }
        Some(self.cut(self.layers.len() - 1))
    }

    /// Takes the layers above `keep` away, and stops what fed them.
    fn cut(&mut self, keep: usize) -> Vec<Effect> {
        let gone = self.layers.split_off(keep.max(1).min(self.layers.len()));
        gone.iter().flat_map(|layer| stop(&layer.body)).collect()
    }

    /// Where one is: history can go back to it.
    pub fn locations(&self) -> Vec<Location> {
        self.layers.iter().map(|layer| layer.location.clone()).collect()
    }

    /// Goes where one was before.
    pub fn go(&mut self, there: Vec<Location>) -> Vec<Effect> {
        if self.locations() == there {
            // Another tab was shown meanwhile, and all is as it was left.
            return Vec::new();
        }
        let mut effects = self.cut(1);
        let mut locations = there.into_iter();
        if let Some(Location::Table { view, .. }) = locations.next() {
            self.swap_root(view);
        }
        for location in locations {
            effects.extend(self.open(location));
        }
        effects
    }

    /// Where an object is shown that was asked for in `generation`, if it still is.
    pub fn asked(&self, generation: Generation) -> Option<&Location> {
        let layer = self.layers.iter().find(|layer| layer.is_of(generation))?;
        Some(&layer.location)
    }

    /// Numbers a new question about the object on the screen, whose text stays until the answer.
    pub fn ask_again(&mut self, now: Timestamp) -> Generation {
        self.asked_at = now;
        let next = self.objects.advance();
        if let Body::Text { generation, .. } = &mut self.top_mut().body {
            *generation = next;
        }
        next
    }

    /// The text of an object has come.
    pub fn fill_text(
        &mut self,
        generation: Generation,
        location: &Location,
        (document, file): (Document, String),
        told: RawObject,
    ) {
        let Some(layer) = self.layers.iter_mut().find(|layer| layer.is_of(generation)) else {
            return;
        };
        if let Body::Text { text, object, .. } = &mut layer.body {
            *object = Some(Box::new(told));
            match text {
                Loaded::Text(view) => view.replace(document),
                Loaded::Waiting | Loaded::Failed(_) => {
                    let view = TextView::new(location.crumb(), file, document);
                    *text = Loaded::Text(Box::new(view));
                }
            }
        }
    }

    /// The text of an object could not be had. Gives the failure back where an older text stays.
    pub fn fail_text(&mut self, generation: Generation, failure: Failure) -> Option<Failure> {
        let layer = self.layers.iter_mut().find(|layer| layer.is_of(generation))?;
        if let Body::Text { text, .. } = &mut layer.body {
            if let Loaded::Text(_) = text {
                return Some(failure);
            }
            *text = Loaded::Failed(failure);
        }
        None
    }

    /// Numbers a question about an object that is shown beside something else.
    pub fn ask_beside(&mut self, now: Timestamp) -> Generation {
        self.asked_at = now;
        self.objects.advance()
    }

    /// The log on the screen is read again, as `request` says.
    pub fn follow_again(&mut self, request: LogRequest) -> Option<Effect> {
        let next = self.logs.advance();
        let layer = self.top_mut();
        let Body::Logs { generation, .. } = &mut layer.body else { return None };
        *generation = next;
        if let Location::Logs { request: own, .. } = &mut layer.location {
            *own = request.clone();
        }
        Some(Effect::FollowLog { generation: next, request })
    }

    /// All tables, also of the views that are not on top.
    pub fn tables_mut(&mut self) -> impl Iterator<Item = &mut Table> {
        let layers = self.layers.iter_mut().filter_map(Layer::table_mut);
        layers.chain(self.roots.values_mut())
    }
}

/// What ends with a layer.
fn stop(body: &Body) -> Vec<Effect> {
    use crate::app::effect::Lane;
    match body {
        Body::Table(_) => Vec::new(),
        Body::Text { .. } => vec![Effect::Cancel(Lane::Object)],
        Body::Logs { view, .. } => {
            let older = view.is_loading_older().then_some(Effect::Cancel(Lane::OlderLog));
            [Effect::Cancel(Lane::Log)].into_iter().chain(older).collect()
        }
    }
}
