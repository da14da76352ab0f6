//! What a backup says of its files: `Manifest.db`, and `Manifest.mbdb` before iOS 10.

mod database;
mod mb_file;
mod mbdb;
mod row;

pub use database::read_database;
pub use mbdb::read_mbdb;
pub use row::{Row, RowKind, digest_of, is_id};
