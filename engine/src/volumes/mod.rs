//! Partition tables and file systems: which volumes there are, what they say of files, what is in use.

pub mod capacity;
pub mod condition;
mod encrypted_volumes;
pub mod entropy;
pub(crate) mod fields;
pub mod filesystem;
pub mod glimpse;
pub mod live_map;
pub mod partition;
mod read;
pub mod recorded;
pub mod shadow_copies;
pub mod survey;
pub mod traces;

pub use encrypted_volumes::encrypted_volumes;
