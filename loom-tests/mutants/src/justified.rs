//! Orderings that are stronger than any model can tell, each with the reason why it stays.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::mutant::Mutant;

/// So many may there be.
pub(crate) const MOST: usize = 8;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    justified: Vec<Entry>,
}

/// A mutant that survives, and is allowed to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// As [`Site`](crate::site::Site) shows itself.
    pub(crate) site: String,
    /// What the site gets.
    pub(crate) becomes: String,
    /// An argument that names the edge that the ordering is one end of.
    pub(crate) reason: String,
}

impl Entry {
    pub(crate) fn is_about(&self, mutant: &Mutant) -> bool {
        self.site == mutant.site.to_string() && self.becomes == mutant.becomes()
    }
}

/// Reads the file.
pub(crate) fn load(path: &Path) -> Result<Vec<Entry>, String> {
    let failed = |error: String| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    parse(&text).map_err(failed)
}

fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    match file.justified.iter().find(|entry| entry.reason.trim().is_empty()) {
        Some(entry) => Err(format!("{} has no reason", entry.site)),
        None => Ok(file.justified),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_needs_a_reason() {
        let entry = |reason| {
            format!("[[justified]]\nsite = \"a\"\nbecomes = \"Relaxed\"\nreason = \"{reason}\"\n")
        };
        assert_eq!(parse(&entry("because")).unwrap().len(), 1);
        assert_eq!(parse(&entry(" ")).unwrap_err(), "a has no reason");
        assert!(parse("").unwrap().is_empty());
    }
}
