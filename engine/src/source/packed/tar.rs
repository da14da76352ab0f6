//! Tar archives: files one after the other, as they are.

use super::bytes::read;
use super::form::Packed;
use super::shell::free;
use super::unpack::filled;
use crate::source::definition::Source;

/// Bytes of a header.
const HEADER: usize = 512;

/// Where its checksum stands, which counts as blanks in itself.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// A tar archive, by the checksum of its first header. Source: POSIX.1-2017, pax, "ustar Interchange
/// Format".
pub(super) fn recognise(source: &dyn Source) -> Option<Packed> {
    let header = read(source, 0, HEADER).filter(|header| header[0] != 0)?;
    let said = octal(&header[CHECKSUM])?;
    let sum = |byte: u8| u64::from(byte);
    let all: u64 = header.iter().copied().map(sum).sum();
    let own: u64 = header[CHECKSUM].iter().copied().map(sum).sum();
    if said != all - own + 8 * u64::from(b' ') {
        return None;
    }
    let out = free(source.path(), "");
    let command = filled("mkdir OUT && tar -xf IN -C OUT", source.path(), &out);
    Some(Packed {
        what: "a tar archive".to_owned(),
        is_scannable: true,
        advice: format!(
            "photos in it are found as they lie, and a disk image in it is searched without its file \
             systems and their names: to scan that one, unpack it with `{command}`"
        ),
    })
}

/// Octal digits, with blanks and zero bytes around them.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    u64::from_str_radix(text, 8).ok()
}
