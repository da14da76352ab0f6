//! A file of the phone, by the word of the manifest.

use data_encoding::HEXLOWER;
use sha1::{Digest, Sha1};

use crate::model::Moment;

/// Letters of the name under which a backup stores a file.
const ID_LEN: usize = 40;

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// A file with content.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, and where it points.
    Link(String),
    /// Something without content or path.
    Other,
}

/// A file of the phone, by the word of the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The name under which its content is stored: SHA-1 in lower-case hex.
    pub id: String,
    /// Its domain, such as `CameraRollDomain`. Hostile.
    pub domain: String,
    /// Its path in the domain. Hostile.
    pub path: String,
    /// What it is.
    pub kind: RowKind,
    /// Its length in bytes.
    pub size: Option<u64>,
    /// When it was last modified.
    pub modified: Option<Moment>,
    /// When it was made.
    pub born: Option<Moment>,
    /// Its wrapped key, in an encrypted backup.
    pub key: Option<Vec<u8>>,
    /// Whether what is said of it beside its path could not be read.
    pub is_unclear: bool,
}

/// SHA-1 of `DOMAIN-PATH`, by which a backup calls a file.
pub fn digest_of(domain: &[u8], path: &[u8]) -> [u8; 20] {
    Sha1::new().chain_update(domain).chain_update(b"-").chain_update(path).finalize().into()
}

/// The name under which a backup stores a file: that digest in lower-case hex.
pub fn id_of(domain: &[u8], path: &[u8]) -> String {
    HEXLOWER.encode(&digest_of(domain, path))
}

/// Whether a file's name is one under which a backup stores its files.
pub fn is_id(name: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    name.len() == ID_LEN && name.bytes().all(is_hex)
}

/// What the mode of a file says that it is.
///
/// Source: POSIX, `sys/stat.h`; the top four bits of a mode.
pub(super) fn kind_of_mode(mode: u64, target: Option<&str>) -> RowKind {
    match (mode >> 12) & 0xF {
        0x8 => RowKind::File,
        0x4 => RowKind::Folder,
        0xA => RowKind::Link(target.unwrap_or_default().to_owned()),
        _ => RowKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_the_digest_of_its_path() {
        let known = [
            (
                "CameraRollDomain",
                "Media/PhotoData/Photos.sqlite",
                "12b144c0bd44f2b3dffd9186d3f9c05b917cee25",
            ),
            ("HomeDomain", "Library/SMS/sms.db", "3d0d7e5fb2ce288813306e4d4636395e047a3d28"),
        ];
        for (domain, path, id) in known {
            assert_eq!(id_of(domain.as_bytes(), path.as_bytes()), id);
            assert!(is_id(id) && !is_id(&id[1..]) && !is_id(&id.to_uppercase()));
        }
        assert!(!is_id("Manifest.db") && !is_id(""));
    }

    #[test]
    fn a_mode_tells_what_a_file_is() {
        assert_eq!(kind_of_mode(0o100_644, None), RowKind::File);
        assert_eq!(kind_of_mode(0o040_755, None), RowKind::Folder);
        assert_eq!(kind_of_mode(0o120_755, Some("../x")), RowKind::Link("../x".to_owned()));
        assert_eq!(kind_of_mode(0, None), RowKind::Other);
    }
}
