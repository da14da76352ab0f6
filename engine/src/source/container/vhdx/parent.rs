//! The disk that a differencing one was made of.

use super::guid::parse;
use super::metadata::Metadata;
use crate::source::container::beside::beside;
use crate::source::container::files::{u16_le, u32_le};
use crate::source::container::names::utf16;
use crate::source::container::opening::{Opening, Parent};
use crate::source::container::refusal::Refusal;

/// Bytes of the list of names at the most.
const MOST_LIST: u64 = 256 << 10;

/// Bytes of its head, and of a row.
const HEAD: usize = 20;
const ROW: usize = 12;

/// Names of the parent, in the order in which they are tried.
const PATHS: [&str; 3] = ["relative_path", "absolute_win32_path", "volume_path"];

/// What the parent is known by.
const LINKAGE: &str = "parent_linkage";

/// Finds the parent by the first of its names that leads to a file.
pub(super) fn find(opening: &Opening<'_>, metadata: &Metadata) -> Result<Parent, Refusal> {
    let names = names(opening, metadata).unwrap_or_default();
    let value =
        |key: &str| names.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
    let paths: Vec<&str> = PATHS.into_iter().filter_map(value).collect();
    let found = paths.iter().find_map(|name| beside(opening.path(), name));
    let path = found.ok_or_else(|| {
        let name = paths.first().copied().unwrap_or("without a name");
        Refusal::with(
            format!("which holds what changed since another VHDX was made, and that parent, {name}, is missing"),
            "put the parent into the folder of the image, under the same name",
        )
    })?;
    Ok(Parent { path, is_raw: false, identity: value(LINKAGE).and_then(parse) })
}

/// Keys and values of the list.
fn names(opening: &Opening<'_>, metadata: &Metadata) -> Option<Vec<(String, String)>> {
    let span = metadata.locator?;
    let list = opening.read(span.at, span.len.min(MOST_LIST))?;
    let count = usize::from(u16_le(&list, 18)?);
    let text = |at: u32, len: u16| {
        let bytes = list.get(at as usize..)?.get(..usize::from(len))?;
        utf16(bytes, u16::from_le_bytes)
    };
    let rows = list.get(HEAD..)?.as_chunks::<ROW>().0.iter().take(count);
    let pairs = rows.filter_map(|row| {
        let key = text(u32_le(row, 0)?, u16_le(row, 8)?)?;
        Some((key, text(u32_le(row, 4)?, u16_le(row, 10)?)?))
    });
    Some(pairs.collect())
}
