//! What a sector of an exFAT volume looks like from outside.

use crate::volumes::filesystem::fat_family::directory_bytes::ENTRY_LEN;
use crate::volumes::filesystem::fat_family::exfat::boot::ExFatBoot;
use crate::volumes::filesystem::fat_family::exfat::entry::{FILE, IN_USE, STREAM};
use crate::volumes::filesystem::fat_family::exfat::entry_set::EntrySet;
use crate::volumes::filesystem::fat_family::exfat::upcase;
use crate::volumes::filesystem::system::{Clue, SECTOR};

/// What the sector may be a trace of.
pub(crate) fn clue(sector: &[u8; SECTOR]) -> Option<Clue> {
    if &sector[3..11] == b"EXFAT   " {
        return ExFatBoot::parse(sector).map(|_| Clue::Start);
    }
    // Bitmap, up-case table, label, file, identifier; stream, name, and what vendors add: other
    // entries there are none, and nearly all sectors fail here.
    let begins = matches!(sector[0] & !IN_USE, 1..=3 | 5 | 0x20 | 0x40 | 0x41 | 0x60 | 0x61);
    (begins && holds_set(sector)).then_some(Clue::Records)
}

/// Whether a set lies in the sector whose checksum fits; or the rest of one at its start, whose name
/// fits its hash.
fn holds_set(sector: &[u8; SECTOR]) -> bool {
    (0..SECTOR / ENTRY_LEN).any(|index| {
        let kind = sector[index * ENTRY_LEN] & !IN_USE;
        let begins = kind == FILE || kind == STREAM && index == 0;
        begins
            && EntrySet::parse(sector, index, upcase::unicode())
                .is_some_and(|set| set.is_whole || index == 0)
    })
}
