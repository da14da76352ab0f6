//! Files that somebody has already, by their digests: what is found of them is left out.

mod hashes;
mod list;

pub use hashes::KnownHashes;
pub use list::KnownList;
