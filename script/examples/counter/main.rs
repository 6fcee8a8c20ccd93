//! A counter that eight environments share by its name.

#[path = "../host/mod.rs"]
mod host;

use host::Host;

fn main() -> Result<(), Box<rhai::EvalAltResult>> {
    println!("{} requests", count()?);
    Ok(())
}

fn count() -> Result<i64, Box<rhai::EvalAltResult>> {
    let host = Host::default();
    for _ in 0..8 {
        host.start("counter.rhai", include_str!("counter.rhai"));
    }
    host.join()?;
    Ok(host.registry().atomic("requests", 0).get())
}

#[test]
fn nothing_is_lost() {
    assert_eq!(count().unwrap(), 8000);
}
