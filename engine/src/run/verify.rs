//! Whether an output folder still is what its report says: every file, every run, the report itself.
//!
//! Nothing in the folder is changed, but for a line in its audit log that says that this was done, where the folder
//! can be written to. The report is read file by file, and files are hashed by all workers: memory does not grow
//! with their number, but for what is found to differ and the paths of the files.

mod added;
mod chosen;
mod difference;
mod entries;
mod file;
mod found;
mod report;
mod sources;
#[expect(clippy::module_inception, reason = "the room is named for what it does")]
mod verify;
mod views;

pub use difference::{Difference, DifferenceKind};
pub use found::{SignatureFound, Verified};
pub use verify::{Verify, verify};
