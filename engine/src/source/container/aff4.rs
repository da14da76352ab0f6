//! AFF4, the Advanced Forensic Format 4: a zip archive with streams of chunks, and a map of the disk that they lie in.
//!
//! Source: "AFF4 Standard v1.0" and "AFF4 Image Structures"; pyaff4. All numbers are little-endian.

mod archive;
mod map;
mod metadata;
mod streams;
mod turtle;

use std::path::Path;

use afterimage_signatures::verdict::Span;

use super::files::Files;
use super::image::ContainerImage;
use super::opening::{Opened, Opening};
use super::piece::{Layout, Packed, Piece, Stored};
use super::refusal::Refusal;
use super::unpack::Codec;
use archive::Archive;
use map::{Row, Target};
use metadata::{Image, Metadata};
use streams::Streams;

const NAME: &str = "an AFF4 image";

/// Bytes of a part that is one byte again and again.
const FILLED: u64 = 1 << 20;

/// Whether a file is one: an archive that says so by the names of its members.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    opening.files.get(0).is_some_and(Archive::is_one)
}

/// Finds the disk.
pub(super) fn open(opening: Opening<'_>) -> Result<Opened, Refusal> {
    let archive = Archive::read(&opening.files).ok_or_else(|| Refusal::damaged("directory"))?;
    let text = archive.metadata(&opening.files);
    let metadata = text.and_then(|text| Metadata::parse(&text));
    let metadata = metadata.ok_or_else(|| Refusal::damaged("description (information.turtle)"))?;
    let image = metadata.image()?;
    let mut streams = Streams::default();
    let (rows, len) = match &image {
        Image::Stream(name) => {
            let stream = streams.add(&archive, &metadata, name)?;
            let len = streams.len_of(stream);
            (vec![Row { at: 0, len, target_at: 0, target: Target::Stream(stream) }], len)
        }
        Image::Map { name, len } => {
            let rows = map::read(&opening.files, &archive, name, &mut |target| {
                streams.add(&archive, &metadata, target)
            })?;
            let end = rows.last().map_or(0, |row| row.at + row.len);
            (rows, len.unwrap_or(end))
        }
    };
    let path = opening.path();
    Ok(Opened::whole(Aff4 { files: joined(path, opening.files, streams), rows, len }))
}

/// All streams as one file, one after the other.
fn joined(path: &Path, files: Files, streams: Streams) -> Files {
    let streams: Box<dyn Layout> = Box::new(streams.layout(files));
    Files::new(vec![Box::new(ContainerImage::new(path, vec![streams]))])
}

/// A disk whose parts lie in streams.
struct Aff4 {
    /// The streams, one after the other.
    files: Files,
    /// In order, and apart.
    rows: Vec<Row>,
    len: u64,
}

impl Layout for Aff4 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn files(&self) -> &Files {
        &self.files
    }

    fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }

    fn piece(&self, at: u64) -> Piece {
        let next = self.rows.partition_point(|row| row.at <= at);
        let before = next.checked_sub(1).and_then(|index| self.rows.get(index));
        let Some(row) = before.filter(|row| at - row.at < row.len) else {
            // What no row tells are zeros.
            let end = self.rows.get(next).map_or(u64::MAX, |row| row.at);
            return Piece { at, len: end - at, stored: Stored::Zero };
        };
        let whole = Span { at: row.at, len: row.len };
        match row.target {
            Target::Zero => Piece::new(whole, Stored::Zero),
            Target::Unknown => Piece::new(whole, Stored::Lost),
            Target::Stream(base) => {
                let at = base.saturating_add(row.target_at);
                Piece::new(whole, Stored::Plain { file: 0, at })
            }
            Target::Filled(byte) => {
                let start = row.at + (at - row.at) / FILLED * FILLED;
                let codec = Codec::Pattern([byte; 8]);
                let stored = Stored::Packed(Packed { file: 0, at: 0, len: 0, codec });
                Piece { at: start, len: FILLED.min(row.at + row.len - start), stored }
            }
        }
    }
}
