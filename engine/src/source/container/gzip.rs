//! gzip streams: the disk that a stream is unpacked to, read at any offset.
//!
//! Source: RFC 1952 (gzip), RFC 1951 (deflate).
//!
//! A stream can be unpacked from its start alone, unless somebody has noted on the way how things stood: when it is
//! opened all of it is unpacked once, and every few megabytes the place in the stream and the last 32 KiB are kept.

mod index;
mod member;

pub(super) use index::Index;
pub(super) use member::Wrapping;

use super::opening::{Opened, Opening};
use super::recent::Recent;
use super::refusal::Refusal;
use super::stream::{StreamDisk, StreamIndex};
use crate::source::packed::{GZIP_NAMES, begins_raw_image};
use member::Stream;

static RECENT: Recent<Index> = Recent::new();

/// Bytes of the start that must unpack.
const PROOF: usize = 4096;

/// Steps in which they must: nobody begins with members without end of which nothing comes out.
const MOST_STEPS: usize = 256;

/// Whether a file is one: by a header in which nothing is odd, and a start that unpacks.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    let Some(header) = member::header(&opening.files, 0) else { return false };
    let source = opening.files.get(0);
    if source.is_some_and(|source| begins_raw_image(source, GZIP_NAMES)) {
        return false;
    }
    let mut stream = Stream::new(header, Wrapping::Members);
    let mut made = 0;
    for _ in 0..MOST_STEPS {
        if made >= PROOF {
            break;
        }
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
    let index = RECENT.get_or_make(&opening, || {
        let at = member::header(&opening.files, 0).ok_or_else(|| Refusal::damaged("header"))?;
        Index::build(&opening.files, at, Wrapping::Members, opening.stop)
    })?;
    if index.len() == 0 {
        return Err(Refusal::nothing_left("and nothing comes out of it"));
    }
    let (files, len) = (opening.files, index.len());
    Ok(Opened::whole(StreamDisk { files, len, index, name: "compressed with gzip" }))
}
