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
    let fits = end <= bytes.len() && is_row(&fields, schema);
    fits.then_some(Carved { rowid: Some(rowid.cast_signed()), span: start..end, fields })
}

/// A cell at `at` whose first bytes are overwritten.
fn headless(bytes: &[u8], at: usize, schema: &TableSchema) -> Option<Carved> {
    let starts = at + OVERWRITTEN..at + MOST_BEFORE;
    let with_header = |start: usize| {
        let (header_len, len) = varint(bytes.get(start..)?)?;
        let types = start + len..start.checked_add(usize::try_from(header_len).ok()?)?;
        values(bytes, start, types.clone(), &[], schema).filter(|(_, end)| *end == types.end)
    };
    let with_types = |start: usize| values(bytes, start, start..bytes.len(), &[], schema);
    // The number of the row stands before the record; what the record has for it is nothing.
    let with_all_types_but_one = |start: usize| {
        let is_first = schema.place_of_alias() == Some(0);
        values(bytes, start, start..bytes.len(), &[0], schema).filter(|_| is_first)
    };
    let mut found: Option<Carved> = None;
    let mut take = |row: Option<(Carved, usize)>| {
        if let Some((row, _)) = row {
            // A block that was freed by itself ends where its record does.
            let is_better =
                |known: &Carved| row.span.end == bytes.len() && known.span.end != row.span.end;
            if found.as_ref().is_none_or(is_better) {
                found = Some(row);
            }
        }
    };
    for start in starts {
        take(with_header(start));
    }
    take(with_types(at + OVERWRITTEN));
    take(with_all_types_but_one(at + OVERWRITTEN));
    found
}

/// A record whose types, after those that are known, begin at `types.start`; and where they end.
fn values(
    bytes: &[u8],
    start: usize,
    types: Range<usize>,
    known: &[u64],
    schema: &TableSchema,
) -> Option<(Carved, usize)> {
    let mut codes = known.to_vec();
    let mut at = types.start;
    while codes.len() < schema.stored() {
        let (code, len) = varint(bytes.get(at..types.end)?)?;
        codes.push(code);
        at += len;
    }
    let header_end = at;
    let mut fields = Vec::with_capacity(codes.len());
    for code in codes {
        let field = Field { code, at: at - start };
        at = at.checked_add(field.len()?).filter(|end| *end <= bytes.len())?;
        fields.push(field);
    }
    is_row(&fields, schema).then_some((Carved { rowid: None, span: start..at, fields }, header_end))
}

fn is_row(fields: &[Field], schema: &TableSchema) -> bool {
    schema.fit(fields) == Fit::Exact && fields.iter().any(|field| field.code != 0)
}
