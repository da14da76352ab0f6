//! EWF version 2: the Ex01 images of EnCase 7 and later.
//!
//! Source: libewf, "Expert Witness Compression Format version 2 specification". All numbers are little-endian.

mod names;
mod section;
mod sections;
mod table;
mod text;

use super::chunks;
use super::files::Files;
use super::opening::{Opened, Opening};
use super::piece::{Layout, Packed, Piece, Stored};
use super::refusal::Refusal;
use super::unpack::{ADLER32_LEN, Codec};
use super::unread;
use crate::source::later_part::LaterPart;
use section::Header;
use sections::Image;
use table::{Chunk, Table};

/// Whether a file is one: by all of its header.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    Header::read(&opening.files, 0).is_some()
}

/// Which part of an image a file is by its header and its name, where that is not the first one.
pub(super) fn later(opening: &Opening<'_>) -> Option<LaterPart> {
    if opening.is_nested {
        return None;
    }
    let header = Header::read(&opening.files, 0).filter(|header| header.number > 1)?;
    names::later(opening.path(), header.number)
}

/// Finds the disk.
pub(super) fn open(mut opening: Opening<'_>) -> Result<Opened, Refusal> {
    let header = Header::read(&opening.files, 0).ok_or_else(|| Refusal::damaged("header"))?;
    if header.number != 1 {
        let part = later(&opening);
        return Err(Refusal::of_later(header.number, part.as_ref(), ".Ex01"));
    }
    let image = Image::read(&mut opening, &header)?;
    Ok(Opened::whole(Ewf2 { files: opening.files, image }))
}

/// A disk in chunks, which tables tell.
struct Ewf2 {
    files: Files,
    image: Image,
}

impl Ewf2 {
    /// Where the chunk of that number lies, which a table tells.
    fn chunk(&self, table: &Table, number: u64) -> Stored {
        let found = table.chunk(&self.files, number - table.first);
        let Some(chunk) = found else { return Stored::Lost };
        // The last one ends with the disk, and not always there.
        let is_last = number == (self.image.len - 1) / self.image.chunk_len;
        let most = chunks::most_packed(self.image.chunk_len);
        let (at, len, codec) = match chunk {
            Chunk::Pattern(pattern) => (0, 0, Codec::Pattern(pattern)),
            Chunk::Packed { at, len } => match (self.image.is_bzip2, is_last) {
                (true, false) => (at, len.min(most), Codec::Bzip2),
                (true, true) => (at, len.min(most), Codec::Bzip2Part),
                (false, false) => (at, len.min(most), Codec::Zlib),
                (false, true) => (at, len.min(most), Codec::ZlibPart),
            },
            Chunk::Checked { len, .. } if len > self.image.chunk_len + ADLER32_LEN => {
                return Stored::Lost;
            }
            Chunk::Checked { at, len } if is_last => (at, len, Codec::Adler32Part),
            Chunk::Checked { at, len } => (at, len, Codec::Adler32),
            Chunk::Plain { at } => return Stored::Plain { file: table.file, at },
        };
        Stored::Packed(Packed { file: table.file, at, len, codec })
    }
}

impl Layout for Ewf2 {
    fn name(&self) -> &'static str {
        "an Ex01 image (Expert Witness)"
    }

    fn fault(&self) -> Option<&'static str> {
        (!self.image.knows_unread).then_some(unread::DAMAGED)
    }

    fn len(&self) -> u64 {
        self.image.len
    }

    fn sector_size(&self) -> u32 {
        self.image.sector_size
    }

    fn files(&self) -> &Files {
        &self.files
    }

    fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }

    fn piece(&self, at: u64) -> Piece {
        let Image { chunk_len, unread, tables, .. } = &self.image;
        chunks::piece((*chunk_len, unread), tables, at, |table, number| self.chunk(table, number))
    }

    /// Ends a chunk where the image says that its device could not be read.
    fn reach(&self, at: u64) -> u64 {
        unread::next(&self.image.unread, at)
    }
}
