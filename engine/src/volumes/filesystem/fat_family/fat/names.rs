//! Short names of eight characters with an extension of three, long ones, and what ties them together.
//!
//! Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (2000), "Short Directory Entry
//! Names" and "Long Directory Entries".

use crate::volumes::filesystem::fat_family::directory_bytes::entry;
use crate::volumes::filesystem::fat_family::fat::entry::{
    DELETED, EntryRole, FatEntry, KANJI, LongNameEntry, MOST_PARTS,
};
use crate::volumes::filesystem::fat_family::file_record::ShortName;

/// The upper half of code page 437, which short names are in unless somebody said otherwise.
const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌\
█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The checksum of a short name, which every part of its long name repeats.
fn checksum(name: &[u8; 11]) -> u8 {
    name.iter().fold(0, |sum: u8, &byte| sum.rotate_right(1).wrapping_add(byte))
}

/// The first byte of a short name whose checksum this is: exactly one is, since every step of the
/// sum can be taken back.
fn first_byte(name: &[u8; 11], sum: u8) -> u8 {
    name[1..].iter().rev().fold(sum, |sum, &byte| sum.wrapping_sub(byte).rotate_left(1))
}

/// A short name as it is shown, a first letter that is not known as `_`.
pub(crate) fn shown(name: &ShortName) -> String {
    let mut bytes = name.bytes;
    match bytes[0] {
        0 => bytes[0] = b'_',
        KANJI => bytes[0] = DELETED,
        _ => {}
    }
    let (stem, extension) = bytes.split_at(8);
    let mut out = text(stem, name.case & 0x08 != 0);
    if extension != b"   " {
        out.push('.');
        out.push_str(&text(extension, name.case & 0x10 != 0));
    }
    out
}

/// A label as it is shown.
pub(crate) fn label(name: &[u8; 11]) -> String {
    text(name, false)
}

fn text(part: &[u8], is_lower: bool) -> String {
    let len = part.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
    let character = |&byte: &u8| match byte {
        b'/' => '_',
        0..0x80 if is_lower => byte.to_ascii_lowercase().into(),
        0..0x80 => byte.into(),
        _ => UPPER.chars().nth(usize::from(byte) - 0x80).unwrap_or('_'),
    };
    part[..len].iter().map(character).collect()
}

/// A long name that belongs to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LongName {
    /// The name, if all of it is there.
    pub name: Option<String>,
    /// First byte of the short name, as it was before it was deleted.
    pub first: u8,
}

/// The long name in the entries before the `index`th of a directory, if they belong to it.
///
/// Of a deleted name the first byte and the numbers of the parts are lost. The checksum tells the
/// byte; that it is a letter the long name can have been given proves that they belong together.
pub(crate) fn long_name(directory: &[u8], index: usize) -> Option<LongName> {
    let named: &FatEntry = entry(directory, index)?;
    let is_deleted = named.is_deleted();
    let sum = if is_deleted {
        entry::<LongNameEntry>(directory, index.checked_sub(1)?)?.checksum
    } else {
        checksum(&named.name)
    };
    let (mut characters, mut is_complete) = (Vec::new(), false);
    for distance in 1..=MOST_PARTS.min(index) {
        let Some(part) = part(directory, index - distance) else { break };
        let fits = part.is_deleted() == is_deleted
            && part.checksum == sum
            && (is_deleted || part.number() == distance);
        if !fits {
            break;
        }
        characters.extend(part.characters());
        is_complete = is_deleted || part.is_last();
        // Only the last part has room to end in.
        if part.ends() || (is_complete && !is_deleted) {
            break;
        }
    }
    if characters.is_empty() {
        return None;
    }
    let name = String::from_utf16_lossy(&characters);
    let mut short = named.name;
    if is_deleted {
        short[0] = first_byte(&named.name, sum);
        if !can_begin(&short, &name) {
            return None;
        }
    }
    let is_whole = is_complete && has_extension(&short, &name);
    Some(LongName { name: is_whole.then_some(name), first: short[0] })
}

/// The `index`th entry of a directory, if it is a part of a long name that can be true.
pub(crate) fn part(directory: &[u8], index: usize) -> Option<&LongNameEntry> {
    let is_part = entry::<FatEntry>(directory, index)?.role() == EntryRole::LongName;
    entry::<LongNameEntry>(directory, index).filter(|part| is_part && part.is_valid())
}

/// Whether the short name begins with a letter that the long one can have been given.
fn can_begin(short: &[u8; 11], long: &str) -> bool {
    let Some(letter) = long.chars().find(|&c| c != ' ' && c != '.') else { return false };
    match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' => short[0] == letter.to_ascii_uppercase() as u8,
        _ => short[0] > b' ' && !short[0].is_ascii_lowercase(),
    }
}

/// Whether what follows the last dot of the long name is the short one's extension: a long name
/// that lost its last part lost this.
fn has_extension(short: &[u8; 11], long: &str) -> bool {
    let extension = long.trim_end_matches(['.', ' ']).rsplit_once('.').map_or("", |pair| pair.1);
    let wanted = short[8..].iter().take_while(|&&byte| byte != b' ').count();
    let letters = extension.chars().filter(|&c| c != ' ').take(3);
    letters.clone().count() == wanted
        && letters.zip(&short[8..]).all(|(letter, &byte)| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' => letter.to_ascii_uppercase() as u8 == byte,
            _ => true,
        })
}
