//! The index of a Multi-Picture Format file.
//!
//! Source: CIPA DC-007 (2009), 5.2 "MP Index IFD".

use super::marker::{APP2, Marker};
use super::segments::{Tiff, begins};
use crate::verdict::{Kinship, MOST_CHILDREN, Span};
use crate::view::View;

/// A picture after the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where the index says that it lies; indexes survive edits that move it.
    pub span: Span,
    /// What it is to the first.
    pub kinship: Kinship,
}

const MAGIC: &[u8] = b"MPF\0";

/// Tag of the list of pictures.
const ENTRIES: u16 = 0xb002;

/// Length of an item of the list in bytes.
const ENTRY_LEN: u32 = 16;

/// The pictures after the first one, in order of offset; empty when there is no index.
pub fn index(view: &mut View<'_>, segments: &[Marker]) -> Vec<Entry> {
    let is_index = |marker: &&Marker| marker.code == APP2;
    let found = segments.iter().filter(is_index).find(|marker| begins(view, marker.content, MAGIC));
    let Some(content) = found.map(|marker| marker.content) else {
        return Vec::new();
    };
    let skip = MAGIC.len() as u64;
    let span = Span { at: content.at + skip, len: content.len - skip };
    let mut entries = list(view, span).unwrap_or_default();
    entries.sort_by_key(|entry| entry.span);
    entries
}

/// The list of the index in `span`. Offsets count from the start of its TIFF header; the first
/// picture's is 0.
fn list(view: &mut View<'_>, span: Span) -> Option<Vec<Entry>> {
    let tiff = Tiff::open(view, span)?;
    let (directory, _) = tiff.first(view)?;
    let list = directory.iter().find(|entry| entry.tag == ENTRIES)?;
    let count = usize::try_from(list.count / ENTRY_LEN).ok()?.min(MOST_CHILDREN);
    let mut entries = Vec::new();
    for index in 0..count as u64 {
        let at = u64::from(list.value) + u64::from(ENTRY_LEN) * index;
        let attribute = tiff.u32(view, at)?;
        let len = u64::from(tiff.u32(view, at + 4)?);
        let offset = u64::from(tiff.u32(view, at + 8)?);
        if offset > 0 {
            let span = Span { at: span.at + offset, len };
            entries.push(Entry { span, kinship: kinship(attribute) });
        }
    }
    Some(entries)
}

/// What the type code in the attribute says (DC-007, 5.2.3.3.1; 0x050000 is of a later edition).
fn kinship(attribute: u32) -> Kinship {
    match attribute & 0xff_ffff {
        0x01_0001..=0x01_ffff => Kinship::Preview,
        0x05_0000 => Kinship::GainMap,
        _ => Kinship::Secondary,
    }
}
