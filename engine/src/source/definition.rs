//! What a source is.

use std::path::{Path, PathBuf};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::fault::Fault;
use crate::control::progress::Stop;
use crate::model::SpanSet;
use crate::source::unlock::volume::UnlockedVolume;

/// Sector size in bytes of what does not say otherwise.
pub const SECTOR_SIZE: u32 = 512;

/// What a source is to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A regular file with the bytes of a device in it.
    Image,
    /// A block device: a disk, a partition, a card.
    Device,
}

impl SourceKind {
    /// The word for it in the report.
    pub fn name(self) -> &'static str {
        match self {
            SourceKind::Image => "image",
            SourceKind::Device => "device",
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
    fn kind(&self) -> SourceKind;

    /// Logical sector size in bytes; [`SECTOR_SIZE`] where nobody says otherwise.
    fn sector_size(&self) -> u32;

    /// What could not be read so far, in bytes from the start of the source, in order and apart.
    ///
    /// Only what was asked for is known, in whole sectors or pages. A list that a caller wants
    /// to rely on is fetched after its own reads.
    fn unreadable(&self) -> Vec<Span>;

    /// The next range at or after `at` that may hold data: sparse holes of a file are left out.
    /// Nothing when only such holes follow. A range is never empty and never passes the end. Whoever reads on in it need not
    /// ask again.
    fn data_after(&self, at: u64) -> Option<Span>;

    /// Bytes that the system delivered from the file or device so far; 0 for a mapped one.
    fn bytes_read(&self) -> u64;

    /// The source that this is another reading of, where it is one: what is said of that holds of this, as far as it
    /// says nothing else.
    fn inner(&self) -> Option<&dyn Source> {
        None
    }

    /// Whether somebody has written to it since it was opened, as far as the system tells: bytes that it lends
    /// may be others then when they are looked at again.
    fn has_changed(&self) -> bool {
        self.inner().is_some_and(|inner| inner.has_changed())
    }

    /// Whether it was found to be not there any more, or shorter than when it was opened: what is read from
    /// now on are zeros.
    fn is_gone(&self) -> bool {
        self.inner().is_some_and(|inner| inner.is_gone())
    }

    /// What ended the reading of it, where it lies on a server and that does not deliver any more: it is gone then.
    fn fault(&self) -> Option<Fault> {
        self.inner()?.fault()
    }

    /// The version of it that is read, in the words of the server that it lies on.
    fn version(&self) -> Option<String> {
        self.inner()?.version()
    }

    /// What of it nobody has read before, where somebody told: whatever it has there.
    fn holes(&self) -> Option<&SpanSet> {
        self.inner()?.holes()
    }

    /// Whether it is made of files that lie in no device that is read, one after the other: offsets in it mean
    /// nothing to a user.
    fn is_of_files(&self) -> bool {
        self.inner().is_some_and(|inner| inner.is_of_files())
    }

    /// The files that it is made of, in order: the parts of one image.
    fn parts(&self) -> Vec<PathBuf> {
        self.inner().map_or_else(|| vec![self.path().to_path_buf()], |inner| inner.parts())
    }

    /// All files that its bytes lie in: its parts, and those of the images that it is a difference to.
    fn files(&self) -> Vec<PathBuf> {
        self.inner().map_or_else(|| self.parts(), |inner| inner.files())
    }

    /// What the file is that its disk was taken out of, as after "it is"; nothing for what is read as it is.
    fn container(&self) -> Option<&'static str> {
        self.inner()?.container()
    }

    /// What is wrong with that file, as after "and"; nothing where nothing is known to be.
    fn container_fault(&self) -> Option<&'static str> {
        self.inner()?.container_fault()
    }

    /// The source as it is stored, where this shows volumes of it decrypted: what a digest of the source is of.
    fn stored(&self) -> Option<&dyn Source> {
        self.inner()?.stored()
    }

    /// The encrypted volumes of it whose bytes come decrypted.
    fn unlocked(&self) -> &[UnlockedVolume] {
        self.inner().map_or(&[], |inner| inner.unlocked())
    }

    /// Asks for reads that end soon after `stop` is over, with zeros for the rest. What reads once for each
    /// request, and within a moment, has nothing to do: a run asks for no more than that at once.
    fn heed(&mut self, _stop: &Stop) {}
}
