//! Objects of APFS: blocks with a checksum, an identifier and the transaction that wrote them.

use afterimage_signatures::Bytes;

use crate::volumes::fields::{le32, le64};
use crate::volumes::read;

/// Types of objects.
pub(crate) const SUPERBLOCK: u32 = 1;
pub(crate) const ROOT_NODE: u32 = 2;
pub(crate) const NODE: u32 = 3;
pub(crate) const MAP: u32 = 11;
pub(crate) const VOLUME: u32 = 13;

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
        let is = types.contains(&(le32(&bytes, 24)? & 0xffff)) && sum(&bytes) == le64(&bytes, 0)?;
        is.then_some(())?;
        Some(Object { id: le64(&bytes, 8)?, transaction: le64(&bytes, 16)?, bytes })
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
