//! The candidates that begin in one parcel of a source.

use afterimage_signatures::{Buffer, Bytes};

use crate::budget::{PARCEL, SECTOR};
use crate::carve::Carver;
use crate::scan::Hit;

/// So many bytes are read to glance at the places of a parcel that are in crowds; then only at those
/// that begin a sector.
const MOST_GLANCED: u64 = 128 << 10;

/// What a glance counts for at least, in bytes.
const GLANCED: u64 = 64;

/// Where more places than these lie within [`NEAR`], they are a crowd: on random bytes there is one in
/// two of such stretches.
const CROWD: u64 = 8;

/// Bytes from a place on in which others are counted.
const NEAR: u64 = 8 << 10;

/// In a photo's first bytes begin its thumbnail and other structures: so few are no crowd.
const FAMILY: u64 = 4;

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
    /// Places beyond [`MOST_GLANCED`].
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
        let mut parcel = Parcel::default();
        let mut glanced = 0;
        buffer.allow(None);
        let places: Vec<&[Hit]> = hits.chunk_by(|a, b| a.at == b.at).collect();
        let offsets: Vec<u64> = places.iter().map(|same| start + same[0].at as u64).collect();
        for ((same, &offset), crowded) in places.iter().zip(&offsets).zip(crowded(&offsets)) {
            if crowded && glanced > MOST_GLANCED && !offset.is_multiple_of(SECTOR) {
                parcel.left_out += 1;
                continue;
            }
            let before = buffer.lent();
            let formats = carver.glance(source, offset, same, buffer);
            glanced += u64::from(crowded) * (buffer.lent() - before).max(GLANCED);
            if !formats.is_empty() {
                parcel.candidates.push(Candidate { offset, formats, crowded: false });
            }
        }
        let offsets: Vec<u64> = parcel.candidates.iter().map(|one| one.offset).collect();
        for (one, crowded) in parcel.candidates.iter_mut().zip(crowded(&offsets)) {
            one.crowded = crowded;
        }
        parcel
    }
}

/// Which of the places at `offsets` of one parcel, in order, are of a crowd, by that parcel alone.
fn crowded(offsets: &[u64]) -> impl Iterator<Item = bool> {
    (0..).zip(offsets).map(|(index, &offset)| {
        let end = (offset + NEAR).min((offset / PARCEL + 1) * PARCEL);
        let count = offsets.partition_point(|&other| other < end) as u64 - index;
        count > FAMILY && count * NEAR > CROWD * (end - offset)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_behind_a_crowd_is_none_of_it() {
        let start = 5 * PARCEL;
        let crowd = (0..20).map(|n| start + n * 200);
        let photo = [start + 5000, start + 5012, start + 5600];
        let found: Vec<bool> = crowded(&crowd.chain(photo).collect::<Vec<_>>()).collect();
        assert!(found[..10].iter().all(|&one| one));
        assert!(found[20..].iter().all(|&one| !one));
    }

    #[test]
    fn a_crowd_is_one_up_to_the_end_of_its_parcel() {
        let crowd: Vec<u64> = (0..PARCEL).step_by(512).collect();
        assert_eq!(crowded(&crowd).filter(|&one| !one).count() as u64, FAMILY);
        let row: Vec<u64> = (0..PARCEL).step_by(1024).collect();
        assert!(!crowded(&row).any(|one| one));
    }
}
