//! Places where copies of photos survive.

pub mod backup;
