//! Where things happen: tasks, the drill's driver, the exec relay, headless commands.

pub mod clock;
pub mod headless;
pub mod process;
pub mod runs;
