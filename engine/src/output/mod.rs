//! What is written: recovered files with their names and times, and the report.

mod again;
pub mod destination;
mod former;
mod naming;
mod proposal;
pub mod report;
mod times;
pub mod views;
mod write;

pub use again::{Placed, Placement};
pub use naming::{TakenPaths, safe_path};
pub(crate) use proposal::proposed;
pub(crate) use times::set_times;
pub use write::{Recovery, WrittenNames};
