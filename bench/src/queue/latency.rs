//! How long it takes, rather than how many go through.
//!
//! - Ping-pong: two threads hand one item back and forth over two queues of capacity 1; each round trip is timed.
//! - Wake-up: a getter has been blocked for at least a millisecond when an item is put; from before the put to after
//!   the get's return.
//! - Idle: the CPU time of a getter that is blocked for two seconds, from its call to its return.

use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::channel::{Capacity, Channel};
use super::peers::for_each_channel;
use crate::crew::Crew;
use crate::machine;
use crate::sample::{CPU, Cell, Column, Contestant, Sample};

const SECTION: &str = "Queue, latency";
const IDLE: &str = "Queue, a getter blocked for 2 s";

const COLUMNS: [Column; 3] = [Column::ns("median, ns"), Column::ns("99th percentile, ns"), CPU];
const IDLE_COLUMNS: [Column; 1] = [Column::ns("CPU ns in 2 s")];

const TRIPS: u64 = 5_000;
const WAKE_UPS: u64 = 200;
const ASLEEP: Duration = Duration::from_millis(1);
const IDLE_FOR: Duration = Duration::from_secs(2);

/// The cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let one = Capacity::Bounded(1);
    vec![
        Cell::new(
            SECTION,
            "latency/ping-pong".to_owned(),
            &COLUMNS,
            for_each_channel!(one, 1, ping_pong::<_>()),
        )
        .expecting(Duration::from_millis(60)),
        Cell::new(
            SECTION,
            "latency/wake-up".to_owned(),
            &COLUMNS,
            for_each_channel!(one, 1, wake_up::<_>()),
        )
        .at_most(3)
        .expecting(Duration::from_millis(260)),
        Cell::new(
            IDLE,
            "latency/idle-2s".to_owned(),
            &IDLE_COLUMNS,
            for_each_channel!(one, 1, idle::<_>()),
        )
        .at_most(1)
        .expecting(IDLE_FOR),
    ]
}

fn ping_pong<C: Channel>() -> Contestant {
    Contestant::new(C::NAME, || {
        let (ping, pinged) = C::open::<u64>(Capacity::Bounded(1));
        let (pong, ponged) = C::open::<u64>(Capacity::Bounded(1));
        let (report, reported) = std::sync::mpsc::channel();
        let mut crew = Crew::of(2);
        crew.add(move || {
            let mut times = histogram();
            let mut sum = 0;
            for number in 1..=TRIPS {
                let start = Instant::now();
                C::put(&ping, number);
                sum += C::get(&ponged);
                record(&mut times, start.elapsed());
            }
            _ = report.send(times);
            sum
        });
        crew.add(move || {
            (0..TRIPS).for_each(|_| C::put(&pong, C::get(&pinged) + 1));
            0
        });
        let outcome = crew.finish();
        let times = reported.recv().expect("the first thread has reported");
        sample(&times, outcome.cpu).checked((2..=TRIPS + 1).sum(), outcome.sum)
    })
}

fn wake_up<C: Channel>() -> Contestant {
    Contestant::new(C::NAME, || {
        let (tx, rx) = C::open::<Instant>(Capacity::Bounded(1));
        let (report, reported) = std::sync::mpsc::channel();
        let mut crew = Crew::of(2);
        crew.add(move || {
            let mut times = histogram();
            for _ in 0..WAKE_UPS {
                record(&mut times, C::get(&rx).elapsed());
            }
            let count = times.len();
            _ = report.send(times);
            count
        });
        crew.add(move || {
            for _ in 0..WAKE_UPS {
                thread::sleep(ASLEEP + ASLEEP / 5);
                C::put(&tx, Instant::now());
            }
            0
        });
        let outcome = crew.finish();
        let times = reported.recv().expect("the getter has reported");
        sample(&times, outcome.cpu).checked(WAKE_UPS, outcome.sum)
    })
}

fn idle<C: Channel>() -> Contestant {
    Contestant::new(C::NAME, || {
        let (tx, rx) = C::open::<u64>(Capacity::Bounded(1));
        let mut crew = Crew::of(2);
        crew.add(move || {
            let before = machine::thread_cpu();
            let item = C::get(&rx);
            (machine::thread_cpu() - before).as_nanos() as u64 + item
        });
        crew.add_helper(move |_| {
            thread::sleep(IDLE_FOR);
            C::put(&tx, 0);
        });
        Sample::new(vec![crew.finish().sum as f64])
    })
}

fn histogram() -> Histogram<u64> {
    Histogram::new(3).expect("three significant digits are allowed")
}

fn record(times: &mut Histogram<u64>, time: Duration) {
    times.record(time.as_nanos() as u64).expect("the histogram grows as needed");
}

fn sample(times: &Histogram<u64>, cpu: Duration) -> Sample {
    let at = |quantile| times.value_at_quantile(quantile) as f64;
    Sample::new(vec![at(0.5), at(0.99), crate::sample::ns_each(cpu, times.len())])
}
