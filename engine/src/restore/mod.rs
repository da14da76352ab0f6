//! Files in several pieces.

mod attempt;
mod candidates;
mod confidence;
pub mod follow;
pub mod layouts;
pub mod read_limit;
mod timeline;
pub mod undelete;
