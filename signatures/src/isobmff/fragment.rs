//! Fragments of a movie: `moof` boxes, each of which describes samples of the `mdat` after it.
//!
//! Source: ISO/IEC 14496-12:2022, 8.8 "Movie fragments".

use super::ahead::Ahead;
use super::{FULL, Header};
use crate::verdict::{Reject, Span};
use crate::view::{Endian::Big, View};

/// Length of the samples of a track where a fragment does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Default {
    /// The track.
    pub track: u32,
    /// Bytes of every sample.
    pub size: u32,
}

/// The defaults in `moov`'s box `mvex`, if it has one.
///
/// Source: 8.8.3 "Track extends box".
pub fn defaults(view: &mut View<'_>, moov: Header) -> Result<Option<Vec<Default>>, Reject> {
    let Some(mvex) = moov.boxes(0).find(view, b"mvex")? else { return Ok(None) };
    let (mut boxes, mut found) = (mvex.boxes(0), Vec::new());
    while let Some(trex) = boxes.find(view, b"trex")? {
        let mut body = view.sub(trex.body, trex.end - trex.body)?;
        found.push(Default { track: body.u32(FULL, Big)?, size: body.u32(FULL + 12, Big)? });
    }
    Ok(Some(found))
}

/// Samples of one track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackRun {
    /// The track.
    pub track: u32,
    /// One sample; where all are of one length, all of a run.
    pub span: Span,
}

/// Calls `each` with the samples that the box `moof` describes.
pub fn samples(
    view: &mut View<'_>,
    moof: Header,
    defaults: &[Default],
    each: &mut dyn FnMut(&mut View<'_>, TrackRun) -> Result<(), Reject>,
) -> Result<(), Reject> {
    view.check(moof.at, moof.end - moof.at)?;
    let mut boxes = moof.boxes(0);
    // Data of a track follows that of the track before, unless the box says where it begins.
    let mut at = moof.at;
    while let Some(traf) = boxes.find(view, b"traf")? {
        let tfhd = traf.boxes(0).need(view, b"tfhd", "tfhd")?;
        let head = Head::read(view, tfhd, moof.at, at, defaults)?;
        at = head.base;
        let mut runs = traf.boxes(0);
        while let Some(trun) = runs.find(view, b"trun")? {
            at = run(view, trun, &head, at, each)?;
        }
    }
    Ok(())
}

/// What the runs of a track in one fragment have in common.
struct Head {
    track: u32,
    /// What offsets count from.
    base: u64,
    /// Length of samples whose run does not give it.
    size: u32,
}

impl Head {
    /// Source: 8.8.7 "Track fragment header box".
    fn read(
        view: &mut View<'_>,
        tfhd: Header,
        moof: u64,
        follows: u64,
        defaults: &[Default],
    ) -> Result<Self, Reject> {
        let (_, flags) = tfhd.version(view)?;
        let mut body = view.sub(tfhd.body, tfhd.end - tfhd.body)?;
        let track = body.u32(FULL, Big)?;
        let mut at = FULL + 4;
        let base = if flags & 1 != 0 {
            at += 8;
            body.u64(at - 8, Big)?
        } else if flags & 0x2_0000 != 0 {
            moof
        } else {
            follows
        };
        // Index of the sample description, then duration.
        at += u64::from((flags & 2 != 0) as u32 + (flags & 8 != 0) as u32) * 4;
        let size = if flags & 0x10 != 0 {
            body.u32(at, Big)?
        } else {
            defaults.iter().find(|known| known.track == track).map_or(0, |known| known.size)
        };
        Ok(Head { track, base, size })
    }
}

/// Reads one run and returns where its data ends.
///
/// Source: 8.8.8 "Track fragment run box".
fn run(
    view: &mut View<'_>,
    trun: Header,
    head: &Head,
    follows: u64,
    each: &mut dyn FnMut(&mut View<'_>, TrackRun) -> Result<(), Reject>,
) -> Result<u64, Reject> {
    let (_, flags) = trun.version(view)?;
    let mut body = view.sub(trun.body, trun.end - trun.body)?;
    let count = body.u32(FULL, Big)?;
    let mut table = FULL + 4;
    let mut at = follows;
    if flags & 1 != 0 {
        let offset = body.u32(table, Big)? as i32;
        at = head.base.saturating_add_signed(i64::from(offset));
        table += 4;
    }
    table += if flags & 4 != 0 { 4 } else { 0 };
    let track = head.track;
    if flags & 0x200 == 0 {
        let span = Span { at, len: u64::from(count).saturating_mul(u64::from(head.size)) };
        if span.len > 0 {
            each(view, TrackRun { track, span })?;
        }
        return Ok(span.end());
    }
    // Duration, size, flags and composition offset, as far as they are there.
    let field = |bit: u32| u64::from(flags & bit != 0) * 4;
    let stride = field(0x100) + field(0x200) + field(0x400) + field(0x800);
    if u64::from(count) * stride > (trun.end - trun.body).saturating_sub(table) {
        return Err(view.malformed(trun.body + FULL, "sample count"));
    }
    let (mut ahead, first) = (Ahead::default(), trun.body + table + field(0x100));
    for index in 0..u64::from(count) {
        let span = Span { at, len: ahead.number(view, first + index * stride, 4)? };
        at = span.end();
        if span.len > 0 {
            each(view, TrackRun { track, span })?;
        }
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    fn boxed(kind: &[u8; 4], words: &[u32], inner: &[u8]) -> Vec<u8> {
        let mut out = (words.len() as u32 * 4 + inner.len() as u32 + 8).to_be_bytes().to_vec();
        out.extend_from_slice(kind);
        words.iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()));
        out.extend_from_slice(inner);
        out
    }

    #[track_caller]
    fn check(tfhd: &[u32], trun: &[u32], expected: Result<Vec<(u32, u64, u64)>, Reject>) {
        let inner = [boxed(b"tfhd", tfhd, &[]), boxed(b"trun", trun, &[])].concat();
        let traf = boxed(b"traf", &[], &inner);
        let data = [boxed(b"free", &[], &[]), boxed(b"moof", &[], &traf)].concat();
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let bytes = &data[..];
        let mut view = View::new(&bytes, &runs, &mut buffer);
        let moof = Header::read(&mut view, 8).unwrap();
        let defaults = [Default { track: 1, size: 9 }, Default { track: 2, size: 7 }];
        let mut found = Vec::new();
        let outcome = samples(&mut view, moof, &defaults, &mut |_, run| {
            found.push((run.track, run.span.at, run.span.len));
            Ok(())
        });
        assert_eq!(outcome.map(|()| found), expected);
    }

    #[test]
    fn samples_have_their_own_length_or_that_of_the_track() {
        let own = [0x201, 2, 100, 5, 6];
        check(&[0x2_0000, 2], &own, Ok(vec![(2, 108, 5), (2, 113, 6)]));
        check(&[0, 2], &[1, 3, 100], Ok(vec![(2, 108, 21)]));
        check(&[0x18, 2, 40, 50], &[0, 3], Ok(vec![(2, 8, 150)]));
        check(&[1, 2, 0, 1000], &[0x305, 1, 4, 0, 33, 8], Ok(vec![(2, 1004, 8)]));
    }

    #[test]
    fn a_run_longer_than_its_box_is_malformed() {
        let at = 8 + 8 + 8 + 16 + 8 + 4;
        check(&[0, 2], &[0x200, 3, 5, 6], Err(Reject::Malformed { at, what: "sample count" }));
    }
}
