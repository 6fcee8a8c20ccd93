//! The search for such an order, after Wing and Gong, "Testing and verifying concurrent objects" (1993), with the
//! memory of what failed before of Lowe, "Testing for linearizability" (2017).

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

/// What a thing does if only one operation happens at a time.
pub(crate) trait Spec {
    type State: Clone + Eq + Hash;
    type Call: Clone + Debug + Send + 'static;
    type Answer: Clone + PartialEq + Debug + Send + 'static;

    fn start(&self) -> Self::State;

    /// The answer to a call and the state after it; none if the operation would wait.
    fn apply(&self, state: &Self::State, call: &Self::Call) -> Option<(Self::State, Self::Answer)>;
}

/// An operation that came to its end.
#[derive(Clone, Debug)]
pub(crate) struct Event<C, A> {
    pub(crate) call: C,
    pub(crate) answer: A,
    /// A bit for each event of the history that came before this one in any order that is allowed.
    pub(crate) after: u64,
}

/// Whether there is an order that explains the history.
pub(crate) fn is_explained<S: Spec>(spec: &S, events: &[Event<S::Call, S::Answer>]) -> bool {
    assert!(events.len() <= 64, "a history has at most 64 events");
    Search { spec, events, failed: HashSet::new() }.goes_on(0, &spec.start())
}

struct Search<'a, S: Spec> {
    spec: &'a S,
    events: &'a [Event<S::Call, S::Answer>],
    /// Sets of events, with the state after them, from which there is no way on.
    failed: HashSet<(u64, S::State)>,
}

impl<S: Spec> Search<'_, S> {
    /// Whether the events that are not among `done` can follow in some order.
    fn goes_on(&mut self, done: u64, state: &S::State) -> bool {
        if done.count_ones() as usize == self.events.len() {
            return true;
        }
        if self.failed.contains(&(done, state.clone())) {
            return false;
        }
        for (index, event) in self.events.iter().enumerate() {
            let is_next = done & (1 << index) == 0 && event.after & !done == 0;
            if is_next
                && let Some((state, answer)) = self.spec.apply(state, &event.call)
                && answer == event.answer
                && self.goes_on(done | 1 << index, &state)
            {
                return true;
            }
        }
        self.failed.insert((done, state.clone()));
        false
    }
}

mod tests {
    use proptest::prelude::*;

    use super::super::spec::{QueueAnswer as A, QueueCall as C, QueueSpec};
    use super::*;

    type History = Vec<Event<C, A>>;

    fn event(call: C, answer: A, after: u64) -> Event<C, A> {
        Event { call, answer, after }
    }

    /// Of one thread.
    fn one_by_one(events: &[(C, A)]) -> History {
        let after = |index: usize| (1u64 << index) - 1;
        events
            .iter()
            .enumerate()
            .map(|(index, (call, answer))| event(*call, *answer, after(index)))
            .collect()
    }

    fn explained(capacity: Option<usize>, history: &History) -> bool {
        let spec = QueueSpec { capacity };
        let found = is_explained(&spec, history);
        assert_eq!(found, is_explained_by_brute_force(&spec, history), "{history:?}");
        found
    }

    /// The second opinion: every permutation.
    fn is_explained_by_brute_force<S: Spec>(
        spec: &S,
        events: &[Event<S::Call, S::Answer>],
    ) -> bool {
        permutations(events.len()).into_iter().any(|order| {
            let keeps_order = (0..order.len()).all(|place| {
                let later = order[place..].iter().fold(0, |later, &event| later | 1u64 << event);
                events[order[place]].after & later == 0
            });
            let mut state = Some(spec.start());
            for &index in &order {
                let event = &events[index];
                state = state
                    .and_then(|state| spec.apply(&state, &event.call))
                    .filter(|(_, answer)| *answer == event.answer)
                    .map(|(state, _)| state);
            }
            keeps_order && state.is_some()
        })
    }

    fn permutations(length: usize) -> Vec<Vec<usize>> {
        if length == 0 {
            return vec![Vec::new()];
        }
        let shorter = permutations(length - 1);
        let insert = |order: &Vec<usize>, place: usize| {
            let mut order = order.clone();
            order.insert(place, length - 1);
            order
        };
        (0..length)
            .flat_map(|place| shorter.iter().map(move |order| insert(order, place)))
            .collect()
    }

    #[test]
    fn good_histories_are_explained() {
        assert!(explained(None, &Vec::new()));
        assert!(explained(
            Some(1),
            &one_by_one(&[
                (C::Put(1), A::Done),
                (C::TryPut(2), A::Full),
                (C::TryGet, A::Item(1)),
                (C::TryGet, A::Empty),
                (C::Close, A::Done),
                (C::Put(3), A::Closed),
                (C::Get, A::Closed),
            ])
        ));
        // At the same time, so the get may come later.
        assert!(explained(None, &vec![event(C::Get, A::Item(1), 0), event(C::Put(1), A::Done, 0)]));
    }

    #[test]
    fn an_item_that_is_lost_is_not_explained() {
        assert!(!explained(None, &one_by_one(&[(C::Put(1), A::Done), (C::TryGet, A::Empty)])));
    }

    #[test]
    fn an_item_that_comes_twice_is_not_explained() {
        let put = event(C::Put(1), A::Done, 0);
        let get = event(C::TryGet, A::Item(1), 0);
        assert!(!explained(None, &vec![put, get.clone(), get]));
    }

    #[test]
    fn items_out_of_order_are_not_explained() {
        let mut history = one_by_one(&[
            (C::Put(1), A::Done),
            (C::Put(2), A::Done),
            (C::Get, A::Item(2)),
            (C::Get, A::Item(1)),
        ]);
        assert!(!explained(None, &history));
        // Unless the gets were at the same time.
        history[3].after = 0b11;
        assert!(explained(None, &history));
    }

    #[test]
    fn an_item_before_its_put_is_not_explained() {
        let history = vec![event(C::Get, A::Item(1), 0), event(C::Put(1), A::Done, 0b1)];
        assert!(!explained(None, &history));
    }

    #[test]
    fn more_than_there_is_room_for_is_not_explained() {
        let puts = [(C::TryPut(1), A::Done), (C::TryPut(2), A::Done)];
        assert!(!explained(Some(1), &one_by_one(&puts)));
        assert!(explained(Some(2), &one_by_one(&puts)));
    }

    #[test]
    fn a_put_after_the_close_is_not_explained() {
        let history = one_by_one(&[(C::Close, A::Done), (C::Put(1), A::Done)]);
        assert!(!explained(None, &history));
    }

    fn call() -> impl Strategy<Value = C> {
        prop_oneof![
            (0..3u32).prop_map(C::Put),
            (0..3u32).prop_map(C::TryPut),
            Just(C::Get),
            Just(C::TryGet),
            Just(C::Close),
        ]
    }

    fn answer() -> impl Strategy<Value = A> {
        prop_oneof![
            3 => Just(A::Done),
            3 => (0..3u32).prop_map(A::Item),
            1 => Just(A::Empty),
            1 => Just(A::Full),
            1 => Just(A::Closed),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// Both agree (asserted in `explained`), whatever the history.
        #[test]
        fn two_checkers_agree(
            events in prop::collection::vec((call(), answer(), any::<u64>()), 0..6),
            capacity in prop::option::of(1..3usize),
        ) {
            // Only earlier ones, so that there are no circles.
            let event = |(index, (call, answer, after)): (usize, (C, A, u64))| {
                event(call, answer, after & ((1 << index) - 1))
            };
            explained(capacity, &events.into_iter().enumerate().map(event).collect());
        }

        /// What really happened one by one is explained, also if less is known about the order.
        #[test]
        fn what_happened_is_explained(
            calls in prop::collection::vec((call(), any::<u64>()), 0..6),
            capacity in prop::option::of(1..3usize),
        ) {
            let spec = QueueSpec { capacity };
            let mut state = spec.start();
            let mut history = Vec::new();
            for (call, after) in calls {
                if let Some((next, answer)) = spec.apply(&state, &call) {
                    history.push(event(call, answer, after & ((1 << history.len()) - 1)));
                    state = next;
                }
            }
            prop_assert!(explained(capacity, &history));
        }
    }
}
