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

/// Packed bytes of which there are fewer are read with those that follow them.
const LEAST_INPUT: usize = 32 << 10;

/// Blocks of which nothing comes out that are gone through at once.
const MOST_EMPTY: usize = 256;

/// Bytes of what follows the data.
const TRAILER: u64 = 8;

/// Bytes in which a header is looked for: names and comments are short, and what follows may not be readable.
const HEADERS: [u64; 3] = [FIXED as u64, 512, 64 << 10];

/// Where the data of the member that begins at `at` begin, when there is one.
pub(super) fn header(files: &Files, at: u64) -> Option<u64> {
    // Most files are none: no more than this is read of them.
    let fixed = files.bytes(0, at, FIXED as u64)?;
    fixed.first_chunk().filter(|fixed| GzipHeader::begins(fixed))?;
    let rest = files.len_of(0).checked_sub(at)?;
    HEADERS.into_iter().find_map(|len| {
        let bytes = files.bytes(0, at, rest.min(len))?;
        let end = GzipHeader::read(&bytes)?.len;
        (end <= bytes.len()).then(|| at + end as u64)
    })
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

/// Packed bytes that were read last.
#[derive(Default)]
struct Input {
    /// Where they begin.
    at: u64,
    bytes: Vec<u8>,
}

impl Input {
    /// Packed bytes from `at` on, and whether more follow them; nothing where they cannot be read.
    fn from(&mut self, files: &Files, at: u64) -> Option<(&[u8], bool)> {
        let len = files.len_of(0);
        let has_more = |input: &Input| input.at + (input.bytes.len() as u64) < len;
        let rest = |input: &Input| {
            at.checked_sub(input.at).map(|at| usize::try_from(at).unwrap_or(usize::MAX))
        };
        let left = rest(self).and_then(|at| self.bytes.len().checked_sub(at));
        if left.is_none_or(|left| left < LEAST_INPUT && has_more(self)) {
            let bytes = files.bytes(0, at, len.saturating_sub(at).min(INPUT))?;
            self.bytes.clear();
            self.bytes.extend_from_slice(&bytes);
            self.at = at;
        }
        let has_more = has_more(self);
        self.bytes.get(rest(self)?..).map(|bytes| (bytes, has_more))
    }
}

/// A stream that is being unpacked.
pub(super) struct Stream {
    /// The next packed byte.
    at: u64,
    input: Input,
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
    /// Bytes of memory that one takes.
    pub(super) const MEMORY: u64 = (WINDOW + STEP) as u64 + INPUT;

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
        let input = Input::default();
        let (is_between, is_over) = (true, false);
        Stream { at, input, inflater, buffer, next: WINDOW, is_between, is_over, wrapping }
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

    /// The next packed byte: at the end of a stream the first one after it.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// What may be looked back at.
    pub(super) fn window(&self) -> &[u8] {
        &self.buffer[self.next - WINDOW..self.next]
    }

    /// Unpacks a little more, and possibly nothing; no step is made at the end of the last member.
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
        for _ in 0..MOST_EMPTY {
            let (packed, has_more) = self.input.from(files, self.at).ok_or(Damaged)?;
            let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF
                | TINFL_FLAG_STOP_ON_BLOCK_BOUNDARY
                | if has_more { TINFL_FLAG_HAS_MORE_INPUT } else { 0 };
            let (status, taken, made) =
                decompress(&mut self.inflater, packed, &mut self.buffer, self.next, flags);
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
            if self.next > start || is_done {
                break;
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
            None => {
                self.is_over = true;
                self.at += if trailer.is_some() { TRAILER } else { 0 };
            }
        }
        let [checksum, len] = trailer?.as_chunks::<4>().0.first_chunk().copied()?;
        Some((u32::from_le_bytes(checksum), u32::from_le_bytes(len)))
    }
}
