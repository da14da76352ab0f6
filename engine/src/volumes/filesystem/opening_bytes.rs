//! What nearly all sectors fail, asked once for all file systems: a table of first bytes, and bytes at fixed places.

use super::system::SECTOR;

/// Bytes that a folder of exFAT, a record of NTFS, a journal of ext, a volume header of HFS+ or an encrypted volume may begin
/// with, but for those that are told by other bytes.
static FIRST: [bool; 256] = {
    // A set of exFAT begins with any of these, in use or not.
    const SETS: [u8; 9] = [1, 2, 3, 5, 0x20, 0x40, 0x41, 0x60, 0x61];
    const OTHERS: [u8; 10] = [b'F', b'I', 0xc0, b'H', b'S', b'-', b'L', b'e', 0xeb, 0xe9];
    let mut table = [false; 256];
    let mut index = 0;
    while index < SETS.len() {
        table[SETS[index] as usize] = true;
        table[SETS[index] as usize | 0x80] = true;
        index += 1;
    }
    index = 0;
    while index < OTHERS.len() {
        table[OTHERS[index] as usize] = true;
        index += 1;
    }
    table
};

/// Whether a sector may be a [trace](super::system::FileSystem::clue) of any file system. Where it says no, none is asked.
pub fn may_be_trace(sector: &[u8; SECTOR]) -> bool {
    let is_boot = sector[510] == 0x55 && sector[511] == 0xaa || matches!(sector[3], b'E' | b'N');
    // An entry of a FAT folder: its attributes, and which parts of its name are in lower case.
    let is_folder = sector[11] & 0xc0 == 0 && sector[12] & !0x18 == 0;
    let is_superblock =
        sector[56] == 0x53 && sector[57] == 0xef || sector[32] == b'N' && sector[33] == b'X';
    let is_leaf = sector[8] == 0xff && sector[9] == 1;
    let is_core_storage = sector[88] == b'C' && sector[89] == b'S';
    FIRST[usize::from(sector[0])]
        || is_boot
        || is_folder
        || is_superblock
        || is_leaf
        || is_core_storage
}
