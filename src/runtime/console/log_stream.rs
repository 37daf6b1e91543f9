//! stub
use crate::domain::log::*;
use crate::runtime::console::connect::Lines;
use std::sync::Arc;
use tokio::sync::mpsc;
pub(super) async fn follow(_: LogRequest, _: Arc<Lines>, _: mpsc::Sender<LogNews>) {}
