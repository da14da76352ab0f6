//! Names of files: short ones, long ones, and what ties them together.
//!
//! Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (2000), "Short Directory
//! Entry Names" and "Long Directory Entries".

use crate::volumes::filesystem::fat_family::fat::slot::{
    DELETED, LEN, MOST_PARTS, Role, Slot, legal_long,
};

/// The upper half of code page 437, which short names are in unless somebody said otherwise.
const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌\
█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The checksum of a short name, which every part of its long name repeats.
pub fn checksum(name: &[u8; 11]) -> u8 {
    name.iter().fold(0, |sum: u8, &byte| sum.rotate_right(1).wrapping_add(byte))
}

/// The first byte of a short name whose checksum this is: exactly one is, since every step of the
/// sum can be taken back.
pub fn first_byte(name: &[u8; 11], sum: u8) -> u8 {
    name[1..].iter().rev().fold(sum, |sum, &byte| sum.wrapping_sub(byte).rotate_left(1))
}

/// A short name as it is shown, a first byte that is not known (zero) as `_`; `case` are the flags
/// of a record.
pub fn short(name: &[u8; 11], case: u8) -> String {
    let mut name = *name;
    match name[0] {
        0 => name[0] = b'_',
        0x05 => name[0] = DELETED,
        _ => {}
    }
    let (stem, extension) = name.split_at(8);
    let mut out = text(stem, case & 0x08 != 0);
    if extension != b"   " {
        out.push('.');
        out.push_str(&text(extension, case & 0x10 != 0));
    }
    out
}

/// A label as it is shown.
pub fn label(name: &[u8; 11]) -> String {
    text(name, false)
}

fn text(part: &[u8], lower: bool) -> String {
    let len = part.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
    let character = |&byte: &u8| match byte {
        b'/' => '_',
        0..0x80 if lower => byte.to_ascii_lowercase().into(),
        0..0x80 => byte.into(),
        _ => UPPER.chars().nth(usize::from(byte) - 0x80).unwrap_or('_'),
    };
    part[..len].iter().map(character).collect()
}

/// A long name that belongs to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Long {
    /// The name, if all of it is there.
    pub name: Option<String>,
    /// First byte of the short name, as it was before it was deleted.
    pub first: u8,
}

/// The long name in the records before the `index`th, if they belong to it.
///
/// Of a deleted name the first byte and the numbers of the parts are lost. The checksum tells the
/// byte; that it is a letter the long name can have been given proves that they belong together.
pub fn long(slots: &[u8], index: usize) -> Option<Long> {
    let slot = slot(slots, index)?;
    let deleted = slot.deleted();
    let sum = match deleted {
        true => self::slot(slots, index.checked_sub(1)?)?.checksum(),
        false => checksum(slot.name()),
    };
    let (mut characters, mut complete) = (Vec::new(), false);
    for distance in 1..=MOST_PARTS.min(index) {
        let Some(part) = self::slot(slots, index - distance) else { break };
        let fits = part.role() == Role::Part
            && part.deleted() == deleted
            && part.checksum() == sum
            && part.sane_part()
            && (deleted || part.ordinal().0 as usize == distance);
        if !fits {
            break;
        }
        let piece = part.characters();
        let len = piece.iter().position(|&c| c == 0).unwrap_or(piece.len());
        characters.extend(&piece[..len]);
        complete = if deleted { true } else { part.ordinal().1 };
        // Only the last part has room to end in.
        if len < piece.len() || (complete && !deleted) {
            break;
        }
    }
    if characters.is_empty() || !characters.iter().all(|&c| legal_long(c)) {
        return None;
    }
    let name = String::from_utf16_lossy(&characters);
    let mut known = *slot.name();
    if deleted {
        known[0] = first_byte(slot.name(), sum);
        if !given(&known, &name) {
            return None;
        }
    }
    let whole = complete && same_extension(&known, &name);
    Some(Long { name: whole.then_some(name), first: known[0] })
}

/// Whether the short name begins with a letter that the long one can have been given.
fn given(short: &[u8; 11], long: &str) -> bool {
    let Some(letter) = long.chars().find(|&c| c != ' ' && c != '.') else { return false };
    match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' => short[0] == letter.to_ascii_uppercase() as u8,
        _ => short[0] > b' ' && !short[0].is_ascii_lowercase(),
    }
}

/// Whether what follows the last dot of the long name is the short one's extension: a long name
/// that lost its last part lost this.
fn same_extension(short: &[u8; 11], long: &str) -> bool {
    let extension = long.trim_end_matches(['.', ' ']).rsplit_once('.').map_or("", |pair| pair.1);
    let wanted = short[8..].iter().take_while(|&&byte| byte != b' ').count();
    let letters = extension.chars().filter(|&c| c != ' ').take(3);
    letters.clone().count() == wanted
        && letters.zip(&short[8..]).all(|(letter, &byte)| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' => letter.to_ascii_uppercase() as u8 == byte,
            _ => true,
        })
}

/// The `index`th record.
pub fn slot(slots: &[u8], index: usize) -> Option<Slot<'_>> {
    let start = index.checked_mul(LEN)?;
    slots.get(start..)?.first_chunk().map(Slot)
}
