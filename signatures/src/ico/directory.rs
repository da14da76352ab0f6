//! The directory of an ICO.

use crate::verdict::{Reject, Span};
use crate::view::{Endian::Little, View};

/// Length of what precedes the entries. Source: `ICONDIR`.
pub(super) const HEADER_LEN: u64 = 6;

/// Length of an entry. Source: `ICONDIRENTRY`.
const ENTRY_LEN: u64 = 16;

/// Most pictures of one file: six sizes in three depths, as Windows asks for.
pub(super) const MOST_ENTRIES: usize = 18;

/// Reserved, the type of icons, and not yet how many there are.
pub(super) const START: [u8; 4] = [0, 0, 1, 0];

/// Length of a directory of `entries` pictures.
pub(super) const fn directory_len(entries: u64) -> u64 {
    HEADER_LEN + ENTRY_LEN * entries
}

/// What the directory says of a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Width in pixels; 256 stands for more as well.
    pub(super) width: u32,
    /// Height in pixels, as the width.
    pub(super) height: u32,
    /// Where the picture lies.
    pub(super) span: Span,
}

/// The entries in order of their pictures, which must lie one after the other from the end of
/// the directory on.
pub(super) fn read(view: &mut View<'_>) -> Result<Vec<Entry>, Reject> {
    let (start, count) = (view.array(0)?, u64::from(view.u16(4, Little)?));
    if start != START {
        return Err(view.malformed(0, "signature"));
    }
    if !(1..=MOST_ENTRIES as u64).contains(&count) {
        return Err(view.malformed(4, "number of pictures"));
    }
    let mut entries = Vec::with_capacity(MOST_ENTRIES);
    for number in 0..count {
        entries.push(entry(view, directory_len(number))?);
    }
    entries.sort_by_key(|entry| entry.span);
    let mut end = directory_len(count);
    for entry in &entries {
        if entry.span.at != end || entry.span.len == 0 {
            return Err(view.malformed(HEADER_LEN, "offsets of the pictures"));
        }
        end = entry.span.end();
    }
    Ok(entries)
}

fn entry(view: &mut View<'_>, at: u64) -> Result<Entry, Reject> {
    let [width, height, _, reserved] = view.array(at)?;
    let (planes, bits) = (view.u16(at + 4, Little)?, view.u16(at + 6, Little)?);
    let (len, offset) = (view.u32(at + 8, Little)?, view.u32(at + 12, Little)?);
    // .NET writes ones into the reserved byte.
    if !matches!(reserved, 0 | 0xff) || planes > 1 || !matches!(bits, 0 | 1 | 4 | 8 | 16 | 24 | 32)
    {
        return Err(view.malformed(at, "entry"));
    }
    // A byte holds no 256.
    let side = |byte: u8| if byte == 0 { 256 } else { u32::from(byte) };
    let span = Span { at: u64::from(offset), len: u64::from(len) };
    Ok(Entry { width: side(width), height: side(height), span })
}
