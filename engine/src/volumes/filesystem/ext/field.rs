//! Numbers in a structure; what lies beyond its end counts as zero.

/// `N` bytes at `at`.
pub(super) fn array<const N: usize>(data: &[u8], at: usize) -> [u8; N] {
    data.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}

/// A little-endian number of 16 bits.
pub(super) fn le16(data: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(array(data, at))
}

/// A little-endian number of 32 bits.
pub(super) fn le32(data: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array(data, at))
}

/// A big-endian number of 16 bits, as the journal has them.
pub(super) fn be16(data: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(array(data, at))
}

/// A big-endian number of 32 bits, as the journal has them.
pub(super) fn be32(data: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(array(data, at))
}

/// A number of 64 bits from its halves.
pub(super) fn joined(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}
