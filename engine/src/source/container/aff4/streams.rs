//! Streams of chunks: so many chunks lie in one member each, and where in it is told by another one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use afterimage_signatures::verdict::Span;

use super::archive::Member;
use super::digest::{self, Algorithm};
use super::geometry::{Geometry, member_name};
use super::volumes::Volumes;
use crate::source::container::files::{Files, u32_le, u64_le};
use crate::source::container::piece::{Layout, Packed, Piece, Stored};
use crate::source::container::refusal::Refusal;
use crate::source::container::unpack::Codec;

/// Bytes of a row of an index.
const ROW: usize = 12;

/// Streams at the most.
const MOST_STREAMS: usize = 1000;

/// Indexes and lists of hashes that are kept, the last ones used: each has some tens of kilobytes.
const MOST_LISTS: usize = 64;

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
    geometry: Geometry,
    /// Nothing for chunks that are never packed.
    codec: Option<Codec>,
    /// The members with chunks, as far as they are there.
    bevies: Vec<Bevy>,
}

/// A member with chunks, and what belongs to it.
struct Bevy {
    data: Member,
    index: Member,
    hashes: Option<(Algorithm, Member)>,
}

impl Streams {
    /// Adds a stream, unless it is there already: where it begins among all.
    pub(super) fn add(&mut self, volumes: &Volumes, name: &str) -> Result<u64, Refusal> {
        if let Some(known) = self.streams.iter().find(|stream| stream.name == name) {
            return Ok(known.at);
        }
        let at = self.len;
        let stream = Stream::open(volumes, name, at)?;
        self.len = at.checked_add(stream.geometry.len).ok_or_else(|| damaged(name))?;
        self.streams.push(stream);
        match self.streams.len() <= MOST_STREAMS {
            true => Ok(at),
            false => Err(Refusal::new("with more streams than are read")),
        }
    }

    /// Bytes of the stream that begins at `at`.
    pub(super) fn len_of(&self, at: u64) -> u64 {
        let found = self.streams.iter().find(|stream| stream.at == at);
        found.map_or(0, |stream| stream.geometry.len)
    }

    /// The bytes of all streams, one after the other.
    pub(super) fn layout(self, files: Files) -> impl Layout {
        Joined { files, streams: self, lists: Mutex::default() }
    }
}

fn damaged(name: &str) -> Refusal {
    Refusal::damaged(&format!("stream {name}"))
}

fn elsewhere(name: &str) -> Refusal {
    Refusal::with(
        format!("in several files, and {name} lies in none that is here"),
        "put all .aff4 files of the image into one folder of this machine",
    )
}

impl Stream {
    fn open(volumes: &Volumes, name: &str, at: u64) -> Result<Self, Refusal> {
        let metadata = volumes.describes(name).ok_or_else(|| elsewhere(name))?;
        let geometry = Geometry::of(metadata, name).ok_or_else(|| damaged(name))?;
        let codec = codec(metadata.value(name, "compressionMethod"))?;
        // Of members that are not there a short file says nothing.
        let bevies = (0..geometry.members()).map_while(|number| Bevy::find(volumes, name, number));
        let bevies: Vec<Bevy> = bevies.collect();
        if bevies.is_empty() && geometry.len > 0 {
            return Err(elsewhere(name));
        }
        Ok(Stream { name: name.to_owned(), at, geometry, codec, bevies })
    }

    /// The number of a chunk that holds a byte of all streams.
    fn chunk_at(&self, at: u64) -> u64 {
        (at - self.at) / self.geometry.chunk_len
    }
}

impl Bevy {
    fn find(volumes: &Volumes, stream: &str, number: u64) -> Option<Self> {
        let name = member_name(stream, number);
        let data = volumes.member(&name).filter(|member| member.row.is_stored())?;
        let index = volumes.member(&format!("{name}.index"));
        let index = index.or_else(|| volumes.member(&format!("{name}/index")))?;
        Some(Bevy { data, index, hashes: digest::of(volumes, &name) })
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

/// What a list belongs to: the number of the stream, that of the bevy, and whether it is of hashes.
type ListKey = (usize, u64, bool);

/// An index or a list of hashes; nothing for one that cannot be read.
type List = (ListKey, Option<Arc<[u8]>>);

/// Streams as one range of bytes.
struct Joined {
    files: Files,
    streams: Streams,
    lists: Mutex<VecDeque<List>>,
}

impl Joined {
    /// The stream that holds a byte, and its number.
    fn stream(&self, at: u64) -> Option<(usize, &Stream)> {
        let streams = &self.streams.streams;
        let number = streams.partition_point(|stream| stream.at <= at).checked_sub(1)?;
        Some((number, streams.get(number)?))
    }

    /// Where a chunk of a stream lies.
    fn chunk(&self, number: usize, stream: &Stream, chunk: u64) -> Option<Stored> {
        let geometry = &stream.geometry;
        let (bevy_number, inside) = (chunk / geometry.chunks, (chunk % geometry.chunks) as usize);
        let bevy = stream.bevies.get(usize::try_from(bevy_number).ok()?)?;
        let index = self.list((number, bevy_number, false), &bevy.index)?;
        let row = index.get(inside * ROW..)?.get(..ROW)?;
        let (at, len) = (u64_le(row, 0)?, u64::from(u32_le(row, 8)?));
        at.checked_add(len).filter(|end| *end <= bevy.data.row.packed_len)?;
        let from = bevy.data.at(&self.files)?.checked_add(at)?;
        let file = bevy.data.file;
        // What would not have become shorter lies as it is.
        let codec = stream.codec.filter(|_| len != geometry.chunk_len);
        Some(match (codec, &bevy.hashes) {
            (Some(codec), _) => Stored::Packed(Packed { file, at: from, len, codec }),
            (None, _) if len < geometry.inside(chunk) => return None,
            (None, None) => Stored::Plain { file, at: from },
            (None, Some(_)) => Stored::Packed(Packed { file, at: from, len, codec: Codec::Stored }),
        })
    }

    /// Whether a chunk that was unpacked has the hash that was noted of it, where one was. A list of hashes that is damaged
    /// or too short says nothing against a chunk.
    fn is_sound(&self, at: u64, chunk_bytes: &[u8]) -> bool {
        let Some((number, stream)) = self.stream(at) else { return false };
        let (geometry, chunk) = (&stream.geometry, stream.chunk_at(at));
        let bevy_number = chunk / geometry.chunks;
        let bevy = usize::try_from(bevy_number).ok().and_then(|number| stream.bevies.get(number));
        let Some((algorithm, member)) = bevy.and_then(|bevy| bevy.hashes.as_ref()) else {
            return true;
        };
        let list = self.list((number, bevy_number, true), member);
        let start = (chunk % geometry.chunks) as usize * algorithm.len();
        let hash = list.as_ref().and_then(|list| list.get(start..start + algorithm.len()));
        let Some(hash) = hash else { return true };
        let inside = &chunk_bytes[..chunk_bytes.len().min(geometry.inside(chunk) as usize)];
        // Of the last chunk some programs hash what fills it up, and others do not.
        algorithm.holds(inside, hash)
            || inside.len() < chunk_bytes.len() && algorithm.holds(chunk_bytes, hash)
    }

    fn list(&self, key: ListKey, member: &Member) -> Option<Arc<[u8]>> {
        let lock = || self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lists = lock();
        if let Some(at) = lists.iter().position(|(known, _)| *known == key)
            && let Some(known) = lists.remove(at)
        {
            let list = known.1.clone();
            lists.push_front(known);
            return list;
        }
        drop(lists);
        let list = member.content(&self.files).map(Arc::from);
        let mut lists = lock();
        lists.truncate(MOST_LISTS - 1);
        lists.push_front((key, list.clone()));
        list
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
        let Some((number, stream)) = self.stream(at) else {
            return Piece { at, len: 1, stored: Stored::Lost };
        };
        let (chunk, len) = (stream.chunk_at(at), stream.geometry.chunk_len);
        let span = Span { at: stream.at + chunk * len, len };
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

    fn unpack(&self, piece: &Piece, packed: &Packed, out: &mut [u8]) -> bool {
        let Some(bytes) = self.files.bytes(packed.file, packed.at, packed.len) else {
            return false;
        };
        let is_whole = packed.codec.unpack(&bytes, out) || {
            // Some programs do not fill up the last chunk.
            let inside = self.stream(piece.at).map_or(0, |(_, stream)| {
                stream.geometry.inside(stream.chunk_at(piece.at)) as usize
            });
            let (made, rest) = out.split_at_mut(inside.min(out.len()));
            let is_short = !made.is_empty() && !rest.is_empty();
            rest.fill(0);
            is_short && packed.codec.unpack(&bytes, made)
        };
        is_whole && self.is_sound(piece.at, out)
    }
}
