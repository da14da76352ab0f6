//! A name of a file: the attribute, which is also the key of a folder's index.

use super::record::Reference;
use crate::volumes::fields;

/// A name that a file has in a folder.
///
/// Source: linux-ntfs, "NTFS Documentation", attribute $FILE_NAME.
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
        let (units, space) = (usize::from(*bytes.get(64)?), *bytes.get(65)?);
        let len = 66 + 2 * units;
        let text = bytes.get(66..len)?;
        (units > 0 && space <= 3).then_some(FileName {
            parent: Reference(fields::le64(bytes, 0)?),
            text: fields::utf16(text),
            dos: space == DOS,
            modified: fields::le64(bytes, 16)?,
            size: fields::le64(bytes, 48)?,
            folder: fields::le32(bytes, 56)? & FOLDER != 0,
            len,
        })
    }
}
