//! Which bytes belong to which file.
//!
//! Carving measures candidates one by one, each as if it were alone. Here they meet: [`resolve`] settles the
//! fate of every carved file in order of offset, [`take`] what becomes of those whose bytes turn out to be a
//! restored file's, and [`standings`] where each belongs when all fates are settled. [`Occupied`] says which
//! bytes proven files hold, for whoever looks for the rest.

mod depth;
mod infer_grid;
mod live;
mod occupied;
mod order;
mod resolve;
mod restored;
mod standing;

pub use infer_grid::infer;
pub use live::end_at_live;
pub use occupied::{CarvedFile, Occupied};
pub use order::by_offset;
pub use resolve::resolve;
pub use restored::take;
pub use standing::{Standing, outermost, standings};
