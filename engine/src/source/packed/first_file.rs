//! Raw images whose first sector happens to hold a compressed file or an archive, told from files that are compressed
//! as a whole: the latter show no photo to anybody, and the former may show all of theirs.

use std::ffi::OsStr;

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush};

use super::bytes::read;
use crate::source::definition::Source;

/// A raw image is whole sectors; of compressed files, one in 512 is.
const SECTOR: u64 = 512;

/// Bytes that are unpacked to see whether they are the start of a disk: up to the superblock of Btrfs, which lies
/// furthest in.
const HEAD: usize = 72 << 10;

/// Packed bytes that are read for those: more than any stream takes for them.
const MOST_PACKED: u64 = 256 << 10;

/// What stands at the start of a disk or an archive of files, and where: the ends of boot sectors, superblocks of ext,
/// HFS+, APFS, XFS, F2FS and Btrfs, the map of an Apple disk, the descriptor of a CD, the header of a tar archive.
const OF_DISKS: [(usize, &[u8]); 11] = [
    (510, b"\x55\xaa"),
    (1080, b"\x53\xef"),
    (1024, b"H+"),
    (1024, b"HX"),
    (32, b"NXSB"),
    (0, b"XFSB"),
    (1024, b"\x10\x20\xf5\xf2"),
    (0x1_0040, b"_BHRfS_M"),
    (0, b"ER\x02\x00"),
    (0x8001, b"CD001"),
    (257, b"ustar"),
];

/// Whether a source is a raw image that begins with a compressed file. Such files are called by one of the
/// `extensions`; where there are none, nothing that begins so is taken for a raw image.
pub(super) fn begins_raw_image(source: &dyn Source, extensions: &[&str]) -> bool {
    let extension = source.path().extension().and_then(OsStr::to_str).unwrap_or_default();
    let is_called_so = extensions.iter().any(|one| one.eq_ignore_ascii_case(extension));
    let is_candidate = !extensions.is_empty() && !is_called_so;
    is_candidate && source.len().is_multiple_of(SECTOR) && !holds_disk(source)
}

/// Whether a disk comes out of a gzip file.
fn holds_disk(source: &dyn Source) -> bool {
    let Some(head) = unpacked(source) else { return false };
    // What is over so soon is no disk.
    let is_long = head.len() == HEAD;
    let is_blank = head[..head.len().min(SECTOR as usize)].iter().all(|byte| *byte == 0);
    let is_of_disk =
        |(at, magic): &(usize, &[u8])| head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    is_long && (is_blank || OF_DISKS.iter().any(is_of_disk))
}

/// The first [`HEAD`] bytes that a gzip file holds, or as many as come out; nothing of another file.
fn unpacked(source: &dyn Source) -> Option<Vec<u8>> {
    let packed = read(source, 0, source.len().min(MOST_PACKED) as usize)?;
    let data = deflated(&packed)?;
    let (mut state, mut head) = (InflateState::new_boxed(DataFormat::Raw), vec![0; HEAD]);
    let (mut taken, mut made) = (0, 0);
    while made < HEAD {
        let step = inflate(&mut state, &data[taken..], &mut head[made..], MZFlush::None);
        (taken, made) = (taken + step.bytes_consumed, made + step.bytes_written);
        let is_over = step.bytes_consumed == 0 && step.bytes_written == 0;
        if step.status.is_err() || is_over {
            break;
        }
    }
    head.truncate(made);
    Some(head)
}

/// What stands after the header of a gzip file. Source: RFC 1952, 2.3 "Member format".
fn deflated(packed: &[u8]) -> Option<&[u8]> {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const CHECKSUM: u8 = 2;
    let (fixed, mut rest) = packed.split_at_checked(10)?;
    let flags = *fixed.strip_prefix(b"\x1f\x8b\x08")?.first()?;
    if flags & EXTRA != 0 {
        let (len, after) = rest.split_first_chunk()?;
        rest = after.get(usize::from(u16::from_le_bytes(*len))..)?;
    }
    for _ in [NAME, COMMENT].into_iter().filter(|text| flags & text != 0) {
        let end = rest.iter().position(|byte| *byte == 0)?;
        rest = &rest[end + 1..];
    }
    if flags & CHECKSUM != 0 { rest.get(2..) } else { Some(rest) }
}
