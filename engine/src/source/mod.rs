//! Where bytes come from: disk images and devices, always opened for reading only.
//!
//! A source never fails a read. What cannot be read is delivered as zeros and remembered, for
//! carving and the report to ask about afterwards.
//!
//! [`open`] looks at what a path is and picks the way: a [`MappedImage`] for regular files, which
//! copies nothing, or [`Positioned`] reads for devices, which survive bad sectors and a card that
//! is pulled out. A [`MemorySource`] is an image that is in memory already.

mod direct;
mod identity;
#[cfg(unix)]
mod mapped;
mod memory;
mod open;
mod positioned;
mod retry;
mod sparse;
mod unreadable;

pub use identity::Identity;
#[cfg(unix)]
pub use mapped::MappedImage;
pub use memory::MemorySource;
pub use open::{Io, open};
pub use positioned::Positioned;
pub use unreadable::Holes;

use std::path::Path;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

/// Sector size in bytes of what does not say otherwise.
pub const SECTOR_SIZE: u32 = 512;

/// What a source is to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file with the bytes of a device in it.
    Image,
    /// A block device: a disk, a partition, a card.
    Device,
}

impl Kind {
    /// The word for it in the report.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Image => "image",
            Kind::Device => "device",
        }
    }
}

/// An image or a device.
///
/// Its length is what it had when it was opened. Where it ends earlier later on, the rest is
/// unreadable; what is added is not seen. It may be read by any number of threads at once.
pub trait Source: Bytes + Send {
    /// The path it was opened by.
    fn path(&self) -> &Path;

    /// Image or device.
    fn kind(&self) -> Kind;

    /// Logical sector size in bytes; [`SECTOR_SIZE`] where nobody says otherwise.
    fn sector_size(&self) -> u32;

    /// What could not be read so far, in bytes from the start of the source, in order and apart.
    ///
    /// Only what was asked for is known, in whole sectors or pages. A list that a caller wants
    /// to rely on is fetched after its own reads.
    fn unreadable(&self) -> Vec<Span>;

    /// The next stretch at or after `at` that may hold data: holes of a sparse file are left out.
    /// Nothing when only holes follow. A stretch is never empty and never passes the end.
    fn data_after(&self, at: u64) -> Option<Span>;

    /// Bytes that the system delivered from the file or device so far; 0 for a mapped one.
    fn bytes_read(&self) -> u64;
}
