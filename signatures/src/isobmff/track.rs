//! The `moov` box: tracks, and where the chunks of their samples lie.

use super::object;
use super::property::coding;
use super::table::{Offsets, Runs, Samples, Sizes};
use super::{
    Boxes, FULL, Header,
    chain::{Beginning, Coding},
};
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
    /// What fragments call it; 0 when it has no header.
    pub id: u32,
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
    let id = match trak.boxes(0).find(view, b"tkhd")? {
        Some(tkhd) => id(view, tkhd)?,
        None => 0,
    };
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
        id,
        handler,
        entry,
        offsets,
        runs,
        sizes,
    }))
}

/// Source: ISO/IEC 14496-12:2022, 8.3.2 "Track header box": track_ID comes after two times, which
/// take 8 bytes each in version 1.
fn id(view: &mut View<'_>, tkhd: Header) -> Result<u32, Reject> {
    let skip = if tkhd.version(view)?.0 == 1 { 16 } else { 8 };
    view.sub(tkhd.body, tkhd.end - tkhd.body)?.u32(FULL + skip, Big)
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
        let mut offsets = Offsets::read(view, self.offsets)?;
        let mut sizes = Sizes::read(view, self.sizes)?;
        let mut runs = Runs::read(view, self.runs)?;
        while let Some(at) = offsets.next(view)? {
            let samples = runs.samples(view, offsets.chunk)?;
            let len = sizes.sum(view, samples)?;
            if len > 0 {
                each(Span { at, len })?;
            }
        }
        Ok(())
    }

    /// Its samples.
    pub fn samples(&self, view: &mut View<'_>) -> Result<Samples, Reject> {
        let offsets = Offsets::read(view, self.offsets)?;
        let sizes = Sizes::read(view, self.sizes)?;
        Ok(Samples::new(offsets, sizes, Runs::read(view, self.runs)?))
    }

    /// Width and height in pixels that the sample entry of a visual track gives.
    pub fn pixels(&self, view: &mut View<'_>) -> Option<(u32, u32)> {
        let mut entry = view.sub(self.entry.body, self.entry.end - self.entry.body).ok()?;
        let (width, height) = (entry.u16(24, Big).ok()?, entry.u16(26, Big).ok()?);
        (width > 0 && height > 0).then_some((u32::from(width), u32::from(height)))
    }

    /// Whether its samples may be files of their own, given its coding: not sound, nor what has units or
    /// start codes.
    pub fn may_hold_files(&self, coding: Option<Coding>) -> bool {
        match coding {
            Some(Coding::Begun(beginning)) => beginning.is_file(),
            Some(_) => false,
            None => &self.handler != b"soun" && &self.entry.kind != b"encv",
        }
    }

    /// The boxes in the sample entry of a visual track.
    pub fn entry_boxes(&self) -> Boxes {
        self.entry.boxes(VISUAL_ENTRY)
    }

    /// How a visual track is coded, where its sample entry says so in a way known here. What is
    /// encrypted looks like nothing.
    ///
    /// Source: Apple, QuickTime File Format Specification (2012), "Video sample description" (`mjpb`
    /// has no markers); `dmb1` is OpenDML's; ETSI TS 126 244, 6.2 (`s263`); ITU-T T.802 (`mjp2`); the
    /// register of codecs at mp4ra.org.
    pub fn coding(&self, view: &mut View<'_>) -> Option<Coding> {
        let begun = |beginning| Some(Coding::Begun(beginning));
        match &self.entry.kind {
            b"encv" => return None,
            b"jpeg" | b"mjpa" | b"dmb1" | b"MJPG" => return begun(Beginning::Jpeg),
            b"png " => return begun(Beginning::Png),
            b"mjp2" => return begun(Beginning::Jpeg2000),
            b"s263" => return begun(Beginning::H263),
            b"mp4v" => return object::coding(view, self.entry_boxes()),
            _ => {}
        }
        let mut boxes = self.entry_boxes();
        while let Ok(Some(header)) = boxes.next(view) {
            if let Ok(Some(coding)) = coding(view, header) {
                return Some(coding);
            }
        }
        None
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

    /// A track with these fields in `stco`, `stsc` and `stsz`, and a view of them.
    fn with<T>(fields: [&[u32]; 3], see: impl FnOnce(&Track, &mut View<'_>) -> T) -> T {
        let [stco, stsc, stsz] = fields;
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
        let track = Track { id: 1, handler: *b"pict", entry: offsets, offsets, runs, sizes };
        see(&track, &mut view)
    }

    /// The chunks of that track.
    #[track_caller]
    fn check(stco: &[u32], stsc: &[u32], stsz: &[u32], expected: Result<Vec<(u64, u64)>, Reject>) {
        let mut found = Vec::new();
        let outcome = with([stco, stsc, stsz], |track, view| {
            track.chunks(view, &mut |chunk| {
                found.push((chunk.at, chunk.len));
                Ok(())
            })
        });
        assert_eq!(outcome.map(|()| found), expected);
    }

    #[test]
    fn samples_come_one_by_one_up_to_the_end_of_the_source_and_then_by_the_chunk() {
        let many = 1 << 28;
        let fields: [&[u32]; 3] = [&[2, 0, 5000], &[1, 1, many, 1], &[40, 2 * many]];
        let (len, found) = with(fields, |track, view| {
            let (mut samples, mut found) = (track.samples(view).unwrap(), Vec::new());
            while let Some(span) = samples.next(view).unwrap() {
                found.push((span.at, span.len));
            }
            (view.len(), found)
        });
        assert!((41..=80).contains(&len), "the third sample lies after {len}");
        let many = u64::from(many);
        assert_eq!(found, [(0, 40), (40, 40), (80, 40 * (many - 2)), (5000, 40 * many)]);
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
