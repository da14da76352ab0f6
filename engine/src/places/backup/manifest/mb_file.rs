//! What `Manifest.db` says of a file beside its path: an `MBFile`, as `NSKeyedArchiver` wrote it.

use super::row::{RowKind, kind_of_mode};
use crate::model::Moment;
use crate::places::property_list::{Archive, PropertyList};

/// What an `MBFile` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MbFile {
    pub path: Option<String>,
    /// By its mode; nothing where it has none.
    pub kind: Option<RowKind>,
    pub size: Option<u64>,
    pub modified: Option<Moment>,
    pub born: Option<Moment>,
    pub key: Option<Vec<u8>>,
}

impl MbFile {
    /// Reads one; nothing where the bytes are none: iOS 10.0 and 10.1 encrypt them in a way that nobody has told.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let list = PropertyList::parse(bytes).ok()?;
        let root = Archive::of(&list)?.root()?;
        let number = |name| root.get(name).and_then(|value| value.value.unsigned());
        let moment = |name| {
            let seconds = root.get(name)?.integer()?;
            Moment::utc(seconds, 0)
        };
        let target = root.get("Target").and_then(|value| value.text());
        Some(MbFile {
            path: root.get("RelativePath").and_then(|path| path.text()).map(str::to_owned),
            kind: number("Mode").map(|mode| kind_of_mode(mode, target)),
            size: number("Size"),
            modified: moment("LastModified"),
            born: moment("Birth"),
            key: root.get("EncryptionKey").and_then(|key| key.data()).map(<[u8]>::to_vec),
        })
    }
}
