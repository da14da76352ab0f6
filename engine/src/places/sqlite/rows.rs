//! The rows of a table, page by page.

use std::collections::HashSet;

use super::owners::Owners;
use super::pages::Pages;
use super::payload::{Budget, payload};
use super::record::fields;
use super::row::{Row, RowState};
use super::surveyed_table::SurveyedTable;
use super::table_schema::TableSchema;
use super::tree_page::{Cell, PageKind, TreePage};

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
            given: (!table.orphans.is_empty()).then(HashSet::new),
            budget: Budget::new(pages),
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
        let record = payload(self.pages, self.owners, page.bytes, cell, &mut self.budget);
        let fields = fields(&record, cell.len)?;
        if let Some(given) = &mut self.given
            && let Some(rowid) = cell.rowid
            && !given.insert(rowid)
            && self.state == RowState::Salvaged
        {
            return None;
        }
        Some(Row { rowid: cell.rowid, state: self.state, schema: self.schema, record, fields })
    }
}

impl<'d> Iterator for Rows<'d> {
    type Item = Row<'d>;

    fn next(&mut self) -> Option<Row<'d>> {
        loop {
            let (page, nth) = match self.page.take() {
                Some((page, nth)) if nth < page.cells => (page, nth),
                _ => (self.next_page()?, 0),
            };
            self.page = Some((page, nth + 1));
            if nth < page.cells
                && let Some(cell) = page.cell(nth)
                && let Some(row) = self.row(&page, &cell)
            {
                return Some(row);
            }
        }
    }
}
