//! Order, copies, filters.

pub mod list;
pub mod live_photos;

pub use list::{Settled, claim, settle, unlock};
