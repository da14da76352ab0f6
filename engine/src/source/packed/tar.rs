//! Tar archives: files one after the other, as they are.

use super::bytes::read;
use super::form::Packed;
use super::unpack::Unpack::{self, Archive};
use crate::source::definition::Source;

/// Bytes of a header.
const HEADER: usize = 512;

/// Where its checksum stands, which counts as blanks in itself.
const CHECKSUM: std::ops::Range<usize> = 148..156;

pub(in crate::source) const UNTAR: Unpack = Archive("mkdir OUT && tar -xf IN -C OUT");

/// A tar archive in which there is not one disk image, by the checksum of its first header.
pub(super) fn recognise(source: &dyn Source) -> Option<Packed> {
    read(source, 0, HEADER).filter(|header| is_header(header))?;
    Some(Packed {
        what: "a tar archive".to_owned(),
        is_scannable: true,
        advice: format!(
            "photos in it are found as they lie, and disk images in it are searched without their file systems; {}",
            UNTAR.advice(source.path())
        ),
    })
}

/// Whether bytes are the header of a member.
///
/// Source: POSIX.1-2017, pax, "ustar Interchange Format".
pub(in crate::source) fn is_header(header: &[u8]) -> bool {
    let Some(said) = header.get(CHECKSUM).and_then(number) else { return false };
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    let own = sum(&header[CHECKSUM]);
    header.len() == HEADER && header[0] != 0 && said == sum(header) - own + 8 * u64::from(b' ')
}

/// A number: octal digits with blanks and zero bytes around them, or, where that is too short, bytes of a large one.
pub(in crate::source) fn number(field: &[u8]) -> Option<u64> {
    if let [0x80, rest @ ..] = field {
        let (high, low) = rest.split_last_chunk::<8>()?;
        return high.iter().all(|byte| *byte == 0).then(|| u64::from_be_bytes(*low));
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    u64::from_str_radix(text, 8).ok()
}
