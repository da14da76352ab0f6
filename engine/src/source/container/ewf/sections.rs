//! The sections of the files, one after the other: what they say of the disk, and where its chunks are told.

use afterimage_signatures::verdict::Span;

use super::lists::{List, Lists};
use super::segments::{self, HEADER};
use super::table::{Place, Table};
use super::volume::Volume;
use super::walk::Walked;
use crate::control::progress::Stop;
use crate::model::SpanSet;
use crate::source::container::beside::may_be_there;
use crate::source::container::chunks::ChunkTable;
use crate::source::container::files::{Files, u32_le, u64_le};
use crate::source::container::opening::Opening;
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
    pub(super) lists: Vec<List>,
    /// Whether it ended as it must, and no list was missing.
    pub(super) is_whole: bool,
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

    /// Its data as far as they lie in a file of `len` bytes, before the next section. Where it is the last one, and does not
    /// say how long it is, that is all the rest: it was never finished.
    fn inside(&self, len: u64) -> Span {
        let end = match (self.next > self.at, self.size > DESCRIPTOR) {
            (true, true) => self.end().min(self.next),
            (true, false) => self.next,
            (false, true) => self.end(),
            (false, false) => len,
        };
        Span::between(self.data(), end.min(len).max(self.data()))
    }
}

/// What was found so far.
#[derive(Default)]
struct Found {
    volume: Option<Volume>,
    lists: Lists,
    /// Chunks of which it is not known yet whether a table tells them.
    open: Option<Chunks>,
    /// Whether chunks that no table tells are looked for.
    walks: bool,
    unread: UnreadRows,
    sections: u32,
    /// Bytes of the files so far.
    files_len: u64,
}

/// Chunks that a table is to tell, which follows them.
#[derive(Default)]
struct Chunks {
    /// The section that they lie in, where it is one of its own.
    data: Option<Span>,
    table: Option<Table>,
    /// Whether there is a copy of it: programs that write one write checksums of the entries, too.
    has_copy: bool,
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
        let mut found = Found { walks: !opening.is_listing, ..Found::default() };
        let (mut file, mut number) = (0, 1);
        loop {
            let end = found.sections_of(&opening.files, file, opening.stop)?;
            if end == End::Done {
                return found.image(end);
            }
            number += 1;
            if number > MOST_SEGMENTS {
                return Err(Refusal::damaged("list of parts"));
            }
            file = match (next_segment(opening, number)?, end) {
                (Some(file), _) => file,
                // A file that was cut short is followed by nothing that anybody could tell.
                (None, End::Broken) => return found.image(end),
                (None, _) => return Err(missing(opening, number)),
            };
            if end == End::Broken {
                found.lists.add_gap();
            }
        }
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
        // It was cut short within its header.
        None if opening.files.len_of(file) < HEADER => Ok(Some(file)),
        _ => Err(Refusal::with(
            format!("and {} is not its part {number}", path.display()),
            "put the right part beside it",
        )),
    }
}

impl Found {
    /// Goes through the sections of a file.
    fn sections_of(&mut self, files: &Files, file: usize, stop: &Stop) -> Result<End, Refusal> {
        self.files_len = self.files_len.saturating_add(files.len_of(file));
        let end = self.chain(files, file, stop)?;
        self.close(files, file, stop)?;
        Ok(end)
    }

    fn chain(&mut self, files: &Files, file: usize, stop: &Stop) -> Result<End, Refusal> {
        let (mut at, mut data_end) = (HEADER, 0);
        loop {
            self.sections += 1;
            let section = Section::read(files, file, at).filter(|_| self.sections <= MOST_SECTIONS);
            let Some(section) = section else { return Ok(End::Broken) };
            match section.name() {
                b"next" => return Ok(End::Next),
                b"done" => return Ok(End::Done),
                b"volume" | b"disk" | b"data" => {
                    self.take_in(Volume::read(files, file, section.data()), files, file)?;
                }
                b"sectors" => {
                    self.close(files, file, stop)?;
                    data_end = section.end();
                    let data = section.inside(files.len_of(file));
                    self.open = Some(Chunks { data: Some(data), ..Chunks::default() });
                }
                b"table" => {
                    if self.open.as_ref().is_none_or(|open| open.table.is_some()) {
                        self.close(files, file, stop)?;
                        self.open = Some(Chunks::default());
                    }
                    self.table(files, file, &section, data_end);
                }
                b"table2" => self.second(files, file, &section, data_end),
                b"error2" => {
                    let data = Span::between(section.data(), section.end().max(section.data()));
                    self.unread.add(UNREAD.read(files, file, data, self.unread.left()));
                }
                _ => {}
            }
            // Sections lie in order: what goes back is damaged.
            if section.next <= at {
                return Ok(End::Broken);
            }
            at = section.next;
        }
    }

    /// Takes in what a file says of all of the image, which must be the same in all of them.
    fn take_in(&mut self, said: Option<Volume>, files: &Files, file: usize) -> Result<(), Refusal> {
        let Some(said) = said else { return Ok(()) };
        if self.volume.get_or_insert(said).is_alike(&said) {
            return Ok(());
        }
        let path = files.get(file).map(|source| source.path().to_path_buf()).unwrap_or_default();
        let why = format!("and its part {} is of another image", path.display());
        Err(Refusal::with(why, "put the right part beside it"))
    }

    /// The table of the chunks that are open.
    fn table(&mut self, files: &Files, file: usize, section: &Section, data_end: u64) {
        let data_end = if data_end > 0 { data_end } else { section.end() };
        if let Some(open) = &mut self.open {
            open.table = Table::read(files, file, section.data(), data_end);
        }
    }

    /// The copy of the table before it, or that in its place.
    fn second(&mut self, files: &Files, file: usize, section: &Section, data_end: u64) {
        if let Some(open) = &mut self.open {
            open.has_copy = true;
        }
        match &mut self.open {
            Some(Chunks { table: Some(table), .. }) => {
                if let Some(copy) = Place::read(files, file, section.data()) {
                    table.set_copy(copy);
                }
            }
            Some(_) => self.table(files, file, section, data_end),
            None => {}
        }
    }

    /// Adds the chunks that are open: those of the table, or else those that are found in their section.
    fn close(&mut self, files: &Files, file: usize, stop: &Stop) -> Result<(), Refusal> {
        let Some(chunks) = self.open.take() else { return Ok(()) };
        let is_told = self.is_told(files, &chunks);
        let Chunks { data, table, .. } = chunks;
        let table = table.filter(|table| table.count > 0);
        let count = table.as_ref().map(|table| u64::from(table.count));
        let table = match table {
            Some(table) if is_told => {
                self.lists.add(table, self.files_len);
                return Ok(());
            }
            table => table,
        };
        let shape = self.volume.as_ref().filter(|_| self.walks).and_then(Volume::shape);
        let walked = match (data, shape, self.lists.next()) {
            (Some(data), Some(shape), Some(first)) => {
                Some((Walked::find((files, file), data, first, shape, stop)?, data.end()))
            }
            _ => None,
        };
        let found = walked.as_ref().map_or(0, |(walked, _)| walked.count());
        if let Some(table) = table.filter(|table| found < table.count)
            && self.lists.has_room(u64::from(table.count), self.files_len)
            && (table.is_plausible(files) || walked.is_none() && table.is_there(files))
        {
            // Its chunks have checksums of their own, and how many they are is told.
            self.lists.add_damaged(table, self.files_len);
            return Ok(());
        }
        let Some((walked, end)) = walked else {
            self.lists.add_gap();
            return Ok(());
        };
        let is_to_the_end = walked.end() == end;
        self.lists.add_walked(walked, count, self.files_len);
        if count.is_none() && !is_to_the_end {
            self.lists.add_gap();
        }
        Ok(())
    }

    /// Whether a table tells where the chunks lie, as far as a checksum proves that, where there has to be one. Where chunks are
    /// not looked for without one, it is enough that it is there.
    fn is_told(&self, files: &Files, chunks: &Chunks) -> bool {
        let Some(table) = chunks.table.as_ref().filter(|table| table.count > 0) else {
            return false;
        };
        let (count, has_data) = (u64::from(table.count), chunks.data.is_some());
        if !has_data || !self.walks || !self.lists.has_room(count, self.files_len) {
            return !has_data || table.is_there(files);
        }
        table.is_proven(files) || !chunks.has_copy && table.is_plausible(files)
    }

    fn image(self, end: End) -> Result<Image, Refusal> {
        let damaged = || Refusal::damaged("description of the disk");
        let volume = self.volume.ok_or_else(damaged)?;
        let (sector, chunk_len) = (u64::from(volume.sector_size), volume.chunk_len());
        let len = volume.len().ok_or_else(damaged)?;
        let first_and_count =
            |row: &[u8]| Some((u64::from(u32_le(row, 0)?), u64::from(u32_le(row, 4)?)));
        let unread = self.unread.spans(first_and_count, sector, len);
        let is_whole = end == End::Done && self.lists.are_whole();
        let is_end = end == End::Done && u64::from(volume.chunks) == len.div_ceil(chunk_len);
        let lists = self.lists.finish(is_end.then_some(u64::from(volume.chunks)));
        let (sector_size, knows_unread) = (volume.sector_size, self.unread.are_whole());
        Ok(Image { len, sector_size, chunk_len, lists, is_whole, unread, knows_unread })
    }
}
