//! What became of the mutants, line by line in a file, so that a run that was interrupted goes on.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::models::How;

/// What became of one mutant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// A model failed.
    Killed { model: String, how: How },
    /// All models that execute the site passed.
    Survived { models: usize },
    /// No model failed, and these did not end in time. That is no kill.
    TimedOut { models: Vec<String> },
}

#[derive(Serialize, Deserialize)]
struct Line {
    fingerprint: String,
    mutant: String,
    verdict: Verdict,
}

/// The verdicts on the mutants of the models as they are compiled now.
pub(crate) struct Results {
    path: PathBuf,
    fingerprint: String,
    verdicts: BTreeMap<String, Verdict>,
}

impl Results {
    /// Verdicts on other models are left alone and not looked at.
    pub(crate) fn load(path: &Path, fingerprint: &str) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        let verdicts = text
            .lines()
            // The last line may have been cut off.
            .filter_map(|line| serde_json::from_str::<Line>(line).ok())
            .filter(|line| line.fingerprint == fingerprint)
            .map(|line| (line.mutant, line.verdict))
            .collect();
        Self { path: path.to_owned(), fingerprint: fingerprint.to_owned(), verdicts }
    }

    pub(crate) fn of(&self, mutant: &str) -> Option<&Verdict> {
        self.verdicts.get(mutant)
    }

    /// Adds a verdict, on disk as well.
    pub(crate) fn add(&mut self, mutant: String, verdict: Verdict) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.path.display());
        let line = Line { fingerprint: self.fingerprint.clone(), mutant, verdict };
        let mut text = serde_json::to_string(&line).expect("a verdict is plain data");
        text.push('\n');
        let file: Result<File, _> = OpenOptions::new().append(true).create(true).open(&self.path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)?;
        self.verdicts.insert(line.mutant, line.verdict);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_found_again_but_for_those_on_other_models() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results");
        let killed = Verdict::Killed { model: "m".to_owned(), how: How::Race };
        Results::load(&path, "1").add("a".to_owned(), killed.clone()).unwrap();
        let mut now = Results::load(&path, "2");
        assert_eq!(now.of("a"), None);
        now.add("a".to_owned(), Verdict::Survived { models: 3 }).unwrap();
        assert_eq!(Results::load(&path, "1").of("a"), Some(&killed));
        assert_eq!(Results::load(&path, "2").of("a"), Some(&Verdict::Survived { models: 3 }));
    }
}
