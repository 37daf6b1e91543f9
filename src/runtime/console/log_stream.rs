//! stub
use std::sync::Arc; use tokio::sync::mpsc; use crate::domain::log::*; use crate::runtime::console::connect::Lines;
pub(super) async fn follow(_: LogRequest, _: Arc<Lines>, _: mpsc::Sender<LogNews>) {}
