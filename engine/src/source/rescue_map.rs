//! The map of a rescue: what of a device was read, what failed, and how far the trying went.
//!
//! The file is ddrescue's mapfile, so that each program goes on where the other stopped.
//!
//! Source: GNU ddrescue manual 1.27, "Mapfile structure".

mod map;
mod merge;
mod parse;
mod print;
mod text;

pub use map::{Block, BlockStatus, Phase, RescueMap, Standing};
pub use parse::MapFault;
pub use text::read_map;

#[cfg(test)]
mod tests;
