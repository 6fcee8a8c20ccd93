//! Histories of every primitive. What is linearizable is checked as that; what is not is checked for the promise that it
//! keeps, and shown not to keep the stricter one.

use std::sync::Arc;

use named_sync_loom::{Atomic, Queue, Shared, TryGetError, TryPutError, WaitGroup};

use super::check::Spec;
use super::record::Promise::{self, Consistent, Linearizable};
use super::record::Recorder;
use super::spec::QueueCall::{Close, Get, Put, TryGet, TryPut};
use super::spec::{
    QueueAnswer, QueueCall, QueueSpec, VariableCall, VariableSpec, WaitGroupCall, WaitGroupSpec,
};
use crate::support::*;

/// A thing whose operations can be noted.
trait Thing: 'static {
    type Spec: Spec + Send + Sync + 'static;

    fn spec(&self) -> Self::Spec;

    fn call(&self, call: <Self::Spec as Spec>::Call) -> <Self::Spec as Spec>::Answer;
}

type Calls<T> = &'static [<<T as Thing>::Spec as Spec>::Call];

/// What is called by the main thread before there is another one, by all of them at the same time, and by the main
/// thread when it has joined the others.
struct Script<T: Thing> {
    before: Calls<T>,
    ours: Calls<T>,
    others: &'static [Calls<T>],
    after: Calls<T>,
}

impl<T: Thing> Script<T> {
    /// Runs it, and checks what happened.
    fn play(&self, promise: Promise, thing: T) {
        let stage = Arc::new((Recorder::new(thing.spec(), promise), thing));
        let play = |stage: &(Recorder<T::Spec>, T), place, calls: Calls<T>| {
            for call in calls {
                stage.0.note(place, call.clone(), |call| stage.1.call(call));
            }
        };
        play(&stage, (0, 0), self.before);
        let begin = |(number, &theirs): (usize, &Calls<T>)| {
            let stage = Arc::clone(&stage);
            start(move || play(&stage, (1, number), theirs))
        };
        let others: Vec<_> = (1..).zip(self.others).map(begin).collect();
        play(&stage, (1, 0), self.ours);
        for other in others {
            other.join().unwrap();
        }
        play(&stage, (2, 0), self.after);
        stage.0.check();
    }
}

impl Thing for Queue<u32> {
    type Spec = QueueSpec;

    fn spec(&self) -> QueueSpec {
        QueueSpec { capacity: self.capacity() }
    }

    fn call(&self, call: QueueCall) -> QueueAnswer {
        use QueueAnswer::{Closed, Done, Empty, Full, Item};
        match call {
            Put(item) => self.put(item).map_or(Closed, |()| Done),
            TryPut(item) => match self.try_put(item) {
                Ok(()) => Done,
                Err(TryPutError::Full(_)) => Full,
                Err(TryPutError::Closed(_)) => Closed,
            },
            Get => self.get().map_or(Closed, Item),
            TryGet => match self.try_get() {
                Ok(item) => Item(item),
                Err(TryGetError::Empty) => Empty,
                Err(TryGetError::Closed) => Closed,
            },
            Close => {
                self.close();
                Done
            }
        }
    }
}

impl Thing for Atomic {
    type Spec = VariableSpec;

    fn spec(&self) -> VariableSpec {
        VariableSpec
    }

    fn call(&self, call: VariableCall) -> i64 {
        match call {
            VariableCall::Get => self.get(),
            VariableCall::Set(value) => {
                self.set(value);
                0
            }
            VariableCall::Swap(value) => self.swap(value),
            VariableCall::Add(delta) => self.add(delta),
            VariableCall::CompareExchange(current, new) => {
                self.compare_exchange(current, new).unwrap_or_else(|found| found)
            }
        }
    }
}

impl Thing for Shared<i64> {
    type Spec = VariableSpec;

    fn spec(&self) -> VariableSpec {
        VariableSpec
    }

    fn call(&self, call: VariableCall) -> i64 {
        match call {
            VariableCall::Get => *self.get(),
            VariableCall::Set(value) => {
                self.set(value);
                0
            }
            VariableCall::Swap(value) => *self.swap(value),
            VariableCall::Add(delta) => *self.update(|value| value + delta),
            VariableCall::CompareExchange(..) => unreachable!("it has no such operation"),
        }
    }
}

impl Thing for WaitGroup {
    type Spec = WaitGroupSpec;

    fn spec(&self) -> WaitGroupSpec {
        WaitGroupSpec
    }

    fn call(&self, call: WaitGroupCall) -> u32 {
        match call {
            WaitGroupCall::Add(delta) => self.add(delta.into()),
            WaitGroupCall::Done => self.done(),
            WaitGroupCall::Wait => self.wait(),
            WaitGroupCall::Count => return self.count(),
        }
        0
    }
}

/// What a failing check says.
const UNEXPLAINED: &str = "no order explains this history, which was to be Linearizable";

const TRIES: Script<Queue<u32>> = Script {
    before: &[],
    ours: &[TryPut(1), TryGet],
    others: &[&[TryPut(2), TryGet]],
    after: &[TryGet],
};

const MORE_TRIES: Script<Queue<u32>> = Script {
    before: &[],
    ours: &[TryGet, TryGet],
    others: &[&[TryPut(2), TryGet]],
    after: &[TryGet],
};

const LOOKS: Script<Atomic> = Script {
    before: &[],
    ours: &[VariableCall::Set(1), VariableCall::Get, VariableCall::Get],
    others: &[&[VariableCall::Set(2), VariableCall::Get]],
    after: &[VariableCall::Get],
};

const COUNTS: Script<WaitGroup> = Script {
    before: &[WaitGroupCall::Add(1)],
    ours: &[WaitGroupCall::Add(1), WaitGroupCall::Done, WaitGroupCall::Count],
    others: &[&[WaitGroupCall::Count, WaitGroupCall::Done]],
    after: &[WaitGroupCall::Count],
};

models! {
    two_puts_and_a_get_of_a_bounded_queue(Complete, [()]) {
        Script { before: &[], ours: &[Put(1)], others: &[&[Put(2), Get]], after: &[TryGet] }
            .play(Linearizable, Queue::bounded(2));
    }

    puts_and_gets_of_a_bounded_queue(Preemptions(1), [()]) {
        Script { before: &[], ours: &[Put(1), Get], others: &[&[Put(2)], &[Get]], after: &[TryGet] }
            .play(Linearizable, Queue::bounded(2));
    }

    a_put_that_waits_for_room(Complete, [()]) {
        Script { before: &[Put(1)], ours: &[Put(2)], others: &[&[Get]], after: &[TryGet] }
            .play(Linearizable, Queue::bounded(1));
    }

    a_put_and_a_get_that_wait(Preemptions(2), [()]) {
        Script { before: &[Put(1)], ours: &[Get], others: &[&[Put(2)], &[Get]], after: &[TryGet] }
            .play(Linearizable, Queue::bounded(1));
    }

    two_puts_and_a_get_of_an_unbounded_queue(Complete, [()]) {
        Script { before: &[Put(0)], ours: &[Put(1)], others: &[&[Put(2), Get]], after: &[Get, TryGet] }
            .play(Linearizable, Queue::unbounded());
    }

    puts_and_gets_of_an_unbounded_queue(Preemptions(2), [()]) {
        Script { before: &[Put(0)], ours: &[Put(1), Get], others: &[&[Put(2)], &[Get]], after: &[Get, TryGet] }
            .play(Linearizable, Queue::unbounded());
    }

    a_bounded_queue_that_is_closed(Complete, [()]) {
        Script { before: &[], ours: &[Put(1), Close], others: &[&[Put(2)]], after: &[TryGet, TryGet] }
            .play(Linearizable, Queue::bounded(2));
    }

    an_unbounded_queue_that_is_closed(Complete, [()]) {
        Script { before: &[], ours: &[Put(1), Close], others: &[&[Put(2)]], after: &[TryGet, TryGet] }
            .play(Linearizable, Queue::unbounded());
    }

    a_bounded_queue_that_is_closed_while_it_is_used(Preemptions(2), [()]) {
        Script { before: &[], ours: &[Put(1), Close], others: &[&[Put(2)], &[Get, Get]], after: &[TryGet, TryGet] }
            .play(Linearizable, Queue::bounded(2));
    }

    /// From the second segment on: the first one comes in `an_unbounded_queue_that_is_closed`.
    an_unbounded_queue_that_is_closed_while_it_is_used(Preemptions(2), [()]) {
        Script { before: &[Put(0), Get, Put(0), Get], ours: &[Put(1), Close], others: &[&[Put(2)], &[Get, Get]], after: &[TryGet, TryGet] }
            .play(Linearizable, Queue::unbounded());
    }

    /// A full queue may look full, and an empty one empty, to a thread that has not heard of what another one did.
    tries_on_a_bounded_queue(CompleteUnlessQuick, [()]) {
        TRIES
            .play(Consistent, Queue::bounded(1));
    }

    tries_on_an_unbounded_queue(Complete, [()]) {
        MORE_TRIES
            .play(Consistent, Queue::unbounded());
    }

    changes_of_an_atomic(Complete, [()]) {
        Script {
            before: &[VariableCall::Set(1)],
            ours: &[VariableCall::Add(2), VariableCall::CompareExchange(3, 9)],
            others: &[&[VariableCall::Swap(5), VariableCall::Add(1)]],
            after: &[VariableCall::Get],
        }
        .play(Linearizable, Atomic::new(0));
    }

    /// A thread may still see a value that another one has replaced.
    looks_at_an_atomic(Complete, [()]) {
        LOOKS
        .play(Consistent, Atomic::new(0));
    }

    changes_of_a_shared_variable(ReclaimingAtOnceInFull(3), [()]) {
        make_slots(2);
        Script {
            before: &[],
            ours: &[VariableCall::Add(2)],
            others: &[&[VariableCall::Swap(5)]],
            after: &[VariableCall::Get],
        }
        .play(Linearizable, Shared::new(0));
    }

    looks_at_a_shared_variable(ReclaimingAtOnceInFull(3), [()]) {
        make_slots(2);
        Script {
            before: &[],
            ours: &[VariableCall::Set(1)],
            others: &[&[VariableCall::Get, VariableCall::Get]],
            after: &[VariableCall::Get],
        }
        .play(Linearizable, Shared::new(0));
    }

    a_wait_group_that_is_waited_for(Complete, [()]) {
        Script {
            before: &[WaitGroupCall::Add(2)],
            ours: &[WaitGroupCall::Done, WaitGroupCall::Wait],
            others: &[&[WaitGroupCall::Done]],
            after: &[WaitGroupCall::Count],
        }
        .play(Linearizable, WaitGroup::new());
    }

    looks_at_a_wait_group(Complete, [()]) {
        COUNTS
        .play(Consistent, WaitGroup::new());
    }
}

mod failing {
    use super::*;

    failing_models! {
        tries_on_a_bounded_queue_are_not_linearizable(UNEXPLAINED, Complete, [()]) {
            TRIES.play(Linearizable, Queue::bounded(1));
        }

        tries_on_an_unbounded_queue_are_not_linearizable(UNEXPLAINED, Complete, [()]) {
            MORE_TRIES.play(Linearizable, Queue::unbounded());
        }

        looks_at_an_atomic_are_not_linearizable(UNEXPLAINED, Complete, [()]) {
            LOOKS.play(Linearizable, Atomic::new(0));
        }

        looks_at_a_wait_group_are_not_linearizable(UNEXPLAINED, Complete, [()]) {
            COUNTS.play(Linearizable, WaitGroup::new());
        }
    }
}
