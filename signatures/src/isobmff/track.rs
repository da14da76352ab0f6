//! The `moov` box: tracks, and where the chunks of their samples lie.

use super::property::coding;
use super::{Boxes, FULL, Header, chain::Coding, number};
use crate::verdict::{Reject, Span};
use crate::view::{Endian::Big, View};

/// How many tracks a file may have.
const MOST_TRACKS: usize = 256;

/// Bytes of a visual sample entry before the boxes in it.
///
/// Source: ISO/IEC 14496-12:2022, 12.1.3 "Sample entry" of visual tracks.
pub const VISUAL_ENTRY: u64 = 78;

/// One track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// What its samples are: `vide`, `pict`, `soun`, `meta`, ...
    pub handler: [u8; 4],
    /// The first sample entry, whose type is the coding.
    pub entry: Header,
    offsets: Header,
    runs: Header,
    sizes: Header,
}

/// The tracks in the box `moov`. Those without a table of samples are left out.
///
/// Source: ISO/IEC 14496-12:2022, 8.3 "Track structure" and 8.4 "Track media structure".
pub fn tracks(view: &mut View<'_>, moov: Header) -> Result<Vec<Track>, Reject> {
    view.check(moov.at, moov.end - moov.at)?;
    let (mut boxes, mut found) = (moov.boxes(0), Vec::new());
    while let Some(trak) = boxes.find(view, b"trak")? {
        if found.len() >= MOST_TRACKS {
            return Err(Reject::OverBudget { at: trak.at, len: found.len() as u64 });
        }
        found.extend(track(view, trak)?);
    }
    Ok(found)
}

fn track(view: &mut View<'_>, trak: Header) -> Result<Option<Track>, Reject> {
    let mdia = trak.boxes(0).need(view, b"mdia", "mdia")?;
    let hdlr = mdia.boxes(0).need(view, b"hdlr", "hdlr")?;
    let handler = view.array(hdlr.body + 8)?;
    let minf = mdia.boxes(0).need(view, b"minf", "minf")?;
    let stbl = minf.boxes(0).need(view, b"stbl", "stbl")?;
    let stsd = stbl.boxes(0).need(view, b"stsd", "stsd")?;
    let Some(entry) = stsd.boxes(FULL + 4).next(view)? else { return Ok(None) };
    let mut either = |first: &[u8; 4], second: &[u8; 4]| {
        let found = stbl.boxes(0).find(view, first)?;
        if found.is_some() { Ok(found) } else { stbl.boxes(0).find(view, second) }
    };
    let offsets = either(b"stco", b"co64")?;
    let sizes = either(b"stsz", b"stz2")?;
    let runs = either(b"stsc", b"stsc")?;
    Ok(offsets.zip(sizes).zip(runs).map(|((offsets, sizes), runs)| Track {
        handler,
        entry,
        offsets,
        runs,
        sizes,
    }))
}

impl Track {
    /// Calls `each` with every chunk of samples, in the order of the table. Samples of a chunk
    /// follow one another without gaps.
    ///
    /// Source: ISO/IEC 14496-12:2022, 8.7 "Sample tables".
    pub fn chunks(
        &self,
        view: &mut View<'_>,
        each: &mut dyn FnMut(Span) -> Result<(), Reject>,
    ) -> Result<(), Reject> {
        let width = if &self.offsets.kind == b"co64" { 8 } else { 4 };
        let mut sizes = Sizes::read(view, self.sizes)?;
        let mut runs = Runs::read(view, self.runs)?;
        let count = view.u32(self.offsets.body + FULL, Big)?;
        for chunk in 0..count {
            let entry = self.offsets.body + FULL + 4 + u64::from(chunk) * u64::from(width);
            if entry + u64::from(width) > self.offsets.end {
                return Err(view.malformed(self.offsets.body + FULL, "chunk count"));
            }
            let at = number(view, entry, width)?;
            let samples = runs.samples(view, chunk + 1)?;
            let len = sizes.sum(view, samples)?;
            if len > 0 {
                each(Span { at, len })?;
            }
        }
        Ok(())
    }

    /// Width and height in pixels that the sample entry of a visual track gives.
    pub fn pixels(&self, view: &mut View<'_>) -> Option<(u32, u32)> {
        let mut entry = view.sub(self.entry.body, self.entry.end - self.entry.body).ok()?;
        let (width, height) = (entry.u16(24, Big).ok()?, entry.u16(26, Big).ok()?);
        (width > 0 && height > 0).then_some((u32::from(width), u32::from(height)))
    }

    /// The boxes in the sample entry of a visual track.
    pub fn entry_boxes(&self) -> Boxes {
        self.entry.boxes(VISUAL_ENTRY)
    }

    /// How a visual track is coded, where its sample entry says so in a way known here.
    pub fn coding(&self, view: &mut View<'_>) -> Option<Coding> {
        let mut boxes = self.entry_boxes();
        while let Ok(Some(header)) = boxes.next(view) {
            if let Ok(Some(coding)) = coding(view, header) {
                return Some(coding);
            }
        }
        None
    }
}

/// Sizes of samples, read in order.
struct Sizes {
    /// Of every sample, or 0 where the table gives each.
    fixed: u32,
    /// Width of an entry in bits.
    bits: u8,
    table: u64,
    next: u64,
    count: u64,
}

impl Sizes {
    fn read(view: &mut View<'_>, header: Header) -> Result<Self, Reject> {
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
        Ok(Sizes { fixed, bits, table: header.body + FULL + 8, next: 0, count })
    }

    /// Length of the next `samples` samples together; those that the table lacks have none.
    fn sum(&mut self, view: &mut View<'_>, samples: u32) -> Result<u64, Reject> {
        let samples = u64::from(samples).min(self.count - self.next);
        let (first, end) = (self.next, self.next + samples);
        self.next = end;
        if self.fixed != 0 {
            return Ok(samples.saturating_mul(u64::from(self.fixed)));
        }
        let mut sum = 0u64;
        for index in first..end {
            sum += match self.bits {
                4 => u64::from(view.u8(self.table + index / 2)? >> (4 - 4 * (index % 2)) & 15),
                8 => u64::from(view.u8(self.table + index)?),
                bits => number(view, self.table + index * u64::from(bits / 8), bits / 8)?,
            };
        }
        Ok(sum)
    }
}

/// How many samples each chunk has: a table of the chunks where the number changes.
struct Runs {
    table: u64,
    left: u32,
    samples: u32,
}

impl Runs {
    fn read(view: &mut View<'_>, header: Header) -> Result<Self, Reject> {
        let left = view.sub(header.body, header.end - header.body)?.u32(FULL, Big)?;
        if u64::from(left) * 12 > header.end - header.body - (FULL + 4) {
            return Err(view.malformed(header.body + FULL, "sample runs"));
        }
        Ok(Runs { table: header.body + FULL + 4, left, samples: 0 })
    }

    /// Samples of that chunk, counted from 1; to be asked in order.
    fn samples(&mut self, view: &mut View<'_>, chunk: u32) -> Result<u32, Reject> {
        while self.left > 0 && view.u32(self.table, Big)? <= chunk {
            self.samples = view.u32(self.table + 4, Big)?;
            self.table += 12;
            self.left -= 1;
        }
        Ok(self.samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view;

    fn full(kind: &[u8; 4], fields: &[u32]) -> Vec<u8> {
        let mut out = (fields.len() as u32 * 4 + 12).to_be_bytes().to_vec();
        out.extend_from_slice(kind);
        out.extend_from_slice(&[0; 4]);
        fields.iter().for_each(|field| out.extend_from_slice(&field.to_be_bytes()));
        out
    }

    /// Chunks of a track with these fields in `stco`, `stsc` and `stsz`.
    #[track_caller]
    fn check(stco: &[u32], stsc: &[u32], stsz: &[u32], expected: Result<Vec<(u64, u64)>, Reject>) {
        let tables = [full(b"stco", stco), full(b"stsc", stsc), full(b"stsz", stsz)];
        let data = tables.concat();
        let data = data.as_slice();
        let (runs, mut buffer) = (view::Runs::whole(0, data.len() as u64), view::Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        let mut at = 0;
        let [offsets, runs, sizes] = tables.map(|table| {
            let header = Header::read(&mut view, at).unwrap();
            at += table.len() as u64;
            header
        });
        let track = Track { handler: *b"pict", entry: offsets, offsets, runs, sizes };
        let mut found = Vec::new();
        let outcome = track.chunks(&mut view, &mut |chunk| {
            found.push((chunk.at, chunk.len));
            Ok(())
        });
        assert_eq!(outcome.map(|()| found), expected);
    }

    #[test]
    fn chunks_sum_their_samples() {
        let sizes = [0, 5, 10, 20, 30, 40, 50];
        let expected = vec![(100, 30), (200, 70), (300, 50)];
        check(&[3, 100, 200, 300], &[2, 1, 2, 1, 3, 1, 1], &sizes, Ok(expected));
        check(&[2, 100, 200], &[1, 1, 3, 1], &[7, 5], Ok(vec![(100, 21), (200, 14)]));
    }

    #[test]
    fn tables_that_are_longer_than_their_boxes_are_malformed() {
        let bad = |at, what| Err(Reject::Malformed { at, what });
        check(&[9, 100], &[1, 1, 1, 1], &[7, 5], bad(12, "chunk count"));
        check(&[1, 100], &[2, 1, 1, 1], &[7, 5], bad(32, "sample runs"));
        check(&[1, 100], &[1, 1, 1, 1], &[0, 5, 1], bad(60, "sample sizes"));
    }

    #[test]
    fn a_table_that_names_more_samples_than_there_are_costs_nothing() {
        let expected = vec![(100, u64::from(u32::MAX) * 7)];
        check(&[2, 100, 200], &[1, 1, u32::MAX, 1], &[7, u32::MAX], Ok(expected));
    }
}
