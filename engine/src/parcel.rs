//! The candidates that begin in one parcel of a source.

use afterimage_signatures::{Buffer, Bytes};

use crate::budget::{PARCEL, SECTOR};
use crate::carve::Carver;
use crate::scan::Hit;

/// Of a parcel, so many places are looked at, and of more those that begin a sector: on random bytes
/// there are four.
const MOST_PLACES: u32 = 128;

/// More candidates than these within [`NEAR`] are a crowd.
const CROWD: usize = 8;

/// Bytes behind the beginning of a candidate, or at the end of its parcel, in which others begin: of a
/// photo and its thumbnail there are some.
const NEAR: u64 = 8 << 10;

/// A place where a glance finds that a file may begin.
#[derive(Debug)]
pub struct Candidate {
    /// Its first byte in the source.
    pub offset: u64,
    /// Positions in the registry of the formats that it may be of.
    pub formats: Vec<usize>,
    /// Whether it is one of a crowd.
    pub crowded: bool,
}

/// Candidates in order of offset, and how many places were not looked at.
#[derive(Debug, Default)]
pub struct Parcel {
    /// The candidates.
    pub candidates: Vec<Candidate>,
    /// Places beyond [`MOST_PLACES`].
    pub left_out: u64,
}

/// Parts `hits`, whose places count from `start` of the source, by the parcel that they begin in.
pub fn split(hits: &[Hit], start: u64) -> impl Iterator<Item = &[Hit]> {
    hits.chunk_by(move |a, b| {
        let parcel = |hit: &Hit| (start + hit.at as u64) / PARCEL;
        parcel(a) == parcel(b)
    })
}

impl Parcel {
    /// Glances at the hits of one parcel of `source`.
    pub fn glance(
        carver: &Carver<'_>,
        source: &dyn Bytes,
        hits: &[Hit],
        start: u64,
        buffer: &mut Buffer,
    ) -> Self {
        let (mut parcel, mut places) = (Parcel::default(), 0);
        buffer.allow(None);
        for same in hits.chunk_by(|a, b| a.at == b.at) {
            let offset = start + same[0].at as u64;
            places += 1;
            if places > MOST_PLACES && !offset.is_multiple_of(SECTOR) {
                parcel.left_out += 1;
                continue;
            }
            let formats = carver.glance(source, offset, same, buffer);
            if formats.is_empty() {
                continue;
            }
            parcel.candidates.push(Candidate { offset, formats, crowded: false });
        }
        parcel.mark_crowds();
        parcel
    }

    /// Tells who is one of a crowd, by what begins in this parcel alone.
    fn mark_crowds(&mut self) {
        let offsets: Vec<u64> = self.candidates.iter().map(|one| one.offset).collect();
        for one in &mut self.candidates {
            let first = one.offset.min((one.offset / PARCEL + 1) * PARCEL - NEAR);
            let before = |end: u64| offsets.partition_point(|&offset| offset < end);
            one.crowded = before(first + NEAR) - before(first) > CROWD;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which candidates at these offsets of a parcel are of a crowd.
    fn crowded(offsets: &[u64]) -> Vec<bool> {
        let candidate = |&offset| Candidate { offset, formats: Vec::new(), crowded: false };
        let candidates = offsets.iter().map(candidate).collect();
        let mut parcel = Parcel { candidates, left_out: 0 };
        parcel.mark_crowds();
        parcel.candidates.iter().map(|one| one.crowded).collect()
    }

    #[test]
    fn a_photo_behind_a_crowd_is_none_of_it() {
        let start = 5 * PARCEL;
        let crowd = (0..20).map(|n| start + n * 200);
        let photo = [start + 5000, start + 5012, start + 5600];
        let found = crowded(&crowd.chain(photo).collect::<Vec<_>>());
        assert!(found[..15].iter().all(|&one| one));
        assert!(found[20..].iter().all(|&one| !one));
    }

    #[test]
    fn a_crowd_reaches_up_to_the_end_of_its_parcel() {
        let crowd: Vec<u64> = (0..PARCEL).step_by(512).collect();
        assert!(crowded(&crowd).iter().all(|&one| one));
        let row: Vec<u64> = (0..PARCEL).step_by(1024).collect();
        assert!(crowded(&row).iter().all(|&one| !one));
    }
}
