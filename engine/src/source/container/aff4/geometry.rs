//! How the chunks of a stream are laid out in members, so many in each.
//!
//! Source: "AFF4 Standard v1.0a", 3 "Image Stream".

use super::metadata::Metadata;
use crate::source::container::piece::MOST_PACKED;

/// What streams have that do not say otherwise.
const CHUNK: u64 = 32 << 10;
const CHUNKS: u64 = 1024;

/// Chunks in a member at the most.
const MOST_CHUNKS: u64 = 1 << 20;

/// What a stream says of its chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Geometry {
    /// Bytes of the stream.
    pub(super) len: u64,
    /// Bytes of a chunk; the last one may have fewer.
    pub(super) chunk_len: u64,
    /// Chunks in a member.
    pub(super) chunks: u64,
}

impl Geometry {
    /// What is said of a stream, when it can be.
    pub(super) fn of(metadata: &Metadata, stream: &str) -> Option<Self> {
        let number = |word, default| match metadata.value(stream, word) {
            None => Some(default),
            Some(_) => metadata.number(stream, word),
        };
        let (len, chunk_len, chunks) = (
            metadata.number(stream, "size")?,
            number("chunkSize", CHUNK)?,
            number("chunksInSegment", CHUNKS)?,
        );
        let is_fine = (1..=MOST_PACKED).contains(&chunk_len)
            && (1..=MOST_CHUNKS).contains(&chunks)
            && len <= i64::MAX as u64;
        is_fine.then_some(Geometry { len, chunk_len, chunks })
    }

    /// Members with chunks.
    pub(super) fn members(&self) -> u64 {
        self.len.div_ceil(self.chunk_len * self.chunks)
    }

    /// Bytes of a chunk that belong to the stream.
    pub(super) fn inside(&self, chunk: u64) -> u64 {
        self.len.saturating_sub(chunk.saturating_mul(self.chunk_len)).min(self.chunk_len)
    }
}

/// What the member of that number with chunks of a stream is called.
pub(super) fn member_name(stream: &str, number: u64) -> String {
    format!("{stream}/{number:08}")
}
