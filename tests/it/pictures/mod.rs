//! The pictures of the README: the console in the embedded world, whose clock stands.
//! `LIFEBOAT_PICTURES=renew cargo test --test it pictures` paints them again.

mod drill;
mod svg;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lifeboat::runtime::choose::Wanted;
use lifeboat::ui::theme::ColourDepth;
use ratatui::buffer::Buffer;

use crate::console::harness::Console;
use crate::harness::Rehearsal;

/// Paints the pictures instead of comparing them, where it is set.
const VARIABLE: &str = "LIFEBOAT_PICTURES";
const COMMAND: &str = "LIFEBOAT_PICTURES=renew cargo test --test it pictures";
/// Nothing more comes when nothing has come for so long.
const STILL: Duration = Duration::from_secs(3);
const SIZE: (u16, u16) = (120, 30);
const WIDE: (u16, u16) = (140, 30);

/// A picture's name, what is typed into a console that has just been opened, and what its screen says then.
const SCREENS: &[(&str, (u16, u16), &str, &str)] = &[
    ("pods", WIDE, "", "CrashLoopBackOff"),
    ("explain", SIZE, "e", "kubectl prints"),
    ("workloads", WIDE, "v", "≠"),
    ("logs", SIZE, "/staging-ma<enter>p", "Traceback"),
    ("backups", WIDE, "<F2>", "proven"),
    ("metrics", WIDE, "<F3>", "as of"),
    ("drill", SIZE, "<F4>", "Odds"),
];

/// The pictures as they are kept, and what is wrong with them.
struct Album {
    folder: PathBuf,
    is_renewed: bool,
    known: BTreeSet<String>,
    stale: Vec<String>,
}

impl Album {
    fn open() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshots");
        let is_renewed = std::env::var_os(VARIABLE).is_some();
        Self { folder, is_renewed, known: BTreeSet::new(), stale: Vec::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.svg"))
    }

    fn kept(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn put(&mut self, name: &str, buffer: &Buffer) {
        let picture = painted(name, buffer);
        self.known.insert(format!("{name}.svg"));
        if picture == self.kept(name) {
            return;
        }
        if self.is_renewed {
            fs::create_dir_all(&self.folder).unwrap();
            fs::write(self.path(name), picture).unwrap();
        } else {
            self.stale.push(name.to_owned());
        }
    }

    /// Waits until the screen is as it is kept, or nothing more comes.
    async fn take(&mut self, name: &str, mut console: Console) {
        let kept = self.kept(name);
        let is_kept = |buffer: &Buffer| !self.is_renewed && painted(name, buffer) == kept;
        let buffer = console.wait_or_still(STILL, is_kept).await;
        self.put(name, &buffer);
        console.quit().await;
    }

    fn close(self) {
        let stale = self.stale.join(", ");
        assert!(stale.is_empty(), "not what the screens show now: {stale}; renew with `{COMMAND}`");
        let files = fs::read_dir(&self.folder).unwrap();
        let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        assert_eq!(files.collect::<BTreeSet<_>>(), self.known, "{}", self.folder.display());
    }
}

fn painted(name: &str, buffer: &Buffer) -> String {
    svg::svg(buffer, &format!("lifeboat: {name}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pictures_are_those_of_the_screens() {
    let mut album = Album::open();
    let rehearsal = Rehearsal::standing().await;
    for (name, size, keys, sign) in SCREENS {
        album.take(name, opened(&rehearsal, *size, keys, sign).await).await;
    }
    let tested = Rehearsal::standing().await;
    let found = tested.drill("prod", Wanted::Latest).await.record;
    let app = opened(&rehearsal, SIZE, "<F4>", "Odds").await.quit().await;
    drill::drill(&mut album, app, rehearsal.settings.clone(), &found);
    drill::remember(&rehearsal.journal(), &tested, &found).await;
    let console = opened(&rehearsal, SIZE, "<F4>v", "documents").await;
    album.take("history", console).await;
    album.close();
}

/// A console with all clusters in it, in which these keys were typed.
async fn opened(rehearsal: &Rehearsal, size: (u16, u16), keys: &str, sign: &str) -> Console {
    let mut settings = rehearsal.settings.clone();
    // What one console remembers is not for the next one.
    settings.folders.state = settings.folders.state.join(ulid::Ulid::generate().to_string());
    let mut console = Console::coloured(settings, rehearsal.clock, size, ColourDepth::True);
    console.wait_until("live", |screen| screen.matches("● live").count() == 3).await;
    console.press(keys);
    console.wait_for(sign).await;
    console
}
