//! Views of a report for people and for other programs, all made from `report.json`.
//!
//! A view is one file beside the report, one module here, and one line in [`VIEWS`].

mod bodyfile;
mod case;
mod case_lines;
mod csv;
mod dfxml;
mod gallery;
mod known;
mod make;
#[cfg(feature = "parquet")]
mod parquet;
mod shown;
mod view;

pub use gallery::gallery_policy;
pub use known::{KnownView, VIEWS};
pub use make::{ViewSet, make};
#[cfg(feature = "parquet")]
pub(crate) use parquet::Table;
pub use view::View;
