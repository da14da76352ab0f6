//! What is written: recovered files with their names and times, and the report.

mod again;
pub mod arranging;
pub mod destination;
mod former;
mod naming;
mod proposal;
pub mod report;
pub mod thumbs;
mod times;
pub mod views;
pub mod words;
mod write;

pub use again::{Placed, Placement};
pub use naming::{TakenPaths, safe_path};
pub(crate) use proposal::proposed;
pub use times::set_times;
pub use write::{Recovery, WrittenNames};
