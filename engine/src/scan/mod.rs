//! Where files may begin.

mod constant;
mod matcher;
mod packed_heads;
mod patterns;
mod tiles;

pub(crate) use constant::{BLOCK, is_constant};
pub use matcher::{Hit, Matcher};
pub use packed_heads::{PackedHead, Packing, packed_heads};
pub(crate) use tiles::tiles;
