//! A terminal for the program.

use super::common::{eventually, private_dir, stdout};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::fs;
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// The program, and the terminal that it runs in.
pub(super) struct Terminal {
    pub(super) parser: Arc<Mutex<vt100::Parser>>,
    /// Everything that the program wrote.
    pub(super) written: Arc<Mutex<Vec<u8>>>,
    pub(super) keys: Box<dyn Write + Send>,
    pub(super) child: Box<dyn Child + Send + Sync>,
    pub(super) master: Box<dyn MasterPty + Send>,
    /// `stty` settings from before.
    pub(super) modes: String,
    /// Tells the reader to let go of its end at the next output.
    pub(super) hung_up: Arc<AtomicBool>,
}

impl Terminal {
    /// `stty` settings of the terminal, as the program left them.
    pub(super) fn modes_of(master: &dyn MasterPty) -> String {
        let tty = master.tty_name().unwrap();
        let output = Command::new("stty").arg("-g").arg("-F").arg(tty).output().unwrap();
        stdout(&output)
    }

    pub(super) fn start(sockets: &Path, args: &[&str]) -> Terminal {
        Self::start_with(sockets, args, &[])
    }

    pub(super) fn start_with(
        sockets: &Path,
        args: &[&str],
        variables: &[(&str, &str)],
    ) -> Terminal {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let modes = Self::modes_of(&*pair.master);
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_syncmon"));
        command.args(args);
        command.env("NAMED_SYNC_DIR", sockets);
        command.env("TERM", "xterm-256color");
        command.env("XDG_CONFIG_HOME", sockets);
        command.env("LC_ALL", "C.UTF-8");
        command.env_remove("NO_COLOR");
        variables.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).unwrap();
        // The slave's end is kept by this process through the master's name only, or reading would never end.
        drop(pair.slave);
        let size = |length| NonZero::new(length).unwrap();
        let parser = Arc::new(Mutex::new(vt100::Parser::new(size(24), size(80), 0)));
        let seen = Arc::clone(&parser);
        let written = Arc::new(Mutex::new(Vec::new()));
        let write = Arc::clone(&written);
        let hung_up = Arc::new(AtomicBool::new(false));
        let hang_up = Arc::clone(&hung_up);
        let mut output = pair.master.try_clone_reader().unwrap();
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut chunk)
                && !hang_up.load(Ordering::Relaxed)
            {
                write.lock().unwrap().extend_from_slice(&chunk[..count]);
                seen.lock().unwrap().process(&chunk[..count]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Terminal { parser, written, keys, child, master: pair.master, modes, hung_up }
    }

    pub(super) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub(super) fn shown(&self) -> String {
        self.parser.lock().unwrap().screen().contents()
    }

    pub(super) fn wait_for(&self, text: &str) {
        let shown = || self.shown();
        eventually(&format!("{text:?} on the screen"), || {
            let there = shown().contains(text);
            if !there {
                thread::sleep(std::time::Duration::from_millis(20));
            }
            there
        });
    }

    /// Gives the terminal so many lines and columns.
    pub(super) fn resize(&self, rows: u16, cols: u16) {
        self.parser
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(NonZero::new(rows).unwrap(), NonZero::new(cols).unwrap());
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits for the end, and looks at what is left of the terminal. The code is returned.
    pub(super) fn ended(mut self) -> u32 {
        let mut status = None;
        eventually("the program ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        eventually(
            "the alternate screen is left, the cursor is back, and the mouse is free",
            || {
                let parser = self.parser.lock().unwrap();
                let screen = parser.screen();
                !screen.alternate_screen()
                    && !screen.hide_cursor()
                    && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
            },
        );
        assert_eq!(
            Self::modes_of(&*self.master),
            self.modes,
            "echo and line editing are as they were"
        );
        assert!(!self.shown().contains("KIND"), "nothing of the picture is left: {}", self.shown());
        status.unwrap().exit_code()
    }
}

/// Something for the demo to count.
pub(super) fn small_tree() -> tempfile::TempDir {
    let dir = private_dir();
    for n in 0..20 {
        fs::write(dir.path().join(format!("file {n}")), "some words\nin two lines\n").unwrap();
    }
    dir
}
