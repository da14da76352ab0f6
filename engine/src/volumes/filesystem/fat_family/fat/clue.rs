//! What a sector of a FAT volume looks like from outside.

use crate::volumes::filesystem::fat_family::fat::boot::Boot;
use crate::volumes::filesystem::fat_family::fat::name;
use crate::volumes::filesystem::fat_family::fat::slot::{LEN, Role};
use crate::volumes::filesystem::fat_family::fat::volume::head;
use crate::volumes::filesystem::{Clue, SECTOR};

/// Highest cluster there can be.
const MOST: u32 = 0x0fff_fff6;

/// What the sector may be a trace of.
pub fn clue(sector: &[u8; SECTOR]) -> Option<Clue> {
    if sector[510..] == [0x55, 0xaa] && Boot::parse(sector).is_some() {
        return Some(Clue::Start);
    }
    // Any record has attributes, and the first one that is no long name's part has no other flag
    // set than those: nearly all sectors fail here.
    let first = sector[11];
    let maybe = first & 0xc0 == 0 && sector[12] & !0x18 == 0 && sector[0] != 0;
    (maybe && (head(sector).is_some() || continues(sector))).then_some(Clue::Records)
}

/// Whether all of the sector's records can be true and enough of them name something: two, or one
/// with a long name that its checksum ties to it.
pub fn continues(sector: &[u8; SECTOR]) -> bool {
    let (mut named, mut tied, mut ended) = (0, 0, false);
    for index in 0..SECTOR / LEN {
        let Some(slot) = name::slot(sector, index) else { return false };
        match slot.role() {
            Role::End if slot.0.iter().all(|&byte| byte == 0) => ended = true,
            Role::Part if slot.sane_part() => {}
            Role::Name if slot.sane(MOST) && slot.modified().is_some() => {
                named += 1;
                tied += usize::from(name::long(sector, index).is_some());
            }
            Role::Label if !slot.deleted() && slot.sane_label() => {}
            // What lies behind the end may be anything.
            _ if ended && named > 0 => {}
            _ => return false,
        }
    }
    named >= 2 || tied >= 1
}
