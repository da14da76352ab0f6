//! Disks that a compressed stream is unpacked to, by an index of the places from which that can be done.

use std::sync::Arc;

use afterimage_signatures::verdict::Span;

use super::files::Files;
use super::piece::{Layout, Packed, Piece, Stored};
use super::refusal::Refusal;
use crate::control::progress::Stop;

/// Bytes after a stream that are looked at together.
const STEP: u64 = 1 << 20;

/// How a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Its checksums hold, and nothing but zeros follows it.
    Whole,
    /// With damage, or by the end of the file.
    Damaged,
    /// With something after it that is no part of it, and may have been.
    Followed,
    /// With a part that is packed in a way that is not read, and what comes after it.
    NotRead,
}

impl Ending {
    /// The ending of a stream after whose last part come the bytes from `at` on.
    pub(super) fn before(files: &Files, mut at: u64, stop: &Stop) -> Result<Self, Refusal> {
        let len = files.len_of(0);
        if at > len {
            return Ok(Ending::Damaged);
        }
        while at < len {
            go_on(stop)?;
            let step = STEP.min(len - at);
            let bytes = files.bytes(0, at, step);
            if !bytes.is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0)) {
                return Ok(Ending::Followed);
            }
            at += step;
        }
        Ok(Ending::Whole)
    }

    /// The same, unless what came out is not what a checksum says.
    pub(super) fn if_sound(self, is_sound: bool) -> Self {
        if is_sound { self } else { Ending::Damaged }
    }

    /// What is wrong with a disk whose stream ends so, as after "and".
    fn fault(self) -> Option<&'static str> {
        match self {
            Ending::Whole => None,
            Ending::Damaged => Some("it is damaged or cut short"),
            Ending::Followed => Some("what follows its last part is damaged or something else"),
            Ending::NotRead => Some("a later part of it is packed in a way that is not read"),
        }
    }
}

/// Whether a stream is still to be unpacked: a refusal where somebody wants the program to end.
pub(super) fn go_on(stop: &Stop) -> Result<(), Refusal> {
    if stop.is_over() {
        return Err(Refusal::with("and was not unpacked to its end", "scan it again").passing());
    }
    Ok(())
}

/// Places of a stream from which it can be unpacked.
pub(super) trait StreamIndex: Send + Sync {
    /// Bytes that come out of the stream.
    fn len(&self) -> u64;

    /// How it ends.
    fn ending(&self) -> Ending;

    /// The bytes from one place to the next that hold the byte at `at`: where they begin and end, and where the packed
    /// ones lie. Nothing for what no place leads to.
    fn part(&self, at: u64) -> Option<(u64, u64, u64)>;

    /// Bytes of memory that unpacking the part after `made` bytes takes besides what comes out.
    fn needs(&self, made: u64) -> u64;

    /// Unpacks the part after `made` bytes into `out`, which has its length: whether all of it came out.
    fn unpack(&self, files: &Files, made: u64, out: &mut [u8]) -> bool;
}

/// The part that holds the byte at `at`, as [`StreamIndex::part`] has it, of `places` in order: `of` tells how many bytes came
/// out before one, and where its packed bytes lie. `len` bytes come out of all.
pub(super) fn part_of<T>(
    places: &[T],
    of: impl Fn(&T) -> (u64, u64),
    len: u64,
    at: u64,
) -> Option<(u64, u64, u64)> {
    let next = places.partition_point(|place| of(place).0 <= at);
    let (made, from) = of(places.get(next.checked_sub(1)?)?);
    let end = places.get(next).map_or(len, |place| of(place).0);
    (at < end).then_some((made, end, from))
}

/// A disk that a stream is unpacked to.
pub(super) struct StreamDisk<I> {
    pub(super) files: Files,
    pub(super) index: Arc<I>,
    /// Bytes of it: what does not come out of the stream is lost.
    pub(super) len: u64,
    /// What it is.
    pub(super) name: &'static str,
}

impl<I: StreamIndex> Layout for StreamDisk<I> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn fault(&self) -> Option<&'static str> {
        self.index.ending().fault()
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
        if at >= self.index.len() {
            return Piece::new(Span::between(self.index.len(), u64::MAX), Stored::Lost);
        }
        Piece::of_stream(self.index.part(at), at)
    }

    fn needs(&self, piece: &Piece) -> u64 {
        self.index.needs(piece.at)
    }

    fn unpack(&self, piece: &Piece, _packed: &Packed, out: &mut [u8]) -> bool {
        self.index.unpack(&self.files, piece.at, out)
    }
}
