//! Many images in one run: each is scanned as it would be alone, into a folder and with a report of its own, and one
//! report tells of all of them.
//!
//! [`discover`] finds the images in folders, by their content. [`batch`] scans them, some at a time, with the workers
//! of one pool and within one limit of memory. What keeps one image from being scanned is told of that image, and the
//! others go on. A batch that was stopped goes on with what is left: which folder is whose is kept beside the report.

mod copies;
mod discover;
mod file_kind;
mod folder_names;
mod image_name;
mod images;
mod lanes;
mod memory;
mod one;
mod outcome;
mod progress;
mod report;
mod run;
mod stamps;
mod state;
mod whole_file;

pub use discover::discover;
pub use images::{Discovered, EmptyFolder, FoundImage, Looking};
pub use outcome::{BatchEvent, BatchOutcome};
pub use progress::{AtWork, BatchProgress, BatchSight};
pub use run::batch;
