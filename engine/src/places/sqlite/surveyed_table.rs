//! A table and the pages with its rows.

use super::owners::{Owner, Owners};
use super::pages::Pages;
use super::record::Field;
use super::table_schema::{Fit, TableSchema};
use super::tree::{Demand, Expected, TreePages};

/// A table, and the pages with its rows.
#[derive(Clone, Debug)]
pub(super) struct SurveyedTable {
    /// The names that the schema gives it: one, unless it is damaged.
    pub(super) names: Vec<String>,
    pub(super) schema: TableSchema,
    pub(super) tree: TreePages,
    /// Pages that nothing sound leads to, and whose rows are of this table.
    pub(super) orphans: Vec<u32>,
}

impl SurveyedTable {
    pub(super) fn new(names: Vec<String>, schema: TableSchema) -> Self {
        SurveyedTable { names, schema, tree: TreePages::default(), orphans: Vec::new() }
    }

    /// Follows its tree from these pages; it is the table at that position.
    pub(super) fn follow(
        &mut self,
        pages: &Pages<'_>,
        owners: &mut Owners,
        (position, roots): (usize, &[u32]),
        demand: Demand,
    ) {
        let schema = &self.schema;
        let expected = Expected {
            owner: Owner::table(position),
            is_table: !schema.declared.without_rowid,
            fits: &|fields: &[Field]| schema.fit(fields) != Fit::No,
        };
        self.tree.walk(pages, owners, roots, &expected, demand);
    }

    /// Whether it has that name.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}
