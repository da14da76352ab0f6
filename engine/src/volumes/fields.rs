//! Numbers and structures in the records of tables and file systems.
//!
//! Nothing here trusts an offset: what does not lie inside is not there.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// The structure that `bytes` begin with, when all of it is there.
pub(crate) fn structure<T>(bytes: &[u8]) -> Option<&T>
where
    T: FromBytes + Immutable + KnownLayout + Unaligned,
{
    T::ref_from_prefix(bytes).ok().map(|(structure, _)| structure)
}

/// The structure that `bytes` begin with; what they lack of it counts as zero.
pub(crate) fn padded<T: FromBytes + IntoBytes>(bytes: &[u8]) -> T {
    let mut structure = T::new_zeroed();
    let len = bytes.len().min(size_of::<T>());
    structure.as_mut_bytes()[..len].copy_from_slice(&bytes[..len]);
    structure
}

/// A number of 64 bits from its halves.
pub(crate) fn joined(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The `N` bytes at `at`.
pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// The byte at `at`.
pub(crate) fn byte(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

/// The little-endian number of 16 bits at `at`.
pub(crate) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

/// The little-endian number of 32 bits at `at`.
pub(crate) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// The little-endian number of 64 bits at `at`.
pub(crate) fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

/// The big-endian number of 16 bits at `at`.
pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

/// The big-endian number of 32 bits at `at`.
pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

/// The big-endian number of 64 bits at `at`.
pub(crate) fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_be_bytes)
}

/// UTF-16 text, little-endian; what is not well-formed becomes a replacement character.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The same up to its first NUL.
pub(crate) fn utf16_until_nul(bytes: &[u8]) -> String {
    let end = bytes.chunks_exact(2).position(|pair| pair == [0, 0]);
    utf16(&bytes[..end.map_or(bytes.len(), |units| 2 * units)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_lie_inside_is_not_there() {
        let bytes: &[u8] = &[1, 2, 3, 4, 5];
        assert_eq!((le16(bytes, 0), be32(bytes, 1)), (Some(0x0201), Some(0x0203_0405)));
        assert_eq!(structure(bytes), Some(&[1u8, 2, 3]));
        assert_eq!((structure::<[u8; 6]>(bytes), padded(bytes)), (None, [1u8, 2, 3, 4, 5, 0]));
        assert_eq!((le32(bytes, 2), le64(bytes, 0), be16(bytes, usize::MAX)), (None, None, None));
    }
}
