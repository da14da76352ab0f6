//! EWF version 1: the E01 images of EnCase, FTK Imager and ewf-tools, and the S01 of SMART.
//!
//! Source: libewf, "Expert Witness Compression Format specification". All numbers are little-endian.

mod lists;
mod sections;
mod segments;
mod table;
mod volume;
mod walk;

use super::chunks::{self, ChunkTable};
use super::files::Files;
use super::opening::{Opened, Opening};
use super::piece::{Layout, Packed, Piece, Stored};
use super::refusal::Refusal;
use super::unpack::{ADLER32_LEN, Codec};
use super::unread;
use crate::source::later_part::LaterPart;
use lists::List;
use sections::Image;

/// What is said of an image that does not end as it must, or has too few tables.
const CUT: &str = "it is damaged or cut short: what no table tells was looked for by its checksums";

/// Whether a file is one: by all of its header, of which eight bytes are fixed and five more leave little choice.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    segments::number(&opening.files, 0).is_some()
}

/// Which part of an image a file is by its header and its name, where that is not the first one.
pub(super) fn later(opening: &Opening<'_>) -> Option<LaterPart> {
    if opening.is_nested {
        return None;
    }
    let number = segments::number(&opening.files, 0).filter(|number| *number > 1)?;
    segments::later(opening.path(), number.into())
}

/// Finds the disk.
pub(super) fn open(mut opening: Opening<'_>) -> Result<Opened, Refusal> {
    match segments::number(&opening.files, 0) {
        Some(1) => {}
        Some(number) => {
            let part = later(&opening);
            return Err(Refusal::of_later(number.into(), part.as_ref(), ".E01"));
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
    /// Where the chunk of that number lies, which a list tells.
    fn chunk(&self, list: &List, number: u64) -> Stored {
        let found = list.chunk(&self.files, number - list.first());
        let Some(chunk) = found else { return Stored::Lost };
        // The last one ends near the end of the disk, and not always there.
        let is_last = number == (self.image.len - 1) / self.image.chunk_len;
        let codec = match (chunk.is_packed, is_last) {
            (true, false) => Codec::Zlib,
            (true, true) => Codec::ZlibPart,
            (false, false) => Codec::Adler32,
            (false, true) => Codec::Adler32Part,
        };
        let len = match chunk.is_packed {
            true => chunk.len.min(chunks::most_packed(self.image.chunk_len)),
            false if chunk.len > self.image.chunk_len + ADLER32_LEN => return Stored::Lost,
            false => chunk.len,
        };
        Stored::Packed(Packed { file: list.file(), at: chunk.at, len, codec })
    }
}

impl Layout for Ewf {
    fn name(&self) -> &'static str {
        "an E01 image (Expert Witness)"
    }

    fn fault(&self) -> Option<&'static str> {
        let unread = (!self.image.knows_unread).then_some(unread::DAMAGED);
        (!self.image.is_whole).then_some(CUT).or(unread)
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
        let Image { chunk_len, unread, lists, .. } = &self.image;
        chunks::piece((*chunk_len, unread), lists, at, |list, number| self.chunk(list, number))
    }

    /// Ends a chunk where the image says that its device could not be read.
    fn reach(&self, at: u64) -> u64 {
        unread::next(&self.image.unread, at)
    }
}
