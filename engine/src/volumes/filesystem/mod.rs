//! What file systems still say of files: names, dates, sizes and locations, of those that are there and
//! of those that were deleted.
//!
//! A [`FileSystem`] is read from the bytes of a source, the same for all of them. Like a format it
//! never fails: what is damaged costs names, never photos, and what contradicts itself is said in
//! [`Contents::faults`]. Nothing it says is believed before the bytes prove it.
//!
//! All offsets count from the first byte of the source, all lengths are bytes.

mod apfs;
mod contents;
mod encrypted;
mod entry;
mod ext;
mod fat_family;
mod hfsplus;
mod kept;
mod limits;
mod location;
mod ntfs;
mod opening;
mod opening_bytes;
mod path;
mod system;

pub use contents::Contents;
pub(crate) use encrypted::encrypted_at;
pub use entry::Entry;
pub use kept::Kept;
pub use limits::{MOST_DEPTH, MOST_ENTRIES, MOST_RUNS};
pub use location::Location;
pub(crate) use opening::{begins_as, is_known};
pub use opening_bytes::may_be_trace;
pub use system::{Clue, FileSystem, SECTOR};

/// Every file system, in the order in which a place is tried.
pub static ALL: &[&dyn FileSystem] = &[
    &fat_family::fat::Fat,
    &fat_family::exfat::ExFat,
    &ntfs::Ntfs,
    &ext::Ext,
    &hfsplus::HfsPlus,
    &apfs::Apfs,
    &encrypted::Encrypted,
];
