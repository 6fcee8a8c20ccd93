//! Which model makes which accesses.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::crew;
use crate::models::{Depth, End, Explored, Models};
use crate::site::Site;

/// What running all models showed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) fingerprint: String,
    pub(crate) models: Vec<Model>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Model {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) explored: Explored,
    /// The keys of the sites that it executes.
    pub(crate) sites: BTreeSet<String>,
}

/// A model that does not pass as it is.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) name: String,
    pub(crate) said: String,
}

/// # Errors
///
/// If there are any: how many, and what each of them said.
pub(crate) fn none_fails(failures: &[Failure]) -> Result<(), String> {
    if failures.is_empty() {
        return Ok(());
    }
    let texts: Vec<String> = failures.iter().map(Failure::to_string).collect();
    Err(format!("{} models fail\n{}", failures.len(), texts.join("\n")))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fails as it is:\n{}", self.name, self.said)
    }
}

/// No model takes so long.
fn timeout(depth: Depth) -> Duration {
    Duration::from_secs(match depth {
        Depth::Quick | Depth::Usual | Depth::Full => 3600,
        Depth::Exhaustive => 24 * 3600,
    })
}

impl Record {
    /// The record of these models that was made before, or a new one.
    pub(crate) fn load_or_make(models: &Models, path: &Path, jobs: usize) -> Result<Self, String> {
        let before = fs::read_to_string(path).ok();
        let before = before.and_then(|text| serde_json::from_str::<Self>(&text).ok());
        match before {
            Some(record) if record.fingerprint == models.fingerprint => Ok(record),
            _ => Self::make(models, path, jobs),
        }
    }

    /// Runs all models at their usual depth, notes what they execute, and keeps that.
    ///
    /// # Errors
    ///
    /// If a model fails.
    pub(crate) fn make(models: &Models, path: &Path, jobs: usize) -> Result<Self, String> {
        let (record, failures) = Self::run(models, Depth::Usual, jobs)?;
        none_fails(&failures)?;
        record.keep(path)?;
        Ok(record)
    }

    /// Runs all models. What fails is not in the record.
    pub(crate) fn run(
        models: &Models,
        depth: Depth,
        jobs: usize,
    ) -> Result<(Self, Vec<Failure>), String> {
        let sites = tempfile::tempdir().map_err(|error| format!("a temporary folder: {error}"))?;
        let (mut found, mut failures) = (Vec::new(), Vec::new());
        let work = models.names.clone();
        crew::share(
            "models recorded",
            jobs,
            work,
            |name| record(models, depth, name, sites.path().join(name.replace("::", "."))),
            |_, result| {
                match result {
                    Ok(model) => found.push(model),
                    Err(failure) => failures.push(failure),
                }
                Ok(())
            },
        )?;
        // Cheapest first. By executions, not by time, so that it is the same everywhere.
        found.sort_by(|one, other| {
            (one.explored.executions, &one.name).cmp(&(other.explored.executions, &other.name))
        });
        failures.sort_by(|one, other| one.name.cmp(&other.name));
        Ok((Self { fingerprint: models.fingerprint.clone(), models: found }, failures))
    }

    pub(crate) fn keep(&self, path: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).expect("a record is plain data");
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The models that execute this site, cheapest first.
    pub(crate) fn models_of(&self, site: &Site) -> impl Iterator<Item = &Model> {
        let key = site.key();
        self.models.iter().filter(move |model| model.sites.contains(&key))
    }

    /// Sites that no model executes.
    pub(crate) fn missed<'a>(&self, sites: &'a [Site]) -> Vec<&'a Site> {
        sites.iter().filter(|site| self.models_of(site).next().is_none()).collect()
    }

    /// Keys that were executed and are none of these sites: then the two do not understand each other.
    pub(crate) fn unknown(&self, sites: &[Site]) -> BTreeSet<&str> {
        let known: BTreeSet<String> = sites.iter().map(Site::key).collect();
        self.models
            .iter()
            .flat_map(|model| &model.sites)
            .filter(|key| !key.starts_with("core/src/sync") && !known.contains(*key))
            .map(String::as_str)
            .collect()
    }
}

fn record(
    models: &Models,
    depth: Depth,
    name: &str,
    file: PathBuf,
) -> Result<Result<Model, Failure>, String> {
    let path = file.to_str().ok_or("the path of the temporary folder is no text")?;
    let variables = [("NAMED_SYNC_SITES", path), ("NAMED_SYNC_DEPTH", depth.name())];
    let name = name.to_owned();
    Ok(match models.run(&name, &variables, timeout(depth))? {
        End::Passed(explored) => {
            // A model need not touch the core at all, and then there is no file.
            let sites = fs::read_to_string(&file).unwrap_or_default();
            let sites = sites.lines().map(str::to_owned).collect();
            Ok(Model { name, explored, sites })
        }
        End::Failed { said, .. } => Err(Failure { name, said }),
        End::TimedOut => Err(Failure {
            name,
            said: format!("it takes more than {:?}, or a loop in it never ends", timeout(depth)),
        }),
    })
}

/// # Errors
///
/// If no model executes one of these sites.
pub(crate) fn all_executed(record: &Record, sites: &[Site]) -> Result<(), String> {
    let missed: Vec<String> = record
        .missed(sites)
        .into_iter()
        .map(|site| format!("{site} ({}) is executed by no model", site.key()))
        .collect();
    let unknown: Vec<String> = record
        .unknown(sites)
        .into_iter()
        .map(|key| format!("{key} was executed and is not found in the sources"))
        .collect();
    let problems = [missed, unknown].concat();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}
