//! The one way to run a scenario: under several schedulers, counted, and with a schedule to replay if it fails.

use std::cell::RefCell;
use std::fmt;
use std::sync::Once;
use std::time::Instant;

use shuttle::scheduler::{
    PctScheduler, RandomScheduler, ReplayScheduler, Scheduler,
    UncontrolledNondeterminismCheckScheduler,
};
use shuttle::{Config, MaxSteps, Runner};

use crate::environment;
use crate::memory;
use crate::support::below;
use crate::tally::{self, Counted, Tally};

/// Who chooses the thread that goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    /// Each choice is made at random among all threads that can go on.
    Random,
    /// Probabilistic concurrency testing: the thread of the highest priority goes on; priorities are random, and there
    /// are so many moments less one, chosen at random, at which that thread gets the lowest one. A bug that needs as
    /// many things to happen in the right order is found with a probability that is known
    /// (<https://doi.org/10.1145/1736020.1736040>).
    Pct(usize),
    /// As `Random`, and each schedule is run twice and must take the same steps: what does not is not replayed either.
    Twice,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random => f.write_str("random"),
            Self::Pct(depth) => write!(f, "PCT of depth {depth}"),
            Self::Twice => f.write_str("random twice"),
        }
    }
}

/// Under what each scenario is run, and how many schedules.
pub(crate) const ALL: &[(By, u64)] =
    &[(By::Random, 3000), (By::Pct(3), 1500), (By::Pct(5), 1500), (By::Twice, 50)];

/// More steps than any schedule has that comes to an end.
const STEPS: usize = 50_000;

fn config() -> Config {
    let mut config = Config::new();
    // For the backtrace of a panic: shuttle's own size is not enough.
    config.stack_size = 1 << 19;
    config.max_steps = MaxSteps::FailAfter(STEPS);
    // It warns that orderings are not modelled and that statics are dropped; both are known.
    config.silence_warnings = true;
    // Otherwise the others go on while the panic of one is under way.
    config.ungraceful_shutdown_config.immediately_return_on_panic = true;
    config
}

/// Runs `body` under each of `schedulers`, or in the one schedule that the environment asks for. Each of the
/// `occasions` must occur in at least one schedule, and nothing else must be noted.
///
/// # Panics
///
/// If a schedule fails: if it panics, if all threads are blocked, or if it does not come to an end. And if a scenario
/// does not reach what it is about.
pub(crate) fn explore(
    name: &str,
    schedulers: &[(By, u64)],
    occasions: &[&'static str],
    body: fn(),
) {
    const { assert!(named_sync_shuttle::MODEL_CHECKED, "not compiled for shuttle") };
    if let Some(schedule) = environment::schedule() {
        let mut scheduler = ReplayScheduler::new_from_encoded(&schedule);
        // The schedule ends where the failing thread panicked.
        scheduler.set_allow_incomplete();
        say_which_schedule(format!("{name}, replayed"));
        run(scheduler, false, body);
        eprintln!("scenario {name}: the schedule passes");
        return;
    }

    let (seed, times) = (environment::seed(), environment::times());
    // Now, in case that the process does not live to the end.
    eprintln!("seed of {name}: {seed}");
    let started = Instant::now();
    let mut sum = Tally::default();
    let mut runs = Vec::new();
    for &(by, schedules) in schedulers {
        let schedules = schedules * times;
        say_which_schedule(format!("{name}, {by}, seed {seed}"));
        let number = usize::try_from(schedules).expect("a number that fits");
        let random = || RandomScheduler::new_from_seed(seed, number);
        match by {
            By::Random => run(random(), false, body),
            By::Pct(depth) => run(PctScheduler::new_from_seed(seed, depth, number), false, body),
            By::Twice => run(UncontrolledNondeterminismCheckScheduler::new(random()), true, body),
        }
        let tally = tally::take();
        let different = tally.different();
        assert!(different > 1, "{name}: one schedule is no exploration");
        runs.push(format!("{} {by} ({different} different)", tally.begun));
        sum.longest = sum.longest.max(tally.longest);
        for (occasion, schedules) in tally.occasions {
            *sum.occasions.entry(occasion).or_default() += schedules;
        }
    }
    let (runs, longest) = (runs.join(", "), sum.longest);
    let occasions_seen: String =
        sum.occasions.iter().map(|(occasion, count)| format!("{occasion}: {count}; ")).collect();
    let seconds = started.elapsed().as_secs_f64();
    eprintln!(
        "scenario {name}: seed {seed}; schedules: {runs}, of at most {longest} steps; {occasions_seen}{seconds:.2} s"
    );

    for occasion in occasions {
        let count = sum.occasions.remove(occasion);
        assert!(count.is_some(), "{name}: {occasion:?} was expected and never occurred");
    }
    assert!(sum.occasions.is_empty(), "{name}: not expected: {:?}", sum.occasions);
}

/// What is freed is kept in every schedule, or in every other one by chance.
fn run(scheduler: impl Scheduler + 'static, always_keep: bool, body: fn()) {
    Runner::new(Counted(scheduler), config()).run(move || {
        if below(2) == 0 || always_keep {
            memory::keep();
        }
        body();
    });
}

thread_local! {
    /// What the current schedule is one of.
    static RUN: RefCell<String> = RefCell::default();
}

/// From now on the message of a panic is preceded by where it happened, and that by the schedule, from shuttle.
fn say_which_schedule(run: String) {
    RUN.set(run);
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let next = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let number = tally::number();
            if number > 0 {
                RUN.with_borrow(|run| eprintln!("failed in schedule {number} of {run}"));
            }
            next(panic);
        }));
    });
}

/// Scenarios as tests, each under the name of its function, with the occasions that must occur in it.
macro_rules! scenarios {
    ($( $(#[$meta:meta])* $name:ident ( $($occasion:literal),* ) $body:block )*) => {$(
        $(#[$meta])*
        #[test]
        fn $name() {
            let name = $crate::process::name_of_test(concat!(module_path!(), "::", stringify!($name)));
            $crate::process::passes(name, || {
                $crate::explore::explore(name, $crate::explore::ALL, &[$($occasion),*], || $body);
            });
        }
    )*};
}
pub(crate) use scenarios;
