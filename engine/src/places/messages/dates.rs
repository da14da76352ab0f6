//! Databases of messages: which files they tell of, and when those came.

use std::collections::HashMap;

use crate::model::Moment;
use crate::places::photos_db::Contents;
use crate::places::sqlite::{Database, Row, Table};
use crate::places::tree::Tree;

/// What a database of messages says of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    /// When it came.
    pub(super) date: Option<Moment>,
    /// What the sender called it.
    pub(super) name: Option<String>,
    /// Length of the file in bytes.
    pub(super) size: Option<u64>,
}

/// The database at the end of whose path `name` stands, and the path of its folder with its slash.
pub(super) fn databases<'t>(tree: &'t dyn Tree, name: &str) -> Vec<(usize, &'t str)> {
    let named = tree.nodes().iter().enumerate().filter_map(|(at, node)| {
        let folder = node.path.strip_suffix(name).filter(|_| node.is_file())?;
        (folder.is_empty() || folder.ends_with('/')).then_some((at, folder))
    });
    named.collect()
}

/// The files that a table of a database tells of, by path: what `of_row` makes of its rows.
pub(super) fn files(
    tree: &dyn Tree,
    database: usize,
    table: &str,
    notes: &mut Vec<String>,
    of_row: &dyn Fn(&Database<'_>, Table<'_>, &Row<'_>) -> Option<(String, Message)>,
) -> HashMap<String, Message> {
    let title = || format!("{}/{}", tree.title(), tree.nodes()[database].path);
    let contents = match Contents::read(tree, database) {
        Ok(contents) => contents,
        Err(why) => {
            notes.push(format!(
                "{} cannot be read: {why}; photos in messages have no dates",
                title()
            ));
            return HashMap::new();
        }
    };
    let Ok(database) = Database::open(&*contents.main, contents.log.as_deref()) else {
        notes.push(format!("{} is no database; photos in messages have no dates", title()));
        return HashMap::new();
    };
    if database.damage().is_any() {
        notes.push(format!("{} is damaged; some photos in messages may have no dates", title()));
    }
    let Some(table) = database.table(table) else { return HashMap::new() };
    table.rows().filter_map(|row| of_row(&database, table, &row)).collect()
}
