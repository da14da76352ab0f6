//! LUKS 1 and 2: a header in front, and of LUKS 2 a second one after it.

use super::header::EncryptedHeader;
use crate::volumes::fields::{array, be16, be64};

/// What a header says.
pub(super) fn header(sector: &[u8]) -> Option<EncryptedHeader> {
    let kind = match (array(sector, 0)?, be16(sector, 6)?) {
        ([b'L', b'U', b'K', b'S', 0xba, 0xbe], 1) => "luks1",
        ([b'L', b'U', b'K', b'S', 0xba, 0xbe], 2) => "luks2",
        _ => return None,
    };
    let label = if kind == "luks2" { label(sector) } else { None };
    Some(EncryptedHeader { kind, encrypted: "encrypted by LUKS", label, len: None })
}

/// Where the volume began that the second header at `at` belongs to.
pub(super) fn of_copy(sector: &[u8], at: u64) -> Option<(u64, EncryptedHeader)> {
    let is = array(sector, 0)? == *b"SKUL\xba\xbe" && be16(sector, 6)? == 2;
    let start = at.checked_sub(be64(sector, 256)?)?;
    if !is || start == at {
        return None;
    }
    let header = EncryptedHeader {
        kind: "luks2",
        encrypted: "encrypted by LUKS",
        label: label(sector),
        len: None,
    };
    Some((start, header))
}

fn label(sector: &[u8]) -> Option<String> {
    let name = array::<48>(sector, 24)?;
    let len = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
    (len > 0).then(|| String::from_utf8_lossy(&name[..len]).into_owned())
}
