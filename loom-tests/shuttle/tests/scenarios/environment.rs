//! What the environment may ask for.

use std::env::{VarError, var};
use std::hash::{BuildHasher, Hasher, RandomState};

/// By how much to multiply the numbers of schedules.
pub(crate) const TIMES: &str = "NAMED_SYNC_SHUTTLE_TIMES";
/// The seed of all schedules. Without it each run has another one.
pub(crate) const SEED: &str = "NAMED_SYNC_SHUTTLE_SEED";
/// The one schedule to run: as it was printed, or the path of a file that has it.
pub(crate) const REPLAY: &str = "NAMED_SYNC_SHUTTLE_REPLAY";
/// shuttle's schedulers take their seed from here, and not the one that we print.
const REFUSED: &str = "SHUTTLE_RANDOM_SEED";

fn number(name: &str, text: Result<String, VarError>) -> Option<u64> {
    match text {
        Ok(text) => {
            Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a whole number")))
        }
        Err(VarError::NotPresent) => None,
        Err(VarError::NotUnicode(_)) => panic!("{name} is not a whole number"),
    }
}

pub(crate) fn times() -> u64 {
    let times = number(TIMES, var(TIMES)).unwrap_or(1);
    assert!(times > 0, "{TIMES}=0 would run nothing, and report success");
    times
}

pub(crate) fn seed() -> u64 {
    assert!(var(REFUSED).is_err(), "{REFUSED} is set: use {SEED}");
    // The standard library's hashers are keyed at random.
    number(SEED, var(SEED)).unwrap_or_else(|| RandomState::new().build_hasher().finish())
}

pub(crate) fn schedule() -> Option<String> {
    let text = var(REPLAY).ok()?;
    if is_schedule(&text) {
        return Some(text);
    }
    let schedule = std::fs::read_to_string(&text).unwrap_or_else(|error| {
        panic!("{REPLAY}={text} is neither a schedule nor a file that has one: {error}")
    });
    assert!(is_schedule(&schedule), "{text} has no schedule");
    Some(schedule)
}

fn is_schedule(text: &str) -> bool {
    let mut digits = text.chars().filter(|c| !c.is_whitespace()).peekable();
    digits.peek().is_some() && digits.all(|c| c.is_ascii_hexdigit())
}

#[test]
fn a_number_is_a_number_or_refused() {
    assert_eq!(number("N", Ok("17".to_owned())), Some(17));
    assert_eq!(number("N", Err(VarError::NotPresent)), None);
    for wrong in ["", "-1", "1e3", "many"] {
        let refused = std::panic::catch_unwind(|| number("N", Ok(wrong.to_owned())));
        assert!(refused.is_err(), "{wrong:?} was taken for a number");
    }
}
