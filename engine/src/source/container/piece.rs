//! Where the bytes of a disk lie in the files of its container.

use afterimage_signatures::verdict::Span;

use super::files::Files;
use super::unpack::Codec;

/// A range of a disk whose bytes lie in one way. It is never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its first byte, from the start of the disk.
    pub at: u64,
    /// Bytes of it.
    pub len: u64,
    /// Where they lie.
    pub stored: Stored,
}

impl Piece {
    /// A piece of the bytes in `span`.
    pub(super) fn new(span: Span, stored: Stored) -> Self {
        Piece { at: span.at, len: span.len, stored }
    }

    /// The piece at `at` that a part of a stream is: where it begins and ends on the disk, and where it begins in the
    /// first file. What no part tells is lost.
    pub(super) fn of_stream(part: Option<(u64, u64, u64)>, at: u64) -> Self {
        let Some((start, end, from)) = part else {
            return Piece { at, len: 1, stored: Stored::Lost };
        };
        let packed = Packed { file: 0, at: from, len: 0, codec: Codec::Stream };
        Piece::new(Span::between(start, end), Stored::Packed(packed))
    }

    /// What follows the `count` units of `len` bytes that a table tells, however long the disk is said to be: one range,
    /// so that nobody goes through it by units.
    pub(super) fn after_table(count: usize, len: u64) -> Self {
        let told = (count as u64).saturating_mul(len);
        Piece::new(Span::between(told, u64::MAX), Stored::Lost)
    }

    /// The first byte after it.
    pub(super) fn end(&self) -> u64 {
        self.at.saturating_add(self.len)
    }
}

/// How the bytes of a piece are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// As they are, in the file of that number from that offset on.
    Plain {
        /// The file, by its position among the files of the container.
        file: usize,
        /// Where the first byte of the piece lies in it.
        at: u64,
    },
    /// Packed, all of the piece together.
    Packed(Packed),
    /// Nowhere: they are zeros that nobody wrote.
    Zero,
    /// In the disk that this one is a difference to, at the same offset.
    Parent,
    /// Where nobody can tell: the table that should say is damaged or missing.
    Lost,
}

/// Packed bytes in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packed {
    /// The file, by its position among the files of the container.
    pub file: usize,
    /// Where they begin in it.
    pub at: u64,
    /// How many there are.
    pub len: u64,
    /// How they are packed.
    pub codec: Codec,
}

/// The longest piece that may be packed, in bytes: it is unpacked at once.
pub(super) const MOST_PACKED: u64 = 64 << 20;

/// What a container says of where its disk lies. It reads its tables as it is asked, so that a disk of any size costs
/// little memory, from any number of threads at once.
pub(super) trait Layout: Send + Sync {
    /// What it is, as after "it is".
    fn name(&self) -> &'static str;

    /// What is wrong with it, as after "and": some of the disk is missing or wrong, and nobody can tell which.
    fn fault(&self) -> Option<&'static str> {
        None
    }

    /// Bytes of the disk.
    fn len(&self) -> u64;

    /// Bytes of a sector of the disk.
    fn sector_size(&self) -> u32 {
        crate::source::SECTOR_SIZE
    }

    /// What tells it from other disks and from itself when it is written to, where it says.
    fn identity(&self) -> Option<[u8; 16]> {
        None
    }

    /// The files that it lies in.
    fn files(&self) -> &Files;

    /// The same, to be told something.
    fn files_mut(&mut self) -> &mut Files;

    /// The piece that holds the byte at `at`, which lies inside the disk. It may be longer than the disk, and two
    /// calls for the same byte tell the same; what is packed is no longer than [`MOST_PACKED`].
    fn piece(&self, at: u64) -> Piece;

    /// Up to where the answer of [`Layout::piece`] for the byte at `at` holds, where that is not the end of the piece:
    /// what is packed together may be cut by something that is not there.
    fn reach(&self, _at: u64) -> u64 {
        u64::MAX
    }

    /// Bytes of memory that unpacking a piece takes besides those that come out.
    fn needs(&self, piece: &Piece) -> u64 {
        match piece.stored {
            Stored::Packed(packed) => packed.len.saturating_add(packed.codec.memory(piece.len)),
            _ => 0,
        }
    }

    /// Unpacks a piece into `out`, which has its length; whether all of it came out as it was written.
    fn unpack(&self, piece: &Piece, packed: &Packed, out: &mut [u8]) -> bool {
        debug_assert_eq!(piece.len, out.len() as u64);
        let Some(bytes) = self.files().bytes(packed.file, packed.at, packed.len) else {
            return false;
        };
        packed.codec.unpack(&bytes, out)
    }
}
