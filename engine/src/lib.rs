//! From a device to a report: the engine behind `afterimage`, for others to embed.

pub mod error;
pub mod hash;
pub mod options;
pub mod progress;
pub mod source;
