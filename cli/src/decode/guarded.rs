//! The one door to decoders.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Formats of HEIF with HEVC in it, by their names in the report.
pub const HEIC: [&str; 2] = ["heic", "heif"];

/// Does what other people's code does: a panic of it is a failure like others.
pub fn guarded<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    // Nothing that is shared is left half done: decoders own all that they change.
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err("its decoder failed on it".to_owned()))
}
