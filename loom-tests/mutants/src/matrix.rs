//! The table of orderings in the docs.

use std::fmt::Write;

use crate::justified::Entry;
use crate::mutant::{self, Mutant};
use crate::results::{Results, Verdict};
use crate::site::{Order, Site};

const HEAD: &str = "\
# Orderings

Every ordering in `core/src` that is stronger than `Relaxed`, what the source says it is for, and which model fails
without it. This page is written by a program, which weakens each of them in turn and runs the models:

```console
cargo run -p named-sync-mutants -- run       # go on where the last run stopped
cargo run -p named-sync-mutants -- verdict   # fails if a weaker ordering goes unnoticed
cargo run -p named-sync-mutants -- matrix    # writes this page
```

A model is named as `cargo test` names it. It is the cheapest one that fails, not the only one. `verdict` says how many fail
by a *race* (two accesses to a slot, a node or a segment of which neither happens before the other), a *deadlock* (somebody
sleeps for ever), a *leak*, an *outcome* that must not be, or an *assertion*. That is not told here of each, as it is not
always the same: who reads what was freed finds there what chance has left.

";

/// The page.
pub(crate) fn page(sites: &[Site], results: &Results, justified: &[Entry]) -> String {
    let mut text = HEAD.to_owned();
    let relaxed = sites.iter().filter(|site| site.order == Order::Relaxed).count();
    let strong: Vec<&Site> = sites.iter().filter(|site| site.order != Order::Relaxed).collect();
    let mut line = |line: &str| writeln!(text, "{line}").expect("a string takes any text");
    line(&format!(
        "{} accesses ask for more than `Relaxed`, and {relaxed} for that. All of them are executed by models.",
        strong.len()
    ));
    let mut file = "";
    for site in strong {
        if site.file != file {
            file = &site.file;
            line(&format!("\n## {file}\n"));
            line("| where | asks for | what for | with | fails |");
            line("| --- | --- | --- | --- | --- |");
        }
        let name = site.to_string();
        let place = name.split_once(' ').map_or(&*name, |(_, place)| place);
        let argued = site.argued.as_deref().unwrap_or("").replace('|', "\\|");
        let (mut place, mut order, mut argued) = (place, site.order.to_string(), &*argued);
        for mutant in mutant::of_all(std::slice::from_ref(site)) {
            let becomes = mutant.becomes();
            let end = end(&mutant, results, justified);
            line(&format!("| {place} | {order} | {argued} | {becomes} | {end} |"));
            (place, order, argued) = ("", String::new(), "");
        }
    }
    text
}

fn end(mutant: &Mutant, results: &Results, justified: &[Entry]) -> String {
    match results.of(&mutant.key()) {
        Some(Verdict::Killed { model, .. }) => format!("`{model}`"),
        Some(Verdict::TimedOut { .. }) => "no verdict: too many executions".to_owned(),
        None => "not run".to_owned(),
        Some(Verdict::Survived { .. }) => {
            match justified.iter().find(|entry| entry.is_about(mutant)) {
                Some(entry) => format!("none: {}", entry.reason.trim().replace('\n', " ")),
                None => "none".to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::How;

    #[test]
    fn the_page_has_a_row_for_each_mutant() {
        let source = "
fn a() {
    // ORDERING: pairs with b.
    word.fetch_add(1, Ordering::AcqRel);
    word.load(Ordering::Relaxed);
}
";
        let sites = crate::site::in_source("x.rs", source).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut results = Results::load(&folder.path().join("results"), "");
        let mutants = mutant::of_all(&sites);
        let killed = Verdict::Killed { model: "m::n".to_owned(), how: How::Race };
        results.add(mutants[0].key(), killed).unwrap();
        results.add(mutants[1].key(), Verdict::Survived { models: 1 }).unwrap();
        let entry = Entry {
            site: "x.rs a: fetch_add".to_owned(),
            becomes: "Release".to_owned(),
            reason: "it is only fast".to_owned(),
        };
        let page = page(&sites, &results, &[entry]);
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
        assert_eq!(
            rows[2..],
            [
                "| a: fetch_add | AcqRel | pairs with b. | Acquire | `m::n` |",
                "|  |  |  | Release | none: it is only fast |",
                "|  |  |  | Relaxed | not run |",
            ]
        );
        assert!(page.contains("1 accesses ask for more than `Relaxed`, and 1 for that."));
    }
}
