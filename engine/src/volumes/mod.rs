//! Partition tables and file systems.

pub(crate) mod entropy;
mod fields;
pub(crate) mod filesystem;
pub(crate) mod live_map;
mod partition;
mod read;
pub(crate) mod survey;
pub(crate) mod traces;
