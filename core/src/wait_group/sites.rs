//! Which lines changed the count of a tracked wait group.

use crate::inspect::CallSite;
use crate::site::Site;
use crate::sync::Mutex;

/// How many lines are told apart; further ones are not noted.
const LIMIT: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Sites(Mutex<Vec<CallSite>>);

/// Who changes the count.
#[derive(Clone, Copy)]
pub(super) enum By {
    /// A call of `add`, `try_add` or `done`.
    Call,
    /// A guard, made or dropped: it belongs to the line that made it.
    Guard,
}

impl Sites {
    /// Notes down a change of the count that is about to happen.
    #[cold]
    pub(super) fn note(&self, location: &Site, by: By, delta: i64) {
        self.change(location, |site| {
            let sum = sum_of(site, delta);
            *sum = sum.wrapping_add(delta.unsigned_abs());
            if let By::Guard = by {
                site.guards = site.guards.wrapping_add_signed(delta);
            }
        });
    }

    /// It did not happen.
    #[cold]
    pub(super) fn undo(&self, location: &Site, by: By, delta: i64) {
        self.change(location, |site| {
            let sum = sum_of(site, delta);
            *sum = sum.wrapping_sub(delta.unsigned_abs());
            // A guard that is dropped is gone, whatever became of the count.
            if let (By::Guard, 0..) = (by, delta) {
                site.guards = site.guards.wrapping_add_signed(-delta);
            }
        });
    }

    fn change(&self, location: &Site, change: impl FnOnce(&mut CallSite)) {
        let mut sites = self.0.lock();
        // Few lines, and the one that came last comes again.
        let known = sites.iter().rposition(|site| site.location == *location);
        let at = match known {
            Some(at) => at,
            None if sites.len() == LIMIT => return,
            None => {
                sites.push(CallSite {
                    location: location.clone(),
                    added: 0,
                    taken_off: 0,
                    guards: 0,
                });
                sites.len() - 1
            }
        };
        change(&mut sites[at]);
    }

    /// All of them that changed anything, in the order in which they came.
    pub(super) fn all(&self) -> Vec<CallSite> {
        let sites = self.0.lock();
        let changed = |site: &&CallSite| (site.added, site.taken_off, site.guards) != (0, 0, 0);
        sites.iter().filter(changed).cloned().collect()
    }
}

/// The sum that a change by `delta` goes into.
fn sum_of(site: &mut CallSite, delta: i64) -> &mut u64 {
    if delta < 0 { &mut site.taken_off } else { &mut site.added }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use crate::WaitGroup;

    fn told(group: &WaitGroup) -> Vec<(u64, u64, u64)> {
        let sites = group.inspect().call_sites.unwrap();
        sites.iter().map(|site| (site.added, site.taken_off, site.guards)).collect()
    }

    #[test]
    fn each_line_has_its_sums_and_a_guard_belongs_to_the_line_that_made_it() {
        let group = WaitGroup::tracked();
        for _ in 0..3 {
            group.add(2);
        }
        group.done();
        let guards: Vec<_> = (0..3).map(|_| group.guard()).collect();
        assert_eq!(told(&group), [(6, 0, 0), (0, 1, 0), (3, 0, 3)]);
        drop(guards);
        assert_eq!(told(&group), [(6, 0, 0), (0, 1, 0), (3, 3, 0)]);
        let site = &group.inspect().call_sites.unwrap()[0];
        assert_eq!((site.location.file(), group.count()), (file!(), 5));
        assert_eq!(WaitGroup::new().inspect().call_sites, None);
    }

    #[test]
    fn what_was_refused_is_not_counted() {
        let group = WaitGroup::tracked();
        group.try_add(-1).unwrap_err();
        group.try_add(i64::MAX).unwrap_err();
        assert_eq!(told(&group), []);
        let guard = group.guard();
        group.done();
        assert!(crate::panics::caught(|| drop(guard)).is_none());
        assert_eq!(told(&group), [(1, 0, 0), (0, 1, 0)], "the guard is no more");
    }
}
