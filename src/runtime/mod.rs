//! Where things happen: only here (and in `demo`) are tasks spawned and clocks read.

pub mod discovery;
