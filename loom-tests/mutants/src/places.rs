//! Where things are.

use std::path::{Path, PathBuf};

/// The files that these programs read and write.
pub(crate) struct Places {
    pub(crate) repository: PathBuf,
    pub(crate) record: PathBuf,
    pub(crate) results: PathBuf,
    pub(crate) justified: PathBuf,
    pub(crate) orderings: PathBuf,
    pub(crate) verification: PathBuf,
}

impl Places {
    pub(crate) fn find() -> Result<Self, String> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let repository = package.join("../..");
        let repository = repository.canonicalize().map_err(|error| {
            format!("{}: {error}; was it compiled elsewhere?", repository.display())
        })?;
        let work = repository.join("target/mutants");
        std::fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
        Ok(Self {
            record: work.join("record.json"),
            results: work.join("results.jsonl"),
            justified: package.join("mutants.toml"),
            orderings: repository.join("docs/ORDERINGS.md"),
            verification: repository.join("docs/VERIFICATION.md"),
            repository,
        })
    }
}
