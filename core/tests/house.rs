//! Rules of the house that neither the compiler nor clippy can check: who may name the platform, that every
//! ordering is argued, and that every invariant that is cited is written down.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file below a folder of the repository, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!files.is_empty(), "no sources in {folder}");
    files
}

/// `sync.rs` and what is in the folder of that name.
fn is_the_door(path: &Path) -> bool {
    let inside = path.strip_prefix(root().join("core/src")).unwrap();
    inside.starts_with("sync") || inside == Path::new("sync.rs")
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

#[test]
fn only_one_module_of_the_core_names_the_platform() {
    let platform =
        ["std::sync", "std::thread", "std::time", "std::cell", "core::sync", "loom::", "shuttle::"];
    let mut door = false;
    for (path, text) in sources("core/src") {
        let names: Vec<&str> = text
            .lines()
            .filter(|line| !is_comment(line))
            .filter(|line| platform.iter().any(|name| line.contains(name)))
            .collect();
        assert!(names.is_empty() || is_the_door(&path), "{}: {names:?}", path.display());
        door |= is_the_door(&path);
    }
    assert!(door, "the door has moved");
}

#[test]
fn every_ordering_is_argued_where_it_is_used() {
    // How far above its use an argument may stand.
    const REACH: usize = 14;
    let mut uses = 0;
    for (path, text) in sources("core/src") {
        if is_the_door(&path) {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        // One argument above an `impl` speaks for all of it: for a type whose operations are all alike.
        let argued_impl = text.contains("\n// ORDERING:");
        for (number, line) in lines.iter().enumerate() {
            if is_comment(line) || !line.contains("Ordering::") || argued_impl {
                continue;
            }
            uses += 1;
            let above = &lines[number.saturating_sub(REACH)..number];
            let argued =
                |word: &str| above.iter().any(|line| is_comment(line) && line.contains(word));
            let relaxed = line.contains("Ordering::Relaxed");
            assert!(
                argued("ORDERING:") || (relaxed && argued("Relaxed")),
                "{}:{}: no argument for this ordering above it: {}",
                path.display(),
                number + 1,
                line.trim()
            );
        }
    }
    assert!(uses > 40, "only {uses} uses found: has the spelling changed?");
}

/// The invariants that a text cites: `I1`, `I12`.
fn citations(text: &str) -> BTreeSet<u32> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(|word| word.strip_prefix('I')?.parse().ok())
        .collect()
}

#[test]
fn every_invariant_that_is_cited_is_written_down_and_every_one_written_down_is_cited() {
    let document = fs::read_to_string(root().join("docs/ALGORITHMS.md")).unwrap();
    let written: BTreeSet<u32> = document
        .lines()
        .filter_map(|line| line.strip_prefix("**I")?.split('.').next()?.parse().ok())
        .collect();
    assert!(!written.is_empty());

    let mut cited = citations(&document);
    let mut cited_by_core = BTreeSet::new();
    for (path, text) in sources("core/src").into_iter().chain(sources("loom-tests/tests")) {
        let comments: String =
            text.lines().filter(|line| is_comment(line)).flat_map(|line| [line, "\n"]).collect();
        let found = citations(&comments);
        let unknown: Vec<_> = found.difference(&written).collect();
        assert!(unknown.is_empty(), "{} cites {unknown:?}", path.display());
        if path.components().any(|part| part.as_os_str() == "src") {
            cited_by_core.extend(&found);
        }
        cited.extend(found);
    }
    assert_eq!(cited, written);
    let uncited: Vec<_> = written.difference(&cited_by_core).collect();
    assert!(uncited.is_empty(), "the core does not cite {uncited:?}");
}
