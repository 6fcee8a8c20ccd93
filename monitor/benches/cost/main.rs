//! What the monitor costs the host, and itself: each cost beside its target, with a hundred thousand primitives.
//!
//! ```text
//! cargo bench -p syncmon --bench cost            # some minutes; `-- --only host` for a part
//! cargo bench -p syncmon --bench cost -- --check # ends with 1 if a target is missed
//! ```
//!
//! The viewer is the real program, in a terminal of its own. Needs Linux: times are read from `/proc`.

mod cost;
mod frames;
mod host;
mod load;
mod scale;
mod terminal;

use clap::Parser;
use cost::Cost;
use std::process::ExitCode;

/// What the monitor costs.
#[derive(Parser)]
struct Args {
    /// Only the parts whose names contain this: load, host, viewer, frames.
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// How often the load is measured with and without a viewer; with and without an agent alone, four times as often.
    #[arg(long, value_name = "N", default_value_t = 400)]
    pairs: usize,
    /// How many primitives the host has.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    primitives: usize,
    /// Ends with 1 if a target is missed.
    #[arg(long)]
    check: bool,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let Args { pairs, primitives, .. } = args;
    let parts: [(&str, &dyn Fn() -> Vec<Cost>); 4] = [
        ("load", &|| load::measure(pairs)),
        ("host", &|| scale::of_the_host(primitives)),
        ("viewer", &|| scale::of_the_viewer(primitives)),
        ("frames", &|| frames::measure(primitives)),
    ];
    println!("{}", Cost::HEAD);
    let mut missed = 0;
    for (name, measure) in parts {
        if name.contains(&args.only) {
            for cost in measure() {
                println!("{cost}");
                missed += usize::from(!cost.is_met());
            }
        }
    }
    println!("\n{missed} missed");
    ExitCode::from(u8::from(args.check && missed > 0))
}
