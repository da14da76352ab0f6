//! Tables of samples: where chunks begin, how many samples each has, and how long these are.
//!
//! Source: ISO/IEC 14496-12:2022, 8.7 "Sample tables".

use super::ahead::Ahead;
use super::{FULL, Header};
use crate::verdict::{Reject, Span};
use crate::view::{Endian::Big, View};

/// Walks the samples of a track one by one, in the order of its table.
pub struct Samples {
    offsets: Offsets,
    sizes: Sizes,
    runs: Runs,
    /// Where the next sample begins.
    at: u64,
    /// Samples of this chunk that are still to come.
    left: u32,
}

impl Samples {
    pub(super) fn new(offsets: Offsets, sizes: Sizes, runs: Runs) -> Self {
        Samples { offsets, sizes, runs, at: 0, left: 0 }
    }

    /// The next sample that has any bytes. Those of a chunk that lie after the view's end come as
    /// one: a table of a few bytes may promise billions of them.
    pub fn next(&mut self, view: &mut View<'_>) -> Result<Option<Span>, Reject> {
        loop {
            while self.left == 0 {
                let Some(at) = self.offsets.next(view)? else { return Ok(None) };
                self.at = at;
                self.left = self.runs.samples(view, self.offsets.chunk)?;
            }
            let samples = if self.at < view.len() { 1 } else { self.left };
            let len = match samples {
                1 => self.sizes.next(view)?,
                _ => Some(self.sizes.sum(view, samples)?),
            };
            let Some(len) = len else { return Ok(None) };
            let span = Span { at: self.at, len };
            self.left -= samples;
            self.at = span.end();
            if len > 0 {
                return Ok(Some(span));
            }
        }
    }
}

/// Where chunks begin, read in order.
pub(super) struct Offsets {
    table: Ahead,
    at: u64,
    width: u8,
    /// The chunk that was read last, counted from 1.
    pub(super) chunk: u32,
    count: u32,
}

impl Offsets {
    pub(super) fn read(view: &mut View<'_>, header: Header) -> Result<Self, Reject> {
        let width = if &header.kind == b"co64" { 8 } else { 4 };
        let count = view.sub(header.body, header.end - header.body)?.u32(FULL, Big)?;
        let at = header.body + FULL + 4;
        if u64::from(count) * u64::from(width) > header.end - at {
            return Err(view.malformed(header.body + FULL, "chunk count"));
        }
        Ok(Offsets { table: Ahead::default(), at, width, chunk: 0, count })
    }

    pub(super) fn next(&mut self, view: &mut View<'_>) -> Result<Option<u64>, Reject> {
        if self.chunk == self.count {
            return Ok(None);
        }
        let entry = self.at + u64::from(self.chunk) * u64::from(self.width);
        self.chunk += 1;
        self.table.number(view, entry, self.width).map(Some)
    }
}

/// Sizes of samples, read in order.
pub(super) struct Sizes {
    /// Of every sample, or 0 where the table gives each.
    fixed: u32,
    /// Width of an entry in bits.
    bits: u8,
    table: Ahead,
    at: u64,
    next: u64,
    count: u64,
}

impl Sizes {
    pub(super) fn read(view: &mut View<'_>, header: Header) -> Result<Self, Reject> {
        let mut body = view.sub(header.body, header.end - header.body)?;
        let (fixed, bits) = match &header.kind {
            b"stsz" => (body.u32(FULL, Big)?, 32),
            _ => (0, body.u8(FULL + 3)?),
        };
        let count = u64::from(body.u32(FULL + 4, Big)?);
        let room = header.end - header.body - (FULL + 8);
        let fits = fixed != 0 || count.saturating_mul(u64::from(bits)) <= room.saturating_mul(8);
        if !matches!(bits, 4 | 8 | 16 | 32) || !fits {
            return Err(body.malformed(FULL, "sample sizes"));
        }
        let at = header.body + FULL + 8;
        Ok(Sizes { fixed, bits, table: Ahead::default(), at, next: 0, count })
    }

    /// Length of the next sample, if the table has one.
    pub(super) fn next(&mut self, view: &mut View<'_>) -> Result<Option<u64>, Reject> {
        if self.next == self.count {
            return Ok(None);
        }
        let index = self.next;
        self.next += 1;
        let number = match (self.fixed, self.bits) {
            (0, 4) => {
                let pair = self.table.number(view, self.at + index / 2, 1)?;
                pair >> (4 - 4 * (index % 2)) & 15
            }
            (0, bits) => {
                let width = bits / 8;
                self.table.number(view, self.at + index * u64::from(width), width)?
            }
            (fixed, _) => u64::from(fixed),
        };
        Ok(Some(number))
    }

    /// Length of the next `samples` samples together; those that the table lacks have none.
    pub(super) fn sum(&mut self, view: &mut View<'_>, samples: u32) -> Result<u64, Reject> {
        let samples = u64::from(samples).min(self.count - self.next);
        if self.fixed != 0 {
            self.next += samples;
            return Ok(samples.saturating_mul(u64::from(self.fixed)));
        }
        let mut sum = 0u64;
        for _ in 0..samples {
            sum += self.next(view)?.unwrap_or(0);
        }
        Ok(sum)
    }
}

/// How many samples each chunk has: a table of the chunks where the number changes.
pub(super) struct Runs {
    table: Ahead,
    at: u64,
    left: u32,
    samples: u32,
}

impl Runs {
    pub(super) fn read(view: &mut View<'_>, header: Header) -> Result<Self, Reject> {
        let left = view.sub(header.body, header.end - header.body)?.u32(FULL, Big)?;
        if u64::from(left) * 12 > header.end - header.body - (FULL + 4) {
            return Err(view.malformed(header.body + FULL, "sample runs"));
        }
        let at = header.body + FULL + 4;
        Ok(Runs { table: Ahead::default(), at, left, samples: 0 })
    }

    /// Samples of that chunk, counted from 1; to be asked in order.
    pub(super) fn samples(&mut self, view: &mut View<'_>, chunk: u32) -> Result<u32, Reject> {
        while self.left > 0 && self.table.number(view, self.at, 4)? <= u64::from(chunk) {
            self.samples = self.table.number(view, self.at + 4, 4)? as u32;
            self.at += 12;
            self.left -= 1;
        }
        Ok(self.samples)
    }
}
