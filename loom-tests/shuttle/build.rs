//! Compiles the core's sources under `cfg(named_sync_shuttle)`.

fn main() {
    println!("cargo::rustc-cfg=named_sync_shuttle");
    // The core asks for this feature, and here nobody has it.
    println!("cargo::rustc-check-cfg=cfg(feature, values(\"loom\"))");
    println!("cargo::rerun-if-changed=build.rs");
}
