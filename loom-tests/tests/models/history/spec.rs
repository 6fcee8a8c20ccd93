//! The primitives as they would be if only one operation happened at a time.

use std::collections::VecDeque;

use super::check::Spec;

/// A queue with room for so many items, or for any number.
#[derive(Clone, Debug)]
pub(crate) struct QueueSpec {
    pub(crate) capacity: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum QueueCall {
    Put(u32),
    TryPut(u32),
    Get,
    TryGet,
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum QueueAnswer {
    Done,
    Item(u32),
    Empty,
    Full,
    Closed,
}

impl Spec for QueueSpec {
    type State = (VecDeque<u32>, bool);
    type Call = QueueCall;
    type Answer = QueueAnswer;

    fn start(&self) -> Self::State {
        (VecDeque::new(), false)
    }

    fn apply(&self, state: &Self::State, call: &QueueCall) -> Option<(Self::State, QueueAnswer)> {
        let (mut items, mut closed) = state.clone();
        let is_full = self.capacity.is_some_and(|capacity| items.len() >= capacity);
        let answer = match *call {
            QueueCall::Put(_) | QueueCall::TryPut(_) if closed => QueueAnswer::Closed,
            QueueCall::Put(_) if is_full => return None,
            QueueCall::TryPut(_) if is_full => QueueAnswer::Full,
            QueueCall::Put(item) | QueueCall::TryPut(item) => {
                items.push_back(item);
                QueueAnswer::Done
            }
            QueueCall::Get | QueueCall::TryGet => match items.pop_front() {
                Some(item) => QueueAnswer::Item(item),
                None if closed => QueueAnswer::Closed,
                None if matches!(call, QueueCall::Get) => return None,
                None => QueueAnswer::Empty,
            },
            QueueCall::Close => {
                closed = true;
                QueueAnswer::Done
            }
        };
        Some(((items, closed), answer))
    }
}

/// A variable.
#[derive(Clone, Debug)]
pub(crate) struct VariableSpec;

#[derive(Clone, Copy, Debug)]
pub(crate) enum VariableCall {
    Get,
    Set(i64),
    Swap(i64),
    /// Answers the new value.
    Add(i64),
    /// Answers what was there, whether or not it was the first of the two.
    CompareExchange(i64, i64),
}

impl Spec for VariableSpec {
    type State = i64;
    type Call = VariableCall;
    type Answer = i64;

    fn start(&self) -> i64 {
        0
    }

    fn apply(&self, &value: &i64, call: &VariableCall) -> Option<(i64, i64)> {
        Some(match *call {
            VariableCall::Get => (value, value),
            VariableCall::Set(new) => (new, 0),
            VariableCall::Swap(new) => (new, value),
            VariableCall::Add(delta) => (value + delta, value + delta),
            VariableCall::CompareExchange(current, new) if value == current => (new, value),
            VariableCall::CompareExchange(..) => (value, value),
        })
    }
}

/// A wait group.
#[derive(Clone, Debug)]
pub(crate) struct WaitGroupSpec;

#[derive(Clone, Copy, Debug)]
pub(crate) enum WaitGroupCall {
    Add(u32),
    Done,
    Wait,
    Count,
}

impl Spec for WaitGroupSpec {
    type State = u32;
    type Call = WaitGroupCall;
    type Answer = u32;

    fn start(&self) -> u32 {
        0
    }

    fn apply(&self, &count: &u32, call: &WaitGroupCall) -> Option<(u32, u32)> {
        match *call {
            WaitGroupCall::Add(delta) => Some((count + delta, 0)),
            WaitGroupCall::Done => Some((count.checked_sub(1)?, 0)),
            WaitGroupCall::Wait => (count == 0).then_some((0, 0)),
            WaitGroupCall::Count => Some((count, count)),
        }
    }
}
