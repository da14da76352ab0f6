//! The entries that metadata are made of: each has a size, a type, a type of its value, and perhaps entries inside.

use crate::source::unlock::fault::LockedWhy;

/// Bytes before the data of an entry.
const HEADER: usize = 8;

/// Entries of one list that are read.
const MOST_ENTRIES: usize = 256;

/// What an entry is for.
pub(super) mod purpose {
    pub(crate) const VOLUME_MASTER_KEY: u16 = 2;
    pub(crate) const FULL_VOLUME_KEY: u16 = 3;
    pub(crate) const STARTUP_KEY: u16 = 6;
    pub(crate) const VOLUME_HEADER: u16 = 0xf;
}

/// What the value of an entry is.
pub(super) mod value {
    pub(crate) const KEY: u16 = 1;
    pub(crate) const STRETCH: u16 = 3;
    pub(crate) const SEALED: u16 = 5;
    pub(crate) const MASTER_KEY: u16 = 8;
    pub(crate) const EXTERNAL_KEY: u16 = 9;
    pub(crate) const OFFSET_AND_SIZE: u16 = 0xf;
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<'b> {
    pub(super) purpose: u16,
    pub(super) value: u16,
    pub(super) data: &'b [u8],
}

/// The entries that stand one after the other.
///
/// # Errors
///
/// When one is shorter than its header, or longer than what is left.
pub(super) fn entries(bytes: &[u8]) -> Result<Vec<Entry<'_>>, LockedWhy> {
    let (mut rest, mut found) = (bytes, Vec::new());
    while rest.len() >= HEADER && found.len() < MOST_ENTRIES {
        let size = usize::from(u16_at(rest, 0));
        if size == 0 {
            break;
        }
        let all = rest.get(..size).filter(|all| all.len() >= HEADER);
        let all =
            all.ok_or(LockedWhy::Damaged("an entry of its metadata has an impossible size"))?;
        found.push(Entry { purpose: u16_at(all, 2), value: u16_at(all, 4), data: &all[HEADER..] });
        rest = &rest[size..];
    }
    Ok(found)
}

/// The data of the first entry of such a value.
pub(super) fn first<'b>(entries: &[Entry<'b>], value: u16) -> Option<&'b [u8]> {
    entries.iter().find(|entry| entry.value == value).map(|entry| entry.data)
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let field = bytes.get(at..at + 2).and_then(|field| field.try_into().ok());
    u16::from_le_bytes(field.unwrap_or_default())
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let field = bytes.get(at..at + 4).and_then(|field| field.try_into().ok());
    u32::from_le_bytes(field.unwrap_or_default())
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let field = bytes.get(at..at + 8).and_then(|field| field.try_into().ok());
    u64::from_le_bytes(field.unwrap_or_default())
}
