//! From all that was found to what the report lists: order, filters, copies, Live Photos.

mod complete;
mod copies;
mod live_photos;
#[expect(clippy::module_inception, reason = "the room is named for what it does")]
mod settle;

pub use complete::complete;
pub use settle::{Filter, ReportOrder, settle};
