//! Streams of chunks: so many chunks lie in one member each, and where in it is told by another one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use afterimage_signatures::verdict::Span;

use super::archive::{Archive, content};
use super::metadata::Metadata;
use crate::source::container::files::{Files, u32_le, u64_le};
use crate::source::container::piece::{Layout, MOST_PACKED, Packed, Piece, Stored};
use crate::source::container::refusal::Refusal;
use crate::source::container::unpack::Codec;
use crate::source::packed::ZipRow;

/// What streams have that do not say otherwise.
const CHUNK: u64 = 32 << 10;
const CHUNKS: u64 = 1024;

/// Bytes of a row of an index.
const ROW: usize = 12;

/// Chunks in a member, and streams, at the most.
const MOST_CHUNKS: u64 = 1 << 20;
const MOST_STREAMS: usize = 1000;

/// Indexes that are kept, the last ones used: each has some tens of kilobytes.
const MOST_INDEXES: usize = 64;

/// Streams, one after the other.
#[derive(Default)]
pub(super) struct Streams {
    streams: Vec<Stream>,
    len: u64,
}

struct Stream {
    name: String,
    /// Where it begins among all.
    at: u64,
    len: u64,
    chunk_len: u64,
    chunks: u64,
    /// Nothing for chunks that are never packed.
    codec: Option<Codec>,
    /// The members with chunks and their indexes, as far as they are there.
    bevies: Vec<(ZipRow, ZipRow)>,
}

impl Streams {
    /// Adds a stream, unless it is there already: where it begins among all.
    pub(super) fn add(
        &mut self,
        archive: &Archive,
        metadata: &Metadata,
        name: &str,
    ) -> Result<u64, Refusal> {
        if let Some(known) = self.streams.iter().find(|stream| stream.name == name) {
            return Ok(known.at);
        }
        let at = self.len;
        let stream = Stream::open(archive, metadata, name, at)?;
        self.len = at.checked_add(stream.len).ok_or_else(|| damaged(name))?;
        self.streams.push(stream);
        match self.streams.len() <= MOST_STREAMS {
            true => Ok(at),
            false => Err(Refusal::new("with more streams than are read")),
        }
    }

    /// Bytes of the stream that begins at `at`.
    pub(super) fn len_of(&self, at: u64) -> u64 {
        let found = self.streams.iter().find(|stream| stream.at == at);
        found.map_or(0, |stream| stream.len)
    }

    /// The bytes of all streams, one after the other.
    pub(super) fn layout(self, files: Files) -> impl Layout {
        Joined { files, streams: self, indexes: Mutex::default() }
    }
}

fn damaged(name: &str) -> Refusal {
    Refusal::damaged(&format!("stream {name}"))
}

impl Stream {
    fn open(archive: &Archive, metadata: &Metadata, name: &str, at: u64) -> Result<Self, Refusal> {
        if !metadata.is(name, "ImageStream") {
            return Err(Refusal::new(format!(
                "in several files, and {name} does not lie in this one"
            )));
        }
        let number = |word, default| match metadata.value(name, word) {
            None => Some(default),
            Some(_) => metadata.number(name, word),
        };
        let (len, chunk_len, chunks) = (
            metadata.number(name, "size"),
            number("chunkSize", CHUNK),
            number("chunksInSegment", CHUNKS),
        );
        let (Some(len), Some(chunk_len), Some(chunks)) = (len, chunk_len, chunks) else {
            return Err(damaged(name));
        };
        let is_fine = (1..=MOST_PACKED).contains(&chunk_len)
            && (1..=MOST_CHUNKS).contains(&chunks)
            && len <= i64::MAX as u64;
        if !is_fine {
            return Err(damaged(name));
        }
        let codec = codec(metadata.value(name, "compressionMethod"))?;
        let count = len.div_ceil(chunk_len * chunks);
        let bevy = |number: u64| {
            let member = |name: String| archive.member(&name).cloned();
            let data = member(format!("{name}/{number:08}"))?;
            let index = member(format!("{name}/{number:08}.index"))
                .or_else(|| member(format!("{name}/{number:08}/index")))?;
            data.is_stored().then_some((data, index))
        };
        // Of members that are not there a short file says nothing.
        let bevies: Vec<_> = (0..count).map_while(bevy).collect();
        if bevies.is_empty() && count > 0 {
            return Err(Refusal::new(format!(
                "in several files, and {name} does not lie in this one"
            )));
        }
        Ok(Stream { name: name.to_owned(), at, len, chunk_len, chunks, codec, bevies })
    }
}

/// How chunks are packed.
fn codec(method: Option<&str>) -> Result<Option<Codec>, Refusal> {
    let Some(method) = method else { return Ok(Some(Codec::Zlib)) };
    let all = [
        ("google.com/p/snappy", Some(Codec::Snappy)),
        ("github.com/google/snappy", Some(Codec::Snappy)),
        ("rfc1950", Some(Codec::Zlib)),
        ("rfc1951", Some(Codec::Deflate)),
        ("google.com/p/lz4", Some(Codec::Lz4)),
        ("github.com/lz4/lz4", Some(Codec::Lz4)),
        ("facebook/zstd", Some(Codec::Zstd)),
        ("rfc8478", Some(Codec::Zstd)),
        ("rfc8878", Some(Codec::Zstd)),
        ("aff4.org/Schema#NullCompressor", None),
        ("aff4.org/Schema#compression/stored", None),
    ];
    let method_lower = method.to_ascii_lowercase();
    let found = all.iter().find(|(part, _)| method_lower.contains(&part.to_ascii_lowercase()));
    found
        .map(|(_, codec)| *codec)
        .ok_or_else(|| Refusal::new(format!("packed by a method that is not read ({method})")))
}

/// An index: the number of its stream and its own, and its bytes.
type Index = ((usize, u64), Option<Arc<[u8]>>);

/// Streams as one range of bytes.
struct Joined {
    files: Files,
    streams: Streams,
    indexes: Mutex<VecDeque<Index>>,
}

impl Joined {
    /// Where a chunk of a stream lies.
    fn chunk(&self, number: usize, stream: &Stream, chunk: u64) -> Option<Stored> {
        let (bevy, inside) = (chunk / stream.chunks, (chunk % stream.chunks) as usize);
        let (data, index_row) = stream.bevies.get(usize::try_from(bevy).ok()?)?;
        let index = self.index((number, bevy), index_row)?;
        let row = index.get(inside * ROW..)?.get(..ROW)?;
        let (at, len) = (u64_le(row, 0)?, u64::from(u32_le(row, 8)?));
        at.checked_add(len).filter(|end| *end <= data.packed_len)?;
        let from = data.data_at(self.files.get(0)?)?.checked_add(at)?;
        // What would not have become shorter lies as it is.
        let codec = stream.codec.filter(|_| len != stream.chunk_len);
        Some(match codec {
            Some(codec) => Stored::Packed(Packed { file: 0, at: from, len, codec }),
            None => Stored::Plain { file: 0, at: from },
        })
    }

    fn index(&self, key: (usize, u64), row: &ZipRow) -> Option<Arc<[u8]>> {
        let lock = || self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut indexes = lock();
        if let Some(at) = indexes.iter().position(|(known, _)| *known == key)
            && let Some(known) = indexes.remove(at)
        {
            let index = known.1.clone();
            indexes.push_front(known);
            return index;
        }
        drop(indexes);
        let index = content(&self.files, row).map(Arc::from);
        let mut indexes = lock();
        indexes.truncate(MOST_INDEXES - 1);
        indexes.push_front((key, index.clone()));
        index
    }
}

impl Layout for Joined {
    fn name(&self) -> &'static str {
        "streams of an AFF4 image"
    }

    fn len(&self) -> u64 {
        self.streams.len
    }

    fn files(&self) -> &Files {
        &self.files
    }

    fn files_mut(&mut self) -> &mut Files {
        &mut self.files
    }

    fn piece(&self, at: u64) -> Piece {
        let streams = &self.streams.streams;
        let number = streams.partition_point(|stream| stream.at <= at).saturating_sub(1);
        let Some(stream) = streams.get(number) else {
            return Piece { at, len: 1, stored: Stored::Lost };
        };
        let chunk = (at - stream.at) / stream.chunk_len;
        let span = Span { at: stream.at + chunk * stream.chunk_len, len: stream.chunk_len };
        match self.chunk(number, stream, chunk) {
            Some(stored) => Piece::new(span, stored),
            None => Piece::new(span, Stored::Lost),
        }
    }

    /// The last chunk of a stream is as long as the others, and its end belongs to nothing.
    fn reach(&self, at: u64) -> u64 {
        let streams = &self.streams.streams;
        let next = streams.partition_point(|stream| stream.at <= at);
        streams.get(next).map_or(u64::MAX, |stream| stream.at)
    }
}
