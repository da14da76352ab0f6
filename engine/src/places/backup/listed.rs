//! The list of a backup's files, decrypted where need be.

use super::crypto::{ClassKeys, Decrypted, content_length};
use super::location::Location;
use super::manifest::{Row, read_database, read_mbdb};
use super::metadata::{Metadata, inside};
use super::unlock::{StillLocked, unlock};
use crate::places::place::Context;
use crate::places::tree::Tree;

/// Bytes of the longest list of files that is read.
const MOST_MANIFEST: usize = 1 << 30;

/// How a database of SQLite begins.
const SQLITE: &[u8] = b"SQLite format 3";

/// Stored files that are looked at, to tell whether they are encrypted.
const SAMPLES: usize = 64;

/// The files that a backup lists.
#[derive(Debug, Default)]
pub struct Listed {
    /// What it lists; nothing where the list is lost.
    pub rows: Option<Vec<Row>>,
    /// The keys of an encrypted backup.
    pub keys: Option<ClassKeys>,
    /// What is wrong with the list, a clause each.
    pub faults: Vec<String>,
}

/// The files that the backup at `location` lists.
///
/// # Errors
///
/// When it is encrypted and stays so.
pub fn listed(
    tree: &dyn Tree,
    location: &Location,
    metadata: &Metadata,
    context: &Context<'_>,
) -> Result<Listed, StillLocked> {
    let mut listed = Listed::default();
    let mut content = |node: Option<usize>| match tree.content(node?, MOST_MANIFEST) {
        Ok(bytes) => Some(bytes),
        Err(why) => {
            listed.faults.push(format!("its list of files cannot be read: {why}"));
            None
        }
    };
    let database = content(location.database());
    let mbdb = if database.is_none() { content(location.mbdb()) } else { None };
    let is_plain = database.as_ref().is_some_and(|bytes| bytes.starts_with(SQLITE));
    let by_list = mbdb.map(|bytes| read_mbdb(&bytes));
    let has_keys =
        by_list.as_ref().is_some_and(|(rows, _)| rows.iter().any(|row| row.key.is_some()));
    let is_encrypted = match metadata.is_encrypted {
        Some(said) => said || has_keys,
        None => {
            metadata.keybag.is_some()
                || has_keys
                || looks_encrypted(tree, location, database.as_deref())
        }
    };
    if is_encrypted {
        listed.keys = Some(unlock(metadata.keybag.as_deref(), &location.title(tree), context)?);
    }
    if let Some((rows, fault)) = by_list {
        listed.faults.extend(fault.map(|fault| fault.to_string()));
        listed.rows = Some(rows);
        return Ok(listed);
    }
    let Some(mut database) = database else { return Ok(listed) };
    if let (Some(keys), false) = (&listed.keys, is_plain) {
        match decrypted(keys, metadata.manifest_key.as_deref(), &database) {
            Ok(plain) => database = plain,
            Err(why) => {
                listed.faults.push(format!("Manifest.db cannot be decrypted: {why}"));
                return Ok(listed);
            }
        }
    }
    let log = tree.at(&inside(&location.folder, "Manifest.db-wal"));
    let log = log.and_then(|node| tree.content(node, MOST_MANIFEST).ok());
    match read_database(&database, log.as_deref()) {
        Ok(found) => {
            if found.is_damaged {
                listed.faults.push("Manifest.db is damaged; rows on damaged pages are lost".into());
            }
            listed.rows = Some(found.rows);
        }
        Err(_) => listed.faults.push("Manifest.db is damaged beyond reading".to_owned()),
    }
    Ok(listed)
}

/// The whole database, decrypted.
fn decrypted(keys: &ClassKeys, key: Option<&[u8]>, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let key = key.ok_or("its key is lost (ManifestKey in Manifest.plist)")?;
    let key = keys.file_key(key).map_err(|fault| fault.to_string())?;
    let len = content_length(Box::new(bytes), &key, None).len;
    let plain = Decrypted::new(Box::new(bytes), &key, len);
    let mut out = vec![0; usize::try_from(len).map_err(|_| "it is too long")?];
    afterimage_signatures::Bytes::read_at(&plain, 0, &mut out);
    Ok(out)
}

/// Whether a backup that says nothing of it is encrypted, by what it holds: a database that is none, or files that
/// are all whole blocks and begin like nothing that a phone has.
fn looks_encrypted(tree: &dyn Tree, location: &Location, database: Option<&[u8]>) -> bool {
    if let Some(database) = database {
        return !database.starts_with(&SQLITE[..6])
            && database.len().is_multiple_of(16)
            && samples_look_encrypted(tree, location);
    }
    samples_look_encrypted(tree, location)
}

fn samples_look_encrypted(tree: &dyn Tree, location: &Location) -> bool {
    let nodes = tree.nodes();
    let filled = location.blobs.iter().map(|(_, node)| *node).filter(|node| nodes[*node].len > 0);
    let mut looked_at = 0;
    for node in filled.take(SAMPLES) {
        let mut first = [0; 16];
        let is_whole = nodes[node].len.is_multiple_of(16);
        if !is_whole {
            return false;
        }
        let Ok(bytes) = tree.open(node) else { continue };
        bytes.read_at(0, &mut first);
        if is_known_beginning(&first) {
            return false;
        }
        looked_at += 1;
    }
    looked_at > 0
}

/// Whether a file begins as those do that every phone has many of.
fn is_known_beginning(first: &[u8; 16]) -> bool {
    const BEGINNINGS: [&[u8]; 10] = [
        b"bplist",
        b"<?xml",
        b"SQLite",
        b"\xFF\xD8\xFF",
        b"\x89PNG",
        b"PK\x03\x04",
        b"{",
        b"GIF8",
        b"RIFF",
        b"%PDF",
    ];
    let is_text = first.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    let is_zeros = first.iter().all(|byte| *byte == 0);
    let is_box = &first[4..8] == b"ftyp";
    is_text || is_zeros || is_box || BEGINNINGS.iter().any(|one| first.starts_with(one))
}
