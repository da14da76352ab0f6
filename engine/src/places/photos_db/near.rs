//! Names of tables and columns in a schema that may be damaged.

use crate::places::sqlite::{Database, Table};

/// The position of a column: of that name, or of the only name that differs from it in one letter.
pub(super) fn column(table: Table<'_>, name: &str) -> Option<usize> {
    table.column(name).or_else(|| {
        let columns = table.columns().iter().enumerate();
        let mut near = columns.filter(|(_, column)| is_near(&column.name, name));
        let (at, _) = near.next()?;
        near.next().is_none().then_some(at)
    })
}

/// The table of that name, or the only one whose name differs from it in one letter.
pub(super) fn table<'d>(database: &'d Database<'_>, name: &str) -> Option<Table<'d>> {
    database.table(name).or_else(|| {
        let mut near = database.tables().filter(|other| is_near(other, name));
        let other = near.next()?;
        near.next().is_none().then(|| database.table(other))?
    })
}

fn is_near(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one.bytes().zip(other.bytes()).filter(|(one, other)| one != other).count() == 1
}
