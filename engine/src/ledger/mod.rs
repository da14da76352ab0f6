//! What was found: on disk as logs that can be replayed, in memory as an index.
//!
//! The scan log is append-only. A worker serialises what it found in one chunk as a [`Batch`]; one
//! committer appends each batch whole, its `Found` lines before the `Chunk` line that makes them count. Once
//! a source has its `End` line, nothing is added any more. What later stages derive (files restored from
//! several pieces, digests of what claims cut off) goes to the settle log, which can be made again
//! from the scan log: [`Ledger::replay`] rebuilds all that these stages need, and [`Ledger::resume`] goes on
//! with a log that a crash cut off. Names go to the [`NameLog`], which all processes of a run add to.
//!
//! Content lies beside the logs, in a [`Store`], by its BLAKE3.

mod batch;
mod bounds;
mod content;
mod family_order;
mod index;
mod journal;
mod keeper;
#[expect(clippy::module_inception, reason = "the room is named for the type that it is about")]
mod ledger;
mod line;
mod listed_end;
mod name_log;
mod replay;
mod reserve;
mod shard_lines;
mod shard_logs;
mod store;
mod tally;

pub use batch::Batch;
pub use content::Content;
pub use index::{Fate, IndexEntry, LivePhotoHalf, NONE, Shown};
pub use journal::{Journal, LogPosition};
pub use keeper::Keeper;
pub use ledger::Ledger;
pub use line::{ChunkLine, DoneLine, EndLine, HeadLine, NamedLine, PlacedLine, ScanSettings};
pub use name_log::NameLog;
pub use replay::{SCAN_LOG, ScanLogs, head, is_untouched};
pub use reserve::Reserve;
pub use shard_lines::is_carved;
pub use shard_logs::ShardLogs;
pub use store::{Store, hash_of};
pub use tally::ScanTally;
