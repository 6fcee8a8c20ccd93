//! A thread that looks at the registry, so that somebody else can talk to the viewer when a look does not end.

use super::Source;
use super::answer::Answer;
use super::changes::Tracker;
use super::values::{Blocked, Writing};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// How often one looks whether a look gets on.
const GLANCE: Duration = Duration::from_millis(20);

pub(super) struct Looker {
    source: Source,
    start: Instant,
    blocked: Arc<Blocked>,
    /// Of the last answer.
    generation: u64,
    thread: Option<Thread>,
}

struct Thread {
    questions: Sender<u64>,
    answers: Receiver<Answer>,
    writing: Writing,
}

impl Looker {
    pub(super) fn new(source: Source, start: Instant, blocked: Arc<Blocked>) -> Self {
        Looker { source, start, blocked, generation: 0, thread: None }
    }

    /// The answer to a question.
    pub(super) fn changes(&mut self, since: u64) -> io::Result<Answer> {
        loop {
            let thread = match self.thread.take() {
                Some(thread) => thread,
                None => self.start()?,
            };
            // If the thread is gone, so is its receiver, and the answer's sender, which is noticed below.
            let _ = thread.questions.send(since);
            if let Some(answer) = thread.answer()? {
                self.generation = answer.generation().unwrap_or(0);
                self.thread = Some(thread);
                return Ok(answer);
            }
            // Another one begins anew; what blocked this one is not asked for again.
        }
    }

    fn start(&self) -> io::Result<Thread> {
        let (questions, asked) = mpsc::channel();
        let (answer, answers) = mpsc::channel();
        let writing = Writing::new(&self.blocked);
        let (source, start, generation) = (self.source.clone(), self.start, self.generation);
        let writes = writing.clone();
        thread::Builder::new().name("syncmon-looker".to_owned()).spawn(move || {
            let mut tracker = Tracker::new(source.registry(), generation);
            for since in asked {
                let changes = tracker.changes(since, start, |value| writes.write(value));
                if answer.send(changes).is_err() {
                    return;
                }
            }
        })?;
        Ok(Thread { questions, answers, writing })
    }
}

impl Thread {
    /// The answer, or nothing if the host's own code keeps it.
    fn answer(&self) -> io::Result<Option<Answer>> {
        loop {
            match self.answers.recv_timeout(GLANCE) {
                Ok(answer) => return Ok(Some(answer)),
                Err(RecvTimeoutError::Timeout) if self.writing.leave_if_blocked() => {
                    return Ok(None);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(io::Error::other("the thread that looks has ended"));
                }
            }
        }
    }
}
