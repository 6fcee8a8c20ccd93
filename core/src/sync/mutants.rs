//! Orderings that are weakened from outside, to see whether a model notices.
//!
//! Each access asks here for its ordering. It is known by its place in the source and by the number of its
//! argument, as a compare-exchange takes two. The environment names the one access that gets another ordering than
//! it asks for, and a file to which each access is written when it happens for the first time.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::panic::Location;
use std::sync::{LazyLock, Mutex};

use super::Ordering;

/// `FILE:LINE:COLUMN#ARGUMENT=ORDERING`; the ordering `None` takes a fence away.
const MUTANT: &str = "NAMED_SYNC_MUTANT";
/// The path of the file, to which lines `FILE:LINE:COLUMN#ARGUMENT` are appended.
const SITES: &str = "NAMED_SYNC_SITES";

struct Mutant {
    file: String,
    line: u32,
    column: u32,
    argument: usize,
    order: Option<Ordering>,
}

impl Mutant {
    fn parse(text: &str) -> Option<Self> {
        let (site, order) = text.split_once('=')?;
        let (place, argument) = site.split_once('#')?;
        let mut place = place.rsplitn(3, ':');
        let (column, line, file) = (place.next()?, place.next()?, place.next()?);
        let order = match order {
            "None" => None,
            "Relaxed" => Some(Ordering::Relaxed),
            "Acquire" => Some(Ordering::Acquire),
            "Release" => Some(Ordering::Release),
            "AcqRel" => Some(Ordering::AcqRel),
            _ => return None,
        };
        Some(Self {
            file: file.to_owned(),
            line: line.parse().ok()?,
            column: column.parse().ok()?,
            argument: argument.parse().ok()?,
            order,
        })
    }

    fn is_at(&self, location: &Location<'_>, argument: usize) -> bool {
        self.line == location.line()
            && self.column == location.column()
            && self.argument == argument
            && self.file == in_repository(location)
    }
}

/// The file's path from the root of the repository, whatever package it is compiled in.
fn in_repository<'a>(location: &'a Location<'_>) -> &'a str {
    let file = location.file();
    file.find("core/src/").map_or(file, |start| &file[start..])
}

static CHOSEN: LazyLock<Option<Mutant>> = LazyLock::new(|| {
    let text = std::env::var(MUTANT).ok()?;
    let mutant = Mutant::parse(&text);
    assert!(mutant.is_some(), "{MUTANT}={text} is no mutant: FILE:LINE:COLUMN#ARGUMENT=ORDERING");
    mutant
});

struct Record {
    file: File,
    seen: HashSet<(usize, usize)>,
}

static RECORD: LazyLock<Option<Mutex<Record>>> = LazyLock::new(|| {
    let path = std::env::var_os(SITES)?;
    let file = OpenOptions::new().append(true).create(true).open(&path);
    let file = file.unwrap_or_else(|error| panic!("{SITES}={}: {error}", path.display()));
    Some(Mutex::new(Record { file, seen: HashSet::new() }))
});

/// The ordering that an argument of the calling access is to have: the one that it asks for, or that of the mutant.
/// `None` if there is to be no access at all.
#[track_caller]
pub(super) fn order_or_none(asked: Ordering, argument: usize) -> Option<Ordering> {
    let location = Location::caller();
    if let Some(record) = &*RECORD {
        let mut record = record.lock().unwrap();
        if record.seen.insert((std::ptr::from_ref(location).addr(), argument)) {
            let (line, column) = (location.line(), location.column());
            writeln!(record.file, "{}:{line}:{column}#{argument}", in_repository(location))
                .unwrap_or_else(|error| panic!("{SITES}: {error}"));
        }
    }
    match &*CHOSEN {
        Some(mutant) if mutant.is_at(location, argument) => mutant.order,
        _ => Some(asked),
    }
}

/// As [`order_or_none`], for an access that can not be left out.
#[track_caller]
pub(super) fn order(asked: Ordering, argument: usize) -> Ordering {
    order_or_none(asked, argument).expect("only a fence can be left out")
}
