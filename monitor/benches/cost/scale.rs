//! A hundred thousand primitives: what they cost the host, and what they cost the viewer.

use crate::cost::{Cost, ms};
use crate::host::{Host, cpu_of};
use crate::terminal::Viewer;
use named_sync::{Kind, Registry};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use syncmon::agent;
use syncmon::client::{Connection, POLL};

/// How often something is measured of which a median is told.
const TIMES: usize = 15;

pub(crate) fn of_the_host(primitives: usize) -> Vec<Cost> {
    let mut host = Host::new(primitives);
    let (mut inspected, mut dropped): (Vec<Duration>, Vec<Duration>) = (0..TIMES)
        .map(|_| {
            let begun = Instant::now();
            let rows = host.registry.inspect();
            let inspected = begun.elapsed();
            assert_eq!(rows.len(), primitives);
            let begun = Instant::now();
            drop(rows);
            (inspected, begun.elapsed())
        })
        .unzip();
    let mut costs = vec![
        Cost::of_times("an inspection of everything", &mut inspected, 60.0),
        Cost::of_times("to drop what it told", &mut dropped, 20.0),
        lock(&host),
    ];
    costs.extend(ticks(&mut host, primitives));
    costs
}

/// How long one waits for the lock who enters and removes a name while others inspect all the time.
fn lock(host: &Host) -> Cost {
    let done = AtomicBool::new(false);
    let times = thread::scope(|scope| {
        let registry: &Registry = &host.registry;
        scope.spawn(|| {
            let mut observer = registry.observe();
            while !done.load(Ordering::Relaxed) {
                // Each name that comes or goes makes the next look walk through the table.
                observer.look();
            }
        });
        let begun = Instant::now();
        let mut times = Vec::new();
        while begun.elapsed() < Duration::from_secs(3) {
            let begun = Instant::now();
            registry.atomic("a name that comes and goes", 0);
            registry.remove(Kind::Atomic, "a name that comes and goes");
            times.push(begun.elapsed());
            thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
        times
    });
    let mut times = times;
    times.sort_unstable();
    let at = |part: f64| ms(times[((times.len() - 1) as f64 * part) as usize]) * 1e3;
    let how = format!(
        "99.9 percent of {}, entered and removed while others look at everything; half take {:.1}, the worst {:.0}, with whatever else the machine did",
        times.len(),
        at(0.5),
        at(1.0)
    );
    Cost::new("a name that is entered and removed waits", at(0.999), 100.0, "us", how)
}

/// What a viewer's questions cost the host, which changes one in a hundred in between.
fn ticks(host: &mut Host, primitives: usize) -> Vec<Cost> {
    let dir = tempfile::tempdir().expect("a directory");
    let agent = agent::serve_at(&host.registry, dir.path().join("socket")).expect("a socket");
    let (mut connection, _) = Connection::open(agent.path()).expect("an agent");
    let used = |what: &mut dyn FnMut()| {
        let cpu = || cpu_of("syncmon-viewer") + cpu_of("syncmon-looker");
        let before = cpu();
        what();
        cpu().saturating_sub(before)
    };
    let mut generation = 0;
    let mut all = (0..TIMES)
        .map(|_| {
            used(&mut || {
                let pages = connection.changes(0).expect("an answer");
                assert_eq!(pages.iter().map(|page| page.rows.len()).sum::<usize>(), primitives);
                generation = pages.last().expect("a page").generation;
            })
        })
        .collect::<Vec<_>>();
    let mut ticks = (0..2 * TIMES)
        .map(|_| {
            thread::sleep(POLL);
            host.change(primitives / 100);
            used(&mut || {
                let pages = connection.changes(generation).expect("an answer");
                let rows = pages.iter().map(|page| page.rows.len()).sum::<usize>();
                assert!(rows * 200 > primitives, "{rows} rows");
                generation = pages.last().expect("a page").generation;
            })
        })
        .collect::<Vec<_>>();
    vec![
        Cost::of_times("the host's time for an answer with everything", &mut all, 200.0),
        Cost::of_times("the host's time for an answer, one in 100 changed", &mut ticks, 5.0),
    ]
}

pub(crate) fn of_the_viewer(primitives: usize) -> Vec<Cost> {
    const IDLE: Duration = Duration::from_secs(10);
    let mut host = Host::new(primitives);
    let dir = tempfile::tempdir().expect("a directory");
    let agent = agent::serve_at(&host.registry, dir.path().join("socket")).expect("a socket");
    let shown = format!("{primitives} rows");
    let mut attached: Vec<Duration> =
        (0..5).map(|_| Viewer::attach(agent.path()).wait_for(&shown)).collect();

    let viewer = Viewer::attach(agent.path());
    viewer.wait_for(&shown);
    let part = |change: &mut dyn FnMut()| {
        thread::sleep(Duration::from_secs(2));
        let (before, begun) = (viewer.cpu(), Instant::now());
        while begun.elapsed() < IDLE {
            change();
            thread::sleep(POLL);
        }
        100.0 * viewer.cpu().saturating_sub(before).as_secs_f64() / begun.elapsed().as_secs_f64()
    };
    let idle = part(&mut || ());
    let busy = part(&mut || host.change(primitives / 100));
    let how = "of a core, for 10 s";
    vec![
        Cost::of_times("from the start of the viewer to its first screen", &mut attached, 1000.0),
        Cost::new("the viewer, nothing changes", idle, 1.0, "%", how),
        Cost::new("the viewer, one in 100 changes each time", busy, 5.0, "%", how),
        Cost::new("the viewer's memory", viewer.memory(), 150.0, "MB", "resident, after that"),
    ]
}
