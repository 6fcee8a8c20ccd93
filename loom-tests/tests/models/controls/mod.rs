//! Controls: models that must fail, and how. A model that passes says little until it is shown that it would fail.

mod designs;
mod faults;

use std::process::Command;

use crate::explore::BROKEN;

#[test]
fn with_models_that_do_nothing_every_control_fails() {
    let controls = ["controls::faults::without", "controls::designs::failing"];
    let output = Command::new(std::env::current_exe().unwrap())
        .args(controls)
        .env(BROKEN, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success(), "{said}");
    // The last one: what the models' own processes said stands before it.
    let result = said.lines().rfind(|line| line.starts_with("test result: ")).unwrap();
    assert!(result.starts_with("test result: FAILED. 0 passed; "), "{said}");
    let is_failed =
        |line: &&str| line.starts_with("test controls::") && line.ends_with(" ... FAILED");
    let failed = said.lines().filter(is_failed).count();
    assert!(failed >= faults::NAMES.len() + 2, "only {failed} were run:\n{said}");
}
