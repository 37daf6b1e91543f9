//! stub
pub mod event_loop;
pub mod programs;
pub mod terminal;
