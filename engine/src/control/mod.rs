//! What runs through all rooms: failures, progress and the wish to stop, and what each stage costs.

pub mod backoff;
pub mod error;
pub mod metrics;
pub(crate) mod os_error;
pub mod progress;
