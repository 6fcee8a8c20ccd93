//! The ordinary tests. They pass with either of the mistakes.

#![cfg(not(loom))]

use std::time::Duration;

use named_sync::{Closed, Registry};
use pipeline::Pipeline;

const LONG: Duration = Duration::from_secs(10);

fn words(text: String) -> usize {
    text.split_whitespace().count()
}

#[test]
fn every_job_has_its_result() {
    let pipeline = Pipeline::start(&Registry::new(), "pages", 4, words).unwrap();
    for number in 0..1000 {
        pipeline.submit("and so on ".repeat(number)).unwrap();
    }
    let results = pipeline.wait_timeout(LONG).unwrap();
    assert_eq!(results.len(), 1000);
    assert_eq!(results.into_iter().sum::<usize>(), 3 * (0..1000).sum::<usize>());
}

#[test]
fn a_closed_pipeline_gives_the_job_back_and_ends_what_it_has() {
    let pipeline = Pipeline::start(&Registry::new(), "pages", 2, words).unwrap();
    pipeline.submit("two words".to_owned()).unwrap();
    pipeline.close();
    let late = pipeline.submit("too late".to_owned());
    assert_eq!(late, Err(Closed("too late".to_owned())));
    assert_eq!(pipeline.wait_timeout(LONG), Ok(vec![2]));
}

#[test]
fn a_wait_that_gives_up_leaves_the_results_to_the_next() {
    let slow = |millis| {
        std::thread::sleep(Duration::from_millis(millis));
        millis
    };
    let pipeline = Pipeline::start(&Registry::new(), "sleeps", 1, slow).unwrap();
    pipeline.submit(50).unwrap();
    assert!(pipeline.wait_timeout(Duration::from_millis(1)).is_err());
    assert_eq!(pipeline.wait_timeout(LONG), Ok(vec![50]));
}

#[test]
fn a_job_that_panics_has_no_result_and_harms_no_other() {
    let divide = |number: u32| 12 / number;
    let pipeline = Pipeline::start(&Registry::new(), "quotients", 1, divide).unwrap();
    for number in [3, 0, 4] {
        pipeline.submit(number).unwrap();
    }
    let mut results = pipeline.wait_timeout(LONG).unwrap();
    results.sort();
    assert_eq!(results, [3, 4]);
}
