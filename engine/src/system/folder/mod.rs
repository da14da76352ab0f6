//! The folders that a run writes into, and the only way to open a file of the output.
//!
//! A [`Folder`] is held open. All below it is reached from that handle: through no link, onto no other
//! mount, and to no file that is a source. A file that is written is always a new one. So nothing that
//! somebody has put into the output beforehand, or puts there while a run writes, leads a write elsewhere.

mod beneath;
mod file_id;
#[expect(clippy::module_inception, reason = "the room is named for the type that it is about")]
mod folder;
mod lock;
mod owner;

pub use beneath::open_regular;
pub use file_id::FileId;
pub use folder::{EntryKind, Folder};
pub use lock::Lock;
pub use owner::Owner;
