//! The real loop on a screen in memory: keys as text, and waiting until the screen says something.

use std::io;
use std::time::Duration;

use lifeboat::app::App;
use lifeboat::domain::key::{Key, KeyCode as Code};
use lifeboat::domain::settings::Settings;
use lifeboat::runtime::clock::Clock;
use lifeboat::runtime::console::{self, Looks};
use lifeboat::ui::keymap::Keymap;
use lifeboat::ui::theme::ColourDepth;
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Size};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_stream::wrappers::UnboundedReceiverStream;

/// How long a screen may take before a test fails, on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// A console that a test types into.
pub(crate) struct Console {
    keys: mpsc::UnboundedSender<Event>,
    screen: watch::Receiver<String>,
    running: JoinHandle<App>,
}

impl Console {
    pub(crate) fn open(settings: Settings, clock: Clock, (width, height): (u16, u16)) -> Self {
        let (keys, typed) = mpsc::unbounded_channel();
        let (shown, screen) = watch::channel(String::new());
        let backend = Shared { inner: TestBackend::new(width, height), shown };
        let looks = Looks {
            keymap: Keymap::new(&settings.console.keys),
            depth: ColourDepth::None,
            light_ground: false,
        };
        #[expect(clippy::disallowed_methods, reason = "a test runs the loop beside itself")]
        let running = tokio::spawn(async move {
            let mut terminal = Terminal::new(backend).unwrap();
            let input = UnboundedReceiverStream::new(typed);
            console::run_on(&mut terminal, input, &settings, clock, &looks).await.unwrap()
        });
        Self { keys, screen, running }
    }

    /// Types keys: characters, and names in angle brackets: `jj<enter><ctrl-d>`.
    pub(crate) fn press(&self, keys: &str) {
        let mut rest = keys;
        while let Some(character) = rest.chars().next() {
            let name = rest.strip_prefix('<').and_then(|after| after.split_once('>'));
            let event = if let Some((name, after)) = name.filter(|(name, _)| name.len() > 1) {
                rest = after;
                named(name)
            } else {
                rest = &rest[character.len_utf8()..];
                KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE)
            };
            self.keys.send(Event::Key(event)).unwrap();
        }
    }

    /// Waits until the screen is as wanted; else fails with what it shows.
    pub(crate) async fn wait_until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let found = tokio::time::timeout(PATIENCE, self.screen.wait_for(|screen| wanted(screen)));
        let found = found.await.map(|found| found.unwrap().clone());
        let found = found.map_err(|_| format!("never {what}:\n{}", self.screen.borrow().as_str()));
        found.unwrap()
    }

    /// Waits longer than a test usually does.
    pub(crate) async fn wait_at_most(&mut self, patience: Duration, text: &str) {
        let found = self.screen.wait_for(|screen| screen.contains(text));
        let found = tokio::time::timeout(patience, found).await.map(|found| drop(found.unwrap()));
        let found = found.map_err(|_| format!("never {text}:\n{}", self.screen.borrow().as_str()));
        found.unwrap();
    }

    pub(crate) async fn wait_for(&mut self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text)).await
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(self) -> App {
        tokio::time::timeout(PATIENCE, self.running).await.unwrap().unwrap()
    }

    /// Quits, and gives the last state.
    pub(crate) async fn quit(self) -> App {
        self.press("<ctrl-c>");
        self.running.await.unwrap()
    }
}

fn named(name: &str) -> KeyEvent {
    let key: Key = name.parse().unwrap();
    let code = match key.code {
        Code::Char(character) => KeyCode::Char(character),
        Code::F(number) => KeyCode::F(number),
        Code::Space => KeyCode::Char(' '),
        Code::Enter => KeyCode::Enter,
        Code::Esc => KeyCode::Esc,
        Code::Tab if key.shift => KeyCode::BackTab,
        Code::Tab => KeyCode::Tab,
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
    };
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::CONTROL, key.ctrl);
    modifiers.set(KeyModifiers::ALT, key.alt);
    KeyEvent::new(code, modifiers)
}

/// A screen in memory whose text others can see.
struct Shared {
    inner: TestBackend,
    shown: watch::Sender<String>,
}

impl Shared {
    fn text(&self) -> String {
        let buffer = self.inner.buffer();
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let line: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// What cannot fail becomes what could.
#[expect(clippy::unnecessary_wraps, reason = "the loop's errors are those of a terminal")]
fn sure<T>(result: Result<T, std::convert::Infallible>) -> io::Result<T> {
    Ok(result.unwrap_or_else(|never| match never {}))
}

impl Backend for Shared {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        sure(self.inner.draw(content))
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        sure(self.inner.hide_cursor())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        sure(self.inner.show_cursor())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        sure(self.inner.get_cursor_position())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        sure(self.inner.set_cursor_position(position))
    }

    fn clear(&mut self) -> io::Result<()> {
        sure(self.inner.clear())
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        sure(self.inner.clear_region(clear_type))
    }

    fn size(&self) -> io::Result<Size> {
        sure(self.inner.size())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        sure(self.inner.window_size())
    }

    fn flush(&mut self) -> io::Result<()> {
        sure(self.inner.flush())?;
        let text = self.text();
        self.shown.send_if_modified(|shown| {
            let is_news = *shown != text;
            *shown = text;
            is_news
        });
        Ok(())
    }
}
