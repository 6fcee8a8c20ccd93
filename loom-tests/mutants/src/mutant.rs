//! What a site could ask for instead.

use crate::site::{Order, Site};

/// A site that gets less than it asks for.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    pub(crate) site: Site,
    /// None: a fence that is not there.
    pub(crate) order: Option<Order>,
}

impl Mutant {
    /// As the watched atomics read it from the environment.
    pub(crate) fn key(&self) -> String {
        match self.order {
            Some(order) => format!("{}={order}", self.site.key()),
            None => format!("{}=None", self.site.key()),
        }
    }

    /// What the site gets.
    pub(crate) fn becomes(&self) -> String {
        self.order.map_or_else(|| "None".to_owned(), |order| order.to_string())
    }
}

/// All mutants of these sites. A relaxed access has none.
pub(crate) fn of_all(sites: &[Site]) -> Vec<Mutant> {
    sites
        .iter()
        .flat_map(|site| weaker(site).into_iter().map(|order| Mutant { site: site.clone(), order }))
        .collect()
}

fn weaker(site: &Site) -> Vec<Option<Order>> {
    use Order::{AcqRel, Acquire, Relaxed, Release, SeqCst};
    let is_fence = site.access == "fence";
    let orders: &[Order] = match (site.order, &*site.access) {
        (Relaxed, _) => return Vec::new(),
        (SeqCst, "load") => &[Acquire, Relaxed],
        (SeqCst, "store") => &[Release, Relaxed],
        (SeqCst, _) if site.argument == 1 => &[Acquire, Relaxed],
        (SeqCst, "fence") => &[AcqRel],
        (SeqCst, _) => &[AcqRel, Acquire, Release, Relaxed],
        (AcqRel, "fence") => &[Acquire, Release],
        (AcqRel, _) => &[Acquire, Release, Relaxed],
        (Acquire | Release, "fence") => &[],
        (Acquire | Release, _) => &[Relaxed],
    };
    orders.iter().copied().map(Some).chain(is_fence.then_some(None)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutants(access: &str) -> Vec<String> {
        let source = format!("fn a() {{ {access} }}");
        let sites = crate::site::in_source("x.rs", &source).unwrap();
        of_all(&sites).iter().map(|mutant| mutant.key()).collect()
    }

    #[test]
    fn each_ordering_is_weakened_by_itself() {
        assert_eq!(mutants("word.load(Ordering::Relaxed);"), [""; 0]);
        assert_eq!(mutants("word.load(Ordering::Acquire);"), ["x.rs:1:15#0=Relaxed"]);
        assert_eq!(
            mutants("word.compare_exchange(1, 2, Ordering::AcqRel, Ordering::Acquire);"),
            [
                "x.rs:1:15#0=Acquire",
                "x.rs:1:15#0=Release",
                "x.rs:1:15#0=Relaxed",
                "x.rs:1:15#1=Relaxed"
            ]
        );
    }

    #[test]
    fn a_fence_is_weakened_and_then_left_out() {
        assert_eq!(mutants("fence(Ordering::SeqCst);"), ["x.rs:1:10#0=AcqRel", "x.rs:1:10#0=None"]);
        assert_eq!(mutants("fence(Ordering::Acquire);"), ["x.rs:1:10#0=None"]);
    }
}
