//! What the model has under a name, and the values in there.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::thread::yield_now;
use std::time::{Duration, Instant};

use named_sync::{Atomic, Inspection, Kind, Queue, Registry, Shared, State, WaitGroup};

/// What values know of the registry that they are in.
#[derive(Clone)]
pub(super) struct World {
    registry: Weak<Registry>,
    /// How many [`Restless`] there are.
    alive: Arc<AtomicUsize>,
}

impl World {
    pub(super) fn of(registry: &Arc<Registry>) -> Self {
        Self { registry: Arc::downgrade(registry), alive: Arc::default() }
    }

    pub(super) fn alive(&self) -> usize {
        self.alive.load(Ordering::Relaxed)
    }

    /// There are so many. What was removed may be held back for a moment by other tests, which read registries of their
    /// own at the same time; it goes with one of the next changes of its kind.
    pub(super) fn settle(&self, registry: &Registry, expected: usize) {
        let begun = Instant::now();
        while self.alive() != expected {
            let (alive, waited) = (self.alive(), begun.elapsed());
            assert!(alive > expected, "{alive} values of {expected}");
            assert!(waited < Duration::from_secs(5), "{} values linger", alive - expected);
            yield_now();
            // A name that is in no input, as no number is put behind a text that is as long as this.
            let name = "another name ".repeat(400);
            // Each kind has a list of its own of what is held back.
            assert!(registry.shared(&name, 0).is_ok() && registry.queue::<u8>(&name, 0).is_ok());
            registry.remove(Kind::Shared, &name);
            registry.remove(Kind::Queue, &name);
        }
    }
}

/// A value that carries the mark of the primitive it is in.
pub(super) trait Item: fmt::Debug + Send + Sync + 'static {
    fn made_of(mark: u32, world: &World) -> Self;
    fn mark(&self) -> u32;
}

impl Item for u32 {
    fn made_of(mark: u32, _: &World) -> Self {
        mark
    }

    fn mark(&self) -> u32 {
        *self
    }
}

impl Item for String {
    fn made_of(mark: u32, _: &World) -> Self {
        mark.to_string()
    }

    fn mark(&self) -> u32 {
        self.parse().expect("a mark")
    }
}

/// A value that is counted, and whose drop uses the registry: all of its locks must be free then.
pub(super) struct Restless {
    mark: u32,
    world: World,
}

impl Item for Restless {
    fn made_of(mark: u32, world: &World) -> Self {
        world.alive.fetch_add(1, Ordering::Relaxed);
        Self { mark, world: world.clone() }
    }

    fn mark(&self) -> u32 {
        self.mark
    }
}

impl fmt::Debug for Restless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mark.fmt(f)
    }
}

impl Drop for Restless {
    fn drop(&mut self) {
        let before = self.world.alive.fetch_sub(1, Ordering::Relaxed);
        assert!(before > 0, "a value was dropped twice");
        if let Some(registry) = self.world.registry.upgrade() {
            let _ = registry.inspect();
        }
    }
}

/// A primitive: its mark, and perhaps a handle to look at it after it was removed.
pub(super) struct Entry {
    pub(super) mark: u32,
    pub(super) type_name: &'static str,
    /// Of a queue; 0 is unbounded.
    pub(super) bound: usize,
    pub(super) handle: Option<Handle>,
}

pub(super) enum Handle {
    Atomic(Atomic),
    SharedNumber(Shared<u32>),
    SharedText(Shared<String>),
    SharedRestless(Shared<Restless>),
    WaitGroup(WaitGroup),
    QueueOfNumbers(Queue<u32>),
    QueueOfTexts(Queue<String>),
}

impl Handle {
    pub(super) fn inspect(&self) -> Inspection {
        match self {
            Self::Atomic(atomic) => atomic.inspect(),
            Self::SharedNumber(shared) => shared.inspect(),
            Self::SharedText(shared) => shared.inspect(),
            Self::SharedRestless(shared) => shared.inspect(),
            Self::WaitGroup(group) => group.inspect(),
            Self::QueueOfNumbers(queue) => queue.inspect(),
            Self::QueueOfTexts(queue) => queue.inspect(),
        }
    }
}

impl Entry {
    /// The row is that of this primitive, with the mark that it was given.
    pub(super) fn assert_shown_by(&self, row: &Inspection, is_closed: bool) {
        assert_eq!(row.type_name, self.type_name);
        assert!(row.created_at.file().ends_with("registry_names.rs"), "{}", row.created_at);
        assert!(row.waiters.is_empty());
        match &row.state {
            State::Atomic { value, .. } => assert_eq!(*value, i64::from(self.mark)),
            State::Shared { version, value, .. } => {
                assert_eq!(*version, 0);
                assert_eq!(value.trim_matches('"'), self.mark.to_string());
            }
            State::WaitGroup { count, generation, .. } => {
                assert_eq!((*count, *generation), (self.mark, 0));
            }
            State::Queue { size, capacity, puts, gets, closed, .. } => {
                assert_eq!((*size, capacity.unwrap_or(0)), (1, self.bound));
                assert_eq!((puts - gets, *closed), (1, is_closed));
            }
            other => panic!("{other:?}"),
        }
    }
}
