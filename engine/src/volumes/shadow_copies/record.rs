//! The blocks in which what is kept about shadow copies lies.

use std::cell::Cell;
use std::collections::HashSet;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::fields::{le32, le64};

/// Bytes of a block, of data and of records.
pub(super) const BLOCK: u64 = 16 << 10;

/// Bytes of the header of a block of records.
pub(super) const HEADER: usize = 128;

/// Blocks of records that follow one another at most: with those of a list a store has a terabyte.
const MOST_RECORDS: usize = 1 << 17;

/// Blocks of records of one volume that are read at most, 32 GiB: the bitmaps of 512 shadow copies of a volume of 4 TiB,
/// and their lists are few beside them. A hostile volume leads each of its shadow copies through the same ones.
const MOST_IN_ALL: usize = 1 << 21;

/// What all records of shadow copies begin with: 3808876b-c176-4e48-b7ae-04046e6cc752.
pub(super) const IDENTIFIER: [u8; 16] = [
    0x6b, 0x87, 0x08, 0x38, 0x76, 0xc1, 0x48, 0x4e, 0xb7, 0xae, 0x04, 0x04, 0x6e, 0x6c, 0xc7, 0x52,
];

/// What a block of records holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Catalog = 2,
    BlockList = 3,
    Bitmap = 6,
}

/// The bytes of a volume that lies in others.
pub(super) struct VolumeBytes<'b> {
    bytes: &'b dyn Bytes,
    pub span: Span,
    /// Blocks of records that may still be read.
    left: Cell<usize>,
}

impl<'b> VolumeBytes<'b> {
    pub(super) fn new(bytes: &'b dyn Bytes, span: Span) -> Self {
        VolumeBytes { bytes, span, left: Cell::new(MOST_IN_ALL) }
    }

    /// The `len` bytes at `at` of the volume, where they are there and can be read.
    pub(super) fn read(&self, at: u64, len: usize) -> Option<Vec<u8>> {
        at.checked_add(len as u64).filter(|end| *end <= self.span.len)?;
        let at = self.span.at.checked_add(at)?;
        let mut out = vec![0; len];
        self.bytes.read_at(at, &mut out);
        let read = Span { at, len: len as u64 };
        self.bytes.unreadable_in(read).is_none().then_some(out)
    }

    /// The content of all blocks of records of a kind, each without its header, from the one at `at` on, as long
    /// as `each` says that it goes on. A chain that is damaged, or leads back to where it was, gives its beginning.
    pub(super) fn chain(&self, mut at: u64, kind: Kind, each: &mut dyn FnMut(&[u8]) -> bool) {
        let mut visited = HashSet::new();
        for _ in 0..MOST_RECORDS {
            let Some(left) = self.left.get().checked_sub(1) else { return };
            if !visited.insert(at) {
                return;
            }
            self.left.set(left);
            let Some(block) = self.read(at, BLOCK as usize).filter(|_| at > 0) else { return };
            let is_sound = block.starts_with(&IDENTIFIER)
                && le32(&block, 20) == Some(kind as u32)
                && le64(&block, 32) == Some(at);
            if !is_sound || !each(&block[HEADER..]) {
                return;
            }
            at = le64(&block, 40).unwrap_or(0);
        }
    }
}
