//! What is known of a table before its rows are read.

use super::create_table::{Declared, parse};
use super::encoding::Encoding;
use super::record::Field;

/// A table: its name, its columns, and where its tree begins.
#[derive(Clone, Debug)]
pub(super) struct TableSchema {
    pub(super) declared: Declared,
    /// The first page of its tree.
    pub(super) root: u32,
    pub(super) encoding: Encoding,
    /// Positions of columns in the order of their names, for a search without regard to case.
    by_name: Vec<usize>,
    /// Columns by their position in the record.
    by_place: Vec<usize>,
}

/// How well a record fits a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// A value is of a type that the table does not store there, or there are too many.
    No,
    /// It may have been written before columns were added.
    Shorter,
    /// All columns are there.
    Exact,
}

impl TableSchema {
    pub(super) fn new(sql: &str, root: u32, encoding: Encoding) -> Option<Self> {
        let declared = parse(sql)?;
        let columns = &declared.columns;
        let mut by_name: Vec<usize> = (0..columns.len()).collect();
        by_name.sort_by(|one, other| lower(&columns[*one].name).cmp(lower(&columns[*other].name)));
        let mut by_place: Vec<usize> =
            (0..columns.len()).filter(|at| columns[*at].stored.is_some()).collect();
        by_place.sort_by_key(|at| columns[*at].stored);
        Some(TableSchema { declared, root, encoding, by_name, by_place })
    }

    /// A table of which nothing is known: its rows have values and no columns.
    pub(super) fn unknown(encoding: Encoding) -> Self {
        let declared = Declared {
            name: String::new(),
            columns: Vec::new(),
            alias: None,
            without_rowid: false,
        };
        TableSchema { declared, root: 0, encoding, by_name: Vec::new(), by_place: Vec::new() }
    }

    /// The position of a column among all columns.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        let columns = &self.declared.columns;
        let order = |at: &usize| lower(&columns[*at].name).cmp(lower(name));
        self.by_name.binary_search_by(order).ok().map(|found| self.by_name[found])
    }

    /// How many columns a record has.
    pub(super) fn stored(&self) -> usize {
        self.by_place.len()
    }

    /// The position in a record of the column that is another name for the number of the row.
    pub(super) fn place_of_alias(&self) -> Option<usize> {
        self.declared.columns.get(self.declared.alias?)?.stored
    }

    /// How well the values of a record fit its columns.
    pub(super) fn fit(&self, fields: &[Field]) -> Fit {
        if fields.is_empty() || fields.len() > self.by_place.len() {
            return Fit::No;
        }
        let stores = |(field, at): (&Field, &usize)| {
            let column = &self.declared.columns[*at];
            if self.declared.alias == Some(*at) {
                // The number of the row stands before the record.
                return field.code == 0;
            }
            column.affinity.stores(*field) && (column.is_nullable || field.code != 0)
        };
        if !fields.iter().zip(&self.by_place).all(stores) {
            Fit::No
        } else if fields.len() < self.by_place.len() {
            Fit::Shorter
        } else {
            Fit::Exact
        }
    }
}

fn lower(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|c| c.to_ascii_lowercase())
}
