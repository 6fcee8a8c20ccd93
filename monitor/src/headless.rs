//! Watching without a screen: for scripts, for CI, and for logs.

use crate::client::{self, Event};
use crate::escape::escape;
use crate::model::{Problem, Store, Thresholds, find_problems};
use crate::text::age;
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// What to do about problems.
#[derive(Clone, Copy, Debug)]
pub struct Watching {
    /// End at the first problem; or rather so long after it that others which began with it, but can only be seen
    /// standing still for a while, are told as well.
    pub until_problem: bool,
    /// End after this time.
    pub until: Option<Duration>,
    /// Write one JSON object a line instead of text.
    pub json: bool,
    /// When to call something a problem.
    pub thresholds: Thresholds,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The time is over.
    TimeOver,
    /// There is a problem, and it was to end with one.
    Problem,
    /// The host is not there, or is no more. Why.
    Lost(String),
}

/// How long to wait for news.
const NAP: Duration = Duration::from_millis(20);

/// Writes a line for each problem that appears, and for each that goes.
///
/// # Errors
///
/// If it cannot be written, or a thread cannot be started.
pub fn watch(socket: &Path, watching: Watching, out: &mut dyn Write) -> io::Result<Outcome> {
    let news = client::watch(socket.to_owned())?;
    let begun = Instant::now();
    let mut store = Store::default();
    let mut present: Vec<Problem> = Vec::new();
    let mut first: Option<Instant> = None;
    let mut first_answer_us = None;
    let linger = Duration::from_micros(watching.thresholds.stalled_us) + client::POLL * 2;
    loop {
        for event in news.events() {
            match event {
                Event::Connected(_) | Event::Restarted => {}
                Event::Changes(page) => {
                    let is_whole = !page.more;
                    store.apply(page);
                    if is_whole {
                        let found = find_problems(&store, watching.thresholds);
                        tell(&present, &found, watching.json, out)?;
                        present = found;
                        first_answer_us.get_or_insert(store.at_us());
                    }
                }
                Event::Lost { .. } if watching.until_problem && first.is_some() => {
                    return Ok(Outcome::Problem);
                }
                Event::Lost { reason, .. } => return Ok(Outcome::Lost(reason)),
            }
        }
        // Who was refused a name before is no reason to end.
        let watched_us = store.at_us().saturating_sub(first_answer_us.unwrap_or(0));
        let is_news = |problem: &Problem| !problem.is_past() || problem.age_us < watched_us;
        if first.is_none() && present.iter().any(is_news) {
            first = Some(Instant::now());
        }
        let is_over = watching.until.is_some_and(|until| begun.elapsed() >= until);
        if let (true, Some(first)) = (watching.until_problem, first)
            && (is_over || first.elapsed() >= linger)
        {
            return Ok(Outcome::Problem);
        }
        if is_over {
            return Ok(Outcome::TimeOver);
        }
        std::thread::sleep(NAP);
    }
}

#[derive(Serialize)]
struct Line<'a> {
    event: &'a str,
    problem: &'a str,
    kind: &'a str,
    name: &'a str,
    age_us: u64,
    text: &'a str,
}

fn tell(before: &[Problem], now: &[Problem], json: bool, out: &mut dyn Write) -> io::Result<()> {
    let is_in = |problem: &Problem, others: &[Problem]| {
        others.iter().any(|other| (other.rule, &other.on) == (problem.rule, &problem.on))
    };
    let gone = before.iter().filter(|problem| !is_in(problem, now)).map(|gone| ("gone", gone));
    let new = now.iter().filter(|problem| !is_in(problem, before)).map(|new| ("problem", new));
    for (event, problem) in gone.chain(new) {
        let (rule, kind) = (problem.rule.label(), problem.on.kind.label());
        if json {
            let Problem { age_us, text, on, .. } = problem;
            let line = Line { event, problem: rule, kind, name: &on.name, age_us: *age_us, text };
            writeln!(out, "{}", serde_json::to_string(&line)?)?;
        } else {
            let (name, age) = (escape(&problem.on.name), age(problem.age_us));
            let text = if event == "gone" { String::new() } else { format!(": {}", problem.text) };
            writeln!(out, "{event} {rule} {kind} {name} for {age}{text}")?;
        }
    }
    out.flush()
}
