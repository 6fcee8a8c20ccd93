//! The agent against hosts that are stuck and viewers that misbehave.
#![cfg(feature = "cli")]

mod common;

use common::{eventually, private_dir};
use named_sync::{Kind, Registry};
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use syncmon::agent::{MAX_VIEWERS, serve_at};
use syncmon::client::{self, ClientError, Connection};
use syncmon::headless::{Outcome, Watching, watch};
use syncmon::model::{Rule, Store, Thresholds, find_problems};
use syncmon::wire::{ErrorCode, Frame, Operation, REQUEST_LIMIT, State, decode_frame};

/// A connection that says what it likes.
struct Raw {
    stream: UnixStream,
    answers: BufReader<UnixStream>,
}

impl Raw {
    fn connect(path: &Path) -> Raw {
        let stream = UnixStream::connect(path).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let answers = BufReader::new(stream.try_clone().unwrap());
        Raw { stream, answers }
    }

    fn say(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The next frame, or `None` if the agent has closed the connection.
    fn hear(&mut self) -> Option<Frame> {
        let mut line = Vec::new();
        match self.answers.read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => Some(decode_frame(line.trim_ascii_end()).unwrap()),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn refusal(&mut self) -> ErrorCode {
        match self.hear() {
            Some(Frame::Error(error)) => error.code,
            other => panic!("not an error frame: {other:?}"),
        }
    }
}

const HELLO: &[u8] = b"{\"type\":\"hello\",\"protocol\":\"named-sync-monitor\",\"major\":1}\n";

/// A host of four threads, all of them blocked for ever.
fn stuck_host() -> Arc<Registry> {
    let registry = Arc::new(Registry::new());
    let full = registry.queue::<u32>("full", 1).unwrap();
    full.put(0).unwrap();
    let empty = registry.queue::<u32>("empty", 0).unwrap();
    let never = registry.wait_group("never");
    never.add(1);
    let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
        thread::Builder::new().name(name.to_owned()).spawn(work).unwrap();
    };
    let (putter, getter, waiter) = (full.clone(), empty.clone(), never.clone());
    spawn("putter", Box::new(move || assert!(putter.put(1).is_ok())));
    spawn("getter", Box::new(move || assert!(getter.get().is_some())));
    spawn("waiter", Box::new(move || waiter.wait()));
    spawn("evil \u{1b}[2J", Box::new(move || never.wait()));
    eventually("all threads are blocked", || {
        registry.inspect().iter().map(|inspection| inspection.waiters.len()).sum::<usize>() == 4
    });
    registry
}

#[test]
fn a_deadlocked_host_is_seen_with_everyone_who_is_blocked_and_where() {
    let dir = private_dir();
    let agent = serve_at(stuck_host(), dir.path().join("host.sock")).unwrap();
    let begun = Instant::now();
    let snapshot = client::snapshot(agent.path()).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!(snapshot.host.pid, std::process::id());
    let mut blocked: Vec<_> = snapshot
        .rows
        .iter()
        .flat_map(|row| row.blocked.iter().map(move |blocked| (row.id.name.as_str(), blocked)))
        .map(|(name, blocked)| {
            assert!(blocked.location.file.ends_with("agent.rs") && blocked.location.line > 0);
            assert!(!blocked.task && blocked.blocked_us < 20_000_000);
            (name, blocked.operation, blocked.thread.as_deref().unwrap())
        })
        .collect();
    blocked.sort_unstable();
    assert_eq!(
        blocked,
        [
            ("empty", Operation::Get, "getter"),
            ("full", Operation::Put, "putter"),
            ("never", Operation::Wait, "evil \u{1b}[2J"),
            ("never", Operation::Wait, "waiter"),
        ]
    );
    let full = snapshot.rows.iter().find(|row| row.id.name == "full").unwrap();
    assert_eq!(
        full.state,
        State::Queue { size: 1, capacity: Some(1), puts: 1, gets: 0, closed: false }
    );
    let text = syncmon::report::snapshot_text(&snapshot);
    assert!(text.contains(r"evil \u{1b}[2J") && !text.contains('\u{1b}'));
}

#[test]
fn a_viewer_learns_what_changed_and_what_is_gone() {
    let dir = private_dir();
    let registry = Arc::new(Registry::new());
    let hits = registry.atomic("hits", 1);
    registry.atomic("misses", 0);
    let agent = serve_at(&registry, dir.path().join("host.sock")).unwrap();
    let (mut connection, _) = Connection::open(agent.path()).unwrap();
    let all = connection.changes(0).unwrap();
    assert!(all[0].full && all[0].rows.len() == 2);
    hits.add(1);
    registry.remove(Kind::Atomic, "misses");
    let news = connection.changes(all[0].generation).unwrap();
    assert_eq!(news[0].rows.len(), 1);
    assert_eq!(news[0].rows[0].state, State::Atomic { value: 2 });
    assert_eq!(news[0].gone[0].name, "misses");
    assert!(news[0].at_us > all[0].at_us);
    let lost = connection.changes(12345).unwrap();
    assert!(lost[0].full, "a generation never sent is answered with everything");
}

#[test]
fn a_caller_that_was_refused_a_name_is_a_problem_of_the_host() {
    let registry = Arc::new(Registry::new());
    registry.queue::<u32>("jobs", 8).unwrap();
    let dir = private_dir();
    let agent = serve_at(Arc::clone(&registry), dir.path().join("host.sock")).unwrap();
    let (mut connection, _) = Connection::open(agent.path()).unwrap();
    let mut store = Store::default();
    let mut ask = |store: &mut Store| {
        let pages = connection.changes(store.generation()).unwrap();
        pages.into_iter().for_each(|page| store.apply(page));
    };
    ask(&mut store);
    assert!(find_problems(&store, Thresholds::default()).is_empty());
    registry.queue::<u32>("jobs", 9).unwrap_err();
    ask(&mut store);
    let problems = find_problems(&store, Thresholds::default());
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].rule, &*problems[0].on.name), (Rule::RefusedName, "jobs"));
    assert!(store.get(&problems[0].on).is_some(), "the one that has the name");
    assert!(problems[0].text.contains("requested as bounded to 9"), "{}", problems[0].text);
}

#[test]
fn a_watch_ends_with_who_is_refused_a_name_while_it_watches() {
    let registry = Arc::new(Registry::new());
    registry.queue::<u32>("jobs", 8).unwrap();
    registry.queue::<u32>("jobs", 7).unwrap_err();
    let dir = private_dir();
    let agent = serve_at(Arc::clone(&registry), dir.path().join("host.sock")).unwrap();
    let watching = |seconds| Watching {
        until_problem: true,
        until: Some(Duration::from_secs(seconds)),
        json: false,
        thresholds: Thresholds { stalled_us: 100_000, ..Thresholds::default() },
    };
    let mut out = Vec::new();
    assert_eq!(watch(agent.path(), watching(1), &mut out).unwrap(), Outcome::TimeOver);
    assert!(String::from_utf8(out).unwrap().starts_with("problem refused-name queue jobs"));
    let refused = thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        registry.queue::<u32>("jobs", 7).unwrap_err();
    });
    let outcome = watch(agent.path(), watching(60), &mut Vec::new()).unwrap();
    assert_eq!(outcome, Outcome::Problem);
    refused.join().unwrap();
}

#[test]
fn thousands_of_primitives_and_a_name_of_a_megabyte_arrive_in_pages() {
    let dir = private_dir();
    let registry = Arc::new(Registry::new());
    for n in 0..5000 {
        registry.atomic(&format!("{n}"), n);
    }
    registry.atomic(&"x".repeat(1 << 20), 0);
    let agent = serve_at(&registry, dir.path().join("host.sock")).unwrap();
    let (mut connection, _) = Connection::open(agent.path()).unwrap();
    let pages = connection.changes(0).unwrap();
    assert!(pages.len() > 10);
    assert_eq!(pages.iter().map(|page| page.rows.len()).sum::<usize>(), 5001);
}

#[test]
fn garbage_gets_an_error_frame_and_the_connection_goes_on() {
    let dir = private_dir();
    let agent = serve_at(stuck_host(), dir.path().join("host.sock")).unwrap();
    let mut viewer = Raw::connect(agent.path());
    for garbage in [
        &b"GET / HTTP/1.1\n"[..],
        b"\n",
        b"\xff\xfe\x00\n",
        b"{\"type\":\"shutdown\"}\n",
        b"[[[[[[[\n",
    ] {
        viewer.say(garbage);
        assert_eq!(viewer.refusal(), ErrorCode::BadRequest);
    }
    viewer.say(b"{\"type\":\"changes\",\"since\":0}\n");
    assert_eq!(viewer.refusal(), ErrorCode::BadRequest, "no changes before a greeting");
    viewer.say(HELLO);
    assert!(matches!(viewer.hear(), Some(Frame::Hello(_))));
    viewer.say(b"{\"type\":\"changes\",\"since\":0}\n");
    assert!(matches!(viewer.hear(), Some(Frame::Changes(_))));
}

#[test]
fn half_a_frame_holds_nobody_up_and_its_other_half_is_welcome() {
    let dir = private_dir();
    let agent = serve_at(stuck_host(), dir.path().join("host.sock")).unwrap();
    let mut left_in_the_middle = Raw::connect(agent.path());
    left_in_the_middle.say(&HELLO[..20]);
    drop(left_in_the_middle);
    let mut slow = Raw::connect(agent.path());
    slow.say(&HELLO[..20]);
    client::snapshot(agent.path()).expect("another viewer is answered meanwhile");
    slow.say(&HELLO[20..]);
    assert!(matches!(slow.hear(), Some(Frame::Hello(_))));
}

#[test]
fn a_line_of_a_hundred_megabytes_is_refused_after_a_few_kilobytes() {
    let dir = private_dir();
    let agent = serve_at(stuck_host(), dir.path().join("host.sock")).unwrap();
    let mut viewer = Raw::connect(agent.path());
    let chunk = vec![b'x'; 64 * 1024];
    let mut taken = 0;
    while taken < 100 * 1024 * 1024 {
        match viewer.stream.write(&chunk) {
            Ok(count) => taken += count,
            Err(error) => {
                assert!(
                    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset),
                    "{error}"
                );
                break;
            }
        }
    }
    // What was taken above the limit was in the kernel's buffer, not in the host's memory.
    assert!(taken < REQUEST_LIMIT + 2 * 1024 * 1024, "the host took {taken} bytes");
    assert_eq!(viewer.refusal(), ErrorCode::TooLong);
    assert!(viewer.hear().is_none(), "the connection is closed");
    client::snapshot(agent.path()).expect("the host is as well as before");
}

#[test]
fn another_protocol_version_is_told_what_this_one_is() {
    let dir = private_dir();
    let agent = serve_at(stuck_host(), dir.path().join("host.sock")).unwrap();
    for hello in [
        &b"{\"type\":\"hello\",\"protocol\":\"named-sync-monitor\",\"major\":2}\n"[..],
        b"{\"type\":\"hello\",\"protocol\":\"something\",\"major\":1}\n",
    ] {
        let mut viewer = Raw::connect(agent.path());
        viewer.say(hello);
        let Some(Frame::Error(error)) = viewer.hear() else { panic!("no error frame") };
        assert_eq!(error.code, ErrorCode::Version);
        assert!(error.message.contains("version 1"), "{}", error.message);
        assert!(viewer.hear().is_none(), "the connection is closed");
    }
}

#[test]
fn a_host_of_another_version_is_refused_by_the_viewer_for_good() {
    let dir = private_dir();
    let path = dir.path().join("host.sock");
    let listener = UnixListener::bind(&path).unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let hello = br#"{"type":"hello","protocol":"named-sync-monitor","major":9,"pid":1,"program":"x","started_us":1,"uptime_us":1}"#;
        stream.write_all(hello).unwrap();
        stream.write_all(b"\n").unwrap();
        let _ = stream.read(&mut [0; 100]);
    });
    let error = client::snapshot(&path).unwrap_err();
    assert!(error.is_final() && error.to_string().contains("version 9"), "{error}");
}

#[test]
fn one_viewer_too_many_is_told_so_and_a_place_becomes_free() {
    let dir = private_dir();
    let agent = serve_at(stuck_host(), dir.path().join("host.sock")).unwrap();
    let mut viewers: Vec<_> =
        (0..MAX_VIEWERS).map(|_| Connection::open(agent.path()).unwrap()).collect();
    match client::snapshot(agent.path()) {
        Err(ClientError::Refused(error)) => assert_eq!(error.code, ErrorCode::Busy),
        other => panic!("{other:?}"),
    }
    viewers.pop();
    eventually("a place becomes free", || client::snapshot(agent.path()).is_ok());
}

#[test]
fn a_viewer_that_asks_and_never_reads_is_left_alone_with_it() {
    let dir = private_dir();
    let registry = Arc::new(Registry::new());
    for n in 0..5_000 {
        registry.atomic(
            &format!("a name that takes some room in the buffer of the kernel, number {n}"),
            n,
        );
    }
    let agent = serve_at(&registry, dir.path().join("host.sock")).unwrap();
    let mut deaf = Raw::connect(agent.path());
    deaf.say(HELLO);
    deaf.say(b"{\"type\":\"changes\",\"since\":0}\n");
    let begun = Instant::now();
    client::snapshot(agent.path()).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    // Ending the agent does not wait for the deaf viewer either.
    let begun = Instant::now();
    drop(agent);
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn the_socket_is_ours_alone_and_goes_with_the_agent() {
    let dir = private_dir();
    let path = dir.path().join("host.sock");
    let agent = serve_at(stuck_host(), &path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut viewer = Raw::connect(&path);
    viewer.say(HELLO);
    assert!(viewer.hear().is_some());
    drop(agent);
    assert!(!path.exists());
    assert!(viewer.hear().is_none(), "open connections are closed");
}

#[test]
fn a_socket_in_use_is_refused_a_stale_one_replaced_and_a_file_left_alone() {
    let dir = private_dir();
    let path = dir.path().join("host.sock");
    let agent = serve_at(stuck_host(), &path).unwrap();
    let error = serve_at(stuck_host(), &path).unwrap_err();
    assert!(
        error.kind() == ErrorKind::AddrInUse && error.to_string().contains("host.sock"),
        "{error}"
    );
    client::snapshot(&path).expect("the first agent goes on");
    drop(agent);
    drop(UnixListener::bind(&path).unwrap()); // A process that was killed leaves this behind.
    drop(serve_at(stuck_host(), &path).expect("a stale socket is replaced"));
    fs::write(&path, "precious").unwrap();
    assert!(serve_at(stuck_host(), &path).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn the_socket_of_a_successor_is_not_removed() {
    let dir = private_dir();
    let path = dir.path().join("host.sock");
    let first = serve_at(stuck_host(), &path).unwrap();
    fs::remove_file(&path).unwrap();
    let second = serve_at(stuck_host(), &path).unwrap();
    drop(first);
    client::snapshot(second.path()).expect("the second agent is still there");
}

#[test]
fn a_watch_comes_back_when_the_host_does() {
    let dir = private_dir();
    let path = dir.path().join("host.sock");
    let agent = serve_at(stuck_host(), &path).unwrap();
    let watch = client::watch(path.clone()).unwrap();
    let heard = |wanted: fn(&client::Event) -> bool| watch.events().any(|event| wanted(&event));
    eventually("changes arrive", || heard(|event| matches!(event, client::Event::Changes(_))));
    drop(agent);
    eventually("the host is lost", || {
        heard(|event| matches!(event, client::Event::Lost { last: false, .. }))
    });
    let _agent = serve_at(stuck_host(), &path).unwrap();
    let back = Instant::now();
    eventually("the host is back", || heard(|event| matches!(event, client::Event::Connected(_))));
    assert!(back.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_watch_goes_on_with_the_successor_of_its_host_and_with_nobody_else() {
    let dir = private_dir();
    let serve = |pid: u32| serve_at(stuck_host(), dir.path().join(format!("{pid}.sock"))).unwrap();
    let host = serve(101);
    let sibling = serve(102);
    let watch = client::watch(host.path().to_owned()).unwrap();
    let connected = || {
        watch.events().find_map(|event| match event {
            client::Event::Connected(hello) => Some(hello),
            _ => None,
        })
    };
    let mut first = None;
    eventually("it is connected", || {
        first = connected();
        first.is_some()
    });
    let began = |path: &Path| client::snapshot(path).unwrap().host.started_us;
    assert_eq!(first.unwrap().started_us, began(host.path()));
    std::thread::sleep(Duration::from_millis(600));
    drop(host);
    // Several attempts: the other one was there before, and is none that came after.
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(connected(), None);
    let successor = serve(103);
    let mut second = None;
    eventually("it is connected again", || {
        second = connected();
        second.is_some()
    });
    let second = second.unwrap().started_us;
    assert_eq!(second, began(successor.path()));
    assert!(second > began(sibling.path()));
    // A socket of another name may be anybody's: nobody is looked for in its place.
    let own = serve_at(stuck_host(), dir.path().join("own.sock")).unwrap();
    let watch = client::watch(own.path().to_owned()).unwrap();
    eventually("it is connected", || {
        watch.events().any(|event| matches!(event, client::Event::Changes(_)))
    });
    drop(own);
    let _after = serve(104);
    std::thread::sleep(Duration::from_millis(1500));
    assert!(!watch.events().any(|event| matches!(event, client::Event::Connected(_))));
}

#[test]
fn the_threads_of_a_hundred_visits_are_gone_after_them() {
    let dir = private_dir();
    let agent = serve_at(stuck_host(), dir.path().join("host.sock")).unwrap();
    for _ in 0..100 {
        // A visit that comes before the last one's thread has ended may be one too many.
        eventually("a visit", || client::snapshot(agent.path()).is_ok());
    }
    eventually("all places are free", || {
        let visitors: Vec<_> = (0..MAX_VIEWERS).map(|_| Connection::open(agent.path())).collect();
        visitors.iter().all(Result::is_ok)
    });
}
