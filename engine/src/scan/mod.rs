//! Where files may begin.

mod constant;
mod matcher;
mod patterns;
mod tiles;

pub(crate) use constant::{BLOCK, is_constant};
pub use matcher::{Hit, Matcher};
pub(crate) use tiles::tiles;
