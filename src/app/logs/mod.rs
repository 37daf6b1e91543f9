//! stub
use crate::domain::log::*;
#[derive(Debug)]
pub struct LogView {
    pub request: LogRequest,
    pub title: String,
}
impl LogView {
    pub fn new(request: LogRequest, title: String) -> Self {
        Self { request, title }
    }
    pub fn arrived(&mut self, _: LogNews) {}
}
