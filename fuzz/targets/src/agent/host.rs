//! What the agent looks at: a registry whose primitives are made, changed, waited for and removed.

use std::collections::VecDeque;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use named_sync::{Kind, Registry};

/// So many tasks wait at the same time, at most.
const TASKS: usize = 32;

pub(super) struct Host {
    registry: Arc<Registry>,
    path: PathBuf,
    names: [String; 4],
    /// Those who wait, longest first.
    tasks: VecDeque<Pin<Box<dyn Future<Output = ()>>>>,
    many: u32,
}

impl Host {
    pub(super) fn new(path: &Path) -> Self {
        // The last one is longer than what is sent of a name.
        let names = ["", "a", "two\nlines \u{1b}[2J\"\\", &"lông ".repeat(300)];
        Self {
            registry: Arc::default(),
            path: path.to_owned(),
            names: names.map(str::to_owned),
            tasks: VecDeque::new(),
            many: 0,
        }
    }

    pub(super) fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// See the table at the top of `agent`. A primitive's number is its kind and its name.
    pub(super) fn step(&mut self, byte: u8) {
        let kinds = [Kind::Atomic, Kind::Shared, Kind::WaitGroup, Kind::Queue];
        let kind = kinds[usize::from(byte & 3)];
        let name = &self.names[usize::from(byte >> 2 & 3)];
        match byte {
            0x90..=0x9f => self.change(kind, name),
            0xa0..=0xaf => _ = self.registry.remove(kind, name),
            0xb0..=0xbf => self.wait(kind, byte),
            0xe0 => drop(self.tasks.pop_front()),
            0xe1 if self.many < 900 => {
                for number in self.many..self.many + 300 {
                    self.registry.atomic(&number.to_string(), 0);
                }
                self.many += 300;
            }
            0xe2 => self.registry.clear(),
            _ => {}
        }
    }

    fn change(&self, kind: Kind, name: &str) {
        match kind {
            Kind::Atomic => _ = self.registry.atomic(name, 0).add(1),
            Kind::Shared => {
                let shared = self.registry.shared(name, String::new()).expect("texts only");
                shared.update(|text| match text.len() {
                    0 => "\u{202e}\u{1b}]0;\n".to_owned(),
                    1..=256 => "ü".repeat(200),
                    _ => "x".to_owned(),
                });
            }
            Kind::WaitGroup => self.registry.wait_group(name).add(1),
            Kind::Queue => {
                let queue = self.registry.queue::<u8>(name, 2).expect("bounded to two");
                if queue.try_put(0).is_err() {
                    queue.try_iter().for_each(drop);
                }
            }
        }
    }

    fn wait(&mut self, kind: Kind, byte: u8) {
        let name = &self.names[usize::from(byte >> 2 & 3)];
        let mut task: Pin<Box<dyn Future<Output = ()>>> = match kind {
            Kind::WaitGroup => {
                let group = self.registry.wait_group(name);
                Box::pin(async move { group.wait_async().await })
            }
            Kind::Queue => {
                let queue = self.registry.queue::<u8>(name, 2).expect("bounded to two");
                Box::pin(async move { _ = queue.get_async().await })
            }
            Kind::Atomic | Kind::Shared => return,
        };
        let is_pending = task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
        if is_pending && self.tasks.len() < TASKS {
            self.tasks.push_back(task);
        }
    }
}
