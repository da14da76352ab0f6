//! `Manifest.db`, since iOS 10.

use super::mb_file::MbFile;
use super::row::{Row, RowKind, id_of, is_id};
use crate::places::sqlite::{Database, NotADatabase, RowState, Table};

/// Rows of one database: a phone that is full of small files has a million.
const MOST_ROWS: usize = 8_000_000;

/// The table of files, in case that the schema has lost it.
const FILES: &str = "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, \
                     file BLOB)";

/// What a database lists.
#[derive(Clone, Debug, Default)]
pub struct DatabaseRows {
    /// Its files and folders.
    pub rows: Vec<Row>,
    /// Rows without a path, as some backups have.
    pub without_path: usize,
    /// Whether some of it cannot be read, or was found although nothing sound leads to it.
    pub is_damaged: bool,
}

/// Reads `Manifest.db` with the newer pages of its log. What lies on damaged pages is missing.
///
/// # Errors
///
/// When it is no database.
pub fn read_database(main: &[u8], log: Option<&[u8]>) -> Result<DatabaseRows, NotADatabase> {
    let database = Database::open_knowing(main, log, &[FILES])?;
    let table = files(&database).ok_or(NotADatabase)?;
    let is_damaged = database.damage().is_any();
    let mut found = DatabaseRows { is_damaged, ..DatabaseRows::default() };
    for row in table.rows().take(MOST_ROWS) {
        found.is_damaged |= row.state == RowState::Salvaged || !row.is_whole();
        let (domain, path, id) = (row.get("domain"), row.get("relativePath"), row.get("fileID"));
        let (Some(domain), Some(path)) = (domain.text(), path.text()) else {
            found.without_path += 1;
            continue;
        };
        let blob = row.get("file");
        let said = blob.blob().and_then(MbFile::parse);
        let by_flags = kind_of_flags(row.get("flags").integer());
        let id = id.text().map(str::to_ascii_lowercase).filter(|id| is_id(id));
        found.rows.push(Row {
            id: id.unwrap_or_else(|| id_of(domain.as_bytes(), path.as_bytes())),
            domain: domain.to_owned(),
            path: path.to_owned(),
            is_unclear: said.is_none(),
            kind: said.as_ref().and_then(|said| said.kind.clone()).unwrap_or(by_flags),
            size: said.as_ref().and_then(|said| said.size),
            modified: said.as_ref().and_then(|said| said.modified),
            born: said.as_ref().and_then(|said| said.born),
            key: said.and_then(|said| said.key),
        });
    }
    Ok(found)
}

/// The table of files: by its name, or where that is lost by its columns.
fn files<'d>(database: &'d Database<'_>) -> Option<Table<'d>> {
    let fits = |table: &Table<'_>| {
        ["fileID", "domain", "relativePath"].iter().all(|column| table.has(column))
    };
    let mut others = database.tables().filter_map(|name| database.table(name));
    database.table("Files").filter(fits).or_else(|| others.find(fits))
}

fn kind_of_flags(flags: Option<i64>) -> RowKind {
    match flags {
        Some(1) => RowKind::File,
        Some(2) => RowKind::Folder,
        Some(4) => RowKind::Link(String::new()),
        _ => RowKind::Other,
    }
}
