//! The sections of the files, one after the other: what they say of the disk, and where its chunks are told.

use afterimage_signatures::verdict::Span;

use super::segments::{self, HEADER};
use super::table::{self, Table};
use crate::model::SpanSet;
use crate::source::container::beside::may_be_there;
use crate::source::container::chunks;
use crate::source::container::files::{Files, u32_le, u64_le};
use crate::source::container::opening::Opening;
use crate::source::container::piece::MOST_PACKED;
use crate::source::container::refusal::Refusal;
use crate::source::container::unpack::adler32;
use crate::source::container::unread::{UnreadList, UnreadRows};

/// Bytes before the data of a section.
const DESCRIPTOR: u64 = 76;

/// Bytes of it that its checksum covers.
const COVERED: u64 = 72;

/// Sections of all files together, at the most: one file has some hundreds.
const MOST_SECTIONS: u32 = 4_000_000;

/// Files at the most: there are no more names.
const MOST_SEGMENTS: u32 = 14_971;

/// Bytes of a description of the disk, and of that of SMART.
const VOLUME: u64 = 1052;
const SMART: u64 = 94;

/// Sectors of a disk.
const SECTORS: std::ops::RangeInclusive<u32> = 128..=65_536;

/// How a list of what could not be read lies in its section.
const UNREAD: UnreadList = UnreadList { head: 520, covered: 516, row: 8 };

/// What the sections say.
pub(super) struct Image {
    /// Bytes of the disk.
    pub(super) len: u64,
    pub(super) sector_size: u32,
    /// Bytes of a chunk.
    pub(super) chunk_len: u64,
    /// In the order of their chunks.
    pub(super) tables: Vec<Table>,
    /// What the program that made the image could not read.
    pub(super) unread: SpanSet,
    /// Whether all lists of that were whole.
    pub(super) knows_unread: bool,
}

/// A section.
pub(super) struct Section {
    /// Where it begins in its file.
    at: u64,
    kind: [u8; 16],
    /// Where the next one begins; its own place in the last one.
    next: u64,
    /// Bytes of it, descriptor and all.
    size: u64,
}

impl Section {
    /// The section at `at`, when its checksum holds.
    pub(super) fn read(files: &Files, file: usize, at: u64) -> Option<Self> {
        let bytes = files.bytes(file, at, DESCRIPTOR)?;
        let (covered, rest) = bytes.split_at(COVERED as usize);
        if u32_le(rest, 0)? != adler32(covered) {
            return None;
        }
        let (next, size) = (u64_le(covered, 16)?, u64_le(covered, 24)?);
        Some(Section { at, kind: *covered.first_chunk()?, next, size })
    }

    fn name(&self) -> &[u8] {
        self.kind.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    fn data(&self) -> u64 {
        self.at + DESCRIPTOR
    }

    fn end(&self) -> u64 {
        self.at.saturating_add(self.size)
    }
}

/// What was found so far.
#[derive(Default)]
struct Found {
    volume: Option<Volume>,
    tables: Vec<Table>,
    /// Chunks that the tables tell.
    chunks: u64,
    unread: UnreadRows,
    sections: u32,
    /// Bytes of the files so far.
    files_len: u64,
}

struct Volume {
    chunk_sectors: u32,
    sector_size: u32,
    sectors: u64,
}

/// How the sections of a file end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// There is another file.
    Next,
    /// It is the last one.
    Done,
    /// Nobody knows: the next section is none.
    Broken,
}

impl Image {
    /// Reads the sections of all files, and opens those.
    pub(super) fn read(opening: &mut Opening<'_>) -> Result<Self, Refusal> {
        let mut found = Found::default();
        let (mut file, mut number) = (0, 1);
        loop {
            let end = found.sections_of(&opening.files, file);
            if end == End::Done {
                break;
            }
            number += 1;
            if number > MOST_SEGMENTS {
                return Err(Refusal::damaged("list of parts"));
            }
            file = match (next_segment(opening, number)?, end) {
                (Some(file), _) => file,
                // A file that was cut short is followed by nothing that anybody could tell.
                (None, End::Broken) => break,
                (None, _) => return Err(missing(opening, number)),
            };
        }
        found.image()
    }
}

/// Why an image is not read without the file of that number.
fn missing(opening: &Opening<'_>, number: u32) -> Refusal {
    let path = segments::path(opening.path(), number);
    let Some(name) = path.as_deref().and_then(|path| path.file_name()) else {
        return Refusal::with(
            "and in several parts, which are found by their names alone",
            "call the first one .E01, and the others as they were called",
        );
    };
    Refusal::with(
        format!("and its part {} is missing", name.display()),
        "put all parts into one folder, under the names that they had",
    )
}

/// Opens the file of that number, where there is one.
fn next_segment(opening: &mut Opening<'_>, number: u32) -> Result<Option<usize>, Refusal> {
    let path = segments::path(opening.path(), number).filter(|path| may_be_there(path));
    let Some(path) = path else { return Ok(None) };
    let Some(file) = opening.add_if_there(&path)? else { return Ok(None) };
    match segments::number(&opening.files, file) {
        Some(found) if u32::from(found) == number => Ok(Some(file)),
        _ => Err(Refusal::with(
            format!("and {} is not its part {number}", path.display()),
            "put the right part beside it",
        )),
    }
}

impl Found {
    /// Goes through the sections of a file.
    fn sections_of(&mut self, files: &Files, file: usize) -> End {
        let (mut at, mut data_end) = (HEADER, 0);
        self.files_len = self.files_len.saturating_add(files.len_of(file));
        loop {
            self.sections += 1;
            let section = Section::read(files, file, at).filter(|_| self.sections <= MOST_SECTIONS);
            let Some(section) = section else { return End::Broken };
            match section.name() {
                b"next" => return End::Next,
                b"done" => return End::Done,
                b"volume" | b"disk" if self.volume.is_none() => {
                    self.volume = Volume::read(files, file, section.data());
                }
                b"data" if self.volume.is_none() => {
                    self.volume = Volume::read(files, file, section.data());
                }
                b"sectors" => data_end = section.end(),
                b"table" => self.table(files, file, &section, data_end),
                b"table2" => self.second(files, file, &section),
                b"error2" => {
                    let data = Span::between(section.data(), section.end().max(section.data()));
                    self.unread.add(UNREAD.read(files, file, data, self.unread.left()));
                }
                _ => {}
            }
            // Sections lie in order: what goes back is damaged.
            if section.next <= at {
                return End::Broken;
            }
            at = section.next;
        }
    }

    fn table(&mut self, files: &Files, file: usize, section: &Section, data_end: u64) {
        let data_end = if data_end > 0 { data_end } else { section.end() };
        let table = Table::read(files, file, section.data(), self.chunks, data_end);
        let Some(table) = table else { return };
        self.chunks = self.chunks.saturating_add(u64::from(table.count));
        if chunks::are_too_many(self.chunks, table::ENTRY, self.files_len) {
            // Nor is any table after it believed.
            self.chunks = u64::MAX;
            return;
        }
        self.tables.push(table);
    }

    /// The copy of the table before it.
    fn second(&mut self, files: &Files, file: usize, section: &Section) {
        let copy = table::Place::read(files, file, section.data());
        if let (Some(table), Some(copy)) = (self.tables.last_mut(), copy) {
            table.set_copy(copy);
        }
    }

    fn image(self) -> Result<Image, Refusal> {
        let volume = self.volume.ok_or_else(|| Refusal::damaged("description of the disk"))?;
        let sector = u64::from(volume.sector_size);
        let len = volume.sectors.checked_mul(sector).filter(|len| *len <= i64::MAX as u64);
        let len = len.ok_or_else(|| Refusal::damaged("description of the disk"))?;
        let first_and_count =
            |row: &[u8]| Some((u64::from(u32_le(row, 0)?), u64::from(u32_le(row, 4)?)));
        let unread = self.unread.spans(first_and_count, sector, len);
        let chunk_len = u64::from(volume.chunk_sectors) * sector;
        let (tables, sector_size) = (self.tables, volume.sector_size);
        let knows_unread = self.unread.are_whole();
        Ok(Image { len, sector_size, chunk_len, tables, unread, knows_unread })
    }
}

impl Volume {
    /// The description in a section, when its checksum holds and its numbers make sense.
    fn read(files: &Files, file: usize, at: u64) -> Option<Self> {
        let read = |len: u64| {
            let bytes = files.bytes(file, at, len)?;
            let (covered, checksum) = bytes.split_at(len as usize - 4);
            (u32_le(checksum, 0)? == adler32(covered)).then(|| covered.to_vec())
        };
        let (bytes, is_long) = match read(VOLUME) {
            Some(bytes) => (bytes, true),
            None => (read(SMART)?, false),
        };
        let sectors = match is_long {
            true => u64_le(&bytes, 16)?,
            false => u64::from(u32_le(&bytes, 16)?),
        };
        let volume =
            Volume { chunk_sectors: u32_le(&bytes, 8)?, sector_size: u32_le(&bytes, 12)?, sectors };
        let chunk = u64::from(volume.chunk_sectors) * u64::from(volume.sector_size);
        let is_fine = SECTORS.contains(&volume.sector_size) && (1..=MOST_PACKED).contains(&chunk);
        is_fine.then_some(volume)
    }
}
