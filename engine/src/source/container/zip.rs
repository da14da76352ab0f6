//! Zip archives in which there is one disk image: stored or deflated.
//!
//! Source: PKWARE, APPNOTE.TXT 6.3.10.

use afterimage_signatures::verdict::Span;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush};

use super::files::Files;
use super::flat::Flat;
use super::gzip::{Index, Wrapping};
use super::member::{self, HEAD};
use super::opening::{Opened, Opening};
use super::places::SECTOR;
use super::recent::Recent;
use super::refusal::Refusal;
use super::stream::{StreamDisk, StreamIndex};
use crate::source::definition::Source;
use crate::source::disk_len::LEAST_DISK;
use crate::source::packed::{NoZipRows, ZipRow, begins_zip, first_in_zip, zip_rows};

pub(super) const WHAT: &str = "a zip archive with a disk image in it";

/// How members are packed that are read.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Members of an archive that is looked through: what has more holds files.
const MOST_MEMBERS: usize = 10_000;

/// Members that are looked at themselves, and not at their names alone: each costs a jump in the archive.
const MOST_HEADS: usize = 32;

/// Packed bytes that are looked at for the first ones of a file.
const MOST_PACKED: u64 = 16 << 10;

/// What is said of an archive without its end.
const CUT: &str = "it is damaged or cut short";

static RECENT: Recent<Index> = Recent::new();

/// Whether a file is an archive in which there is one disk image.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    disk(&opening.files).is_some()
}

/// Finds the disk.
pub(super) fn open(opening: Opening<'_>) -> Result<Opened, Refusal> {
    let (row, is_cut) = disk(&opening.files).ok_or_else(|| Refusal::damaged("directory"))?;
    let name = &row.name;
    if row.is_encrypted {
        return Err(Refusal::new(format!("and that, {name}, is encrypted with a password")));
    }
    let at = opening.files.get(0).and_then(|source| match is_cut {
        true => row.start(source),
        false => row.data_at(source),
    });
    let at = at.ok_or_else(|| Refusal::damaged(&format!("header of {name}")))?;
    match row.method {
        STORED => {
            let part = Span { at, len: row.len.min(row.packed_len) };
            let fault = (is_cut && part.end() > opening.len()).then_some(CUT);
            Ok(Opened::whole(Flat::part(WHAT, opening.files, part).with_fault(fault)))
        }
        DEFLATED => {
            let wrapping = Wrapping::Bare { checksum: row.checksum, len: row.len };
            let index = RECENT.get_or_make(&opening, || {
                Index::build(&opening.files, at, wrapping, opening.stop)
            })?;
            if index.len() == 0 {
                return Err(Refusal::nothing_left(format!(
                    "and nothing comes out of that, {name}"
                )));
            }
            // What was to come out of the rest is lost.
            let len = if is_cut { row.len.max(index.len()) } else { index.len() };
            Ok(Opened::whole(StreamDisk { files: opening.files, index, len, name: WHAT }))
        }
        method => Err(Refusal::new(format!(
            "and that, {name}, is packed by a method that is not read ({method})"
        ))),
    }
}

/// The one disk image in an archive, and whether that was cut short.
fn disk(files: &Files) -> Option<(ZipRow, bool)> {
    let source = files.get(0).filter(|source| begins_zip(*source))?;
    match zip_rows(source) {
        Ok(rows) => one_disk(source, rows).map(|row| (row, false)),
        Err(NoZipRows::Damaged) => cut_disk(source).map(|row| (row, true)),
        Err(NoZipRows::TooLong) => None,
    }
}

/// The disk image that an archive without a directory begins with, where nothing else is in it: it is as long as the archive
/// or longer, or only what is left of the directory follows.
fn cut_disk(source: &dyn Source) -> Option<ZipRow> {
    let row = first_in_zip(source).filter(|row| !row.is_encrypted && row.len <= i64::MAX as u64)?;
    let end = row.start(source)?.checked_add(row.packed_len)?;
    let mut next = [0; 4];
    let is_alone = source.len().saturating_sub(end) < next.len() as u64 || {
        source.read_at(end, &mut next);
        next == *b"PK\x01\x02"
    };
    // Of a length that is not told the rest of the archive says that it is long.
    let len = if row.len > 0 { row.len } else { row.packed_len / SECTOR * SECTOR };
    let is_disk = || member::is_disk(&head(source, &row)?, len).then_some(());
    let is_one = member::is_called_so(&row.name, len) || is_disk().is_some();
    (is_alone && is_one && matches!(row.method, STORED | DEFLATED)).then_some(row)
}

fn one_disk(source: &dyn Source, rows: Vec<ZipRow>) -> Option<ZipRow> {
    if rows.len() > MOST_MEMBERS {
        return None;
    }
    let looks = rows.iter().filter(|row| row.len >= LEAST_DISK).count() <= MOST_HEADS;
    let is_disk = |row: &ZipRow| {
        let begins_so = || head(source, row).is_some_and(|head| member::is_disk(&head, row.len));
        member::is_called_so(&row.name, row.len) || looks && row.len >= LEAST_DISK && begins_so()
    };
    let mut disks = rows.into_iter().filter(is_disk);
    let disk = disks.next()?;
    disks.next().is_none().then_some(disk)
}

/// The first bytes of a file in an archive, where they can be read.
fn head(source: &dyn Source, row: &ZipRow) -> Option<Vec<u8>> {
    if row.is_encrypted || !matches!(row.method, STORED | DEFLATED) {
        return None;
    }
    let at = row.start(source)?;
    let mut packed = vec![0; row.packed_len.min(MOST_PACKED) as usize];
    source.read_at(at, &mut packed);
    if row.method == STORED {
        packed.truncate(HEAD);
        return Some(packed);
    }
    let (mut state, mut head) = (InflateState::new_boxed(DataFormat::Raw), vec![0; HEAD]);
    let made = inflate(&mut state, &packed, &mut head, MZFlush::None).bytes_written;
    head.truncate(made);
    Some(head)
}
