use super::*;
use crate::wire::{Blocked, Kind, Location, Operation, Row, RowId, State};

fn at(line: u32) -> Location {
    Location { file: "src/pool.rs".into(), line }
}

fn row(kind: Kind, name: &str, state: State) -> Row {
    let id = RowId { kind, name: name.into(), type_name: "String".into(), created_at: at(1) };
    Row::idle(id, state)
}

/// Four rows, the first of which has somebody blocked on it for two seconds.
fn entries() -> Vec<Entry> {
    let queue =
        State::Queue { size: 150, capacity: Some(200), puts: 1150, gets: 1000, closed: false };
    let mut jobs = row(Kind::Queue, "my jobs", queue);
    jobs.putters = 1;
    jobs.blocked = vec![Blocked {
        operation: Operation::Put,
        task: false,
        thread: Some("worker-3".into()),
        thread_id: "ThreadId(4)".into(),
        location: Location { file: "src/main.rs".into(), line: 40 },
        blocked_us: 1_500_000,
    }];
    let rows = [
        jobs,
        row(Kind::Atomic, "Lowest", State::Atomic { value: -5 }),
        row(Kind::WaitGroup, "a\u{1b}b", State::WaitGroup { count: 2, generation: 1 }),
        row(Kind::Shared, "kind:x", State::Shared { version: 7, value: String::new() }),
    ];
    rows.into_iter().map(|row| Entry::new(row, 1_000_000, 1)).collect()
}

/// Which of the four are shown, half a second after they were sent.
fn shown(text: &str) -> Vec<usize> {
    let filter = Filter::new(text);
    assert_eq!(filter.error(), None, "{text}");
    let passes = |(place, entry): (usize, &Entry)| {
        filter.accepts(entry, &Ticks::over(&[1_500_000])).then_some(place)
    };
    entries().iter().enumerate().filter_map(passes).collect()
}

#[test]
fn every_term_passes_what_it_says() {
    let cases: [(&str, &[usize]); 52] = [
        ("", &[0, 1, 2, 3]),
        ("  ", &[0, 1, 2, 3]),
        ("jobs", &[0]),
        ("JOBS", &[]),
        ("lowest", &[1]),
        ("Lowest", &[1]),
        ("low jobs", &[]),
        ("my jobs", &[0]),
        ("\"my jobs\"", &[0]),
        ("\"jobs my\"", &[]),
        // What an escaped name looks like.
        ("\\u{1b}", &[2]),
        ("\u{1b}", &[2]),
        // A name that looks like a term.
        ("\"kind:x\"", &[3]),
        ("a::b", &[]),
        ("->", &[]),
        ("j.bs", &[]),
        ("/j.bs/", &[0]),
        ("/^my jobs$/", &[0]),
        ("/^jobs/", &[]),
        ("/(?i)^LOW/", &[1]),
        ("/a\\/b/", &[]),
        ("kind:queue", &[0]),
        ("kind:q", &[0]),
        ("kind:wait-group", &[2]),
        ("kind:wait_group", &[2]),
        ("kind:\"wait group\"", &[2]),
        ("kind:Atomic", &[1]),
        ("!kind:queue", &[1, 2, 3]),
        ("!kind:queue !low", &[2, 3]),
        ("type:string", &[0, 1, 2, 3]),
        ("type:STRING", &[]),
        ("thread:worker-3", &[0]),
        ("thread:threadid(4)", &[0]),
        ("!thread:worker", &[1, 2, 3]),
        ("at:src/pool.rs", &[0, 1, 2, 3]),
        ("at:main.rs:40", &[0]),
        ("depth>100", &[0]),
        ("depth>150", &[]),
        ("depth>=150", &[0]),
        ("depth<=0.15k", &[0]),
        // Others have no depth: so it is not less, but it is not more either.
        ("depth<1000", &[0]),
        ("!depth<1000", &[1, 2, 3]),
        ("fill=75%", &[0]),
        ("fill>75", &[]),
        ("value<-4", &[1]),
        ("value=-5.0", &[1]),
        ("count!=3", &[2]),
        ("waiters>0", &[0]),
        ("putters=0", &[1, 2, 3]),
        // One and a half seconds when it was sent, and half a second since.
        ("wait>=2s", &[0]),
        ("wait>2000ms", &[]),
        ("version=7 kind:shared", &[3]),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn every_field_is_a_number_of_some_row() {
    let entries = entries();
    for (word, field) in Field::ALL {
        // A rate takes two samples.
        let has = entries.iter().any(|entry| field.of(entry, &Ticks::over(&[1_500_000])).is_some());
        assert_eq!(has, field != Field::Rate, "{word}");
        assert!(Filter::new(format!("{word}>")).error().is_some());
    }
    let mut entry = entries[0].clone();
    let mut row = entry.row().clone();
    row.state =
        State::Queue { size: 160, capacity: Some(200), puts: 1160, gets: 1000, closed: false };
    let ticks = Ticks::over(&[1_000_000, 2_000_000]);
    entry.replace(row, &ticks);
    assert!(Filter::new("rate=10").accepts(&entry, &ticks));
    assert!(!Filter::new("rate>10").accepts(&entry, &ticks));
}

#[test]
fn every_mistake_is_told_where_it_is() {
    let cases = [
        ("jobs !", 5, "! stands before what is not to be shown"),
        ("\"jobs", 0, "the closing \" is missing"),
        (
            "a /jobs",
            2,
            "the closing / of the regular expression is missing; a name with a / is quoted",
        ),
        ("/usr/bin", 5, "after a regular expression comes a space; a name with a / is quoted"),
        ("/(/", 0, "regular expression: unclosed group"),
        ("kind:", 5, "kind: one of atomic, shared, wait-group and queue"),
        ("kind:mutex", 5, "kind: one of atomic, shared, wait-group and queue"),
        ("thread:", 7, "thread: what?"),
        ("at: x", 3, "at: what?"),
        ("depth:5", 0, "depth is a number: depth>1"),
        ("x tenant:7 y", 2, "\"tenant\" is no field; to look for the text, quote it: \"tenant:7\""),
        ("size>7", 0, "\"size\" is no field; to look for the text, quote it: \"size>7\""),
        ("depth>", 6, "a number comes here, of at most 19 digits and 3 after a point"),
        ("depth>x", 6, "a number comes here, of at most 19 digits and 3 after a point"),
        ("depth>1.", 6, "a number comes here, of at most 19 digits and 3 after a point"),
        ("depth>1s", 6, "s is no unit here: k, M, G or nothing"),
        ("fill>1k", 5, "k is no unit here: % or nothing"),
        ("wait>2", 5, "2 of what? us, ms, s, m or h"),
    ];
    for (text, place, message) in cases {
        let filter = Filter::new(text);
        let error = filter.error().unwrap_or_else(|| panic!("{text} is no mistake"));
        assert_eq!((error.at(), error.to_string().as_str()), (place, message), "{text}");
    }
}

#[test]
fn while_the_text_is_not_right_the_terms_before_the_mistake_hold() {
    let mut filter = Filter::new("kind:queue !");
    assert!(filter.error().is_some());
    let entries = entries();
    let shown = |filter: &Filter| -> Vec<bool> {
        entries.iter().map(|entry| filter.accepts(entry, &Ticks::default())).collect()
    };
    assert_eq!(shown(&filter), [true, false, false, false]);
    filter.push('j');
    assert_eq!(shown(&filter), [false; 4]);
    filter.pop();
    filter.pop();
    assert_eq!((filter.text(), filter.error()), ("kind:queue ", None));
    assert_eq!(shown(&Filter::new("kind:queue x\"y wait>2 low")), [false; 4], "a word of its own");
    assert_eq!(shown(&Filter::new("wait>2 low")), [true; 4]);
    filter.push('"');
    filter.clear();
    assert!(filter.is_empty() && filter.error().is_none());
    assert_eq!(shown(&filter), [true; 4]);
}

#[test]
fn no_text_is_too_strange() {
    // Every prefix of every sequence of the parts there are.
    let parts =
        ["!", "\"", "/", ":", ">", "=", "kind", "depth", " ", "-", "9", ".", "\\", "ü", "任"];
    for a in parts {
        for b in parts {
            for c in parts {
                for d in parts {
                    let filter = Filter::new([a, b, c, d].concat());
                    if let Some(error) = filter.error() {
                        assert!(filter.text().is_char_boundary(error.at()), "{filter:?}");
                    }
                }
            }
        }
    }
}
