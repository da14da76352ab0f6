//! What begins at a candidate.

pub mod carver;
pub mod enclosure;

pub use carver::{Carver, Found, HEAD, wire_runs};
