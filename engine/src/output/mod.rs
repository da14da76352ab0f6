//! What is written.

pub mod destination;
pub mod naming;
pub mod owner;
pub mod report;
pub mod write;
