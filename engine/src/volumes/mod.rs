//! Partition tables and file systems.

pub mod entropy;
pub mod fields;
pub mod filesystem;
pub mod live_map;
pub mod location;
pub mod partition;
pub mod survey;
pub mod traces;
