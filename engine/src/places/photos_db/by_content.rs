//! Photos in rows whose columns nobody names any more.

use super::asset::Asset;
use crate::places::sqlite::{Row, Value};

/// The photo that a row is of, when its texts show it: a folder of photos followed by the name of a file, and the
/// identity after it. The app keeps its columns in the order of their names within a type, so that this order is the
/// same in every version.
pub(super) fn asset(row: &Row<'_>) -> Option<Asset> {
    let texts: Vec<String> = row.values().filter_map(Value::into_text).collect();
    let at = texts.windows(2).position(|two| is_directory(&two[0]) && is_filename(&two[1]))?;
    let uuid = texts[at..].iter().rfind(|text| is_uuid(text))?;
    Some(Asset {
        key: row.rowid,
        uuid: Some(uuid.clone()),
        directory: texts[at].clone(),
        filename: texts[at + 1].clone(),
        ..Asset::default()
    })
}

/// A folder of the phone, or the first letter of the identity in a library of a Mac.
fn is_directory(text: &str) -> bool {
    text.starts_with("DCIM/")
        || text.starts_with("PhotoData/")
        || text.len() == 1 && text.as_bytes()[0].is_ascii_hexdigit()
}

fn is_filename(text: &str) -> bool {
    let stem = text.rsplit_once('.').filter(|(_, extension)| (2..=5).contains(&extension.len()));
    !text.contains('/') && stem.is_some_and(|(stem, _)| !stem.is_empty())
}

/// Whether a text is an identity: 8, 4, 4, 4 and 12 hex digits.
pub(in crate::places) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
