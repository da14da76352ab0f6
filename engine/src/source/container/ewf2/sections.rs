//! What the sections of all files say of the disk.

use afterimage_signatures::verdict::Span;

use super::names;
use super::section::{Header, Kind, Section, sections};
use super::table::Table;
use super::text::Values;
use crate::model::SpanSet;
use crate::source::container::beside::may_be_there;
use crate::source::container::files::{Files, u32_le, u64_le};
use crate::source::container::opening::Opening;
use crate::source::container::piece::MOST_PACKED;
use crate::source::container::refusal::Refusal;

/// Sections of all files together, at the most.
const MOST_SECTIONS: usize = 4_000_000;

/// Files at the most: there are no more names.
const MOST_SEGMENTS: u32 = 2127;

/// Sectors of a disk, in bytes.
const SECTORS: std::ops::RangeInclusive<u64> = 128..=65_536;

/// Packed bytes of text that are looked at.
const MOST_TEXT: u64 = 1 << 20;

/// Bytes before the rows of a list of what could not be read, and of a row.
const ERRORS_HEAD: u64 = 32;
const ERRORS_ROW: u64 = 16;

/// Rows of it that are read.
const MOST_ERRORS: u64 = 1 << 20;

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
}

/// What was found so far.
#[derive(Default)]
struct Found {
    device: Option<Values>,
    case: Option<Values>,
    tables: Vec<Table>,
    /// The first sector and the number of them.
    errors: Vec<(u64, u64)>,
    sections: usize,
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
    let path = path.ok_or_else(|| Refusal::damaged("list of parts"))?;
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
        let (all, _) = sections(files, file, MOST_SECTIONS - self.sections);
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
                Kind::Table => self.tables.extend(Table::read(files, file, section)),
                Kind::Errors => self.unread(files, file, section),
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

    fn unread(&mut self, files: &Files, file: usize, section: &Section) {
        let count = files.array::<4>(file, section.at).map_or(0, u32::from_le_bytes);
        let most = (section.len / ERRORS_ROW).min(MOST_ERRORS);
        for row in 0..u64::from(count).min(most) {
            let at = section.at.saturating_add(ERRORS_HEAD + row * ERRORS_ROW);
            let row = files.array::<{ ERRORS_ROW as usize }>(file, at);
            let numbers = row.and_then(|row| Some((u64_le(&row, 0)?, u64::from(u32_le(&row, 8)?))));
            self.errors.extend(numbers);
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
        let span = |(first, count): (u64, u64)| {
            let (at, len) = (first.checked_mul(sector)?, count.checked_mul(sector)?);
            at.checked_add(len).map(|_| Span { at, len })
        };
        let unread = self.errors.into_iter().filter_map(span);
        let unread = unread.filter(|span| span.at < len && span.len > 0).collect();
        self.tables.sort_by_key(|table| table.first);
        let sector_size = sector as u32;
        Ok(Image { len, sector_size, chunk_len: chunk, is_bzip2, tables: self.tables, unread })
    }
}

/// The values in a section of text.
fn values(files: &Files, file: usize, section: &Section, is_bzip2: bool) -> Option<Values> {
    let len = section.len.checked_sub(section.padding).filter(|len| *len <= MOST_TEXT)?;
    Values::unpack(&files.bytes(file, section.at, len)?, is_bzip2)
}
