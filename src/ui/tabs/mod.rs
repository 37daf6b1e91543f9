//! The tabs on the screen, beside the one that has everything to itself.

pub(super) mod drill;
