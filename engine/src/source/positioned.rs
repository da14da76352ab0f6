//! Positioned reads.

/// A file or device read by positioned reads.
pub struct Positioned;
