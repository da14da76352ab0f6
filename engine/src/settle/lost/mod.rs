//! The ledger of the lost: one row for every photo that is known to have existed, and what is left of it.
//!
//! Directory entries, gaps in a numbering, databases, caches and lists of digests each tell of photos; several
//! may tell of the same one. Whoever found files gives them as [`Survivor`]s, whatever they were found in.

mod kept_path;
mod merge;
mod row;
mod rows;
mod survivor;
mod traits;

pub use row::{LostRow, MatchedBy};
pub use rows::lost_rows;
pub use survivor::Survivor;
