//! Objects of APFS: blocks with a checksum, an identifier and the transaction that wrote them.

use afterimage_signatures::Bytes;
use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::volumes::fields::le32;
use crate::volumes::{fields, read};

/// Types of objects.
pub(crate) const SUPERBLOCK: u32 = 1;
pub(crate) const ROOT_NODE: u32 = 2;
pub(crate) const NODE: u32 = 3;
pub(crate) const MAP: u32 = 11;
pub(crate) const VOLUME: u32 = 13;

/// What every object begins with: `obj_phys_t`.
///
/// Source: Apple File System Reference (2020), "Objects".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct ObjectHeader {
    sum: U64,
    id: U64,
    transaction: U64,
    kind: U32,
    _subtype: U32,
}

impl ObjectHeader {
    /// Its type, without the flags.
    pub(super) fn kind(&self) -> u32 {
        self.kind.get() & 0xffff
    }
}

/// Where the blocks of a container lie.
#[derive(Clone, Copy)]
pub(crate) struct ContainerBlocks<'b> {
    pub(crate) bytes: &'b dyn Bytes,
    pub(crate) at: u64,
    pub(crate) len: u64,
    pub(crate) block: u32,
}

/// An object.
pub(crate) struct Object {
    pub(crate) bytes: Vec<u8>,
    pub(crate) id: u64,
    pub(crate) transaction: u64,
}

impl ContainerBlocks<'_> {
    /// Where a block lies in the source, if it belongs to the container.
    pub(crate) fn place(&self, block: u64) -> Option<u64> {
        let from = block.checked_mul(self.block.into())?;
        let inside = from.checked_add(self.block.into())? <= self.len;
        inside.then(|| self.at.saturating_add(from))
    }

    /// The object of one of those types in that block, if its checksum holds.
    pub(crate) fn object(&self, block: u64, types: &[u32]) -> Option<Object> {
        let bytes = read::exact(self.bytes, self.place(block)?, self.block as usize)?;
        let header: &ObjectHeader = fields::structure(&bytes)?;
        if !types.contains(&header.kind()) || header.sum != sum(&bytes) {
            return None;
        }
        let (id, transaction) = (header.id.get(), header.transaction.get());
        Some(Object { id, transaction, bytes })
    }
}

/// The checksum of an object: Fletcher's with 64 bits, over all after it.
///
/// Source: Apple File System Reference (2020), "Object Checksums".
pub(crate) fn sum(block: &[u8]) -> u64 {
    const MODULUS: u64 = 0xffff_ffff;
    let (mut one, mut two) = (0u64, 0u64);
    for word in block.get(8..).unwrap_or(&[]).chunks_exact(4) {
        one = (one + u64::from(le32(word, 0).unwrap_or(0))) % MODULUS;
        two = (two + one) % MODULUS;
    }
    let low = MODULUS - (one + two) % MODULUS;
    let high = MODULUS - (one + low) % MODULUS;
    high << 32 | low
}
