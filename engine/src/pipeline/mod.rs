//! The scan of one source: the only room that starts threads.
//!
//! One thread reads chunks in order. Rayon workers scan them and carve what begins in them; each serialises
//! what it found. One committer adds the batches to the ledger. No pool thread ever waits for another:
//! permits bound how many chunks are on their way, from the reader to the committer, and the reader alone
//! waits for them.

mod budget;
mod plan;
mod reader;
mod recent;
mod region;
mod samples;
mod scan;
mod unpacking;
mod window;
mod worker;

pub use budget::{REGION, SECTOR};
pub use plan::Scan;
pub use reader::Cut;
pub use region::NEAR;
