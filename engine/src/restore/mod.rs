//! Files of which a file system still knows the beginning, or all runs, proven by their own format.
//!
//! What carving found whole needs nothing of this: it is only named, later. Here come the files that carving
//! cannot find: those in several pieces, and those whose end only the file system knows. What is proven
//! occupies its clusters, which makes room for the rest: so it goes round by round, and files that no check
//! covers come last.
//!
//! [`Undelete`] looks for the file of each [`MissingFile`](missing::MissingFile) in the candidate
//! [`layouts`] that the [`Timeline`](timeline::Timeline) of its volume suggests; the [`Prover`] measures it
//! there; a [`Follower`](follow::Follower) lets the format itself look for its clusters.

mod around_lists;
mod attempt;
mod confidence;
mod displaced;
mod follow;
mod joints;
mod layouts;
mod live_copy;
mod live_limit;
mod missing;
mod prover;
mod read_limit;
mod timeline;
mod undelete;
mod unreadable;

pub use around_lists::AroundLists;
pub use displaced::displace;
pub use live_copy::LiveCopies;
pub use live_limit::end_at_live;
pub use prover::Prover;
pub use undelete::Undelete;
pub use unreadable::UnreadableFiles;
