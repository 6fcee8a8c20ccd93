//! Compiles this package, the core's sources included, under `cfg(loom)`.

fn main() {
    println!("cargo:rustc-cfg=loom");
    println!("cargo:rerun-if-changed=build.rs");
}
