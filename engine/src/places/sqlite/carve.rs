//! Rows in bytes that no pointer leads to.

use std::ops::Range;

use super::numbers::varint;
use super::record::{Field, fields};
use super::table_schema::{Fit, TableSchema};
use super::tree_page::local_len;

/// Bytes of a cell that are overwritten once it is a free block.
const OVERWRITTEN: usize = 4;

/// The most bytes before the types of a record: its length, its number, the length of its header.
const MOST_BEFORE: usize = 9;

/// A record that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Carved {
    /// The number of its row, when that is not overwritten.
    pub(super) rowid: Option<i64>,
    /// Where in the page it is, as far as it lies there.
    pub(super) span: Range<usize>,
    /// Its values, from the start of the span.
    pub(super) fields: Vec<Field>,
}

/// The records of a table in a range of free bytes of a page: cells that are whole, and those whose first bytes were
/// overwritten when they became the beginning of the range or of what follows another. Only records with all columns
/// of the table, each of a type that it stores there, and with something in them.
pub(super) fn carve(page: &[u8], range: Range<usize>, schema: &TableSchema) -> Vec<Carved> {
    let mut found = Vec::new();
    let Some(bytes) = page.get(..range.end) else { return found };
    let (mut at, mut is_boundary) = (range.start, true);
    while at < bytes.len() {
        let row = whole(bytes, at, page.len(), schema);
        let row = row.or_else(|| headless(bytes, at, schema).filter(|_| is_boundary));
        is_boundary = row.is_some();
        match row {
            Some(row) => {
                at = row.span.end.max(at + 1);
                found.push(row);
            }
            None => at += 1,
        }
    }
    found
}

/// A whole cell at `at`.
fn whole(bytes: &[u8], at: usize, usable: usize, schema: &TableSchema) -> Option<Carved> {
    let (len, len_len) = varint(&bytes[at..])?;
    let len = usize::try_from(len).ok().filter(|len| *len > schema.stored() && *len < 1 << 31)?;
    let (rowid, rowid_len) = varint(bytes.get(at + len_len..)?)?;
    let start = at + len_len + rowid_len;
    let record = bytes.get(start..)?;
    let header_len = usize::try_from(varint(record)?.0).ok()?;
    if header_len <= schema.stored() || header_len > record.len() || header_len > len {
        return None;
    }
    let end = start + local_len(usable, len, true);
    let fields = fields(record, len)?;
    let row = Carved { rowid: Some(rowid.cast_signed()), span: start..end, fields };
    (end <= bytes.len() && is_row(&row, bytes, schema)).then_some(row)
}

/// A cell at `at` whose first bytes are overwritten, and perhaps its last ones by a newer row.
fn headless(bytes: &[u8], at: usize, schema: &TableSchema) -> Option<Carved> {
    let with_header = |start: usize| {
        let (header_len, len) = varint(bytes.get(start..)?)?;
        let end = start.checked_add(usize::try_from(header_len).ok()?)?;
        let (row, header_end) = values(bytes, start, start + len, &[], schema)?;
        (header_end == end).then_some(row)
    };
    let with_types =
        |known: &[u64]| Some(values(bytes, at + OVERWRITTEN, at + OVERWRITTEN, known, schema)?.0);
    let mut rows: Vec<Carved> =
        (at + OVERWRITTEN..at + MOST_BEFORE).filter_map(with_header).collect();
    rows.extend(with_types(&[]));
    // The number of the row stands before the record, which has nothing for it: of that the type may be overwritten.
    if rows.is_empty() && schema.place_of_alias() == Some(0) {
        rows.extend(with_types(&[0]));
    }
    // A block that was freed by itself ends where its record does.
    let ends = rows.iter().position(|row| row.span.end == bytes.len());
    (!rows.is_empty()).then(|| rows.swap_remove(ends.unwrap_or(0)))
}

/// A record from `start` whose types, after those that are known, begin at `types`; and where they end.
fn values(
    bytes: &[u8],
    start: usize,
    types: usize,
    known: &[u64],
    schema: &TableSchema,
) -> Option<(Carved, usize)> {
    bytes.get(start..)?;
    let mut codes = known.to_vec();
    let mut at = types;
    while codes.len() < schema.stored() {
        let (code, len) = varint(bytes.get(at..)?)?;
        codes.push(code);
        at += len;
    }
    let header_end = at;
    let mut fields = Vec::with_capacity(codes.len());
    for code in codes {
        let field = Field { code, at: at - start };
        at = at.checked_add(field.len()?)?;
        fields.push(field);
    }
    // Half of the values at least, where the end is overwritten.
    let is_left =
        at <= bytes.len() || at - header_end <= 2 * bytes.len().saturating_sub(header_end);
    let row = Carved { rowid: None, span: start..at.min(bytes.len()).max(start), fields };
    (is_left && is_row(&row, bytes, schema)).then_some((row, header_end))
}

/// Whether a record has the columns of the table, with texts that are texts.
fn is_row(row: &Carved, bytes: &[u8], schema: &TableSchema) -> bool {
    let is_text = |field: &&Field| {
        let start = row.span.start + field.at;
        let text = field.len().and_then(|len| bytes.get(start..start.checked_add(len)?));
        text.is_none_or(|text| schema.encoding.is_plain(text))
    };
    schema.fit(&row.fields) == Fit::Exact
        && row.fields.iter().any(|field| field.code != 0)
        && row.fields.iter().filter(|field| field.is_text()).all(|field| is_text(&field))
}
