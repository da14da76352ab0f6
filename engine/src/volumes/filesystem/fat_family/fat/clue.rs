//! What a sector of a FAT volume looks like from outside.

use crate::volumes::filesystem::fat_family::directory_bytes::{ENTRY_LEN, entry};
use crate::volumes::filesystem::fat_family::fat::boot::FatBoot;
use crate::volumes::filesystem::fat_family::fat::directory::DirectoryHead;
use crate::volumes::filesystem::fat_family::fat::entry::{ClusterNumbers, EntryRole, FatEntry};
use crate::volumes::filesystem::fat_family::fat::names::{long_name, part};
use crate::volumes::filesystem::system::{Clue, SECTOR};

/// What the sector may be a trace of.
pub(crate) fn clue(sector: &[u8; SECTOR]) -> Option<Clue> {
    if sector[510..] == [0x55, 0xaa] && FatBoot::parse(sector).is_some() {
        return Some(Clue::Start);
    }
    // Any entry has attributes, and the first one that is no long name's part has no other flag
    // set than those: nearly all sectors fail here.
    let first = sector[11];
    let maybe = first & 0xc0 == 0 && sector[12] & !0x18 == 0 && sector[0] != 0;
    let begins = || DirectoryHead::parse(sector, ClusterNumbers::ANY).is_some();
    let is_trace = maybe && (begins() || is_directory(sector));
    is_trace.then_some(Clue::Records)
}

/// Whether all of the sector's entries can be true and enough of them name something: two, or one
/// with a long name that its checksum ties to it.
fn is_directory(sector: &[u8; SECTOR]) -> bool {
    let (mut named, mut tied, mut ended) = (0, 0, false);
    for index in 0..SECTOR / ENTRY_LEN {
        let Some(entry) = entry::<FatEntry>(sector, index) else { return false };
        match entry.role() {
            EntryRole::End if sector[index * ENTRY_LEN..][..ENTRY_LEN] == [0; ENTRY_LEN] => {
                ended = true;
            }
            EntryRole::LongName if part(sector, index).is_some() => {}
            EntryRole::File
                if entry.is_valid(ClusterNumbers::ANY) && entry.modified().is_some() =>
            {
                named += 1;
                tied += usize::from(long_name(sector, index).is_some());
            }
            EntryRole::Label if !entry.is_deleted() && entry.is_valid_label() => {}
            // What lies behind the end may be anything.
            _ if ended && named > 0 => {}
            _ => return false,
        }
    }
    named >= 2 || tied >= 1
}
