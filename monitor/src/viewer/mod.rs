//! The viewer at work: keys and news in, pictures out.

mod grant;
mod input;
mod picker;
mod screen;
mod settings;

pub use picker::pick;
pub use settings::Settings;

use crate::app::{Action, App};
use crate::client;
use crate::keys::Command;
use crate::recording::{Player, Recording};
use crate::view::{self, Colours, Theme};
use crossterm::event::{Event, KeyEventKind};
use input::Input;
use screen::{Screen, Signals};
use std::io;
#[cfg(feature = "agent")]
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// How the viewer came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The user left.
    Quit,
    /// A signal told the process to end; the terminal has been restored.
    Signal(i32),
}

/// How long a key or a signal may have to wait for nothing.
const NAP: Duration = Duration::from_millis(50);

/// How often the picture is drawn though there is no news: ages of a lost connection go on.
const REDRAW: Duration = Duration::from_millis(500);

/// Shows the host behind a socket on this terminal until the user leaves, as the `settings` say.
///
/// A host that goes away is shown as lost, and seen again when it comes back. The terminal is as it was
/// afterwards, also after an error, a panic, SIGTERM and SIGHUP. A terminal that goes away ends it.
///
/// # Errors
///
/// If the terminal cannot be used, or a thread cannot be started.
pub fn watch(socket: &Path, settings: Settings) -> io::Result<Ended> {
    show(Source::Live(client::watch(socket.to_owned())?), Signals::Ours, settings)
}

/// Shows a recording on this terminal until the user leaves, as the `settings` say.
///
/// # Errors
///
/// If the terminal cannot be used.
pub fn replay(recording: Recording, settings: Settings) -> io::Result<Ended> {
    let recording = recording.with_thresholds(settings.thresholds);
    let source = Source::Replay { player: Player::new(recording), played: Duration::ZERO };
    show(source, Signals::Ours, settings)
}

/// Shows what an agent says over such streams; see [`tui`](crate::tui).
#[cfg(feature = "agent")]
pub(crate) fn follow(
    connect: impl Fn() -> io::Result<UnixStream> + Send + 'static,
    ends_by_signals: bool,
) -> io::Result<Ended> {
    let signals = if ends_by_signals { Signals::Ours } else { Signals::TheHosts };
    show(Source::Live(client::follow(connect)?), signals, Settings::default())
}

/// Where news comes from.
enum Source {
    Live(client::Watch),
    Replay {
        player: Player,
        /// Until when, on the viewer's clock.
        played: Duration,
    },
}

impl Source {
    /// What has happened until `now`.
    fn news(&mut self, asked: Vec<Command>, now: Duration) -> Vec<Action> {
        match self {
            Source::Live(watch) => links(watch.events().collect()).collect(),
            Source::Replay { player, played } => {
                let before = player.status();
                let mut events: Vec<client::Event> =
                    asked.into_iter().flat_map(|command| obey(player, command)).collect();
                events.extend(player.pass(now.saturating_sub(*played)));
                *played = now;
                let status = player.status();
                let moved = (status != before).then_some(Action::Replay(status));
                moved.into_iter().chain(links(events)).collect()
            }
        }
    }
}

/// Has crossterm pass on colours that were asked for although the environment wants none.
fn insist(theme: Theme) {
    if theme.colours != Colours::PLAIN && Colours::from_env() == Colours::PLAIN {
        crossterm::style::force_color_output(true);
    }
}

/// Nothing, if there are none.
fn links(events: Vec<client::Event>) -> impl Iterator<Item = Action> {
    (!events.is_empty()).then_some(Action::Links(events)).into_iter()
}

/// How far to skip.
const SKIP: Duration = Duration::from_secs(10);

fn obey(player: &mut Player, command: Command) -> Vec<client::Event> {
    match command {
        Command::Pause => player.pause(),
        Command::Faster => player.accelerate(true),
        Command::Slower => player.accelerate(false),
        Command::Step => return player.step(),
        Command::StepBack => return player.step_back(),
        Command::Skip => return player.skip(SKIP, true),
        Command::SkipBack => return player.skip(SKIP, false),
        _ => {}
    }
    Vec::new()
}

fn show(mut source: Source, signals: Signals, settings: Settings) -> io::Result<Ended> {
    let mut screen = Screen::open(signals)?;
    let mut input = Input::new()?;
    let theme = settings.theme;
    insist(theme);
    let size = screen.size()?;
    let mut app = App::new(size.width, size.height).with_settings(settings);
    let begun = Instant::now();
    let mut drawn: Option<Instant> = None;
    if let Source::Replay { player, .. } = &source {
        app.update(Action::Replay(player.status()), Duration::ZERO);
    }
    loop {
        let mut changed = drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW);
        for action in source.news(app.take_asked(), begun.elapsed()) {
            app.update(action, begun.elapsed());
            changed = true;
        }
        // Also when there is news: keys must not wait until there is none.
        input.wait(if changed { Duration::ZERO } else { NAP })?;
        while let Some(event) = input.next()? {
            let action = match event {
                Event::Key(key) if key.kind != KeyEventKind::Release => Action::Key(key),
                Event::Mouse(event) => Action::Mouse(event),
                Event::Resize(width, height) => Action::Resize(width, height),
                _ => continue,
            };
            app.update(action, begun.elapsed());
            changed = true;
        }
        for wish in app.take_wishes() {
            let said = screen.on_stage(|| grant::grant(wish));
            app.update(Action::Said(said), begun.elapsed());
            changed = true;
        }
        if let Some(signal) = screen.signal() {
            return Ok(Ended::Signal(signal));
        }
        if app.wants_to_quit() {
            return Ok(Ended::Quit);
        }
        screen.take_mouse(app.wants_the_mouse())?;
        if changed {
            app.update(Action::Tick, begun.elapsed());
            screen.draw(|frame| view::draw(&app, theme, frame))?;
            drawn = Some(Instant::now());
        }
    }
}
