//! EWF version 2: the Ex01 images of EnCase 7 and later.
//!
//! Source: libewf, "Expert Witness Compression Format version 2 specification". All numbers are little-endian.

mod names;
mod section;
mod sections;
mod table;
mod text;

use afterimage_signatures::verdict::Span;

use super::files::Files;
use super::opening::{Opened, Opening};
use super::piece::{Layout, Packed, Piece, Stored};
use super::refusal::Refusal;
use super::unpack::Codec;
use super::unread;
use section::Header;
use sections::Image;
use table::Chunk;

/// Whether a file is one: by all of its header.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    Header::read(&opening.files, 0).is_some()
}

/// Finds the disk.
pub(super) fn open(mut opening: Opening<'_>) -> Result<Opened, Refusal> {
    let header = Header::read(&opening.files, 0).ok_or_else(|| Refusal::damaged("header"))?;
    if header.number != 1 {
        return Err(Refusal::with(
            format!("but part {} of one", header.number),
            "name its first part, which ends in .Ex01",
        ));
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
    /// Where a chunk lies.
    fn chunk(&self, number: u64) -> Stored {
        let tables = &self.image.tables;
        let index = tables.partition_point(|table| table.first <= number).checked_sub(1);
        let table = index.and_then(|index| tables.get(index));
        let found =
            table.and_then(|table| Some((table, table.chunk(&self.files, number - table.first)?)));
        let Some((table, chunk)) = found else { return Stored::Lost };
        // The last one ends with the disk, and not always there.
        let is_last = number == (self.image.len - 1) / self.image.chunk_len;
        let (at, len, codec) = match chunk {
            Chunk::Pattern(pattern) => (0, 0, Codec::Pattern(pattern)),
            Chunk::Packed { at, len } => match (self.image.is_bzip2, is_last) {
                (true, false) => (at, len, Codec::Bzip2),
                (true, true) => (at, len, Codec::Bzip2Part),
                (false, false) => (at, len, Codec::Zlib),
                (false, true) => (at, len, Codec::ZlibPart),
            },
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
        if self.image.tables.is_empty() {
            return Piece { at: 0, len: self.image.len.max(1), stored: Stored::Lost };
        }
        let len = self.image.chunk_len;
        let number = at / len;
        let chunk = Span { at: number * len, len };
        let lost = unread::lost(&self.image.unread, chunk, at);
        lost.unwrap_or_else(|| Piece::new(chunk, self.chunk(number)))
    }

    /// Ends a chunk where the image says that its device could not be read.
    fn reach(&self, at: u64) -> u64 {
        unread::next(&self.image.unread, at)
    }
}
