//! A queue of at most 100 items between a producer and a consumer, each in an environment of its own.

#[path = "../host/mod.rs"]
mod host;

use host::Host;

fn main() -> Result<(), Box<rhai::EvalAltResult>> {
    println!("{:?}", consume()?);
    Ok(())
}

/// How many items came through, and their sum.
fn consume() -> Result<Vec<i64>, Box<rhai::EvalAltResult>> {
    let host = Host::default();
    let answer = host.run("pipeline.rhai", include_str!("pipeline.rhai"))?;
    host.join()?;
    Ok(answer.into_typed_array().expect("two numbers"))
}

#[test]
fn every_item_comes_through_once() {
    let sum: i64 = (1..=5000).map(|n| n * n - n).sum();
    assert_eq!(consume().unwrap(), [5000, sum]);
}
