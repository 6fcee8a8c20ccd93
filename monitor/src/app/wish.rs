//! What the user wants taken elsewhere: a line to the clipboard, the picture to a file.

use super::{App, Screen, View};
use crate::client::Snapshot;
use crate::escape::escape;
use crate::model::Entry;
use crate::report;
use crate::text::age;
use crate::view;
use crate::wire::{Blocked, RowId};
use std::time::Duration;

/// Something that is not the app's to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To the clipboard.
    Copy(String),
    /// Into a file of this name.
    Write(String, String),
}

/// How long it is told what became of a wish.
const TOLD: Duration = Duration::from_secs(4);

impl App {
    /// What was wished since the last call.
    pub fn take_wishes(&mut self) -> Vec<Wish> {
        std::mem::take(&mut self.wishes)
    }

    /// What became of a wish, as long as it is told.
    pub fn said(&self) -> Option<&str> {
        let (said, at) = self.said.as_ref()?;
        (self.now.saturating_sub(*at) < TOLD).then_some(said.as_str())
    }

    pub(super) fn say(&mut self, text: String) {
        self.said = Some((text, self.now));
    }

    /// The selected line, whole: nothing is cut, and everything is escaped.
    pub(super) fn wish_to_copy(&mut self) {
        match self.line() {
            Some(line) => self.wishes.push(Wish::Copy(line)),
            None => self.say("there is no line to copy".to_owned()),
        }
    }

    fn line(&self) -> Option<String> {
        let store = self.store();
        let on = |id: &RowId| format!("{} {}", id.kind.label(), escape(&id.name));
        let call = |thread: &str, blocked: &Blocked, id: &RowId, us: u64| {
            let (operation, place) = (blocked.operation, blocked.location.to_string());
            format!(
                "{} in {operation} on {} for {} at {}",
                escape(thread),
                on(id),
                age(us),
                escape(&place)
            )
        };
        let whole = |entry: &Entry| {
            let row = entry.row();
            let value = view::whole_value(&row.state);
            let created = row.id.created_at.to_string();
            format!("{} {value} created at {}", on(&row.id), escape(&created))
        };
        if let Screen::Detail(id) = &self.screen {
            return store.get(id).map(whole);
        }
        match self.view {
            View::Primitives => store.get(self.primitives.selected()?).map(whole),
            View::Waiters => {
                let id = self.waiters.selected()?;
                let entry = store.get(&id.on)?;
                let blocked = entry.row().blocked.iter();
                let mut waits = blocked.map(|blocked| crate::model::Wait { entry, blocked });
                let wait = waits.find(|wait| wait.is(id))?;
                Some(call(wait.thread(), wait.blocked, &id.on, wait.age_us(store.at_us())))
            }
            View::Problems => {
                let (rule, id) = self.problems.selected()?;
                let found =
                    self.found.iter().find(|found| found.rule == *rule && found.on == *id)?;
                let since = age(found.age_us);
                Some(format!("{} {} for {since}: {}", rule.label(), on(id), found.text))
            }
            View::Threads => {
                let place = store.place_of_thread(self.threads.selected()?)?;
                let thread = &store.threads()[place];
                let us = thread.age_us(store.at_us());
                if thread.is_blocked() {
                    return Some(call(thread.name(), &thread.blocked, &thread.on, us));
                }
                let place = thread.blocked.location.to_string();
                let was = format!("{} on {}", thread.blocked.operation, on(&thread.on));
                let (name, place) = (escape(thread.name()), escape(&place));
                Some(format!("{name} went on {} ago from {was} at {place}", age(us)))
            }
        }
    }

    /// All that is shown, also what the filter hides.
    pub(super) fn wish_to_write(&mut self) {
        let Some(host) = self.host().cloned() else {
            return self.say("nothing is known of the host yet".to_owned());
        };
        let store = self.store();
        let at_us = store.at_us();
        let row = |at: &usize| {
            let entry = &store.entries()[*at];
            let mut row = entry.row().clone();
            // As they are at that moment, and not when the row was sent.
            for blocked in &mut row.blocked {
                blocked.blocked_us = entry.aged(blocked.blocked_us, at_us);
            }
            row
        };
        let rows = store.by_id().iter().map(row).collect();
        let name = format!("syncmon-{}-{}ms.json", host.pid, at_us / 1000);
        let text = report::snapshot_json(&Snapshot { host, at_us, rows });
        self.wishes.push(Wish::Write(name, text));
    }
}
