//! Zip archives, AFF4 images among them: files that are stored can be found as they are, compressed ones
//! cannot.

use super::bytes::{read, starts};
use super::form::{Packed, refused};
use super::unpack::Unpack::Archive;
use crate::source::definition::Source;

/// Bytes of the last record without its comment, and of a row of the directory without its names.
const END: usize = 22;
const ROW: usize = 46;

/// The longest comment.
const MOST_COMMENT: u64 = u16::MAX as u64;

/// Bytes of a directory that are read; a million files have less.
const MOST_DIRECTORY: u64 = 64 << 20;

/// What the directory of an archive comes to.
#[derive(Default)]
struct Files {
    stored: u64,
    compressed: u64,
    is_aff4: bool,
}

/// A zip archive. Source: PKWARE, APPNOTE.TXT 6.3.10.
pub(super) fn recognise(source: &dyn Source) -> Option<Packed> {
    let magics: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04"];
    magics.into_iter().find(|magic| starts(source, 0, magic))?;
    let unpack = Archive("unzip IN -d OUT").advice(source.path());
    let scannable = |what: String| Packed { what, is_scannable: true, advice: unpack.clone() };
    let Some(files) = directory(source).and_then(|rows| Files::of(&rows)) else {
        return Some(scannable(
            "a zip archive whose directory is missing or damaged; what it holds compressed cannot be \
             found"
                .to_owned(),
        ));
    };
    let all = files.stored + files.compressed;
    Some(match files {
        Files { is_aff4: true, .. } => refused(
            "an AFF4 image",
            "make a raw image of it, with FTK Imager or xmount for example, and scan that"
                .to_owned(),
        ),
        Files { stored: 0, .. } => {
            refused("a zip archive, and all that it holds is compressed", unpack)
        }
        Files { compressed: 0, .. } => {
            scannable("a zip archive that holds its files as they are".to_owned())
        }
        Files { compressed, .. } => scannable(format!(
            "a zip archive, and {compressed} of its {all} files are compressed and cannot be found"
        )),
    })
}

/// The rows of the central directory, which the record at the end points at.
fn directory(source: &dyn Source) -> Option<Vec<u8>> {
    let len = source.len().min(MOST_COMMENT + END as u64);
    let from = source.len() - len;
    let tail = read(source, from, len as usize)?;
    let at = tail.windows(END).rposition(|bytes| bytes.starts_with(b"PK\x05\x06"))?;
    let (mut size, mut start) =
        (u64::from(u32_at(&tail, at + 12)?), u64::from(u32_at(&tail, at + 16)?));
    if [size, start].contains(&u64::from(u32::MAX)) {
        let locator = read(source, (from + at as u64).checked_sub(20)?, 20)?;
        let end =
            read(source, u64_at(&locator, 8).filter(|_| locator.starts_with(b"PK\x06\x07"))?, 56)?;
        (size, start) = (u64_at(&end, 40)?, u64_at(&end, 48)?);
    }
    let size = usize::try_from(size.min(MOST_DIRECTORY)).ok()?;
    read(source, start, size).filter(|rows| size == 0 || rows.starts_with(b"PK\x01\x02"))
}

impl Files {
    /// Counts the files in the rows of a directory; nothing where they are damaged.
    fn of(mut rows: &[u8]) -> Option<Self> {
        let mut files = Files::default();
        while rows.starts_with(b"PK\x01\x02") && rows.len() >= ROW {
            let [flags, method, name, extra, comment] =
                [8, 10, 28, 30, 32].map(|at| u16::from_le_bytes([rows[at], rows[at + 1]]));
            let size = u32_at(rows, 20)?;
            let [name, extra, comment] = [name, extra, comment].map(usize::from);
            let path = rows.get(ROW..ROW + name)?;
            files.is_aff4 |= path == b"container.description" || path == b"information.turtle";
            let is_stored = method == 0 && flags & 1 == 0;
            if size > 0 && !path.ends_with(b"/") {
                *(if is_stored { &mut files.stored } else { &mut files.compressed }) += 1;
            }
            rows = rows.get(ROW + name + extra + comment..)?;
        }
        Some(files)
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
