//! Places where copies of photos survive.

pub mod photo_trees;
pub mod photos_sqlite;
