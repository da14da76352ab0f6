//! What stands at a name in a folder.

use super::file_id::FileId;

/// What stands at a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A regular file.
    File(FileId),
    /// A link, a pipe, a socket or a device, in words.
    Other(&'static str),
}

/// For what a regular file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// For reading.
    Read,
    /// For writing to it.
    Write,
    /// For both.
    Both,
}
