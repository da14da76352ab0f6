//! Which bytes belong to which file.

pub mod meet;
pub mod occupied;

pub use meet::{Place, place, settle, take};
