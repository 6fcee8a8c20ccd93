//! A shared variable: one environment changes it, four others read it meanwhile.

#[path = "../host/mod.rs"]
mod host;

use host::Host;

fn main() -> Result<(), Box<rhai::EvalAltResult>> {
    println!("{}", change(&Host::default())?);
    Ok(())
}

/// The configuration at the end.
fn change(host: &Host) -> Result<rhai::Dynamic, Box<rhai::EvalAltResult>> {
    let last = host.run("shared.rhai", include_str!("shared.rhai"))?;
    host.join()?;
    Ok(last)
}

#[test]
fn every_change_counts_and_none_is_seen_half() {
    let host = Host::default();
    let last = change(&host).unwrap().cast::<rhai::Map>();
    assert_eq!((last["low"].as_int(), last["high"].as_int()), (Ok(1000), Ok(1010)));
    assert_eq!(last["debug"].as_bool(), Ok(false));
    assert_eq!(host.registry().atomic("readers that stopped", 0).get(), 4);
}
