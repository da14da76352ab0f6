//! The folders that a run writes into, and the only way to open a file of the output.
//!
//! A [`Folder`] is held open. All below it is reached from that handle: through no link, onto no other
//! mount, and to no file that is a source. A file that is written is always a new one. So nothing that
//! somebody has put into the output beforehand, or puts there while a run writes, leads a write elsewhere.

#[cfg(unix)]
mod beneath;
mod entry;
mod file_id;
#[expect(clippy::module_inception, reason = "the room is named for the type that it is about")]
mod folder;
mod lock;
mod owner;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use beneath::open_regular;
#[cfg(windows)]
pub use windows::open_regular;

pub use entry::EntryKind;
pub use file_id::FileId;
pub use folder::Folder;
pub use lock::Lock;
pub use owner::Owner;

#[cfg(unix)]
use unix as host;
#[cfg(windows)]
use windows as host;
