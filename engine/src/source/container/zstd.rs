//! zstd streams: the disk that a stream is unpacked to, read at any offset.
//!
//! Source: RFC 8878; "Zstandard Seekable Format" 0.1.0 of its makers.
//!
//! Frames can be unpacked by themselves. One that is long, as programs make of a whole disk, can be unpacked from its
//! start alone, unless somebody has noted on the way how things stood: when such a stream is opened it is unpacked
//! once, and every few megabytes the bytes that may be looked back at are kept, with the tables in use.

mod build;
mod decoder;
mod entropy;
mod frame;
mod index;
mod seek_table;

use super::opening::{Opened, Opening};
use super::recent::Recent;
use super::refusal::Refusal;
use super::stream::{StreamDisk, StreamIndex};
use crate::source::packed::{HEAD_OF_DISK, ZSTD_NAMES, is_head_of_disk, may_be_raw};
use index::Index;

static RECENT: Recent<Index> = Recent::new();

/// Whether a file is one: by a header in which nothing is odd, and a first block that unpacks.
pub(super) fn is(opening: &Opening<'_>) -> bool {
    let Some((at, header)) = frame::first(&opening.files) else { return false };
    let is_disk = || {
        is_head_of_disk(
            &decoder::head(&opening.files, at, &header, HEAD_OF_DISK).unwrap_or_default(),
        )
    };
    let is_raw = opening.files.get(0).is_some_and(|source| may_be_raw(source, ZSTD_NAMES));
    decoder::begins(&opening.files, at, &header) && (!is_raw || is_disk())
}

/// Finds the disk.
pub(super) fn open(opening: Opening<'_>) -> Result<Opened, Refusal> {
    let index = RECENT.get_or_make(&opening, || build::build(&opening.files, opening.stop))?;
    if index.len() == 0 {
        return Err(Refusal::nothing_left("and nothing comes out of it"));
    }
    let (files, len) = (opening.files, index.len());
    Ok(Opened::whole(StreamDisk { files, len, index, name: "compressed with zstd" }))
}
