//! One reader, many workers.

pub mod budget;
pub mod reader;
pub mod region;
pub mod window;
pub mod workers;

pub use workers::{Scan, Scanned};
