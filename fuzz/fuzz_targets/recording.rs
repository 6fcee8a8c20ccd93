//! See `named_sync_fuzz_targets::recording`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = named_sync_fuzz_targets::recording(data);
});
