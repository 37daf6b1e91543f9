//! What arrives of a log, and what is done with it.
