//! Where bytes come from: disk images and devices, always opened for reading only.
//!
//! A source never fails a read. What cannot be read is delivered as zeros and remembered, for
//! carving and the report to ask about afterwards.

mod holes;
mod mapped;
mod open;
mod positioned;

pub use holes::Holes;
pub use mapped::MappedImage;
pub use open::{Io, open};
pub use positioned::Positioned;

use std::path::Path;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

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
pub trait Source: Bytes + Send {
    /// The path it was opened by.
    fn path(&self) -> &Path;

    /// Image or device.
    fn kind(&self) -> Kind;

    /// Logical sector size in bytes; 512 where nobody says otherwise.
    fn sector_size(&self) -> u32;

    /// What could not be read so far, in bytes from the start of the source, in order.
    fn unreadable(&self) -> Vec<Span>;

    /// The next stretch at or after `at` that may hold data: holes of a sparse file are left out.
    /// Nothing when only holes follow.
    fn data_after(&self, at: u64) -> Option<Span>;

    /// Bytes that were read from the file or device so far; 0 for a mapped one.
    fn bytes_read(&self) -> u64;
}
