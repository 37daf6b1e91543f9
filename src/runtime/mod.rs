//! Where things happen: tasks, the drill's driver, the exec relay, headless commands.

pub mod choose;
pub mod clock;
pub mod drill;
pub mod exit;
pub mod headless;
pub mod interrupt;
pub mod process;
pub mod relay;
pub mod runs;
pub mod sweep;
