//! How long a disk is, at the least.

use super::definition::SECTOR_SIZE;

/// Bytes of a sector: a raw image is whole ones.
pub const SECTOR: u64 = SECTOR_SIZE as u64;

/// A disk is not shorter, in bytes: a card of the first cameras had more. What else is none can be named by itself.
pub const LEAST_DISK: u64 = 64 << 10;

/// Whether a file of `len` bytes may be the bytes of a disk.
pub fn may_be_disk(len: u64) -> bool {
    len >= LEAST_DISK && len.is_multiple_of(SECTOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_whole_sectors_and_not_short() {
        let expected = [
            (0, false),
            (512, false),
            (LEAST_DISK, true),
            (LEAST_DISK + 1, false),
            (1 << 40, true),
        ];
        for (len, is_one) in expected {
            assert_eq!(may_be_disk(len), is_one, "{len}");
        }
    }
}
