//! EWF version 1: the E01 images of EnCase, FTK Imager and ewf-tools, and the S01 of SMART.
//!
//! Source: libewf, "Expert Witness Compression Format specification". All numbers are little-endian.

mod sections;
mod segments;
mod table;

use afterimage_signatures::verdict::Span;

use super::files::Files;
use super::opening::{Opened, Opening};
use super::piece::{Layout, Packed, Piece, Stored};
use super::refusal::Refusal;
use super::unpack::Codec;
use super::unread;
use sections::Image;
use table::Table;

/// Whether a file is one: by all of its header, of which eight bytes are fixed and five more leave little choice.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    segments::number(&opening.files, 0).is_some()
}

/// Finds the disk.
pub(super) fn open(mut opening: Opening<'_>) -> Result<Opened, Refusal> {
    match segments::number(&opening.files, 0) {
        Some(1) => {}
        Some(number) => {
            return Err(Refusal::with(
                format!("but part {number} of one"),
                "name its first part, which ends in .E01",
            ));
        }
        None => return Err(Refusal::damaged("header")),
    }
    let image = Image::read(&mut opening)?;
    Ok(Opened::whole(Ewf { files: opening.files, image }))
}

/// A disk in chunks, which tables tell in order.
struct Ewf {
    files: Files,
    image: Image,
}

impl Ewf {
    /// Where a chunk lies.
    fn chunk(&self, number: u64) -> Stored {
        let tables = &self.image.tables;
        let index = tables.partition_point(|table| table.first <= number).checked_sub(1);
        let table: Option<&Table> = index.and_then(|index| tables.get(index));
        let found =
            table.and_then(|table| Some((table, table.chunk(&self.files, number - table.first)?)));
        match found {
            Some((table, chunk)) => {
                // The last one ends near the end of the disk, and not always there.
                let is_last = number == (self.image.len - 1) / self.image.chunk_len;
                let codec = match (chunk.is_packed, is_last) {
                    (true, false) => Codec::Zlib,
                    (true, true) => Codec::ZlibPart,
                    (false, false) => Codec::Adler32,
                    (false, true) => Codec::Adler32Part,
                };
                Stored::Packed(Packed { file: table.file, at: chunk.at, len: chunk.len, codec })
            }
            None => Stored::Lost,
        }
    }
}

impl Layout for Ewf {
    fn name(&self) -> &'static str {
        "an E01 image (Expert Witness)"
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
