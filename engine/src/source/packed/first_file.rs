//! Raw images whose first sector happens to hold a compressed file or an archive, told from files that are compressed
//! as a whole: the latter show no photo to anybody, and the former may show all of theirs.

use std::ffi::OsStr;

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush};

use super::bytes::read;
use super::disk::is_start_of_disk;
use crate::source::definition::Source;
use crate::source::disk_len::SECTOR;
use crate::source::gzip_header::GzipHeader;

/// Bytes that are unpacked to see whether they are the start of a disk: up to the superblock of Btrfs, which lies
/// furthest in.
pub const HEAD: usize = 72 << 10;

/// Packed bytes that are read for those: more than any stream takes for them.
const MOST_PACKED: u64 = 256 << 10;

/// Whether a source is a raw image that begins with a compressed file. Such files are called by one of the
/// `extensions`; where there are none, nothing that begins so is taken for a raw image.
pub(in crate::source) fn begins_raw_image(source: &dyn Source, extensions: &[&str]) -> bool {
    let holds_disk = || unpacked(source).is_some_and(|head| is_head_of_disk(&head));
    may_be_raw(source, extensions) && !holds_disk()
}

/// Whether a source may be a raw image by its name and its length.
pub(in crate::source) fn may_be_raw(source: &dyn Source, extensions: &[&str]) -> bool {
    let extension = source.path().extension().and_then(OsStr::to_str).unwrap_or_default();
    let is_called_so = extensions.iter().any(|one| one.eq_ignore_ascii_case(extension));
    let is_candidate = !extensions.is_empty() && !is_called_so;
    // Of compressed files, one in 512 is whole sectors.
    is_candidate && source.len().is_multiple_of(SECTOR)
}

/// Whether a source begins as a disk or a volume does.
pub(crate) fn begins_as_disk(source: &dyn Source) -> bool {
    let mut head = vec![0; source.len().min(HEAD as u64) as usize];
    source.read_at(0, &mut head);
    is_start_of_disk(&head)
}

/// Whether the first [`HEAD`] bytes that come out of a compressed file are those of a disk.
pub(in crate::source) fn is_head_of_disk(head: &[u8]) -> bool {
    // What is over so soon is no disk.
    let is_long = head.len() == HEAD;
    let is_blank = head[..head.len().min(SECTOR as usize)].iter().all(|byte| *byte == 0);
    is_long && (is_blank || is_start_of_disk(head) || is_tar(head))
}

/// Whether an archive of files begins so.
fn is_tar(head: &[u8]) -> bool {
    const MAGIC_AT: usize = 257;
    head.get(MAGIC_AT..).is_some_and(|rest| rest.starts_with(b"ustar"))
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

/// What stands after the header of a gzip file.
fn deflated(packed: &[u8]) -> Option<&[u8]> {
    packed.get(GzipHeader::read(packed)?.len..)
}
