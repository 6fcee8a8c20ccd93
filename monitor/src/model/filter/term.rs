//! One term of a filter.

use super::field::Field;
use crate::escape::escape;
use crate::model::{Entry, Ticks};
use crate::wire::{Blocked, Kind, Row};
use regex::Regex;
use std::borrow::Cow;
use std::cmp::Ordering;

/// What a row must pass, or must not.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) negated: bool,
    pub(super) test: Test,
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    Name(Needle),
    Pattern(Regex),
    Kind(Kind),
    Type(Needle),
    Thread(Needle),
    At(Needle),
    Number(Field, Comparison, i128),
}

impl Term {
    pub(super) fn accepts(&self, entry: &Entry, ticks: &Ticks) -> bool {
        self.test.passes(entry, ticks) != self.negated
    }

    pub(super) fn accepts_wait(&self, entry: &Entry, blocked: &Blocked, ticks: &Ticks) -> bool {
        let passes = match &self.test {
            Test::Thread(needle) => names(blocked).any(|name| needle.is_in(name)),
            Test::At(needle) => needle.is_in(&blocked.location.to_string()),
            Test::Number(Field::Wait, comparison, number) => {
                let age = i128::from(entry.aged(blocked.blocked_us, ticks.now_us())) * 1000;
                comparison.holds(age.cmp(number))
            }
            other => other.passes(entry, ticks),
        };
        passes != self.negated
    }
}

impl Test {
    fn passes(&self, entry: &Entry, ticks: &Ticks) -> bool {
        let row = entry.row();
        match self {
            // What is seen is what is typed: an escaped name is found by its escapes, too.
            Test::Name(needle) => {
                needle.is_in(&row.id.name)
                    || matches!(escape(&row.id.name), Cow::Owned(seen) if needle.is_in(&seen))
            }
            Test::Pattern(pattern) => pattern.is_match(&row.id.name),
            Test::Kind(kind) => row.id.kind == *kind,
            Test::Type(needle) => needle.is_in(&row.id.type_name),
            Test::Thread(needle) => {
                row.blocked.iter().flat_map(names).any(|name| needle.is_in(name))
            }
            Test::At(needle) => places(row).any(|place| needle.is_in(&place)),
            Test::Number(field, comparison, number) => {
                field.of(entry, ticks).is_some_and(|its| comparison.holds(its.cmp(number)))
            }
        }
    }
}

/// What a thread goes by: its id too, since not every thread has a name.
fn names(blocked: &Blocked) -> impl Iterator<Item = &str> {
    std::iter::once(blocked.thread_id.as_str()).chain(blocked.thread.as_deref())
}

/// The lines that have to do with it.
fn places(row: &Row) -> impl Iterator<Item = String> {
    let blocked = row.blocked.iter().map(|blocked| &blocked.location);
    std::iter::once(&row.id.created_at).chain(blocked).map(ToString::to_string)
}

/// A text to look for. Capital letters in it make it case-sensitive.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    text: String,
    as_it_is: bool,
}

impl Needle {
    pub(super) fn new(text: String) -> Self {
        let as_it_is = text.chars().any(char::is_uppercase);
        Needle { text, as_it_is }
    }

    fn is_in(&self, text: &str) -> bool {
        if self.as_it_is || self.text.is_empty() {
            text.contains(&self.text)
        } else if text.is_ascii() {
            // Most are: of a hundred thousand names no copies need to be made.
            let needle = self.text.as_bytes();
            let mut parts = text.as_bytes().windows(needle.len());
            // Most parts are out of the question after their first letter.
            parts.any(|part| {
                part[0].eq_ignore_ascii_case(&needle[0]) && part.eq_ignore_ascii_case(needle)
            })
        } else {
            text.to_lowercase().contains(&self.text)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    More,
    AtLeast,
    Less,
    AtMost,
    Equal,
    Other,
}

impl Comparison {
    /// Longer ones first, so that none is taken for the beginning of another.
    pub(super) const ALL: [(&'static str, Comparison); 6] = [
        (">=", Comparison::AtLeast),
        ("<=", Comparison::AtMost),
        ("!=", Comparison::Other),
        (">", Comparison::More),
        ("<", Comparison::Less),
        ("=", Comparison::Equal),
    ];

    fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::More => order.is_gt(),
            Comparison::AtLeast => order.is_ge(),
            Comparison::Less => order.is_lt(),
            Comparison::AtMost => order.is_le(),
            Comparison::Equal => order.is_eq(),
            Comparison::Other => order.is_ne(),
        }
    }
}
