//! The lists of files of a backup.

use rusqlite::{Connection, MAIN_DB, params};

use super::metadata::{Archived, binary, mb_file};
use super::{Content, PhoneFile};

/// A file with its wrapped key.
type Row<'f> = (&'f PhoneFile, Option<Vec<u8>>);

/// `Manifest.db`.
pub(super) fn database(rows: &[Row<'_>]) -> Vec<u8> {
    let made = || -> rusqlite::Result<Vec<u8>> {
        let mut connection = Connection::open_in_memory()?;
        connection.execute_batch(
            "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
             CREATE INDEX FilesDomainIdx ON Files(domain);
             CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
             CREATE INDEX FilesFlagsIdx ON Files(flags);
             CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);",
        )?;
        let transaction = connection.transaction()?;
        for (number, (file, key)) in rows.iter().enumerate() {
            let mut insert =
                transaction.prepare_cached("INSERT INTO Files VALUES (?1, ?2, ?3, ?4, ?5)")?;
            let flags = match file.content {
                Content::File(_) => 1,
                Content::Folder => 2,
                Content::Link(_) => 4,
                Content::Odd => {
                    insert.execute(params![
                        file.id(),
                        None::<&str>,
                        None::<&str>,
                        16,
                        None::<&[u8]>
                    ])?;
                    continue;
                }
            };
            let blob = binary(&mb_file(&archived(file, key.as_deref(), number)));
            insert.execute(params![file.id(), file.domain, file.path, flags, blob])?;
        }
        transaction.execute("INSERT INTO Properties VALUES ('salt', x'00010203')", [])?;
        transaction.commit()?;
        Ok(connection.serialize(MAIN_DB)?.to_vec())
    };
    made().expect("a database in memory takes everything")
}

fn archived<'f>(file: &'f PhoneFile, key: Option<&'f [u8]>, number: usize) -> Archived<'f> {
    Archived {
        path: &file.path,
        target: match &file.content {
            Content::Link(target) => Some(target),
            _ => None,
        },
        mode: mode(&file.content),
        len: file.len(),
        modified: file.modified,
        born: file.born,
        inode: number as u64 + 1000,
        class: if key.is_some() { 3 } else { 0 },
        key,
    }
}

fn mode(content: &Content) -> u16 {
    match content {
        Content::File(_) | Content::Odd => 0o100_644,
        Content::Folder => 0o040_755,
        Content::Link(_) => 0o120_755,
    }
}

/// `Manifest.mbdb`, with a property on every second file.
pub(super) fn mbdb(rows: &[Row<'_>], has_binary_properties: bool) -> Vec<u8> {
    let mut out = b"mbdb\x05\x00".to_vec();
    for (number, (file, key)) in rows.iter().enumerate() {
        let mut text = |value: Option<&[u8]>| match value {
            Some(value) => {
                out.extend_from_slice(&(value.len() as u16).to_be_bytes());
                out.extend_from_slice(value);
            }
            None => out.extend_from_slice(&[0xFF, 0xFF]),
        };
        text(Some(file.domain.as_bytes()));
        text(Some(file.path.as_bytes()));
        match &file.content {
            Content::Link(target) => text(Some(target.as_bytes())),
            _ => text(None),
        }
        text(None);
        text(key.as_deref());
        out.extend_from_slice(&mode(&file.content).to_be_bytes());
        out.extend_from_slice(&0_u32.to_be_bytes());
        out.extend_from_slice(&(number as u32 + 1000).to_be_bytes());
        for value in [501, 501, file.modified as u32, file.modified as u32, file.born as u32] {
            out.extend_from_slice(&value.to_be_bytes());
        }
        out.extend_from_slice(&file.len().to_be_bytes());
        out.push(if key.is_some() { 3 } else { 0 });
        let properties = number % 2;
        out.push(properties as u8);
        if properties == 1 {
            let value = if has_binary_properties { [0xFF, 0x00] } else { *b"de" };
            out.extend_from_slice(&[&[0, 3, b'a', b'b', b'c', 0, 2][..], &value].concat());
        }
    }
    out
}
