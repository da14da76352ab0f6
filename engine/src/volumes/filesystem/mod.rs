//! What file systems still say of files: names, dates, sizes and locations, of those that are there and
//! of those that were deleted.
//!
//! A [`FileSystem`] is read from the bytes of a source, the same for all of them. Like a format it
//! never fails: what is damaged costs names, never photos, and what contradicts itself is said in
//! [`Contents::faults`]. Nothing it says is believed before the bytes prove it.
//!
//! All offsets count from the first byte of the source, all lengths are bytes.

pub mod apfs;
pub mod budget;
pub mod clusters;
pub mod contents;
pub mod dcf;
pub mod dos;
pub mod encrypted;
pub mod entry;
pub mod exfat;
pub mod ext;
pub mod fat;
pub mod hfsplus;
pub mod limits;
pub mod location;
pub mod ntfs;
pub mod opening;
pub mod path;
pub mod records;
pub mod sequence;
pub mod stamp;
pub mod system;
pub mod table;

pub use contents::Contents;
pub use entry::Entry;
pub use limits::{MOST_DEPTH, MOST_ENTRIES, MOST_RUNS};
pub use location::Location;
pub use stamp::Stamp;
pub use system::{Clue, FileSystem, SECTOR};

/// Every file system, in the order in which a place is tried.
pub static ALL: &[&dyn FileSystem] = &[
    &fat::Fat,
    &exfat::ExFat,
    &ntfs::Ntfs,
    &ext::Ext,
    &hfsplus::HfsPlus,
    &apfs::Apfs,
    &encrypted::Encrypted,
];
