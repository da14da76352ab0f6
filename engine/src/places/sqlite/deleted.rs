//! What is left of deleted rows.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::carve::carve;
use super::pages::Pages;
use super::record::{Field, fields};
use super::row::{Row, RowState};
use super::rows::Rows;
use super::survey::Survey;
use super::surveyed_table::SurveyedTable;
use super::table_schema::{Fit, TableSchema};
use super::tree_page::{PageKind, TreePage};

/// Rows of a table that were deleted, as far as all their columns are left: in the list of free pages, in free bytes of
/// the pages of the table, and in older versions of pages. Tables without row numbers give none.
pub(super) fn deleted<'d>(
    pages: &'d Pages<'d>,
    survey: &'d Survey,
    table: &'d SurveyedTable,
) -> Vec<Row<'d>> {
    let schema = &table.schema;
    if schema.declared.without_rowid {
        return Vec::new();
    }
    let mut remains = Remains::new(schema, Rows::new(pages, &survey.owners, table));
    for number in table.tree.with_rows.iter().chain(&table.orphans) {
        if let Some(page) = pages.page(*number).and_then(|bytes| TreePage::read(bytes, *number)) {
            remains.take_free_bytes(&page);
        }
    }
    for number in survey.free.iter().chain(&survey.loose.orphans) {
        if let Some(bytes) = pages.page(*number) {
            remains.take_page(bytes, *number);
        }
    }
    for (number, bytes) in pages.older() {
        remains.take_page(bytes, number);
    }
    remains.rows
}

/// Deleted rows that were found, each once.
struct Remains<'d> {
    schema: &'d TableSchema,
    hasher: RandomState,
    /// Numbers of the rows that the table has now.
    live: HashSet<i64>,
    /// Every record that was seen, and where it is among the rows that were found.
    seen: HashMap<u64, Option<usize>>,
    rows: Vec<Row<'d>>,
}

impl<'d> Remains<'d> {
    fn new(schema: &'d TableSchema, rows: Rows<'d>) -> Self {
        let hasher = RandomState::new();
        let (mut live, mut seen) = (HashSet::new(), HashMap::new());
        for row in rows {
            live.extend(row.rowid);
            seen.insert(content(&hasher, &row.record, &row.fields), None);
        }
        Remains { schema, hasher, live, seen, rows: Vec::new() }
    }

    /// A page that was of a tree once, or of something else.
    fn take_page(&mut self, bytes: &'d [u8], number: u32) {
        match TreePage::read(bytes, number) {
            Some(page) if page.kind == PageKind::TableLeaf => {
                for cell in page.records().flatten() {
                    let record = &bytes[cell.local.clone()];
                    if let Some(fields) = fields(record, cell.len)
                        && self.schema.fit(&fields) == Fit::Exact
                    {
                        self.take(cell.rowid, record, fields);
                    }
                }
                self.take_free_bytes(&page);
            }
            Some(_) => {}
            None => self.carve(bytes, 0..bytes.len()),
        }
    }

    /// What lies between the pointers and the cells, and in the free blocks.
    fn take_free_bytes(&mut self, page: &TreePage<'d>) {
        if page.kind == PageKind::TableLeaf {
            self.carve(page.bytes, page.pointers_end()..page.content_start());
            for block in page.free_blocks() {
                self.carve(page.bytes, block);
            }
        }
    }

    fn carve(&mut self, page: &'d [u8], range: std::ops::Range<usize>) {
        for row in carve(page, range, self.schema) {
            self.take(row.rowid, &page[row.span], row.fields);
        }
    }

    fn take(&mut self, rowid: Option<i64>, record: &'d [u8], fields: Vec<Field>) {
        let content = content(&self.hasher, record, &fields);
        if let Some(known) = self.seen.get(&content) {
            // Another copy of it may still have the number.
            if let Some(row) = known.and_then(|at| self.rows.get_mut(at)) {
                row.rowid = row.rowid.or(rowid);
                if row.rowid.is_some_and(|rowid| self.live.contains(&rowid)) {
                    row.state = RowState::Replaced;
                }
            }
            return;
        }
        self.seen.insert(content, Some(self.rows.len()));
        let is_live = rowid.is_some_and(|rowid| self.live.contains(&rowid));
        let state = if is_live { RowState::Replaced } else { RowState::Deleted };
        let record = Cow::Borrowed(record);
        self.rows.push(Row { rowid, state, schema: self.schema, record, fields });
    }
}

/// A number for what a record holds, whatever is left of its header.
fn content(hasher: &RandomState, record: &[u8], fields: &[Field]) -> u64 {
    let start = fields.first().map_or(0, |first| first.at);
    let codes: Vec<u64> = fields.iter().map(|field| field.code).collect();
    hasher.hash_one((codes, record.get(start..)))
}
