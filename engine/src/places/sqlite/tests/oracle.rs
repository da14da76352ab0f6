//! SQLite itself: it makes databases, and says what is in them.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::places::sqlite::{Database, Row, Table, Value};

/// A database and its write-ahead log as files.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) main: Vec<u8>,
    pub(super) log: Option<Vec<u8>>,
}

impl Files {
    /// The files while the connection is open: a log goes when the last one closes.
    pub(super) fn of(folder: &std::path::Path) -> Self {
        let read = |name| std::fs::read(folder.join(name));
        Files { main: read("a.db").unwrap(), log: read("a.db-wal").ok() }
    }

    pub(super) fn open(&self) -> Database<'_> {
        Database::open(&*self.main, self.log.as_deref()).unwrap()
    }
}

/// A database on disk, to be written to.
pub(super) fn connect(folder: &std::path::Path, pragmas: &str) -> Connection {
    let connection = Connection::open(folder.join("a.db")).unwrap();
    connection.execute_batch(pragmas).unwrap();
    connection
}

/// A value in a form that both sides can be brought to.
pub(super) fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Integer(number) => format!("{number}"),
        Value::Real(number) => format!("{number:?}"),
        Value::Text(text) => format!("'{text}'"),
        Value::Blob(bytes) => format!("{bytes:x?}"),
    }
}

/// A row of ours: all its columns.
pub(super) fn row_of(table: Table<'_>, row: &Row<'_>) -> Vec<String> {
    (0..table.columns().len()).map(|at| shown(&row.at(at))).collect()
}

/// What SQLite says of a table: all columns of all rows, sorted.
pub(super) fn expected(connection: &Connection, table: &str) -> Vec<Vec<String>> {
    let table = table.replace('"', "\"\"");
    let mut query = connection.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
    let count = query.column_count();
    let mut rows = query.query([]).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let value = |at| match row.get_ref(at).unwrap() {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Real(number) => Value::Real(number),
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text)),
            ValueRef::Blob(bytes) => Value::Blob(bytes),
        };
        all.push((0..count).map(|at| shown(&value(at))).collect());
    }
    all.sort();
    all
}

/// The same by us.
pub(super) fn found(database: &Database<'_>, table: &str) -> Vec<Vec<String>> {
    let table = database.table(table).unwrap();
    let mut all: Vec<_> = table.rows().map(|row| row_of(table, &row)).collect();
    all.sort();
    all
}
