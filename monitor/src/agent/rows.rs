//! From what the core says of a primitive to what is sent of it.

use crate::clock::micros;
use crate::wire::{Blocked, CallSite, Kind, Location, Operation, Refused, Row, RowId, State};
use named_sync::{Gone, Inspection, Refusal, Site, Waiter};
use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

/// How many of those who are blocked are listed in a row: the longest ones. The counts are of all.
pub(super) const LISTED: usize = 256;

/// How many bytes of a name, a type or a file are sent. A name comes from anywhere and may be of any length.
const TEXT_LIMIT: usize = 1024;

/// The identity of what is no more.
pub(super) fn gone(gone: &Gone) -> RowId {
    id(gone.kind, &gone.name, gone.type_name, &gone.created_at)
}

/// Who was refused a name, on a clock that began at `start`.
pub(super) fn refused(refusal: &Refusal, start: Instant) -> Refused {
    let Refusal { kind, error, location: asked, times, last, .. } = refusal;
    let (type_name, created_at) = match &refusal.existing {
        Some((type_name, created_at)) => (*type_name, created_at),
        None => ("", asked),
    };
    Refused {
        id: id(*kind, refusal.name(), type_name, created_at),
        message: cut(&error.to_string()),
        location: location(asked),
        times: *times,
        last_us: match last.checked_duration_since(start) {
            Some(later) => signed(micros(later)),
            None => -signed(micros(start.saturating_duration_since(*last))),
        },
    }
}

fn signed(us: u64) -> i64 {
    i64::try_from(us).unwrap_or(i64::MAX)
}

fn id(of: named_sync::Kind, name: &str, type_name: &'static str, created_at: &Site) -> RowId {
    RowId {
        kind: kind(of),
        name: cut(name),
        type_name: cut_static(type_name),
        created_at: location(created_at),
    }
}

/// How much of a page the row takes: with each blocked thread and each call site, one more.
pub(super) fn weight(inspection: &Inspection) -> usize {
    let call_sites = inspection.call_sites.as_ref().map_or(0, Vec::len);
    1 + inspection.waiters.len().min(LISTED) + call_sites
}

/// The row as it is at `now`, or `None` if the core knows a state that this protocol does not.
pub(super) fn row(inspection: Inspection, now: Instant) -> Option<Row> {
    let Inspection { kind, name, type_name, created_at, waiters, .. } = &inspection;
    let count =
        |operation| waiters.iter().filter(|waiter| waiter.operation == operation).count() as u64;
    let mut longest: Vec<&Waiter> = waiters.iter().collect();
    longest.sort_by_key(|waiter| waiter.since);
    longest.truncate(LISTED);
    Some(Row {
        id: id(*kind, name, type_name, created_at),
        putters: count(named_sync::Operation::Put),
        getters: count(named_sync::Operation::Get),
        waiters: count(named_sync::Operation::Wait),
        blocked: longest.into_iter().map(|waiter| blocked(waiter, now)).collect(),
        call_sites: inspection.call_sites.as_ref().map(|all| all.iter().map(call_site).collect()),
        state: state(inspection.state)?,
    })
}

/// As [`cut`], of what need not be copied: it is in each row, and rarely another one.
fn cut_static(text: &'static str) -> Cow<'static, str> {
    if text.len() <= TEXT_LIMIT { text.into() } else { cut(text).into() }
}

/// `text`, or its beginning and a digest of the whole, so that two long names stay two names.
pub(super) fn cut(text: &str) -> String {
    if text.len() <= TEXT_LIMIT {
        return text.to_owned();
    }
    let mut end = TEXT_LIMIT - 32;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut digest = DefaultHasher::new();
    text.hash(&mut digest);
    format!("{}…#{:016x}", &text[..end], digest.finish())
}

fn call_site(site: &named_sync::CallSite) -> CallSite {
    let &named_sync::CallSite { location: ref line, added, taken_off, guards, .. } = site;
    CallSite { location: location(line), added, taken_off, guards }
}

fn blocked(waiter: &Waiter, now: Instant) -> Blocked {
    Blocked {
        operation: match waiter.operation {
            named_sync::Operation::Get => Operation::Get,
            named_sync::Operation::Put => Operation::Put,
            named_sync::Operation::Wait => Operation::Wait,
        },
        task: waiter.is_task,
        thread: waiter.thread_name.as_deref().map(cut),
        thread_id: waiter.thread_id.clone(),
        location: location(&waiter.location),
        blocked_us: micros(now.saturating_duration_since(waiter.since)),
    }
}

fn kind(kind: named_sync::Kind) -> Kind {
    match kind {
        named_sync::Kind::Atomic => Kind::Atomic,
        named_sync::Kind::Shared => Kind::Shared,
        named_sync::Kind::WaitGroup => Kind::WaitGroup,
        named_sync::Kind::Queue => Kind::Queue,
    }
}

fn state(state: named_sync::State) -> Option<State> {
    use named_sync::State as Core;
    Some(match state {
        Core::Atomic { value, .. } => State::Atomic { value },
        Core::Shared { version, value, .. } => State::Shared { version, value },
        Core::WaitGroup { count, generation, .. } => State::WaitGroup { count, generation },
        Core::Queue { size, capacity, puts, gets, closed, .. } => State::Queue {
            size: size as u64,
            capacity: capacity.map(|capacity| capacity as u64),
            puts,
            gets,
            closed,
        },
        _ => return None,
    })
}

fn location(site: &Site) -> Location {
    let file = match site.rust() {
        Some(location) => cut_static(location.file()),
        None => Cow::Owned(cut(site.file())),
    };
    Location { file, line: site.line() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_long_names_stay_two_names() {
        let long = "ä".repeat(5000);
        let other = format!("{long}!");
        assert!(cut(&long).len() <= TEXT_LIMIT);
        assert_ne!(cut(&long), cut(&other));
        assert_eq!(cut("jobs"), "jobs");
    }
}
