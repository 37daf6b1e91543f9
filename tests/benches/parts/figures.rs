//! How many times of one thing are told.

use std::time::Duration;

/// The median and the ends.
pub(crate) fn tell(what: &str, mut times: Vec<Duration>, aim: &str) {
    times.sort_unstable();
    println!(
        "{what:<22} {:.1?} (median), {:.1?} to {:.1?}  (aim: {aim})",
        times[times.len() / 2],
        times[0],
        times[times.len() - 1],
    );
}
