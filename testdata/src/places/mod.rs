//! Places where copies of photos survive.

pub mod photos_sqlite;
