//! Bytes as conversations with an agent over its socket, and as what happens in its host meanwhile.
//!
//! | byte | what it does |
//! | --- | --- |
//! | 00 to 7f | is said |
//! | 80 | the next byte is said, whatever it is |
//! | 81 | a greeting is said |
//! | 82 | a question for everything |
//! | 83 | a question for what changed since the last answer |
//! | 84 | what was said so far is sent, and the answers are heard |
//! | 85 | what was said so far is sent |
//! | 86 | the viewer sends it and leaves without hearing the answers |
//! | 87 | the viewer sends it, says no more, hears the answers and leaves |
//! | 9x | in the host, the primitive numbered x is made or changed |
//! | ax | its name is removed |
//! | bx | a task begins to wait for it |
//! | cx | the byte said last is said again, 2^x times |
//! | dx | from here on it is viewer x who speaks; viewer 8 and those above are one too many |
//! | e0 | the task that has waited longest gives up |
//! | e1 | 300 more atomics |
//! | e2 | the registry is cleared |
//! | others | nothing |
//!
//! What a viewer has said goes out, and is answered, before anything happens in the host. So the answers are known:
//! each line has one, which depends on the line, on what this viewer was told before, and on what the host is then.
//!
//! The agent answers no more than fifty lines a second, so an input of many lines takes its time, except in a fuzzer.

mod answer;
mod host;
mod viewer;

use syncmon::agent::{MAX_VIEWERS, serve_at};
use syncmon::wire::{HelloRequest, REQUEST_LIMIT, Request, encode};
use tempfile::TempDir;

use crate::bytes::{Bytes, Steps};
use host::Host;
use viewer::Viewer;

/// An input ends when so many bytes were said: as much as goes out at once, even if nobody reads it.
const BYTES: usize = 8 * REQUEST_LIMIT;

/// And when so many lines were said.
const LINES: usize = 64;

thread_local! {
    /// Where this thread's agents listen, one after the other.
    static DIR: TempDir = tempfile::tempdir().expect("a directory");
}

struct Run {
    host: Host,
    viewers: [Option<Viewer>; MAX_VIEWERS],
    /// Which of them speaks.
    speaker: usize,
    /// How many connections there ever were. The agent may take a moment to see that one is over, so there
    /// are no more of them than it serves at once.
    connections: usize,
    said: usize,
    lines: usize,
    last: u8,
    steps: Steps,
}

/// Holds the conversations that `data` stands for.
///
/// # Panics
///
/// If the agent answers anything that it should not, or does not answer, or ends a conversation that it
/// should go on with, or the other way round.
pub fn agent(data: &[u8]) -> Steps {
    let path = DIR.with(|dir| dir.path().join("host.sock"));
    let host = Host::new(&path);
    let agent = serve_at(host.registry(), &path).expect("an agent");
    let mut run = Run {
        host,
        viewers: [const { None }; MAX_VIEWERS],
        speaker: 0,
        connections: 0,
        said: 0,
        lines: 0,
        last: b'x',
        steps: Steps::default(),
    };
    let mut bytes = Bytes::new(data);
    while let Some(byte) = bytes.byte() {
        if run.said > BYTES || run.lines > LINES {
            break;
        }
        run.step(byte, &mut bytes);
    }
    run.hear_all();
    // One half of the viewers take their leave, the other half is left by the agent.
    let mut viewers = run.viewers.into_iter().flatten();
    let mut left = Vec::new();
    while let Some(viewer) = viewers.next() {
        viewer.leave();
        left.extend(viewers.next());
    }
    drop(agent);
    left.into_iter().for_each(Viewer::expect_end);
    assert!(!path.exists(), "the socket is still there");
    run.steps
}

impl Run {
    fn step(&mut self, byte: u8, bytes: &mut Bytes<'_>) {
        let low = byte & 0xf;
        self.steps.note(match byte {
            0..=0x7f => 0,
            0x80..=0x87 => 1 + low,
            0x90..=0xdf => byte >> 4,
            0xe0..=0xe2 => 14 + low,
            _ => return,
        });
        match byte {
            0..=0x7f => self.say(byte),
            0x80 => bytes.byte().into_iter().for_each(|byte| self.say(byte)),
            0x81 => self.ask(&Request::Hello(HelloRequest::current())),
            0x82 => self.ask(&Request::Changes { since: 0 }),
            0x83 => {
                let since = self.speaker().map_or(0, |viewer| viewer.generation());
                self.ask(&Request::Changes { since });
            }
            0x84 => self.hear_all(),
            0x85 => self.speaker().into_iter().for_each(Viewer::send),
            0x86 => {
                self.speaker().into_iter().for_each(Viewer::send);
                self.viewers[self.speaker] = None;
            }
            0x87 => self.viewers[self.speaker].take().into_iter().for_each(Viewer::leave),
            0x90..=0xbf | 0xe0..=0xe2 => {
                self.hear_all();
                self.host.step(byte);
            }
            0xc0..=0xcf => (0..1 << low).for_each(|_| self.say(self.last)),
            0xd0..=0xdf if usize::from(low) < MAX_VIEWERS => self.speaker = usize::from(low),
            0xd0..=0xdf => self.one_too_many(),
            _ => {}
        }
    }

    /// The viewer who speaks, connected if need be, and unless there were too many already.
    fn speaker(&mut self) -> Option<&mut Viewer> {
        let speaker = &mut self.viewers[self.speaker];
        if speaker.is_none() && self.connections < MAX_VIEWERS {
            self.connections += 1;
            *speaker = Some(Viewer::connect(self.host.path()));
        }
        speaker.as_mut()
    }

    fn say(&mut self, byte: u8) {
        self.last = byte;
        self.said += 1;
        self.lines += usize::from(byte == b'\n');
        if self.said > BYTES {
            return;
        }
        self.speaker();
        if let Some(viewer) = &mut self.viewers[self.speaker] {
            viewer.say(byte, &self.host);
        }
    }

    fn ask(&mut self, request: &Request) {
        encode(request).into_iter().for_each(|byte| self.say(byte));
    }

    fn hear_all(&mut self) {
        for viewer in self.viewers.iter_mut().flatten() {
            viewer.send();
            viewer.hear();
        }
    }

    fn one_too_many(&mut self) {
        self.hear_all();
        let mut viewers = self.viewers.iter();
        if viewers.all(|viewer| viewer.as_ref().is_some_and(|viewer| !viewer.is_over())) {
            Viewer::connect(self.host.path()).expect_busy();
        }
    }
}
