//! VP8 key frames: the header, and every coefficient followed without its picture.
//!
//! An arithmetic decoder reads anything, so no byte is wrong by itself. But foreign bytes give a
//! picture of another length: its partitions must end where the frame says.
//!
//! Source: RFC 6386.

mod bits;
mod modes;
mod probabilities;
mod tokens;

use crate::verdict::Reject;
use crate::view::{Endian::Little, View};
use bits::Bits;
use modes::{Modes, Segments};
use tokens::Tokens;

/// Bytes before the first partition. Source: RFC 6386, 9.1 "Uncompressed Data Chunk".
const HEAD_LEN: u64 = 10;

/// What following a macroblock costs, in bytes that could be read instead: most of its 400 coefficients
/// may take next to no bits.
const BLOCK_WORK: u64 = 32;

/// The uncompressed part of the header.
#[derive(Clone, Copy)]
pub(super) struct Head {
    /// Width and height in pixels.
    pub(super) pixels: (u32, u32),
    first_partition_len: u64,
}

impl Head {
    /// The header of the key frame that fills the view.
    pub(super) fn read(view: &mut View<'_>) -> Result<Self, Reject> {
        let tag = view.u32(0, Little)? & 0xff_ffff;
        let (inter, version, shown) = (tag & 1, tag >> 1 & 7, tag >> 4 & 1);
        let first_partition_len = u64::from(tag >> 5);
        if inter != 0 || version > 3 || shown == 0 || HEAD_LEN + first_partition_len > view.len() {
            return Err(view.malformed(0, "VP8 frame tag"));
        }
        if &view.array::<3>(3)? != b"\x9d\x01\x2a" {
            return Err(view.malformed(3, "VP8 start code"));
        }
        let side = |word: u16| u32::from(word & 0x3fff);
        let pixels = (side(view.u16(6, Little)?), side(view.u16(8, Little)?));
        if pixels.0 == 0 || pixels.1 == 0 {
            return Err(view.malformed(6, "VP8 dimensions"));
        }
        Ok(Head { pixels, first_partition_len })
    }

    /// Columns and rows of macroblocks.
    fn macroblocks(&self) -> (usize, usize) {
        (self.pixels.0.div_ceil(16) as usize, self.pixels.1.div_ceil(16) as usize)
    }
}

/// What the fields before the macroblocks say. Source: RFC 6386, 9.3 to 9.11.
struct Fields {
    segments: Segments,
    partitions: u64,
    tokens: Tokens,
    /// Probability that a macroblock has coefficients, where some have none.
    skip: Option<u8>,
}

/// How far a frame can be followed.
pub(super) struct Followed {
    /// Where its data do not end as they should; nothing when they do.
    pub(super) flaw: Option<u64>,
    /// Rows of macroblocks that were read before, as a part of all.
    pub(super) share: f32,
}

/// Follows the frame that fills the view, of which the bytes from `cut` on are not its own.
pub(super) fn follow(view: &mut View<'_>, head: Head, cut: u64) -> Result<Followed, Reject> {
    let (columns, rows) = head.macroblocks();
    let first_end = HEAD_LEN + head.first_partition_len;
    let mut first = Bits::new(HEAD_LEN, first_end.min(cut).max(HEAD_LEN));
    let mut fields = fields(view, &mut first, columns);
    let Some(mut partitions) = partitions(view, first_end, fields.partitions, cut)? else {
        return Ok(Followed { flaw: Some(first_end), share: 0.0 });
    };
    let count = partitions.len();
    let mut modes = Modes::new(fields.segments, fields.skip, columns);
    for row in 0..rows {
        if !view.work(columns as u64 * BLOCK_WORK) {
            return Err(Reject::OverBudget { at: view.base(), len: BLOCK_WORK });
        }
        modes.begin_row();
        fields.tokens.begin_row();
        let partition = &mut partitions[row % count];
        for column in 0..columns {
            let mode = modes.read(view, &mut first, column);
            fields.tokens.read(view, partition, column, mode);
        }
        if let Some(bits) = [&first, partition].into_iter().find(|bits| bits.is_overrun()) {
            return Ok(Followed { flaw: Some(bits.end()), share: row as f32 / rows as f32 });
        }
    }
    let all = [&first].into_iter().chain(&partitions);
    let flaw = all.filter(|bits| !bits.is_used_up()).map(Bits::end).next();
    Ok(Followed { flaw, share: 1.0 })
}

/// Source: RFC 6386, 19.2 "Frame Header".
fn fields(view: &mut View<'_>, bits: &mut Bits, columns: usize) -> Fields {
    bits.literal(view, 2); // colour space, clamping
    let segments = Segments::read(view, bits);
    bits.literal(view, 1 + 6 + 3); // loop filter
    if bits.flag(view) && bits.flag(view) {
        for _ in 0..8 {
            bits.optional(view, 6);
        }
    }
    let partitions = 1 << bits.literal(view, 2);
    bits.literal(view, 7);
    for _ in 0..5 {
        bits.optional(view, 4); // quantizers
    }
    bits.flag(view); // whether probabilities outlive the frame
    let tokens = Tokens::read_header(view, bits, columns);
    let skip = bits.flag(view).then(|| bits.literal(view, 8) as u8);
    Fields { segments, partitions, tokens, skip }
}

/// The partitions of coefficients up to `cut`, whose lengths but for the last stand before them;
/// nothing where they do not fit. Source: RFC 6386, 9.5 "Token Partition and Partition Data Offsets".
fn partitions(
    view: &mut View<'_>,
    at: u64,
    count: u64,
    cut: u64,
) -> Result<Option<Vec<Bits>>, Reject> {
    let mut start = at + 3 * (count - 1);
    let mut found = Vec::with_capacity(8);
    for number in 0..count {
        let end = if number + 1 == count {
            view.len()
        } else {
            let [low, middle, high] = view.array(at + 3 * number)?;
            start + u64::from(u32::from_le_bytes([low, middle, high, 0]))
        };
        if start > end || end > view.len() {
            return Ok(None);
        }
        found.push(Bits::new(start.min(cut), end.min(cut)));
        start = end;
    }
    Ok(Some(found))
}
