//! stub
use crate::app::action::Action;
use crate::app::effect::Generation;
use crate::app::message::RawObject;
use crate::app::*;
use crate::domain::failure::Failure;
use crate::domain::log::LogNews;
impl App {
    pub(super) fn act_in_text(&mut self, _: Action) -> Option<Vec<Effect>> {
        None
    }
    pub(super) fn explain_again(&mut self) {}
    pub(super) fn object_loaded(&mut self, _: Generation, _: Result<RawObject, Failure>) {}
    pub(super) fn log_arrived(&mut self, _: Generation, _: LogNews) {}
    pub(super) fn search(&mut self, _: &str) -> Vec<Effect> {
        Vec::new()
    }
    pub(super) fn filter_lines(&mut self, _: &str) -> Vec<Effect> {
        Vec::new()
    }
}
