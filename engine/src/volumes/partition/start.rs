//! Whether a volume begins somewhere: evidence for or against a table, nothing more.

use afterimage_signatures::Bytes;

use crate::volumes::fields::{array, byte, le16, le32};
use crate::volumes::read;

/// Bytes that are looked at.
const LEN: usize = 2048;

/// Whether the sector begins a FAT, exFAT, NTFS or BitLocker volume. Like a master boot record it
/// ends with 55 AA, and its code may look like entries of one.
pub(crate) fn is_boot_sector(sector: &[u8]) -> bool {
    let named = [b"NTFS    ", b"EXFAT   ", b"-FVE-FS-"];
    let name = array::<8>(sector, 3);
    let jumps = matches!(byte(sector, 0), Some(0xeb | 0xe9));
    array(sector, 510) == Some([0x55, 0xaa])
        && jumps
        && (named.iter().any(|named| name == Some(**named)) || has_parameters(sector))
}

/// Whether the parameters of a FAT volume are there and possible.
///
/// Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03, "Boot Sector and BPB".
fn has_parameters(sector: &[u8]) -> bool {
    let sectors = (le16(sector, 19).unwrap_or(0), le32(sector, 32).unwrap_or(0));
    matches!(le16(sector, 11), Some(512 | 1024 | 2048 | 4096))
        && byte(sector, 13).is_some_and(u8::is_power_of_two)
        && le16(sector, 14).is_some_and(|reserved| reserved > 0)
        && matches!(byte(sector, 16), Some(1..=4))
        && byte(sector, 21).is_some_and(|media| media == 0xf0 || media >= 0xf8)
        && sectors != (0, 0)
}

/// Whether something at `at` looks like the beginning of a volume.
pub(crate) fn begins(bytes: &dyn Bytes, at: u64) -> bool {
    let Some(start) = read::exact(bytes, at, LEN) else { return false };
    let is = |at: usize, mark: &[u8]| start.get(at..).is_some_and(|rest| rest.starts_with(mark));
    is_boot_sector(&start)
        || is(32, b"NXSB")
        || is(0, b"LUKS\xba\xbe")
        || is(0, b"XFSB")
        || is(1024, b"H+\0\x04")
        || is(1024, b"HX\0\x05")
        || is(1024, &0xf2f5_2010_u32.to_le_bytes())
        // The magic of ext, and a block size that there is.
        || is(1080, b"\x53\xef") && le32(&start, 1048).is_some_and(|size| size <= 6)
}
