//! Futures that are pending and kept, and the wakers that they are polled with.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// A waker that counts, and may do something when it is woken, as user code does.
#[derive(Default)]
pub(crate) struct Alarm {
    rung: AtomicU32,
    then: Option<Box<dyn Fn() + Send + Sync>>,
}

impl Alarm {
    pub(crate) fn and_then(then: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { rung: AtomicU32::new(0), then: Some(Box::new(then)) })
    }

    /// How often it was woken.
    pub(crate) fn rung(&self) -> u32 {
        self.rung.load(Ordering::Relaxed)
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.rung.fetch_add(1, Ordering::Relaxed);
        if let Some(then) = &self.then {
            then();
        }
    }
}

/// A future, whether it was woken since its last poll, and what the model knows about it.
pub(crate) struct Kept<F, A> {
    future: Pin<Box<F>>,
    alarm: Arc<Alarm>,
    /// How often the alarm had rung when the future was polled last.
    heard: u32,
    pub(crate) about: A,
}

impl<F: Future, A> Kept<F, A> {
    pub(crate) fn new(future: F, about: A) -> Self {
        Self::with_alarm(future, about, Arc::default())
    }

    pub(crate) fn with_alarm(future: F, about: A, alarm: Arc<Alarm>) -> Self {
        Self { future: Box::pin(future), heard: alarm.rung(), alarm, about }
    }

    pub(crate) fn poll(&mut self) -> Poll<F::Output> {
        self.heard = self.alarm.rung();
        let waker = Waker::from(Arc::clone(&self.alarm));
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    /// With another waker, which is the one to wake from now on.
    pub(crate) fn poll_with(&mut self, alarm: Arc<Alarm>) -> Poll<F::Output> {
        self.alarm = alarm;
        self.poll()
    }

    pub(crate) fn is_woken(&self) -> bool {
        self.alarm.rung() != self.heard
    }

    pub(crate) fn alarm(&self) -> &Arc<Alarm> {
        &self.alarm
    }
}
