//! The members of a stream, one after the other, unpacked in steps.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_STOP_ON_BLOCK_BOUNDARY,
    TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{BlockBoundaryState, DecompressorOxide, decompress};

use crate::source::container::files::Files;
use crate::source::gzip_header::{FIXED, GzipHeader};

/// Bytes that a stream may look back.
pub(super) const WINDOW: usize = 32 << 10;

/// Bytes that are made at once, and packed bytes that are looked at for them.
const STEP: usize = 256 << 10;
const INPUT: u64 = 64 << 10;

/// Bytes of what follows the data.
const TRAILER: u64 = 8;

/// The longest header: names and comments are short.
const MOST_HEADER: u64 = 64 << 10;

/// Where the data of the member that begins at `at` begin, when there is one.
pub(super) fn header(files: &Files, at: u64) -> Option<u64> {
    // Most files are none: no more than this is read of them.
    let fixed = files.bytes(0, at, FIXED as u64)?;
    fixed.first_chunk().filter(|fixed| GzipHeader::begins(fixed))?;
    let rest = files.len_of(0).checked_sub(at)?.min(MOST_HEADER);
    let bytes = files.bytes(0, at, rest)?;
    let end = GzipHeader::read(&bytes)?.len;
    (end <= bytes.len()).then(|| at + end as u64)
}

/// What surrounds deflated data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source::container) enum Wrapping {
    /// Headers and trailers of gzip, and one member may follow another.
    Members,
    /// Nothing: the checksum and the length of what comes out are told elsewhere.
    Bare { checksum: u32, len: u64 },
}

/// How a stream stands between two steps.
#[derive(Clone)]
pub(super) enum Standing {
    /// At the start of the data of a member: nothing is looked back at.
    Start,
    /// Between two blocks: some bits of the byte before are left.
    Between { bits: u8, left: u8 },
    /// Inside of a block that is too long to wait for its end.
    Inside(Box<DecompressorOxide>),
}

/// Why a stream ends before its end.
#[derive(Debug)]
pub(super) struct Damaged;

/// What a step made.
pub(super) struct Step<'s> {
    pub(super) made: &'s [u8],
    /// The checksum and the length of the member, where it ends with this step.
    pub(super) end: Option<(u32, u32)>,
}

/// A stream that is being unpacked.
pub(super) struct Stream {
    /// The next packed byte.
    at: u64,
    inflater: Box<DecompressorOxide>,
    /// The window, and what was made after it.
    buffer: Vec<u8>,
    /// Where in the buffer the next byte goes.
    next: usize,
    is_between: bool,
    is_over: bool,
    wrapping: Wrapping,
}

impl Stream {
    /// At the data of a member that begin at `at`.
    pub(super) fn new(at: u64, wrapping: Wrapping) -> Self {
        Stream::resumed(at, wrapping, &Standing::Start, &[])
    }

    /// From where a stream stood at `at`, after `window`.
    pub(super) fn resumed(at: u64, wrapping: Wrapping, standing: &Standing, window: &[u8]) -> Self {
        let inflater = match standing {
            Standing::Start => Box::default(),
            Standing::Between { bits, left } => {
                let state =
                    BlockBoundaryState { num_bits: *bits, bit_buf: *left, ..Default::default() };
                Box::new(DecompressorOxide::from_block_boundary_state(&state))
            }
            Standing::Inside(inflater) => inflater.clone(),
        };
        let mut buffer = vec![0; WINDOW + STEP];
        let window = &window[window.len().saturating_sub(WINDOW)..];
        buffer[WINDOW - window.len()..WINDOW].copy_from_slice(window);
        Stream { at, inflater, buffer, next: WINDOW, is_between: true, is_over: false, wrapping }
    }

    /// How it stands, and where; nothing at its end.
    pub(super) fn standing(&self, wants_any: bool) -> Option<(u64, Standing)> {
        if self.is_over {
            return None;
        }
        let between = || {
            let state = self.inflater.block_boundary_state()?;
            Some(Standing::Between { bits: state.num_bits, left: state.bit_buf })
        };
        let standing = if self.is_between { between() } else { None };
        let inside = || wants_any.then(|| Standing::Inside(self.inflater.clone()));
        Some((self.at, standing.or_else(inside)?))
    }

    /// What may be looked back at.
    pub(super) fn window(&self) -> &[u8] {
        &self.buffer[self.next - WINDOW..self.next]
    }

    /// Unpacks a little more; nothing at the end of the last member.
    pub(super) fn step(&mut self, files: &Files) -> Result<Option<Step<'_>>, Damaged> {
        if self.is_over {
            return Ok(None);
        }
        if self.next == self.buffer.len() {
            self.buffer.copy_within(self.next - WINDOW.., 0);
            self.next = WINDOW;
        }
        let start = self.next;
        let (mut end, mut is_done) = (None, false);
        while self.next == start && !is_done {
            let rest = files.len_of(0).saturating_sub(self.at).min(INPUT);
            let packed = files.bytes(0, self.at, rest).ok_or(Damaged)?;
            let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF
                | TINFL_FLAG_STOP_ON_BLOCK_BOUNDARY
                | if rest == INPUT { TINFL_FLAG_HAS_MORE_INPUT } else { 0 };
            let (status, taken, made) =
                decompress(&mut self.inflater, &packed, &mut self.buffer, self.next, flags);
            self.at += taken as u64;
            self.next += made;
            self.is_between = status == TINFLStatus::BlockBoundary;
            match status {
                TINFLStatus::Done => is_done = true,
                TINFLStatus::BlockBoundary | TINFLStatus::HasMoreOutput => {}
                TINFLStatus::NeedsMoreInput if taken > 0 || made > 0 => {}
                // What came out before the damage is delivered first.
                _ if self.next > start => break,
                _ => return Err(Damaged),
            }
        }
        if is_done && self.wrapping == Wrapping::Members {
            end = self.next_member(files);
        } else if is_done {
            self.is_over = true;
        }
        Ok(Some(Step { made: &self.buffer[start..self.next], end }))
    }

    /// Goes on to the next member; what follows the last one, zeros or anything, is no part of the stream.
    fn next_member(&mut self, files: &Files) -> Option<(u32, u32)> {
        let trailer = files.array::<{ TRAILER as usize }>(0, self.at);
        let next = trailer.and_then(|_| header(files, self.at + TRAILER));
        match next {
            Some(data) => {
                self.at = data;
                *self.inflater = DecompressorOxide::default();
                self.is_between = true;
            }
            None => self.is_over = true,
        }
        let [checksum, len] = trailer?.as_chunks::<4>().0.first_chunk().copied()?;
        Some((u32::from_le_bytes(checksum), u32::from_le_bytes(len)))
    }
}
