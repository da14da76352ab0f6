//! Encrypted volumes for tests: LUKS 1 and 2, and BitLocker, with keys that everybody knows.

mod bitlocker;
mod luks;
mod xts;

pub use bitlocker::{RECOVERY_KEY, bitlocker};
pub use luks::{LUKS1_PAYLOAD, LUKS2_PAYLOAD, Luks2, luks1, luks2, luks2_headers};

/// The passphrase of all of them.
pub const PASSPHRASE: &str = "open sesame";
