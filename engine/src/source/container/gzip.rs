//! gzip streams: the disk that a stream is unpacked to, read at any offset.
//!
//! Source: RFC 1952 (gzip), RFC 1951 (deflate).
//!
//! A stream can be unpacked from its start alone, unless somebody has noted on the way how things stood: when it is
//! opened all of it is unpacked once, and every few megabytes the place in the stream and the last 32 KiB are kept.

mod index;
mod member;
mod recent;

use std::sync::Arc;

use afterimage_signatures::verdict::Span;

use super::files::Files;
use super::opening::{Opened, Opening};
use super::piece::{Layout, Packed, Piece, Stored};
use super::refusal::Refusal;
use super::unpack::Codec;
use index::Index;
use member::Stream;

/// Bytes of the start that must unpack.
const PROOF: usize = 4096;

/// Whether a file is one: by a header in which nothing is odd, and a start that unpacks.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    let Some(header) = member::header(&opening.files, 0) else { return false };
    let mut stream = Stream::new(header);
    let mut made = 0;
    while made < PROOF {
        match stream.step(&opening.files) {
            Ok(Some(step)) => made += step.made.len(),
            Ok(None) => return true,
            // What is too short for more is damaged, and still is one.
            Err(_) => return made > 0,
        }
    }
    true
}

/// Finds the disk, by unpacking all of the stream once.
pub(super) fn open(opening: Opening<'_>) -> Result<Opened, Refusal> {
    let index = recent::index_of(&opening)?;
    if index.len == 0 {
        return Err(Refusal::new("and nothing comes out of it"));
    }
    Ok(Opened::whole(Gzip { files: opening.files, index }))
}

/// A disk that a stream is unpacked to.
struct Gzip {
    files: Files,
    index: Arc<Index>,
}

impl Layout for Gzip {
    fn name(&self) -> &'static str {
        match self.index.is_whole {
            true => "compressed with gzip",
            false => "compressed with gzip, and damaged or cut short",
        }
    }

    fn len(&self) -> u64 {
        self.index.len
    }

    fn files(&self) -> &Files {
        &self.files
    }

    fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }

    fn piece(&self, at: u64) -> Piece {
        let Some((start, end, from)) = self.index.part(at) else {
            return Piece { at, len: 1, stored: Stored::Lost };
        };
        let packed = Packed { file: 0, at: from, len: 0, codec: Codec::Stream };
        Piece::new(Span::between(start, end), Stored::Packed(packed))
    }

    fn unpack(&self, piece: &Piece, _packed: &Packed, out: &mut [u8]) -> bool {
        let Some(mut stream) = self.index.stream(piece.at) else { return false };
        let mut filled = 0;
        while filled < out.len() {
            let Ok(Some(step)) = stream.step(&self.files) else { return false };
            let here = step.made.len().min(out.len() - filled);
            out[filled..filled + here].copy_from_slice(&step.made[..here]);
            filled += here;
        }
        true
    }
}
