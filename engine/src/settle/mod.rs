//! From all that was found to what the report lists: order, filters, copies, Live Photos, the ledger of the lost.

mod complete;
mod constant_bytes;
mod copies;
mod disposition;
mod filter;
mod left_out;
mod live_photos;
mod lost;
#[expect(clippy::module_inception, reason = "the room is named for what it does")]
mod settle;

pub use complete::complete;
pub use constant_bytes::constant_bytes;
pub use disposition::Disposition;
pub use filter::Filter;
pub use left_out::LeftOut;
pub use lost::{LostRow, MatchedBy, Survivor, lost_rows};
pub use settle::{ReportOrder, settle};
