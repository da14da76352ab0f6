//! A name of a file: the attribute, which is also the key of a folder's index.

use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::record::Reference;
use crate::volumes::fields;

/// A name that a file has in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileName {
    /// The folder.
    pub(crate) parent: Reference,
    /// The name itself.
    pub(crate) text: String,
    /// Whether it is only there for programs that know no other than 8.3 names.
    pub(crate) dos: bool,
    /// When the file was last modified, as of the last change of the name.
    pub(crate) modified: u64,
    /// The size of the file, as of the last change of the name.
    pub(crate) size: u64,
    /// Whether it names a folder.
    pub(crate) folder: bool,
    /// Bytes that it takes.
    pub(crate) len: usize,
}

/// The attribute as it lies there, before the text.
///
/// Source: linux-ntfs, "NTFS Documentation", attribute $FILE_NAME.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct FileNameHeader {
    parent: U64,
    _created: U64,
    modified: U64,
    _record_changed: U64,
    _accessed: U64,
    _allocated: U64,
    size: U64,
    flags: U32,
    _reparse: U32,
    units: u8,
    namespace: u8,
}

/// The namespace of 8.3 names that stand beside a longer one.
const DOS: u8 = 2;

/// The attribute flag of a folder in a name: a copy of the record's.
const FOLDER: u32 = 0x1000_0000;

impl FileName {
    /// What stands for the name of a file of which all names are lost.
    pub(crate) fn unknown() -> Self {
        let (parent, text) = (Reference(0), "_".into());
        FileName { parent, text, dos: false, modified: 0, size: 0, folder: false, len: 0 }
    }

    /// The name that `bytes` begin with.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let header: &FileNameHeader = fields::structure(bytes)?;
        let len = size_of::<FileNameHeader>() + 2 * usize::from(header.units);
        let text = bytes.get(size_of::<FileNameHeader>()..len)?;
        (header.units > 0 && header.namespace <= 3).then(|| FileName {
            parent: Reference(header.parent.get()),
            text: fields::utf16(text),
            dos: header.namespace == DOS,
            modified: header.modified.get(),
            size: header.size.get(),
            folder: header.flags & FOLDER != 0,
            len,
        })
    }
}
