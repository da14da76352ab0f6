//! What was found, on disk and in memory.

pub mod content;
pub mod index;
pub mod journal;
#[path = "ledger.rs"]
pub mod log;
pub mod reserve;
pub mod store;

pub use log::{Ledger, entry};
