//! AFF4, the Advanced Forensic Format 4: a zip archive with streams of chunks, and a map of the disk that they lie in.
//!
//! Source: "AFF4 Standard v1.0" and "AFF4 Image Structures"; pyaff4. All numbers are little-endian.

mod archive;
mod digest;
mod geometry;
mod map;
mod metadata;
mod streams;
mod turtle;
mod volumes;

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
use metadata::Image;
use streams::Streams;
use volumes::Volumes;

const NAME: &str = "an AFF4 image";

/// Bytes of a part that is one byte again and again.
const FILLED: u64 = 1 << 20;

/// Whether a file is one: an archive that says so by the names of its members.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    opening.files.get(0).is_some_and(Archive::is_one)
}

/// Finds the disk.
pub(super) fn open(mut opening: Opening<'_>) -> Result<Opened, Refusal> {
    let mut volumes = Volumes::first(&opening.files)?;
    let has_map = |name: &str| volumes.member(&format!("{name}/map")).is_some();
    let metadata = volumes.metadata().ok_or_else(|| Refusal::damaged("description"))?;
    let image = metadata.image(&has_map)?;
    let names = match &image {
        Image::Stream(name) => vec![name.clone()],
        Image::Map { name, .. } => map::streams(&opening.files, &volumes, name),
    };
    volumes.complete(&mut opening, &names)?;
    let mut streams = Streams::default();
    let (rows, len, gaps) = match &image {
        Image::Stream(name) => {
            let stream = streams.add(&volumes, name)?;
            let len = streams.len_of(stream);
            let row = Row { at: 0, len, target_at: 0, target: Target::Stream(stream) };
            (vec![row], len, Target::Zero)
        }
        Image::Map { name, len, gaps } => {
            let rows = map::read(&opening.files, &volumes, name, &mut |target| {
                streams.add(&volumes, target)
            })?;
            let end = rows.last().map_or(0, |row| row.at + row.len);
            let refused =
                |name: &str| Err(Refusal::new(format!("with gaps in its map that {name} fills")));
            let gaps = gaps.as_deref().map(|name| map::target(name, &mut { refused }));
            (rows, len.unwrap_or(end), gaps.transpose()?.unwrap_or(Target::Zero))
        }
    };
    let path = opening.path();
    Ok(Opened::whole(Aff4 { files: joined(path, opening.files, streams), rows, len, gaps }))
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
    /// What lies where no row tells.
    gaps: Target,
}

impl Aff4 {
    /// The row that holds a byte, or the gap that does.
    fn row(&self, at: u64) -> Row {
        let next = self.rows.partition_point(|row| row.at <= at);
        let before = next.checked_sub(1).and_then(|index| self.rows.get(index));
        if let Some(row) = before.filter(|row| at - row.at < row.len) {
            return *row;
        }
        let start = before.map_or(0, |row| row.at + row.len);
        let end = self.rows.get(next).map_or(u64::MAX, |row| row.at);
        Row { at: start, len: end - start, target_at: 0, target: self.gaps }
    }
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
        let row = self.row(at);
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
