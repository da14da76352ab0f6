//! Reading past the end of a source.

use afterimage_signatures::Bytes;

/// The `len` bytes at `at`; those that the source does not have are zero. The caller bounds `len`.
pub(crate) fn read_padded(bytes: &dyn Bytes, at: u64, len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    let inside = bytes.len().saturating_sub(at).min(len as u64) as usize;
    if inside > 0 {
        bytes.read_at(at, &mut out[..inside]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_source_does_not_have_is_zero() {
        assert_eq!(read_padded(&&[1u8, 2][..], 1, 3), [2, 0, 0]);
        assert_eq!(read_padded(&&[1u8, 2][..], u64::MAX, 2), [0, 0]);
    }
}
