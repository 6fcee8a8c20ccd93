//! Compiles this package, the core's sources included, under `cfg(loom)`.

fn main() {
    println!("cargo:rustc-cfg=loom");
    // And so that an ordering can be weakened from outside: see `core/src/sync/mutants.rs`.
    println!("cargo:rustc-cfg=mutants");
    println!("cargo:rerun-if-changed=build.rs");
}
