//! A table of all files as Apache Parquet, for DuckDB, pandas, Spark and the like: the columns of `report.csv` with
//! types of their own.
//!
//! Offsets and lengths are unsigned 64-bit numbers; runs, issues and unchecked ranges are lists. A time is told twice:
//! by the clock that showed it, without a zone, and, with `_utc` behind its name, as an instant, where its zone is
//! known. Texts are what `report.json` has, letter for letter. Rows are written in groups, so that memory does not
//! grow with their number.

mod cell;
mod columns;
mod leaf;
mod moment;
mod table;

pub(crate) use table::Table;
