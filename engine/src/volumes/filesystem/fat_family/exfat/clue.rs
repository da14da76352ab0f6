//! What a sector of an exFAT volume looks like from outside.

use std::sync::OnceLock;

use crate::volumes::filesystem::fat_family::exfat::boot::Boot;
use crate::volumes::filesystem::fat_family::exfat::set::{parse, slot};
use crate::volumes::filesystem::fat_family::exfat::upcase::Upcase;
use crate::volumes::filesystem::fat_family::records::LEN;
use crate::volumes::filesystem::{Clue, SECTOR};

/// The capitals of Unicode.
pub fn capitals() -> &'static Upcase {
    static CAPITALS: OnceLock<Upcase> = OnceLock::new();
    CAPITALS.get_or_init(Upcase::default)
}

/// What the sector may be a trace of.
pub fn clue(sector: &[u8; SECTOR]) -> Option<Clue> {
    if &sector[3..11] == b"EXFAT   " {
        return Boot::parse(sector).map(|_| Clue::Start);
    }
    // Bitmap, table of capitals, label, file, identifier; stream, name, and what vendors add: other
    // records there are none, and nearly all sectors fail here.
    let begins = matches!(sector[0] & 0x7f, 1..=3 | 5 | 0x20 | 0x40 | 0x41 | 0x60 | 0x61);
    (begins && holds_set(sector)).then_some(Clue::Records)
}

/// Whether a set lies in the sector whose checksum fits; or the rest of one at its start, whose name
/// fits its hash.
fn holds_set(sector: &[u8; SECTOR]) -> bool {
    (0..SECTOR / LEN).any(|index| {
        let kind = slot(sector, index).map_or(0, |slot| slot[0] & 0x7f);
        let begins = kind == 5 || kind == 0x40 && index == 0;
        begins && parse(sector, index, capitals()).is_some_and(|set| set.whole || index == 0)
    })
}
