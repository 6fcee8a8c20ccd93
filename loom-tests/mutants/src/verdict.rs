//! Whether every ordering has earned its place.

use std::fmt::Write;

use crate::justified::{self, Entry};
use crate::mutant::Mutant;
use crate::results::{Results, Verdict};

/// What stands against it, one complaint each; none if all is well.
pub(crate) fn complaints(
    mutants: &[Mutant],
    results: &Results,
    justified: &[Entry],
) -> Vec<String> {
    let mut complaints = Vec::new();
    for mutant in mutants {
        let (site, becomes) = (&mutant.site, mutant.becomes());
        let what = format!("{site}: {} -> {becomes} ({})", site.order, site.key());
        let entry = justified.iter().find(|entry| entry.is_about(mutant));
        match (results.of(&mutant.key()), entry) {
            (Some(Verdict::Killed { .. }), None) | (Some(Verdict::Survived { .. }), Some(_)) => {}
            (Some(Verdict::Killed { model, .. }), Some(_)) => complaints.push(format!(
                "{what} is justified, and yet {model} fails with it: the entry is stale"
            )),
            (Some(Verdict::Survived { models }), None) => complaints.push(format!(
                "{what} survived {models} models: weaken it, write the model that needs it, or justify it"
            )),
            (Some(Verdict::TimedOut { models }), _) => complaints.push(format!(
                "{what} was not killed, and did not end in {}: that is no verdict",
                models.join(", ")
            )),
            (None, _) => complaints.push(format!("{what} was not run")),
        }
    }
    for entry in justified {
        if !mutants.iter().any(|mutant| entry.is_about(mutant)) {
            let Entry { site, becomes, .. } = entry;
            complaints
                .push(format!("{site} -> {becomes} is justified, and there is no such mutant"));
        }
    }
    if justified.len() > justified::MOST {
        let (number, most) = (justified.len(), justified::MOST);
        complaints.push(format!("{number} mutants are justified; {most} may be"));
    }
    complaints
}

/// How many of the mutants ended how.
pub(crate) fn summary(mutants: &[Mutant], results: &Results) -> String {
    let mut by_how = std::collections::BTreeMap::<String, usize>::new();
    for mutant in mutants {
        let end = match results.of(&mutant.key()) {
            Some(Verdict::Killed { how, .. }) => format!("killed by {how}"),
            Some(Verdict::Survived { .. }) => "survived".to_owned(),
            Some(Verdict::TimedOut { .. }) => "timed out".to_owned(),
            None => "not run".to_owned(),
        };
        *by_how.entry(end).or_default() += 1;
    }
    let mut text = format!("{} mutants", mutants.len());
    for (how, number) in by_how {
        write!(text, ", {number} {how}").expect("a string takes any text");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::How;

    /// The complaints about one mutant with this verdict, beside these entries.
    fn about(verdict: Option<Verdict>, entries: &[(&str, &str)]) -> Vec<String> {
        let source = "fn a() { word.load(Ordering::Acquire); }";
        let mutants = crate::mutant::of_all(&crate::site::in_source("x.rs", source).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let mut results = Results::load(&folder.path().join("results"), "");
        if let Some(verdict) = verdict {
            results.add(mutants[0].key(), verdict).unwrap();
        }
        let entry = |&(site, becomes): &(&str, &str)| Entry {
            site: site.to_owned(),
            becomes: becomes.to_owned(),
            reason: "because".to_owned(),
        };
        complaints(&mutants, &results, &entries.iter().map(entry).collect::<Vec<_>>())
    }

    const THIS: (&str, &str) = ("x.rs a: load", "Relaxed");

    fn killed() -> Option<Verdict> {
        Some(Verdict::Killed { model: "m".to_owned(), how: How::Race })
    }

    #[test]
    fn a_killed_mutant_and_a_justified_survivor_are_well() {
        assert!(about(killed(), &[]).is_empty());
        assert!(about(Some(Verdict::Survived { models: 2 }), &[THIS]).is_empty());
    }

    #[test]
    fn everything_else_is_not() {
        let timed_out = || Some(Verdict::TimedOut { models: vec!["m".to_owned()] });
        for (verdict, entries, complaint) in [
            (Some(Verdict::Survived { models: 2 }), vec![], "survived 2 models"),
            (killed(), vec![THIS], "the entry is stale"),
            (timed_out(), vec![], "that is no verdict"),
            (timed_out(), vec![THIS], "that is no verdict"),
            (None, vec![], "was not run"),
            (killed(), vec![("x.rs b: load", "Relaxed")], "there is no such mutant"),
            (killed(), vec![("x.rs a: load", "None")], "there is no such mutant"),
        ] {
            let complaints = about(verdict, &entries);
            assert!(complaints.len() == 1 && complaints[0].contains(complaint), "{complaints:?}");
        }
    }

    #[test]
    fn too_many_justifications_are_none() {
        let complaints = about(Some(Verdict::Survived { models: 2 }), &[THIS; justified::MOST + 1]);
        assert_eq!(complaints, ["9 mutants are justified; 8 may be"]);
    }
}
