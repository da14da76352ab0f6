//! Partition tables and file systems.

pub mod entropy;
pub mod fields;
pub mod filesystem;
pub mod live_map;
pub mod partition;
pub mod read;
pub mod survey;
pub mod traces;
