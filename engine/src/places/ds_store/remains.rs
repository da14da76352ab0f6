//! Records that no tree reaches: in blocks that are free by now, after the end of a node, in a damaged file.

use super::record::{MOST_NAME, Record, utf16, value};
use crate::volumes::fields::be32;

/// Records that are taken of one file.
const MOST_RECORDS: usize = 1 << 16;

/// Codes that are looked for, with the type that their values have.
const WANTED: [&[u8; 8]; 2] = [b"ptbLustr", b"ptbNustr"];

/// The records of put-back names in all of a file, by their codes, whatever they lie in.
pub(super) fn records(bytes: &[u8]) -> Vec<Record> {
    let finder = memchr::memmem::Finder::new(b"ptb");
    let places = finder.find_iter(bytes);
    let wanted = places.filter(|at| WANTED.iter().any(|code| bytes[*at..].starts_with(&code[..])));
    // What stands in the text of a record is no other one.
    let mut end = 0;
    let each = wanted.filter_map(|at| {
        let (record, len) = (at >= end).then(|| record(bytes, at))??;
        end = at + len;
        Some(record)
    });
    each.take(MOST_RECORDS).collect()
}

/// The record whose code stands at `at`, and its length from there on. Its name lies before, after its own length.
fn record(bytes: &[u8], at: usize) -> Option<(Record, usize)> {
    let (text, len) = value(&bytes[at + 4..])?;
    let fits = |units: &usize| {
        let start = at.checked_sub(2 * units + 4);
        start.and_then(|start| be32(bytes, start)) == u32::try_from(*units).ok()
    };
    let units = (1..=MOST_NAME).find(fits)?;
    let name = utf16(&bytes[at - 2 * units..at]);
    let code = bytes[at..at + 4].try_into().ok()?;
    (!name.contains(char::is_control)).then_some((Record { name, code, text }, 4 + len))
}
