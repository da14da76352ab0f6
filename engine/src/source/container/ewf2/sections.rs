//! What the sections of all files say of the disk.

use afterimage_signatures::verdict::Span;

use super::names;
use super::section::{Header, Kind, Section, sections};
use super::table::{self, Table};
use super::text::Values;
use crate::model::SpanSet;
use crate::source::container::beside::may_be_there;
use crate::source::container::chunks;
use crate::source::container::files::{Files, u32_le, u64_le};
use crate::source::container::opening::Opening;
use crate::source::container::piece::MOST_PACKED;
use crate::source::container::refusal::Refusal;
use crate::source::container::unread::{UnreadList, UnreadRows};

/// Sections of all files together, at the most.
const MOST_SECTIONS: usize = 4_000_000;

/// Files at the most: there are no more names.
const MOST_SEGMENTS: u32 = 2127;

/// Sectors of a disk, in bytes.
const SECTORS: std::ops::RangeInclusive<u64> = 128..=65_536;

/// Packed bytes of text that are looked at.
const MOST_TEXT: u64 = 1 << 20;

/// How a list of what could not be read lies in its section.
const UNREAD: UnreadList = UnreadList { head: 32, covered: 16, row: 16 };

/// What the sections say.
pub(super) struct Image {
    /// Bytes of the disk.
    pub(super) len: u64,
    pub(super) sector_size: u32,
    /// Bytes of a chunk.
    pub(super) chunk_len: u64,
    pub(super) is_bzip2: bool,
    /// In the order of their chunks.
    pub(super) tables: Vec<Table>,
    /// What the program that made the image could not read.
    pub(super) unread: SpanSet,
    /// Whether all lists of that were whole.
    pub(super) knows_unread: bool,
}

/// What was found so far.
#[derive(Default)]
struct Found {
    device: Option<Values>,
    case: Option<Values>,
    tables: Vec<Table>,
    /// Chunks that the tables tell.
    chunks: u64,
    unread: UnreadRows,
    sections: usize,
    /// Bytes of the files so far.
    files_len: u64,
}

impl Image {
    /// Goes through the files of an image, of which the first one is open and begins with `header`.
    pub(super) fn read(opening: &mut Opening<'_>, header: &Header) -> Result<Self, Refusal> {
        let mut found = Found::default();
        let (mut file, mut number) = (0, 1);
        loop {
            let is_last = found.file(&opening.files, file, header.is_bzip2)?;
            if is_last || number == MOST_SEGMENTS {
                break;
            }
            number += 1;
            file = add_segment(opening, header, number)?;
        }
        found.image(header.is_bzip2)
    }
}

/// Opens the next file.
fn add_segment(opening: &mut Opening<'_>, header: &Header, number: u32) -> Result<usize, Refusal> {
    let path = names::path(opening.path(), number);
    let path = path.ok_or_else(|| {
        Refusal::with(
            "and in several parts, which are found by their names alone",
            "call the first one .Ex01, and the others as they were called",
        )
    })?;
    if !may_be_there(&path) {
        let name = path.file_name().unwrap_or_default().display().to_string();
        return Err(Refusal::with(
            format!("and its part {name} is missing"),
            "put all parts into one folder, under the names that they had",
        ));
    }
    let file = opening.add(&path)?;
    let is_it = |found: &Header| found.number == number && found.set == header.set;
    match Header::read(&opening.files, file).filter(is_it) {
        Some(_) => Ok(file),
        None => Err(Refusal::with(
            format!("and {} is not its part {number}", path.display()),
            "put the right part beside it",
        )),
    }
}

impl Found {
    /// Takes in the sections of a file; whether it is the last one.
    fn file(&mut self, files: &Files, file: usize, is_bzip2: bool) -> Result<bool, Refusal> {
        let all = sections(files, file, MOST_SECTIONS - self.sections);
        self.files_len = self.files_len.saturating_add(files.len_of(file));
        self.sections += all.len();
        let last = all.first().map(|section| section.kind);
        for section in all.iter().rev() {
            if section.is_encrypted || section.kind == Kind::Keys {
                return Err(Refusal::with(
                    "encrypted with a password",
                    "make an image of it without a password in EnCase, and scan that",
                ));
            }
            match section.kind {
                Kind::Device if self.device.is_none() => {
                    self.device = values(files, file, section, is_bzip2);
                }
                Kind::Case if self.case.is_none() => {
                    self.case = values(files, file, section, is_bzip2);
                }
                Kind::Table => self.table(files, file, section),
                Kind::Errors => {
                    let data = Span { at: section.at, len: section.len };
                    self.unread.add(UNREAD.read(files, file, data, self.unread.left()));
                }
                _ => {}
            }
        }
        match last {
            Some(Kind::Next) => Ok(false),
            Some(_) => Ok(true),
            // Nothing is described without the end of a file, which may be cut off.
            None => Err(Refusal::damaged("list of sections")),
        }
    }

    fn table(&mut self, files: &Files, file: usize, section: &Section) {
        let Some(table) = Table::read(files, file, section) else { return };
        self.chunks = self.chunks.saturating_add(u64::from(table.count));
        if !chunks::are_too_many(self.chunks, table::ENTRY, self.files_len) {
            self.tables.push(table);
        }
    }

    fn image(mut self, is_bzip2: bool) -> Result<Image, Refusal> {
        let damaged = || Refusal::damaged("description of the disk");
        let (device, case) = (self.device.ok_or_else(damaged)?, self.case.ok_or_else(damaged)?);
        let number = |values: &Values, name| values.number(name).ok_or_else(damaged);
        let (sectors, sector) = (number(&device, "ts")?, number(&device, "bp")?);
        let chunk = number(&case, "sb")?.checked_mul(sector).ok_or_else(damaged)?;
        let len = sectors.checked_mul(sector).filter(|len| *len <= i64::MAX as u64);
        let len = len.ok_or_else(damaged)?;
        if !SECTORS.contains(&sector) || !(1..=MOST_PACKED).contains(&chunk) {
            return Err(damaged());
        }
        let first_and_count = |row: &[u8]| Some((u64_le(row, 0)?, u64::from(u32_le(row, 8)?)));
        let unread = self.unread.spans(first_and_count, sector, len);
        self.tables.sort_by_key(|table| table.first);
        let (tables, sector_size, chunk_len) = (self.tables, sector as u32, chunk);
        let knows_unread = self.unread.are_whole();
        Ok(Image { len, sector_size, chunk_len, is_bzip2, tables, unread, knows_unread })
    }
}

/// The values in a section of text.
fn values(files: &Files, file: usize, section: &Section, is_bzip2: bool) -> Option<Values> {
    let len = section.len.checked_sub(section.padding).filter(|len| *len <= MOST_TEXT)?;
    Values::unpack(&files.bytes(file, section.at, len)?, is_bzip2)
}
