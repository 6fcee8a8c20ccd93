//! Showing a recording.

use super::read::{Recording, Said};
use crate::client::Event;
use std::time::Duration;

/// Plays a recording: time comes in, and what was said until then comes out.
///
/// The time between two answers is that of the host's clock. So a host that was stopped, or a recorder that was ended and
/// started again, leaves no gap to sit through.
#[derive(Debug)]
pub struct Player {
    recording: Recording,
    position: Duration,
    /// What comes next.
    next: usize,
    paused: bool,
    /// A power of two.
    speed: i32,
}

/// Where a player is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// How much has been played.
    pub position: Duration,
    /// How much there is.
    pub length: Duration,
    /// Whether it stands still, at the end or because it was asked to.
    pub paused: bool,
    /// How fast it goes: 1 is as it was.
    pub speed: f64,
    /// When problems began.
    pub problems: Vec<Duration>,
}

/// A quarter of the speed, and sixteen times as fast.
const SPEEDS: std::ops::RangeInclusive<i32> = -2..=4;

impl Player {
    /// At the beginning, with the first answer still to come.
    pub fn new(recording: Recording) -> Self {
        Player { recording, position: Duration::ZERO, next: 0, paused: false, speed: 0 }
    }

    /// Where it is.
    pub fn status(&self) -> Status {
        Status {
            position: self.position,
            length: self.recording.length(),
            paused: self.paused || self.is_at_the_end(),
            speed: 2f64.powi(self.speed),
            problems: self.recording.problems().to_vec(),
        }
    }

    fn is_at_the_end(&self) -> bool {
        self.next == self.recording.said.len()
    }

    /// Time has passed.
    pub fn pass(&mut self, elapsed: Duration) -> Vec<Event> {
        if self.paused {
            return Vec::new();
        }
        let played = elapsed.mul_f64(2f64.powi(self.speed));
        self.position = (self.position + played).min(self.recording.length());
        self.until(self.position)
    }

    /// Stands still, or goes on.
    pub fn pause(&mut self) {
        self.paused = !self.paused;
    }

    /// Doubles the speed, or halves it.
    pub fn accelerate(&mut self, faster: bool) {
        let speed = self.speed + if faster { 1 } else { -1 };
        self.speed = speed.clamp(*SPEEDS.start(), *SPEEDS.end());
    }

    /// To the next answer, and stands still there.
    pub fn step(&mut self) -> Vec<Event> {
        self.paused = true;
        let rest = &self.recording.said[self.next..];
        let answer = rest.iter().find(|(_, said)| matches!(said, Said::Answer(_)));
        let Some(&(at, _)) = answer else { return Vec::new() };
        self.position = at;
        self.until(at)
    }

    /// To the answer before, and stands still there.
    pub fn step_back(&mut self) -> Vec<Event> {
        self.paused = true;
        let before = self.recording.said[..self.next].iter().rev();
        let mut answers = before.filter(|(_, said)| matches!(said, Said::Answer(_)));
        let last = answers.next().map_or(Duration::ZERO, |(at, _)| *at);
        let to = answers.map(|(at, _)| *at).find(|at| *at < last).unwrap_or_default();
        self.seek(to)
    }

    /// So much forward, or back.
    pub fn skip(&mut self, by: Duration, forward: bool) -> Vec<Event> {
        let to = if forward { self.position + by } else { self.position.saturating_sub(by) };
        self.seek(to)
    }

    /// To a moment. To go back, all is said again from the beginning on.
    pub fn seek(&mut self, to: Duration) -> Vec<Event> {
        let to = to.min(self.recording.length());
        let mut events = Vec::new();
        if to < self.position {
            self.next = 0;
            events.push(Event::Restarted);
        }
        self.position = to;
        events.extend(self.until(to));
        events
    }

    fn until(&mut self, to: Duration) -> Vec<Event> {
        let rest = &self.recording.said[self.next..];
        let due = rest.iter().take_while(|(at, _)| *at <= to);
        let mut events = Vec::new();
        for (_, said) in due {
            self.next += 1;
            match said.clone() {
                Said::Greeting(hello) => events.push(Event::Connected(hello)),
                Said::Answer(pages) => events.extend(pages.into_iter().map(Event::Changes)),
            }
        }
        events
    }
}

#[cfg(test)]
mod tests;
