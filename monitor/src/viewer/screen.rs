//! The terminal while it is ours, and giving it back.
//!
//! It is given back when [`Screen`] is dropped (quit, error, unwinding), and before our own thread's panic is told. When
//! another thread panics the screen steps aside: the terminal is as it was for as long as the panic hooks run that were
//! there before ours. So what they print can be read, afterwards too, and a hook that ends the process leaves
//! no terminal behind that echoes nothing.
//!
//! SIGTERM, SIGHUP and SIGINT become a number to look at, unless the host sees to them itself; once the screen is closed they
//! do again what they do by default.

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use std::io::{self, Stdout, StdoutLock, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// A terminal in raw mode on its alternate screen.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    state: Arc<State>,
}

/// What the panic hook and the signal handlers share with the screen.
#[derive(Default)]
struct State {
    closed: AtomicBool,
    /// Held while something is drawn, and while the screen steps aside.
    stage: Mutex<()>,
    /// Whether what is on the screen is not what was drawn last.
    spoiled: AtomicBool,
    has_mouse: AtomicBool,
    /// What the signal handlers look at, if they are ours.
    heard: Option<Heard>,
}

/// What signals do, of all screens of the process: handlers can be added and not be taken away.
#[derive(Clone, Debug, Default)]
struct Heard {
    /// Signals do what they do by default.
    deaf: Arc<AtomicBool>,
    /// The last one that came.
    signal: Arc<AtomicUsize>,
    /// Which came once: the second time it does what it does by default, since somebody does not want to wait.
    once: [Arc<AtomicBool>; 3],
}

/// Who sees to SIGTERM, SIGHUP and SIGINT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signals {
    /// The viewer: they end it.
    Ours,
    /// The host, which has handlers of its own.
    #[cfg(feature = "agent")]
    TheHosts,
}

impl Screen {
    pub(super) fn open(signals: Signals) -> io::Result<Screen> {
        let heard = match signals {
            Signals::Ours => Some(Heard::listen()?),
            #[cfg(feature = "agent")]
            Signals::TheHosts => None,
        };
        let state = Arc::new(State { heard, ..State::default() });
        hook(Arc::clone(&state));
        match enter() {
            Ok(terminal) => Ok(Screen { terminal, state }),
            Err(error) => {
                state.close();
                Err(error)
            }
        }
    }

    pub(super) fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let _stage = self.state.stage();
        // Not read by anything else: a matter of one more picture.
        if self.state.spoiled.swap(false, Ordering::Relaxed) {
            // As if it had another size: to clear it, ratatui would ask the terminal for its cursor.
            let size = self.terminal.size()?;
            self.terminal.resize(Rect::from((Position::ORIGIN, size)))?;
        }
        self.terminal.draw(draw).map(drop)
    }

    /// Has the terminal tell of the mouse, or leaves it to the terminal.
    pub(super) fn take_mouse(&mut self, wanted: bool) -> io::Result<()> {
        let _stage = self.state.stage();
        if wanted != self.state.has_mouse.swap(wanted, Ordering::Relaxed) {
            take_mouse(wanted)?;
        }
        Ok(())
    }

    /// Does something to the terminal beside drawing.
    pub(super) fn on_stage<R>(&self, work: impl FnOnce() -> R) -> R {
        let _stage = self.state.stage();
        work()
    }

    /// The signal that asked us to end, if one did.
    pub(super) fn signal(&self) -> Option<i32> {
        // Set by a handler; the number is all there is to read.
        let heard = self.state.heard.as_ref();
        match heard.map_or(0, |heard| heard.signal.load(Ordering::Relaxed)) {
            0 => None,
            number => i32::try_from(number).ok(),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Not while it steps aside: it would come back.
        let _stage = self.state.stage();
        self.state.close();
    }
}

impl State {
    /// Gives the terminal back, once.
    fn close(&self) {
        if self.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Some(heard) = &self.heard {
            heard.deaf.store(true, Ordering::Release);
        }
        // If the terminal is gone there is nobody to tell.
        let mut stdout = io::stdout();
        let _ = disable_raw_mode();
        let _ = execute!(stdout, DisableMouseCapture, LeaveAlternateScreen, Show);
        let _ = stdout.flush();
    }

    /// The standard output comes first: a thread that has it, and panics, wants the stage.
    fn stage(&self) -> (StdoutLock<'static>, MutexGuard<'_, ()>) {
        let stdout = io::stdout().lock();
        (stdout, self.stage.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives the terminal back while `speak` says something.
    fn step_aside(&self, speak: impl FnOnce()) {
        let _stage = self.stage();
        if self.closed.load(Ordering::Acquire) {
            return speak();
        }
        // If the terminal is gone there is nobody to tell.
        let mut stdout = io::stdout();
        let _ = disable_raw_mode();
        let _ = execute!(stdout, DisableMouseCapture, LeaveAlternateScreen, Show);
        speak();
        let _ = enable_raw_mode();
        let _ = execute!(stdout, EnterAlternateScreen, Hide);
        if self.has_mouse.load(Ordering::Relaxed) {
            let _ = take_mouse(true);
        }
        self.spoiled.store(true, Ordering::Relaxed);
        // It may have been closed meanwhile, without the stage: by a panic of the thread that draws.
        if self.closed.swap(false, Ordering::AcqRel) {
            self.close();
        }
    }
}

fn take_mouse(wanted: bool) -> io::Result<()> {
    match wanted {
        true => execute!(io::stdout(), EnableMouseCapture),
        false => execute!(io::stdout(), DisableMouseCapture),
    }
}

fn enter() -> io::Result<Terminal<CrosstermBackend<Stdout>>> {
    enable_raw_mode()?;
    let mut stdout = io::stdout();
    execute!(stdout, EnterAlternateScreen)?;
    Terminal::new(CrosstermBackend::new(stdout))
}

impl Heard {
    /// From here on a signal that would end the process is kept as a number.
    fn listen() -> io::Result<Heard> {
        static HEARD: Mutex<Option<Heard>> = Mutex::new(None);
        let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(heard) = &*heard {
            heard.signal.store(0, Ordering::Relaxed);
            heard.once.iter().for_each(|once| once.store(false, Ordering::Relaxed));
            heard.deaf.store(false, Ordering::Release);
            return Ok(heard.clone());
        }
        let new = Heard::default();
        for (number, once) in [SIGTERM, SIGHUP, SIGINT].into_iter().zip(&new.once) {
            flag::register_conditional_default(number, Arc::clone(&new.deaf))?;
            flag::register_conditional_default(number, Arc::clone(once))?;
            flag::register(number, Arc::clone(once))?;
            flag::register_usize(number, Arc::clone(&new.signal), number as usize)?;
        }
        Ok(heard.insert(new).clone())
    }
}

/// Puts a hook before the one there is, which is called in any case: it clears the stage for the message.
fn hook(state: Arc<State>) {
    let drawing = thread::current().id();
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // We draw no more after this.
        let is_end = thread::current().id() == drawing || cfg!(panic = "abort");
        if is_end || state.closed.load(Ordering::Acquire) {
            state.close();
            previous(info);
        } else {
            state.step_aside(|| previous(info));
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::terminal::is_raw_mode_enabled;
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    use std::io::Read;
    use std::num::NonZero;

    /// Set for the process that is to panic.
    const CHILD: &str = "SYNCMON_TEST_PANIC";

    fn panic_while_the_screen_is_open() {
        let mut screen = Screen::open(Signals::Ours).unwrap();
        screen.draw(|frame| frame.render_widget("a picture", frame.area())).unwrap();
        let other = thread::Builder::new().name("other".into());
        let _ = other.spawn(|| panic!("elsewhere")).unwrap().join();
        let closed = screen.state.closed.load(Ordering::Acquire);
        assert!(!closed, "another thread closed the screen");
        assert!(is_raw_mode_enabled().unwrap(), "the screen did not come back");
        screen.draw(|frame| frame.render_widget("a picture", frame.area())).unwrap();
        panic!("on purpose");
    }

    #[test]
    fn a_panic_gives_the_terminal_back_before_it_is_told() {
        if std::env::var_os(CHILD).is_some() {
            panic_while_the_screen_is_open();
        }
        // The same test once more, in a process and a terminal of its own.
        let this = "viewer::screen::tests::a_panic_gives_the_terminal_back_before_it_is_told";
        let size = PtySize { rows: 50, cols: 160, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", this, "--nocapture"]);
        command.env(CHILD, "1");
        command.env("TERM", "xterm-256color");
        command.env("RUST_BACKTRACE", "0");
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut output = Vec::new();
        // The end of the terminal is an error or an end, as the system likes.
        let _ = pair.master.try_clone_reader().unwrap().read_to_end(&mut output);
        assert!(!child.wait().unwrap().success());

        let [rows, columns] = [50, 160].map(|length| NonZero::new(length).unwrap());
        let mut parser = vt100::Parser::new(rows, columns, 0);
        parser.process(&output);
        assert!(!parser.screen().alternate_screen() && !parser.screen().hide_cursor());
        let left = parser.screen().contents();
        assert!(left.contains("on purpose"), "the message is lost: {left}");
        assert!(left.contains("thread 'other'"), "the other thread's message is lost: {left}");
        assert!(!left.contains("a picture"), "{left}");
        // The messages start at the left: lines end as in a terminal that is not raw.
        assert!(left.lines().any(|line| line.starts_with("thread 'viewer::screen")), "{left}");
    }
}
