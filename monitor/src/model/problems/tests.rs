use super::*;
use crate::wire::{Blocked, CallSite, Changes, Kind, Location, Operation, Refused, Row, State};

/// A host to which seconds happen.
struct Host {
    store: Store,
    second: u64,
}

impl Host {
    fn new() -> Self {
        Host { store: Store::default(), second: 0 }
    }

    /// A second later the primitives are these.
    fn goes_on(&mut self, rows: Vec<Row>) {
        self.second += 1;
        let (at_us, generation) = (self.second * 1_000_000, self.second);
        self.store.apply(Changes { at_us, generation, rows, ..Changes::default() });
    }

    fn finds(&self) -> Vec<Problem> {
        find_problems(&self.store, Thresholds::default())
    }

    fn rules(&self) -> Vec<Rule> {
        self.finds().into_iter().map(|problem| problem.rule).collect()
    }
}

fn row(kind: Kind, name: &str, state: State, blocked: Vec<Blocked>) -> Row {
    let created_at = Location { file: "src/lib.rs".into(), line: 1 };
    let count = |operation| blocked.iter().filter(|one| one.operation == operation).count() as u64;
    Row {
        id: RowId { kind, name: name.into(), type_name: "u8".into(), created_at },
        state,
        putters: count(Operation::Put),
        getters: count(Operation::Get),
        waiters: count(Operation::Wait),
        blocked,
        call_sites: None,
    }
}

fn blocked(operation: Operation, thread: &str, seconds: u64) -> Blocked {
    Blocked {
        operation,
        task: false,
        thread: Some(thread.into()),
        thread_id: "ThreadId(2)".into(),
        location: Location { file: "src/main.rs".into(), line: 40 },
        blocked_us: seconds * 1_000_000,
    }
}

fn queue(size: u64, capacity: Option<u64>, gets: u64, blocked: Vec<Blocked>) -> Row {
    let state = State::Queue { size, capacity, puts: gets + size, gets, closed: false };
    row(Kind::Queue, "jobs", state, blocked)
}

fn group(count: u32, blocked: Vec<Blocked>) -> Row {
    row(Kind::WaitGroup, "in flight", State::WaitGroup { count, generation: 0 }, blocked)
}

#[test]
fn a_full_queue_out_of_which_nobody_takes() {
    let mut host = Host::new();
    let full =
        |seconds, gets| queue(4, Some(4), gets, vec![blocked(Operation::Put, "a\u{1b}", seconds)]);
    for second in 1..=4 {
        host.goes_on(vec![full(second, 10)]);
        assert_eq!(host.rules(), [], "{second}");
    }
    host.goes_on(vec![full(5, 10)]);
    let problems = host.finds();
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].rule, problems[0].age_us), (Rule::FullQueue, 4_000_000));
    let text =
        "full with 4 items, nothing taken out for 4.0s; 1 in put: a\\u{1b} at src/main.rs:40";
    assert_eq!(problems[0].text, text);
    // Nothing is sent while nothing changes, and it gets older all the same.
    host.goes_on(vec![]);
    assert_eq!(host.finds()[0].age_us, 5_000_000);
    // One item is taken out.
    host.goes_on(vec![full(7, 11)]);
    assert_eq!(host.rules(), []);
}

/// A worker, who has a number for an id.
fn worker(number: u64, operation: Operation, seconds: u64) -> Blocked {
    let blocked = blocked(operation, &format!("worker-{number}"), seconds);
    Blocked { thread_id: format!("ThreadId({number})"), ..blocked }
}

#[test]
fn items_that_wait_for_getters_who_are_blocked_elsewhere() {
    let mut host = Host::new();
    let getters = [1, 2].map(|number| worker(number, Operation::Get, 1));
    host.goes_on(vec![queue(0, None, 5, getters.to_vec()), group(2, vec![])]);
    let wait = |number, seconds| worker(number, Operation::Wait, seconds);
    let is_found_while = |host: &mut Host, waiting| {
        host.goes_on(vec![queue(3, None, 5, vec![]), group(2, waiting)]);
        host.rules().contains(&Rule::GettersElsewhere)
    };
    assert!(!is_found_while(&mut host, vec![wait(1, 9)]), "the second one may be about to come");
    assert!(!is_found_while(&mut host, vec![wait(1, 9), wait(2, 3)]));
    assert!(is_found_while(&mut host, vec![wait(1, 9), wait(2, 4)]));
    let problems = host.finds();
    let found = problems.iter().find(|problem| problem.rule == Rule::GettersElsewhere).unwrap();
    assert_eq!((found.on.name.as_str(), found.age_us), ("jobs", 4_000_000));
    assert_eq!(
        found.text,
        "3 items; worker-1 at src/main.rs:40 in wait on wait group in flight, \
         worker-2 at src/main.rs:40 in wait on wait group in flight"
    );
    let task = Blocked { task: true, ..wait(2, 9) };
    assert!(!is_found_while(&mut host, vec![wait(1, 9), task]), "its thread may run another task");
    host.goes_on(vec![queue(0, None, 8, vec![]), group(2, vec![wait(1, 9), wait(2, 9)])]);
    assert!(!host.rules().contains(&Rule::GettersElsewhere), "there is nothing to get");
    host.goes_on(vec![queue(0, None, 8, vec![worker(3, Operation::Get, 1)])]);
    assert!(!is_found_while(&mut host, vec![wait(1, 9), wait(2, 9)]), "a third one is free");
}

#[test]
fn a_queue_with_too_many_getters_to_keep_has_none_elsewhere() {
    let mut host = Host::new();
    let all = |operation, seconds| (0..100).map(|n| worker(n, operation, seconds)).collect();
    host.goes_on(vec![queue(0, None, 5, all(Operation::Get, 1))]);
    host.goes_on(vec![queue(3, None, 5, vec![]), group(2, all(Operation::Wait, 9))]);
    assert!(!host.rules().contains(&Rule::GettersElsewhere));
}

#[test]
fn a_queue_may_be_full_if_nobody_waits_or_has_only_begun_to() {
    let mut host = Host::new();
    for second in 1..=20 {
        host.goes_on(vec![queue(4, Some(4), 10, vec![])]);
        assert_eq!(host.rules(), [], "{second}");
    }
    host.goes_on(vec![queue(4, Some(4), 10, vec![blocked(Operation::Put, "a", 1)])]);
    assert_eq!(host.rules(), []);
    let closed = State::Queue { size: 4, capacity: Some(4), puts: 14, gets: 10, closed: true };
    let row = row(Kind::Queue, "jobs", closed, vec![blocked(Operation::Put, "a", 9)]);
    host.goes_on(vec![row]);
    assert_eq!(host.rules(), [], "close wakes them");
}

#[test]
fn a_wait_group_that_stands_still() {
    let mut host = Host::new();
    for second in 1..=9 {
        let waiting = vec![blocked(Operation::Wait, "main", second)];
        host.goes_on(vec![group(20 - u32::try_from(second).unwrap(), waiting)]);
        assert_eq!(host.rules(), [], "the count changes");
    }
    for _ in 0..3 {
        host.goes_on(vec![]);
        assert_eq!(host.rules(), []);
    }
    host.goes_on(vec![]);
    let problems = host.finds();
    assert_eq!(problems[0].rule, Rule::StalledWaitGroup);
    assert_eq!(
        problems[0].text,
        "11 not done, no change for 4.0s; 1 in wait: main at src/main.rs:40"
    );
    host.goes_on(vec![group(11, vec![])]);
    assert_eq!(host.rules(), [], "nobody waits for it");
}

#[test]
fn of_a_wait_group_that_is_tracked_who_has_not_called_done() {
    let told = |count, sites: &[(u64, u64, u64)]| {
        let call_sites = sites.iter().zip(1..).map(|(&(added, taken_off, guards), line)| {
            let location = Location { file: "src/a.rs".into(), line };
            CallSite { location, added, taken_off, guards }
        });
        let mut host = Host::new();
        let waiting = group(count, vec![blocked(Operation::Wait, "main", 1)]);
        host.goes_on(vec![Row { call_sites: Some(call_sites.collect()), ..waiting }]);
        (0..4).for_each(|_| host.goes_on(vec![]));
        host.finds()[0].text.split_once("main.rs:40").unwrap().1.to_owned()
    };
    assert_eq!(told(2, &[]), "");
    assert_eq!(told(2, &[(9, 7, 2)]), "; guards of src/a.rs:1 (2 held)");
    let both = "; guards of src/a.rs:1 (1 held); changed by src/a.rs:2 (+2), src/a.rs:1 (+1)";
    assert_eq!(told(3, &[(1, 0, 1), (2, 0, 0)]), both);
    assert_eq!(told(1, &[(3, 0, 0), (0, 2, 0)]), "; changed by src/a.rs:1 (+3), src/a.rs:2 (-2)");
}

#[test]
fn a_queue_that_nobody_has_ever_put_into() {
    let mut host = Host::new();
    let waiting =
        |seconds| (1..=5).map(|n| blocked(Operation::Get, &format!("w{n}"), seconds)).collect();
    host.goes_on(vec![queue(0, None, 0, waiting(3))]);
    assert_eq!(host.rules(), []);
    host.goes_on(vec![queue(0, None, 0, waiting(4))]);
    let problems = host.finds();
    assert_eq!(problems[0].rule, Rule::NeverFed);
    let text = "nothing was ever put in; 5 in get: w1 at src/main.rs:40, w2 at src/main.rs:40, \
                w3 at src/main.rs:40 and 2 more";
    assert_eq!(problems[0].text, text);
    // An idle worker waits, too.
    host.goes_on(vec![queue(0, None, 1, waiting(500))]);
    assert_eq!(host.rules(), []);
}

#[test]
fn a_queue_that_grows_and_grows() {
    let mut host = Host::new();
    for second in 1..=31 {
        assert_eq!(host.rules(), [], "{second}");
        host.goes_on(vec![queue(second * 3, None, second, vec![])]);
    }
    host.goes_on(vec![queue(99, None, 31, vec![])]);
    let problems = host.finds();
    assert_eq!((problems[0].rule, problems[0].age_us), (Rule::RisingQueue, 30_000_000));
    assert_eq!(problems[0].text, "from 3 to 99 items in 30.0s, and never shorter meanwhile");
    host.goes_on(vec![queue(98, None, 32, vec![])]);
    assert_eq!(host.rules(), [], "it got shorter");
}

#[test]
fn a_queue_that_was_filled_once_does_not_grow() {
    let mut host = Host::new();
    host.goes_on(vec![queue(0, None, 0, vec![])]);
    host.goes_on(vec![queue(1000, None, 0, vec![])]);
    for second in 3..=100 {
        host.goes_on(vec![]);
        assert_eq!(host.rules(), [], "{second}");
    }
}

#[test]
fn a_queue_may_grow_by_a_little() {
    let mut host = Host::new();
    for second in 1..=100 {
        host.goes_on(vec![queue(1000 + second, None, second, vec![])]);
        assert_eq!(host.rules(), [], "{second}");
    }
}

#[test]
fn a_wait_that_is_long_though_things_move() {
    let mut host = Host::new();
    for second in 1..=59 {
        let waiting = vec![blocked(Operation::Wait, "main", second)];
        host.goes_on(vec![group(u32::try_from(second).unwrap(), waiting)]);
        assert_eq!(host.rules(), [], "{second}");
    }
    host.goes_on(vec![group(60, vec![blocked(Operation::Wait, "main", 60)])]);
    assert_eq!(host.rules(), [Rule::LongWait]);
    assert_eq!(host.finds()[0].text, "1 in wait: main at src/main.rs:40");
}

#[test]
fn the_oldest_comes_first_and_each_primitive_has_one() {
    let mut host = Host::new();
    let full = |seconds| queue(4, Some(4), 10, vec![blocked(Operation::Put, "a", seconds)]);
    for second in 1..=70 {
        let mut rows = vec![full(second)];
        if second >= 60 {
            rows.push(group(1, vec![blocked(Operation::Wait, "main", second)]));
        }
        host.goes_on(rows);
    }
    assert_eq!(host.rules(), [Rule::FullQueue, Rule::StalledWaitGroup]);
}

#[test]
fn every_rule_says_what_it_means_and_what_to_look_at() {
    let mut labels: Vec<_> = Rule::ALL.into_iter().map(Rule::label).collect();
    labels.sort_unstable();
    labels.dedup();
    assert_eq!(labels.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        assert!(rule.explanation().ends_with('.'), "{rule:?}");
        assert!(rule.advice().ends_with(['.', '?']), "{rule:?}");
    }
}

fn named_queue(name: &str, size: u64, capacity: Option<u64>, blocked: Vec<Blocked>) -> Row {
    let row = queue(size, capacity, 9, blocked);
    Row { id: RowId { name: name.into(), ..row.id }, ..row }
}

/// Two workers who pass items round in a ring, and both of whose queues are full.
fn ring(first: Operation, second: Operation, seconds: u64) -> Vec<Row> {
    let on = |number, operation| vec![worker(number, operation, seconds)];
    let size = |operation| if operation == Operation::Put { 4 } else { 0 };
    vec![
        named_queue("a", size(first), Some(4), on(1, first)),
        named_queue("b", size(second), Some(4), on(2, second)),
    ]
}

#[test]
fn threads_that_wait_for_each_other() {
    let mut host = Host::new();
    // 1 puts into a and gets from b, 2 the other way round.
    host.goes_on(vec![
        named_queue("a", 0, Some(4), vec![worker(2, Operation::Get, 0)]),
        named_queue("b", 0, Some(4), vec![worker(1, Operation::Get, 0)]),
    ]);
    let has_cycle = |host: &Host| host.rules().contains(&Rule::Cycle);
    host.goes_on(ring(Operation::Put, Operation::Put, 3));
    assert!(!has_cycle(&host), "not for long enough");
    host.goes_on(ring(Operation::Put, Operation::Put, 5));
    let problems = host.finds();
    let found = problems.iter().find(|problem| problem.rule == Rule::Cycle).unwrap();
    assert_eq!((found.on.name.as_str(), found.age_us), ("a", 5_000_000));
    assert_eq!(
        found.text,
        "SUSPECT deadlock: worker-1 at src/main.rs:40 in put on queue a waits for worker-2; \
         worker-2 at src/main.rs:40 in put on queue b waits for worker-1"
    );

    // A third one was seen to get from a. As long as it is not blocked, it may come.
    let mut rows = ring(Operation::Put, Operation::Put, 6);
    rows.push(named_queue("c", 0, None, vec![]));
    rows[0].blocked.push(worker(3, Operation::Get, 6));
    host.goes_on(rows.clone());
    rows[0].blocked.pop();
    host.goes_on(rows.clone());
    assert!(!has_cycle(&host));
    // It is blocked where nobody knows who might come.
    rows[2] = named_queue("c", 0, None, vec![worker(3, Operation::Get, 7)]);
    host.goes_on(rows.clone());
    assert!(!has_cycle(&host));
    // It waits for the first one.
    rows[0].blocked[0] = worker(1, Operation::Put, 9);
    rows[2] =
        named_queue("c", 0, None, vec![worker(3, Operation::Get, 7), worker(1, Operation::Put, 9)]);
    host.goes_on(rows.clone());
    rows[2].blocked.pop();
    host.goes_on(rows);
    assert!(has_cycle(&host), "{:?}", host.finds());
}

#[test]
fn threads_of_which_one_goes_on_are_no_cycle() {
    let mut host = Host::new();
    host.goes_on(vec![
        named_queue("a", 0, Some(4), vec![worker(2, Operation::Get, 0)]),
        named_queue("b", 0, Some(4), vec![worker(1, Operation::Get, 0)]),
    ]);
    let mut rows = ring(Operation::Put, Operation::Put, 9);
    rows[1].blocked.clear();
    rows[1].putters = 0;
    host.goes_on(rows);
    assert!(!host.rules().iter().any(|rule| [Rule::Cycle, Rule::AllBlocked].contains(rule)));
}

#[test]
fn a_host_in_which_everybody_is_blocked() {
    let mut host = Host::new();
    let rows = |seconds| {
        vec![
            group(2, vec![worker(1, Operation::Wait, seconds)]),
            named_queue("a", 0, None, vec![worker(2, Operation::Get, seconds)]),
        ]
    };
    let is_found = |host: &Host| host.rules().contains(&Rule::AllBlocked);
    host.goes_on(rows(3));
    assert!(!is_found(&host), "not for long enough");
    host.goes_on(rows(5));
    let problems = host.finds();
    let found = problems.iter().find(|problem| problem.rule == Rule::AllBlocked).unwrap();
    assert_eq!((found.on.name.as_str(), found.age_us), ("in flight", 5_000_000));
    assert_eq!(
        found.text,
        "SUSPECT deadlock: all 2 threads that were ever seen to block are blocked, 0 in put, \
         1 in get, 1 in wait; worker-1 at src/main.rs:40"
    );
    // One of them goes on.
    host.goes_on(vec![named_queue("a", 0, None, vec![])]);
    assert!(!is_found(&host));
}

#[test]
fn a_host_with_nothing_to_do_is_no_problem() {
    let mut host = Host::new();
    let idle = vec![worker(1, Operation::Get, 99), worker(2, Operation::Get, 99)];
    host.goes_on(vec![named_queue("a", 0, None, idle)]);
    assert_eq!(host.rules(), []);
    // Nor is a host of one thread, which others that never block may help.
    let mut host = Host::new();
    host.goes_on(vec![group(2, vec![worker(1, Operation::Wait, 99)])]);
    assert_eq!(host.rules(), [Rule::LongWait]);
}

#[test]
fn idle_workers_of_whom_one_once_put_something_in_are_no_cycle() {
    let mut host = Host::new();
    host.goes_on(vec![named_queue("a", 4, Some(4), vec![worker(1, Operation::Put, 0)])]);
    let idle = [1, 2].map(|number| worker(number, Operation::Get, 9));
    host.goes_on(vec![named_queue("a", 0, Some(4), idle.to_vec())]);
    host.goes_on(vec![named_queue("a", 0, Some(4), vec![worker(1, Operation::Get, 10)])]);
    assert_eq!(host.rules(), [], "nobody waits for oneself");
}

#[test]
fn a_task_may_come_on_any_thread() {
    let mut host = Host::new();
    let task = Blocked { task: true, ..worker(3, Operation::Get, 0) };
    host.goes_on(vec![
        named_queue("a", 0, Some(4), vec![worker(2, Operation::Get, 0), task]),
        named_queue("b", 0, Some(4), vec![worker(1, Operation::Get, 0)]),
    ]);
    host.goes_on(ring(Operation::Put, Operation::Put, 9));
    assert!(!host.rules().contains(&Rule::Cycle));
}

#[test]
fn a_caller_that_was_refused_a_name() {
    let mut host = Host::new();
    let full = |seconds| queue(4, Some(4), 0, vec![blocked(Operation::Put, "a", seconds)]);
    host.goes_on(vec![full(1)]);
    assert_eq!(host.rules(), []);
    let refused = Refused {
        id: full(1).id,
        message: "the queue \"jobs\" is\u{1b} bounded to 4".into(),
        location: Location { file: "src/pool.rs".into(), line: 7 },
        times: 3,
        last_us: 500_000,
    };
    let elsewhere = |line| Location { file: "src/lib.rs".into(), line };
    host.store.apply(Changes {
        at_us: 2_000_000,
        generation: 2,
        rows: vec![full(2)],
        refused: Some(vec![
            Refused { message: "other".into(), location: elsewhere(3), ..refused.clone() },
            Refused { times: 1, location: elsewhere(9), ..refused.clone() },
            refused,
        ]),
        ..Changes::default()
    });
    host.second = 2;
    let [problem] = &host.finds()[..] else { panic!("{:?}", host.finds()) };
    assert_eq!((problem.rule, problem.age_us), (Rule::RefusedName, 1_500_000));
    let message = "the queue \"jobs\" is\\u{1b} bounded to 4";
    let text = format!(
        "refused 3 times at src/pool.rs:7: {message}; refused at src/lib.rs:9; \
         refused 3 times at src/lib.rs:3: other"
    );
    assert_eq!(problem.text, text);
    for second in 3..=9 {
        host.goes_on(vec![full(second)]);
    }
    let rules = [Rule::FullQueue, Rule::RefusedName];
    assert_eq!(host.rules(), rules, "what stands still now comes first");
}
