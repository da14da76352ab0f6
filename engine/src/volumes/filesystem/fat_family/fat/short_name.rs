//! Names of eight characters and an extension of three.
//!
//! Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (2000), "Short Directory Entry
//! Names".

use crate::volumes::filesystem::fat_family::fat::entry::{DELETED, KANJI};
use crate::volumes::filesystem::fat_family::file_record::ShortName;

/// The upper half of code page 437, which short names are in unless somebody said otherwise.
const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌\
█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// The checksum of a short name, which every part of its long name repeats.
pub(crate) fn checksum(name: &[u8; 11]) -> u8 {
    name.iter().fold(0, |sum: u8, &byte| sum.rotate_right(1).wrapping_add(byte))
}

/// The first byte of a short name whose checksum this is: exactly one is, since every step of the
/// sum can be taken back.
pub(crate) fn first_byte(name: &[u8; 11], sum: u8) -> u8 {
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
