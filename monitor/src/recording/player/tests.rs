use super::*;
use crate::model::Store;
use crate::recording::ReadError;
use crate::wire::{
    Blocked, Changes, Frame, Hello, Kind, Location, Operation, Row, RowId, State, encode,
};

/// A queue that holds as many items as seconds have passed, and is full from the third on.
fn answer(second: u64) -> Frame {
    let created_at = Location { file: "src/main.rs".into(), line: 1 };
    let id = RowId { kind: Kind::Queue, name: "jobs".into(), type_name: "u8".into(), created_at };
    let state = State::Queue {
        size: second.min(3),
        capacity: Some(3),
        puts: second,
        gets: 0,
        closed: false,
    };
    let blocked = Blocked {
        operation: Operation::Put,
        task: false,
        thread: Some("worker".into()),
        thread_id: "ThreadId(2)".into(),
        location: Location { file: "src/main.rs".into(), line: 9 },
        blocked_us: second.saturating_sub(3) * 1_000_000,
    };
    let blocked: Vec<Blocked> = (second > 3).then_some(blocked).into_iter().collect();
    let row = Row { putters: blocked.len() as u64, blocked, ..Row::idle(id, state) };
    // The agent had been up for an hour when the recording began.
    let at_us = (3600 + second) * 1_000_000;
    let full = second == 0;
    Frame::Changes(Changes {
        at_us,
        generation: second + 1,
        full,
        rows: vec![row],
        ..Changes::default()
    })
}

fn greeting() -> Frame {
    Frame::Hello(Hello::current(7, "service".into(), 1, 3_600_000_000))
}

fn bytes(seconds: u64) -> Vec<u8> {
    let frames = std::iter::once(greeting()).chain((0..=seconds).map(answer));
    frames.flat_map(|frame| encode(&frame)).collect()
}

fn player(seconds: u64) -> Player {
    Player::new(Recording::read(&bytes(seconds)).unwrap())
}

/// A viewer that knows nothing but what it was told.
#[derive(Default)]
struct Seen(Store);

impl Seen {
    fn hear(&mut self, events: Vec<Event>) -> u64 {
        for event in events {
            match event {
                Event::Restarted => self.0 = Store::default(),
                Event::Changes(page) => self.0.apply(page),
                Event::Connected(_) | Event::Lost { .. } => {}
            }
        }
        match self.0.entries() {
            [entry] => match entry.row().state {
                State::Queue { puts, .. } => puts,
                _ => unreachable!(),
            },
            _ => u64::MAX,
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn it_plays_as_fast_as_it_was_or_faster_or_slower() {
    let (mut player, mut seen) = (player(20), Seen::default());
    assert_eq!(seen.hear(player.pass(Duration::ZERO)), 0);
    assert_eq!(seen.hear(player.pass(SECOND / 2)), 0);
    assert_eq!(seen.hear(player.pass(SECOND / 2)), 1);
    player.accelerate(true);
    player.accelerate(true);
    assert_eq!(seen.hear(player.pass(SECOND)), 5);
    for _ in 0..10 {
        player.accelerate(false);
    }
    assert_eq!(player.status().speed, 0.25);
    assert_eq!(seen.hear(player.pass(SECOND)), 5);
    assert_eq!(player.status().position, SECOND * 21 / 4);
    player.pause();
    assert_eq!(seen.hear(player.pass(SECOND * 100)), 5);
    assert!(player.status().paused);
    player.pause();
    assert_eq!(seen.hear(player.pass(SECOND * 100)), 20);
    let status = player.status();
    assert!(status.paused && status.position == SECOND * 20 && status.length == SECOND * 20);
}

#[test]
fn it_steps_and_skips_both_ways() {
    let (mut player, mut seen) = (player(20), Seen::default());
    assert_eq!(seen.hear(player.step()), 0);
    assert_eq!(seen.hear(player.step()), 1);
    assert_eq!(seen.hear(player.step()), 2);
    assert_eq!(seen.hear(player.step_back()), 1);
    assert_eq!(seen.hear(player.step_back()), 0);
    assert_eq!(seen.hear(player.step_back()), 0);
    assert_eq!(seen.hear(player.skip(SECOND * 10, true)), 10);
    assert_eq!(seen.hear(player.skip(SECOND * 3, false)), 7);
    assert_eq!(seen.hear(player.skip(SECOND * 100, true)), 20);
    assert_eq!(seen.hear(player.step()), 20);
    assert_eq!(seen.hear(player.skip(SECOND * 100, false)), 0);
}

#[test]
fn the_past_is_the_same_whichever_way_one_comes_there() {
    let (mut player, mut there, mut back) = (player(20), Seen::default(), Seen::default());
    there.hear(player.seek(SECOND * 12));
    back.hear(player.seek(SECOND * 20));
    back.hear(player.seek(SECOND * 12));
    let row = |seen: &Seen| seen.0.entries()[0].row().clone();
    assert_eq!(row(&there), row(&back));
    assert_eq!(there.0.at_us(), back.0.at_us());
    let levels =
        |seen: &Seen| -> Vec<u64> { seen.0.entries()[0].levels(9, seen.0.ticks()).collect() };
    assert_eq!(levels(&there), levels(&back));
}

#[test]
fn it_knows_when_problems_began() {
    // Somebody waits from the third second on, and four seconds later that is a problem.
    assert_eq!(player(20).status().problems, [SECOND * 7]);
    assert_eq!(player(6).status().problems, []);
}

#[test]
fn what_a_crash_has_cut_off_is_left_out() {
    let whole = bytes(5);
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for end in last + 1..whole.len() - 1 {
        let recording = Recording::read(&whole[..end]).unwrap();
        assert_eq!((recording.length(), recording.cut()), (SECOND * 4, 1), "{end}");
    }
    // Another recorder went on.
    let both = [&whole[..last + 9], b"\n", &whole].concat();
    let recording = Recording::read(&both).unwrap();
    assert_eq!((recording.length(), recording.cut()), (SECOND * 9, 1));
    let spoilt = [&whole[..last], b"{}\n", &whole[last..]].concat();
    assert!(matches!(Recording::read(&spoilt), Err(ReadError::Line(7, _))));
}

#[test]
fn what_is_no_recording_is_refused_and_it_is_said_why() {
    let said = |bytes: &[u8]| Recording::read(bytes).unwrap_err().to_string();
    assert_eq!(said(b""), "nothing is recorded in it");
    assert_eq!(said(&encode(&greeting())), "nothing is recorded in it");
    assert_eq!(
        said(&encode(&answer(0))),
        "line 1 comes before the greeting of a host: is it a recording?"
    );
    assert!(said(b"a note of one line").starts_with("line 1 is no line of a recording: "));
    assert!(said(b"[package]\nname = \"x\"\n").starts_with("line 1 is no line of a recording: "));
    assert!(
        Recording::open("/nonexistent".as_ref()).unwrap_err().to_string().contains("No such file")
    );
}

#[test]
fn an_answer_of_many_pages_is_shown_whole() {
    let Frame::Changes(page) = answer(0) else { unreachable!() };
    let first = Frame::Changes(Changes { more: true, ..page.clone() });
    let second = Frame::Changes(Changes { rows: vec![], full: false, ..page });
    let bytes: Vec<u8> = [greeting(), first, second].iter().flat_map(encode).collect();
    let events = Player::new(Recording::read(&bytes).unwrap()).pass(Duration::ZERO);
    assert_eq!(events.len(), 3);
}
