//! One record of the Finder.

use crate::volumes::fields::be32;

/// Characters of the longest name of a file that macOS has.
pub(super) const MOST_NAME: usize = 255;

/// Characters of the longest text that is believed.
const MOST_TEXT: usize = 4096;

/// What a record says of a file, as far as it is text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The name of the file in its folder.
    pub(super) name: String,
    /// What it is about, such as `ptbL`.
    pub(super) code: [u8; 4],
    /// Its value, where that is text.
    pub(super) text: Option<String>,
}

impl Record {
    /// The record that `bytes` begin with, and its length; nothing where it makes no sense.
    pub(super) fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        let units = be32(bytes, 0)? as usize;
        if units > MOST_NAME {
            return None;
        }
        let at = 4 + 2 * units;
        let name = utf16(bytes.get(4..at)?);
        let code = bytes.get(at..at + 4)?.try_into().ok()?;
        let (text, len) = value(bytes.get(at + 4..)?)?;
        Some((Record { name, code, text }, at + 4 + len))
    }
}

/// The value that `bytes` begin with, where it is text, and how long it is with its type.
pub(super) fn value(bytes: &[u8]) -> Option<(Option<String>, usize)> {
    let counted = || be32(bytes, 4).map(|len| len as usize);
    let len = match bytes.get(..4)? {
        b"bool" => 1,
        b"long" | b"shor" | b"type" => 4,
        b"comp" | b"dutc" => 8,
        b"blob" => 4usize.checked_add(counted()?)?,
        b"ustr" => {
            let units = counted().filter(|units| *units <= MOST_TEXT)?;
            return Some((Some(utf16(bytes.get(8..8 + 2 * units)?)), 8 + 2 * units));
        }
        _ => return None,
    };
    let end = len.checked_add(4).filter(|end| *end <= bytes.len())?;
    Some((None, end))
}

/// UTF-16 text, big-endian.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> =
        bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}
