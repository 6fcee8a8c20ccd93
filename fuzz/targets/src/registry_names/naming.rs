//! Which name a byte stands for. Long ones are made of short ones, so that an input stays small.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::bytes::Bytes;

pub(super) type Name = Arc<str>;

/// No name is longer: a megabyte.
pub(super) const LONGEST: usize = 1 << 20;

/// So many can be used again.
const REMEMBERED: usize = 16;

/// The last names, newest first.
#[derive(Default)]
pub(super) struct Naming(VecDeque<Name>);

impl Naming {
    pub(super) fn next(&mut self, bytes: &mut Bytes<'_>) -> Option<Name> {
        let byte = bytes.byte()?;
        let low = usize::from(byte & 0xf);
        let last = self.0.front().cloned().unwrap_or_default();
        let name = match byte {
            0..=0x7f => {
                let index = usize::from(byte) % self.0.len().max(1);
                return Some(self.0.get(index).cloned().unwrap_or_default());
            }
            0x80..=0xbf => text(bytes, usize::from(byte & 0x3f)),
            0xc0..=0xcf => format!("{last}{}", text(bytes, low)),
            0xd0..=0xdf => {
                let end = last.char_indices().rev().take(low).last();
                last[..end.map_or(last.len(), |(end, _)| end)].to_owned()
            }
            0xe0..=0xef => last.repeat((2 << low).min(LONGEST / last.len().max(1))),
            0xf0..=0xff => format!("{last}{}", "\0".repeat(low + 1)),
        };
        let name = if name.len() <= LONGEST { Name::from(name) } else { last };
        self.0.push_front(Arc::clone(&name));
        self.0.truncate(REMEMBERED);
        Some(name)
    }
}

fn text(bytes: &mut Bytes<'_>, length: usize) -> String {
    String::from_utf8_lossy(bytes.take(length)).into_owned()
}
