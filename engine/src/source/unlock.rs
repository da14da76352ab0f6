//! Encrypted volumes, opened with what their owner has: a passphrase, a key file, a recovery key.
//!
//! Nothing is copied. An [`Unlocked`] source is the source itself, in which the bytes of each volume that a key opens
//! come decrypted, at the offsets at which they lie encrypted: what is found there is found again by whoever has the key,
//! and the rest of a disk is read as ever. Keys are wiped from memory, and appear in no message and no report.
//!
//! What headers say is hostile: sizes, counts and costs are bounded before anything is derived from them.

#[cfg(feature = "bitlocker")]
mod bitlocker;
#[cfg(any(feature = "luks", feature = "bitlocker"))]
mod ciphers;
mod fault;
mod keys;
#[cfg(feature = "luks")]
mod luks;
mod open;
mod piece;
mod unlocked;
pub(super) mod volume;

pub use fault::LockedWhy;
pub use keys::{AnotherKey, Key, Keys};
pub use open::{Locked, can_unlock, unlock};
pub use unlocked::Unlocked;
pub use volume::{EncryptedVolume, SECOND_HEADERS, UnlockedVolume};
