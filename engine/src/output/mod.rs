//! What is written: recovered files with their names and times, and the report.

pub mod destination;
mod former;
mod naming;
mod proposal;
pub mod report;
mod times;
mod write;

pub use write::{Recovery, WrittenNames};
