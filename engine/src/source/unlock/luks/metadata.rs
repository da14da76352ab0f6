//! What the header of either version comes to.

use std::collections::BTreeSet;

use super::slot::Slot;

/// The longest volume key, in bytes: two keys of AES-256, and one for authentication.
pub(super) const MOST_KEY_LEN: usize = 128;

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    /// Key slots, by their numbers.
    pub(super) slots: Vec<Slot>,
    /// Numbers of slots that could not be made sense of.
    pub(super) unread: BTreeSet<u32>,
    pub(super) segment: Segment,
}

/// Where the payload lies, and how it is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// In bytes from the volume's first.
    pub(super) at: u64,
    /// To the end of the volume without one.
    pub(super) len: Option<u64>,
    /// The number of its first sector.
    pub(super) first: u64,
    pub(super) cipher: String,
    /// Bytes that are decrypted at once.
    pub(super) sector: u32,
}

/// The text in a field, up to its first zero.
pub(super) fn text(field: &[u8]) -> String {
    let len = field.iter().position(|&byte| byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..len]).into_owned()
}
