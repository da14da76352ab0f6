//! The rows of a table, page by page.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::carve::{Carved, carve};
use super::owners::Owners;
use super::pages::Pages;
use super::payload::{Budget, payload};
use super::record::fields;
use super::row::{Row, RowState};
use super::surveyed_table::SurveyedTable;
use super::table_schema::TableSchema;
use super::tree_page::{Cell, MOST_OVERLAP, PageKind, TreePage};

/// The rows of a table that are there: first those that its tree leads to, then those on pages that nothing leads to.
#[derive(Clone, Debug)]
pub struct Rows<'d> {
    pages: &'d Pages<'d>,
    owners: &'d Owners,
    schema: &'d TableSchema,
    of_tree: std::slice::Iter<'d, u32>,
    orphans: std::slice::Iter<'d, u32>,
    state: RowState,
    /// The page that is being read, and the next of its cells.
    page: Option<(TreePage<'d>, usize)>,
    /// Numbers of the rows that were given: an orphaned page can be an older version of one in the tree.
    given: Option<HashSet<i64>>,
    budget: Budget,
    /// Bytes of the page that were read as parts of cells.
    read: usize,
    /// Bytes of the page that its cells take.
    taken: Vec<Range<usize>>,
    /// Rows of the page that no pointer leads to.
    unpointed: std::vec::IntoIter<Row<'d>>,
}

impl<'d> Rows<'d> {
    pub(super) fn new(pages: &'d Pages<'d>, owners: &'d Owners, table: &'d SurveyedTable) -> Self {
        Rows {
            pages,
            owners,
            schema: &table.schema,
            of_tree: table.tree.with_rows.iter(),
            orphans: table.orphans.iter(),
            state: RowState::Live,
            page: None,
            given: (!table.orphans.is_empty() && !table.names.is_empty()).then(HashSet::new),
            budget: Budget::new(pages),
            read: 0,
            taken: Vec::new(),
            unpointed: Vec::new().into_iter(),
        }
    }

    fn next_page(&mut self) -> Option<TreePage<'d>> {
        let number = self.of_tree.next().or_else(|| {
            self.state = RowState::Salvaged;
            self.orphans.next()
        });
        let number = *number?;
        let bytes = self.pages.page(number).unwrap_or(&[]);
        let is_table = !self.schema.declared.without_rowid;
        let leaf = if is_table { PageKind::TableLeaf } else { PageKind::IndexLeaf };
        let page = TreePage::read(bytes, number).filter(|page| page.kind.is_table() == is_table);
        // The tree was followed by what the page shows, whatever its first byte says.
        Some(
            page.or_else(|| TreePage::of_kind(bytes, number, leaf))
                .unwrap_or(TreePage::empty(leaf)),
        )
    }

    fn row(&mut self, page: &TreePage<'d>, cell: &Cell) -> Option<Row<'d>> {
        self.read += cell.local.len();
        let record = payload(self.pages, self.owners, page.bytes, cell, &mut self.budget);
        let fields = fields(&record, cell.len)?;
        self.taken.push(cell.span.clone());
        let (rowid, state) = (cell.rowid, self.state);
        let row = Row { rowid, state, schema: self.schema, record, fields };
        self.is_new(&row).then_some(row)
    }

    fn is_new(&mut self, row: &Row<'d>) -> bool {
        let is_given = match (&mut self.given, row.rowid) {
            (Some(given), Some(rowid)) => !given.insert(rowid),
            _ => false,
        };
        !is_given || row.state == RowState::Live
    }

    /// Rows in the bytes of a page that neither a cell nor a free block takes: the pointers to them are damaged.
    fn unpointed(&mut self, page: &TreePage<'d>) -> Vec<Row<'d>> {
        let mut taken = std::mem::take(&mut self.taken);
        if page.kind != PageKind::TableLeaf || page.is_full(&taken) {
            taken.clear();
            self.taken = taken;
            return Vec::new();
        }
        taken.extend(page.free_blocks());
        taken.sort_unstable_by_key(|span| span.start);
        let end = page.bytes.len();
        taken.push(end..end);
        let mut from = page.content_start().max(page.pointers_end());
        let mut rows = Vec::new();
        for span in taken.drain(..) {
            if from < span.start {
                rows.extend(carve(page.bytes, from..span.start, self.schema));
            }
            from = from.max(span.end);
        }
        self.taken = taken;
        let (schema, state) = (self.schema, RowState::Salvaged);
        let row = |carved: Carved| {
            let record = Cow::Borrowed(&page.bytes[carved.span]);
            Row { rowid: carved.rowid, state, schema, record, fields: carved.fields }
        };
        rows.into_iter().map(row).collect()
    }
}

impl<'d> Iterator for Rows<'d> {
    type Item = Row<'d>;

    fn next(&mut self) -> Option<Row<'d>> {
        loop {
            if let Some(row) = self.unpointed.next() {
                if self.is_new(&row) {
                    return Some(row);
                }
                continue;
            }
            let Some((page, nth)) = self.page.take() else {
                self.page = Some((self.next_page()?, 0));
                continue;
            };
            // Cells do not overlap: what leads through the same bytes again and again ends.
            if nth == page.cells || self.read > page.bytes.len() * MOST_OVERLAP {
                self.read = 0;
                self.unpointed = self.unpointed(&page).into_iter();
                continue;
            }
            self.page = Some((page, nth + 1));
            if let Some(cell) = page.cell(nth)
                && let Some(row) = self.row(&page, &cell)
            {
                return Some(row);
            }
        }
    }
}
