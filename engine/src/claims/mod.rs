//! Which bytes belong to which file.
//!
//! Carving measures candidates one by one, each as if it were alone. Here they meet: [`append`] adds the
//! trailers whose footers the scan has seen, [`resolve`] settles the
//! fate of every carved file in order of offset, and [`standings`] where each belongs when all fates are
//! settled. [`Occupied`] says which bytes proven files hold, for whoever looks for the rest.

mod appended;
mod depth;
mod infer_grid;
mod occupied;
mod order;
mod resolve;
mod standing;

pub use appended::append;
pub use depth::MOST_OPEN;
pub use infer_grid::infer;
pub use occupied::{CarvedFile, Occupied};
pub use order::by_offset;
pub use resolve::{has_child_at, resolve};
pub use standing::{Standing, outermost, standings};
