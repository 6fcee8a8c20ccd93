//! Which invariant is checked by which models and controls: those whose comments cite it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The invariants of docs/ALGORITHMS.md and what cites them.
pub(crate) struct Invariants(BTreeMap<u32, Invariant>);

struct Invariant {
    /// Its first sentence.
    says: String,
    models: Vec<String>,
    controls: Vec<String>,
}

impl Invariants {
    pub(crate) fn read(repository: &Path) -> Result<Self, String> {
        let read = |path: &Path| {
            fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let mut all = Self(written(&read(&repository.join("docs/ALGORITHMS.md"))?));
        let folder = repository.join("loom-tests/tests/models");
        for entry in
            fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?
        {
            let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if path.extension().is_some_and(|extension| extension == "rs") {
                for (number, model) in citing(&read(&path)?) {
                    let invariant = all.0.get_mut(&number).ok_or_else(|| unknown(&path, number))?;
                    invariant.models.push(
                        model.map_or_else(
                            || format!("{name}::*"),
                            |model| format!("{name}::{model}"),
                        ),
                    );
                }
            }
        }
        let path = folder.join("controls/faults.rs");
        for (number, control) in citing(&read(&path)?) {
            let invariant = all.0.get_mut(&number).ok_or_else(|| unknown(&path, number))?;
            invariant.controls.extend(control);
        }
        for invariant in all.0.values_mut() {
            invariant.models.sort();
            invariant.controls.sort();
        }
        match all.0.iter().find(|(_, invariant)| invariant.models.is_empty()) {
            Some((number, _)) => Err(format!("no model cites I{number}")),
            None => Ok(all),
        }
    }

    pub(crate) fn table(&self) -> String {
        let mut lines = vec![
            "| | what must hold | models | fails without |".to_owned(),
            "| --- | --- | --- | --- |".to_owned(),
        ];
        for (number, invariant) in &self.0 {
            let list = |names: &[String]| {
                names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            };
            let (models, controls) = (list(&invariant.models), list(&invariant.controls));
            lines.push(format!("| I{number} | {} | {models} | {controls} |", invariant.says));
        }
        lines.join("\n")
    }
}

fn unknown(path: &Path, number: u32) -> String {
    format!("{} cites I{number}, which docs/ALGORITHMS.md does not have", path.display())
}

/// `**I3.** What it says.` and what follows, up to an empty line.
fn written(text: &str) -> BTreeMap<u32, Invariant> {
    text.split("\n\n")
        .filter_map(|paragraph| {
            let (number, says) = paragraph.trim().strip_prefix("**I")?.split_once(".**")?;
            let says = says.split_whitespace().collect::<Vec<_>>().join(" ");
            let says = says.split_inclusive(". ").next()?.trim().replace('|', "\\|");
            let invariant = Invariant { says, models: Vec::new(), controls: Vec::new() };
            Some((number.parse().ok()?, invariant))
        })
        .collect()
}

/// The invariants that comments cite, each with the name of the model or control below the comment; none for the comment
/// at the top of the file, which speaks of all of them.
fn citing(text: &str) -> Vec<(u32, Option<String>)> {
    let mut found = Vec::new();
    let mut cited = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("//!") {
            found.extend(citations(comment).map(|number| (number, None)));
        } else if let Some(comment) = line.strip_prefix("///") {
            cited.extend(citations(comment));
        } else {
            let name = line.split('(').next().unwrap_or_default();
            let is_name = !name.is_empty()
                && name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
            let below = is_name.then(|| name.to_owned());
            found.extend(cited.drain(..).filter_map(|number| Some((number, Some(below.clone()?)))));
        }
    }
    found
}

/// `I3`, `I1 to I5`.
fn citations(comment: &str) -> impl Iterator<Item = u32> + '_ {
    let words: Vec<&str> = comment
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let number = |word: &str| word.strip_prefix('I')?.parse::<u32>().ok();
    let mut found = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let Some(last) = number(word) else { continue };
        let first =
            (place >= 2 && words[place - 1] == "to").then(|| number(words[place - 2])).flatten();
        found.extend(first.map_or(last, |first| first + 1)..=last);
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invariant_is_a_number_and_a_sentence() {
        let found =
            written("# A\n\n**I2.** It holds | always. *Because* it\ndoes.\n\nI3 is cited.\n");
        assert_eq!(found.keys().collect::<Vec<_>>(), [&2]);
        assert_eq!(found[&2].says, "It holds \\| always.");
    }

    #[test]
    fn a_citation_belongs_to_what_stands_below_it() {
        let source = "
//! About I1 to I3, I7.

use x::y;

models! {
    /// Without this (I4),
    /// nothing.
    a_model(Complete, [()]) {}

    another_one(Complete, [()]) {}

    /// I9
    }
";
        let of = |number, name: &str| (number, Some(name.to_owned()));
        assert_eq!(citing(source), [(1, None), (2, None), (3, None), (7, None), of(4, "a_model")]);
    }
}
