//! The records that rooms hand on.

pub mod cluster_grid;
pub mod digest;
pub mod record;
pub mod span_set;
