//! The orders a table can be in.

use super::Store;

/// What to order by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// Kind, then name. Rows stay where they are.
    #[default]
    Kind,
    /// Name, then kind.
    Name,
    /// What it holds.
    Value,
    /// Changes a second.
    Rate,
    /// How many are blocked.
    Blocked,
    /// The longest wait.
    Longest,
    /// How full.
    Fill,
    /// The line that created it.
    Created,
    /// The type of what it holds.
    Type,
}

impl SortKey {
    /// All of them, in the order in which the key cycles.
    pub const ALL: [SortKey; 9] = [
        SortKey::Kind,
        SortKey::Name,
        SortKey::Value,
        SortKey::Rate,
        SortKey::Blocked,
        SortKey::Longest,
        SortKey::Fill,
        SortKey::Created,
        SortKey::Type,
    ];

    /// The word for it on the screen.
    pub fn label(self) -> &'static str {
        match self {
            SortKey::Kind => "kind",
            SortKey::Name => "name",
            SortKey::Value => "value",
            SortKey::Rate => "rate",
            SortKey::Blocked => "blocked",
            SortKey::Longest => "longest",
            SortKey::Fill => "fill",
            SortKey::Created => "created",
            SortKey::Type => "type",
        }
    }

    /// The one after it; after the last comes the first.
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|key| *key == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// Whether one wants the largest first: of numbers, not of words.
    fn largest_first(self) -> bool {
        !self.is_fixed()
    }

    /// Whether what it says of a primitive never changes.
    fn is_fixed(self) -> bool {
        matches!(self, SortKey::Kind | SortKey::Name | SortKey::Created | SortKey::Type)
    }
}

/// An order: a key and a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// What to order by.
    pub key: SortKey,
    /// Whether the largest comes first.
    pub descending: bool,
}

impl Sort {
    /// The next key, in its natural direction.
    ///
    /// ```
    /// use syncmon::model::{Sort, SortKey};
    /// let sort = Sort { key: SortKey::Name, descending: false }.next();
    /// assert_eq!(sort, Sort { key: SortKey::Value, descending: true });
    /// ```
    pub fn next(self) -> Self {
        let key = self.key.next();
        Sort { key, descending: key.largest_first() }
    }

    /// By this key in its natural direction, or the other way round if it is by this key already.
    pub fn by(self, key: SortKey) -> Self {
        if key == self.key {
            self.reversed()
        } else {
            Sort { key, descending: key.largest_first() }
        }
    }

    /// The same key the other way round.
    pub fn reversed(self) -> Self {
        Sort { descending: !self.descending, ..self }
    }

    /// Whether it stays as it is while no primitive comes or goes.
    pub fn is_fixed(self) -> bool {
        self.key.is_fixed()
    }

    /// Sorts places that are in the order of kind and name. In that order rows stay that are equal, so that they do
    /// not dance.
    pub(super) fn sort(self, order: &mut Vec<usize>, store: &Store) {
        let entry = |at: usize| &store.entries()[at];
        let now_us = store.at_us();
        match self.key {
            SortKey::Kind if self.descending => order.reverse(),
            SortKey::Kind => {}
            SortKey::Name => self.by_key(order, |at| &entry(at).row().id.name),
            SortKey::Value => self.by_key(order, |at| entry(at).amount()),
            SortKey::Rate => {
                let rate = |at| entry(at).rate(store.ticks()).unwrap_or(0.0);
                // No rate is negative, so the bits of rates are ordered as they are.
                self.by_key(order, |at| rate(at).to_bits());
            }
            SortKey::Blocked => self.by_key(order, |at| entry(at).row().blocked_count()),
            SortKey::Longest => self.by_key(order, |at| entry(at).longest_us(now_us)),
            // No fill is negative either.
            SortKey::Fill => self.by_key(order, |at| entry(at).fill().map(f64::to_bits)),
            SortKey::Created => self.by_key(order, |at| {
                let place = &entry(at).row().id.created_at;
                (&place.file, place.line)
            }),
            SortKey::Type => self.by_key(order, |at| &entry(at).row().id.type_name),
        }
    }

    fn by_key<K: Ord>(self, order: &mut Vec<usize>, key: impl Fn(usize) -> K) {
        // Each key is made once: to find it out takes longer than to compare it.
        let mut keyed: Vec<(K, usize)> = order.iter().map(|at| (key(*at), *at)).collect();
        keyed.sort_by(|(a, _), (b, _)| if self.descending { b.cmp(a) } else { a.cmp(b) });
        order.clear();
        order.extend(keyed.into_iter().map(|(_, at)| at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Filter, Store, arrange};
    use crate::wire::{Blocked, Changes, Kind, Location, Operation, Row, RowId, State};

    fn queue(name: &str, size: u64, puts: u64, blocked_us: &[u64]) -> Row {
        let created_at = Location { file: "src/main.rs".into(), line: 1 };
        let blocked = blocked_us.iter().map(|blocked_us| Blocked {
            operation: Operation::Get,
            task: false,
            thread: None,
            thread_id: "ThreadId(2)".into(),
            location: created_at.clone(),
            blocked_us: *blocked_us,
        });
        Row {
            state: State::Queue { size, capacity: Some(10), puts, gets: 0, closed: false },
            putters: 0,
            getters: blocked_us.len() as u64,
            waiters: 0,
            blocked: blocked.collect(),
            call_sites: None,
            id: RowId { kind: Kind::Queue, name: name.into(), type_name: "u8".into(), created_at },
        }
    }

    fn order(key: SortKey, descending: bool) -> Vec<String> {
        let mut store = Store::default();
        let page = |generation, rows| Changes {
            at_us: generation * 1000,
            generation,
            rows,
            ..Changes::default()
        };
        store.apply(page(
            1,
            vec![queue("c", 1, 0, &[]), queue("b", 3, 0, &[]), queue("a", 2, 0, &[])],
        ));
        store.apply(page(
            2,
            vec![queue("c", 1, 9, &[7, 7]), queue("a", 2, 1, &[500]), queue("b", 3, 1, &[])],
        ));
        let order = arrange(&store, &Filter::default(), Sort { key, descending });
        order.into_iter().map(|at| store.entries()[at].row().id.name.clone()).collect()
    }

    #[test]
    fn each_key_orders_by_what_it_says() {
        assert_eq!(order(SortKey::Kind, false), ["a", "b", "c"]);
        assert_eq!(order(SortKey::Name, true), ["c", "b", "a"]);
        assert_eq!(order(SortKey::Value, true), ["b", "a", "c"]);
        assert_eq!(order(SortKey::Blocked, true), ["c", "a", "b"]);
        assert_eq!(order(SortKey::Longest, true), ["a", "c", "b"]);
    }

    #[test]
    fn equal_rows_keep_the_order_of_their_names_in_both_directions() {
        assert_eq!(order(SortKey::Rate, true), ["c", "a", "b"]);
        assert_eq!(order(SortKey::Rate, false), ["a", "b", "c"]);
    }

    #[test]
    fn the_keys_come_round() {
        let mut key = SortKey::default();
        for _ in SortKey::ALL {
            key = key.next();
        }
        assert_eq!(key, SortKey::default());
    }
}
