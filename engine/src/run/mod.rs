//! The stages in order.

mod job;
mod outcome;

pub use job::{Run, scan};
pub use outcome::{Outcome, Stats};
