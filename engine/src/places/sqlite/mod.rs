//! SQLite databases, read page by page and never written.
//!
//! The program has no other reader of SQLite: the library itself ends at the first malformed page, ignores a
//! write-ahead log that it cannot open for writing, and gives nothing of what was deleted. This one gives every row
//! on a sound page, whatever is wrong with the others, and what is left of deleted rows.
//!
//! The format: <https://sqlite.org/fileformat2.html>.

mod carve;
mod column;
mod create_table;
mod database;
mod deleted;
mod encoding;
mod header;
mod numbers;
mod orphans;
mod owners;
mod pages;
mod payload;
mod record;
mod row;
mod rows;
mod schema;
mod sql_words;
mod survey;
mod surveyed_table;
mod table_schema;
mod tree;
mod tree_page;
mod value;
mod wal;

#[cfg(test)]
mod tests;

pub use column::Column;
pub use database::{Damage, Database, Table};
pub use header::NotADatabase;
pub use row::{Row, RowState};
pub use rows::Rows;
pub use value::Value;
