//! Time as a model sees it: a virtual clock.

use super::{Duration, Mutex, process_wide};

type Nudge = Box<dyn FnOnce() + Send>;

/// Time as a model sees it: it stands still until the model moves it with [`advance_clock`].
#[derive(Default)]
struct Clock {
    now: Duration,
    sleepers: Vec<(Duration, Nudge)>,
}

process_wide! {
    static CLOCK: Mutex<Clock> = Mutex::default();
}

/// Moves the virtual clock; every timed operation whose deadline is thereby reached gives up unless
/// it can succeed. A model calls this from a thread of its own, so that the expiry is tried at
/// every moment.
pub fn advance_clock(by: Duration) {
    let due = {
        let mut clock = CLOCK.lock();
        clock.now += by;
        let now = clock.now;
        let (due, later) = std::mem::take(&mut clock.sleepers)
            .into_iter()
            .partition::<Vec<_>, _>(|(deadline, _)| *deadline <= now);
        clock.sleepers = later;
        due
    };
    for (_, nudge) in due {
        nudge();
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Option<Duration>);

impl Deadline {
    pub(crate) const NEVER: Self = Self(None);

    pub(crate) fn after(timeout: Duration) -> Self {
        if timeout == Duration::MAX {
            Self::NEVER
        } else {
            Self(CLOCK.lock().now.checked_add(timeout))
        }
    }

    pub(crate) fn has_passed(&self) -> bool {
        self.0.is_some_and(|deadline| deadline <= CLOCK.lock().now)
    }

    /// Nothing: a wait in a model ends by a nudge only, as `wait_timeout` never times out there.
    pub(super) fn left(&self) -> Option<Duration> {
        None
    }

    /// Calls `nudge` when the clock reaches the deadline, from the thread that moves the clock.
    pub(crate) fn on_expiry(&self, nudge: impl FnOnce() + Send + 'static) {
        if let Some(deadline) = self.0 {
            CLOCK.lock().sleepers.push((deadline, Box::new(nudge)));
        }
    }
}
