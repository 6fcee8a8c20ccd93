//! A wait group: ten workers in threads of their own, and a script that waits for them.

#[path = "../host/mod.rs"]
mod host;

use host::Host;

fn main() -> Result<(), Box<rhai::EvalAltResult>> {
    println!("{:?}", sums()?);
    Ok(())
}

fn sums() -> Result<rhai::Map, Box<rhai::EvalAltResult>> {
    let host = Host::default();
    let sums = host.run("workers.rhai", include_str!("workers.rhai"))?;
    host.join()?;
    Ok(sums.cast())
}

#[test]
fn the_wait_ends_when_all_have_done() {
    let sums = sums().unwrap();
    assert_eq!(sums.len(), 10);
    for (number, sum) in sums {
        let items = number.parse::<i64>().unwrap() * 100;
        assert_eq!(sum.as_int(), Ok(items * (items - 1) / 2));
    }
}
