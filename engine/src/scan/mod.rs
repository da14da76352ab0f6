//! Where files may begin.

pub mod matcher;
mod patterns;

pub use matcher::{Hit, Matcher, tiles};
