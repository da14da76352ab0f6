//! The table of tables.

use super::encoding::Encoding;
use super::row::Row;
use super::table_schema::TableSchema;

/// The statement that would make the table of tables.
///
/// Source: <https://sqlite.org/fileformat2.html>, section 2.6 "Storage Of The SQL Database Schema".
pub(super) const MASTER: &str = "CREATE TABLE sqlite_master \
     (type text, name text, tbl_name text, rootpage integer, sql text)";

/// An object of the schema that has a tree.
#[derive(Clone, Debug)]
pub(super) enum Named {
    /// A table, with the names that its row gives it.
    Table(Vec<String>, TableSchema),
    /// The first page of an index.
    Index(u32),
}

/// The encoding of texts, by the first column of the schema, which is one of few words.
pub(super) fn encoding(row: &Row<'_>) -> Option<Encoding> {
    let first = row.fields.first().filter(|field| field.is_text())?;
    Encoding::of_word(row.record.get(first.at..)?.get(..first.len()?)?)
}

/// What a row of the schema names. A row whose type is damaged is read by its statement.
pub(super) fn named(row: &Row<'_>, encoding: Encoding) -> Option<Named> {
    // No page has such a number, and the rows of the table are found by their columns.
    let root = row.at(3).integer().and_then(|root| u32::try_from(root).ok()).unwrap_or(0);
    let sql = row.at(4);
    let kind = row.at(0);
    let schema = sql.text().and_then(|sql| {
        let read = TableSchema::new(sql, root, encoding);
        read.or_else(|| {
            // A damaged letter in the first words; a virtual table has no root.
            let rest =
                sql.splitn(3, ' ').nth(2).filter(|_| kind.text() == Some("table") && root > 0)?;
            TableSchema::new(&format!("CREATE TABLE {rest}"), root, encoding)
        })
    });
    match schema {
        Some(schema) => {
            let mut names = vec![schema.declared.name.clone()];
            let stored = [row.at(1), row.at(2)].into_iter().filter_map(|name| name.into_text());
            names.extend(stored);
            names.dedup();
            Some(Named::Table(names, schema))
        }
        None if kind.text() == Some("index") && root > 0 => Some(Named::Index(root)),
        None => None,
    }
}
