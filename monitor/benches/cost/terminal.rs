//! The real viewer, in a terminal of its own.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::fs;
use std::io::Read;
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) struct Viewer {
    screen: Arc<Mutex<vt100::Parser>>,
    child: Box<dyn Child + Send + Sync>,
    started: Instant,
    _master: Box<dyn MasterPty + Send>,
}

const LINES: u16 = 40;
const COLUMNS: u16 = 120;

impl Viewer {
    pub(crate) fn attach(socket: &Path) -> Self {
        let size = PtySize { rows: LINES, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_syncmon"));
        command.arg(socket);
        command.env("TERM", "xterm-256color");
        let size = |length| NonZero::new(length).expect("not 0");
        let screen = Arc::new(Mutex::new(vt100::Parser::new(size(LINES), size(COLUMNS), 0)));
        let mut output = pair.master.try_clone_reader().expect("its output");
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).expect("the viewer");
        drop(pair.slave);
        let seen = Arc::clone(&screen);
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut chunk) {
                seen.lock().expect("no panic").process(&chunk[..count]);
            }
        });
        Viewer { screen, child, started, _master: pair.master }
    }

    /// Waits until the screen shows this, and says how long after the start that is.
    pub(crate) fn wait_for(&self, text: &str) -> Duration {
        while !self.screen.lock().expect("no panic").screen().contents().contains(text) {
            assert!(self.started.elapsed() < Duration::from_secs(60), "{text} is never shown");
            thread::sleep(Duration::from_millis(5));
        }
        self.started.elapsed()
    }

    /// Until it goes on it does nothing.
    pub(crate) fn stop(&self) {
        self.signal(libc::SIGSTOP);
    }

    pub(crate) fn go_on(&self) {
        self.signal(libc::SIGCONT);
    }

    fn signal(&self, signal: libc::c_int) {
        let pid = self.child.process_id().expect("it runs");
        // SAFETY: a signal to our own child, which is not waited for before the end.
        assert_eq!(unsafe { libc::kill(pid as libc::pid_t, signal) }, 0, "it runs");
    }

    fn proc(&self, file: &str) -> String {
        let pid = self.child.process_id().expect("it runs");
        fs::read_to_string(format!("/proc/{pid}/{file}")).expect("Linux")
    }

    /// What all its threads have used of the processor.
    pub(crate) fn cpu(&self) -> Duration {
        let pid = self.child.process_id().expect("it runs");
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("Linux").flatten();
        let used = tasks.filter_map(|task| {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(used.sum())
    }

    /// How much of its memory is resident, in MB.
    pub(crate) fn memory(&self) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("Linux");
        let kb = line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok());
        kb.expect("a number") * 1024.0 / 1e6
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
