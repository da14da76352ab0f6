//! The candidates that begin in one parcel of a source.

use afterimage_signatures::{Buffer, Bytes};

use crate::carve::Carver;
use crate::pipeline::budget::{PARCEL, SECTOR};
use crate::scan::Hit;

/// So many bytes are read to glance at the places of a parcel that are in crowds.
const MOST_GLANCED: u64 = 64 << 10;

/// What a glance counts for at least, in bytes.
const GLANCED: u64 = 64;

/// Where more places than these lie within [`NEAR`], they are a crowd: in a photo's first bytes begin its
/// thumbnail and a few other structures, and on random bytes there is one.
const CROWD: usize = 6;

/// Bytes from a place on in which others are counted: of those behind a chunk too.
pub const NEAR: u64 = 16 << 10;

/// A place where magics stand.
#[derive(Debug)]
struct Place<'h> {
    /// The first byte of what may begin there, in the source.
    offset: u64,
    hits: &'h [Hit],
    crowded: bool,
}

/// Parts the hits of a chunk that begins at `start` of the source by the parcel that they begin in, those
/// within [`NEAR`] behind it with each.
pub fn split(hits: &[Hit], start: u64) -> impl Iterator<Item = &[Hit]> {
    let mut rest = hits;
    std::iter::from_fn(move || {
        let end = ((start + rest.first()?.at as u64) / PARCEL + 1) * PARCEL;
        let before = |end: u64| rest.partition_point(|hit| start + (hit.at as u64) < end);
        let (own, near) = (before(end), before(end + NEAR));
        let here = &rest[..near];
        rest = &rest[own..];
        Some(here)
    })
}

/// The places where `hits` stand of a parcel and behind it, of a chunk that begins at `start` of the source.
fn places(hits: &[Hit], start: u64) -> Vec<Place<'_>> {
    let place = |hits: &'_ [Hit]| start + hits[0].at as u64;
    let mut places: Vec<Place<'_>> = hits
        .chunk_by(|a, b| a.at == b.at)
        .map(|hits| Place { offset: place(hits), hits, crowded: false })
        .collect();
    let offsets: Vec<u64> = places.iter().map(|place| place.offset).collect();
    for (place, crowded) in places.iter_mut().zip(crowded(&offsets)) {
        place.crowded = crowded;
    }
    places
}

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

impl Parcel {
    /// Glances at the hits of one parcel of `source`, of a chunk that begins at `start`; they are one part
    /// that [`split`] gives.
    pub fn glance(
        carver: &Carver<'_>,
        source: &dyn Bytes,
        (hits, start): (&[Hit], u64),
        buffer: &mut Buffer,
    ) -> Self {
        let (mut parcel, places) = (Parcel::default(), places(hits, start));
        let Some(end) = places.first().map(|first| (first.offset / PARCEL + 1) * PARCEL) else {
            return parcel;
        };
        let (here, others) = places.split_at(places.partition_point(|place| place.offset < end));
        let (mut glanced, mut offsets) = (0, Vec::new());
        buffer.allow(None);
        for &Place { offset, hits, crowded } in here {
            if crowded && glanced > MOST_GLANCED {
                parcel.left_out += 1;
                offsets.push(offset);
                continue;
            }
            let before = buffer.lent();
            let formats = carver.glance(source, offset, hits, buffer);
            glanced += u64::from(crowded) * (buffer.lent() - before).max(GLANCED);
            if !formats.is_empty() {
                parcel.candidates.push(Candidate { offset, formats, crowded: false });
                offsets.push(offset);
            }
        }
        let behind = others.iter().map(|place| place.offset);
        offsets.extend(behind.take_while(|&offset| offset < end + NEAR));
        parcel.mark(&offsets);
        parcel
    }

    /// Tells which candidates are of a crowd, as one of `offsets` each.
    fn mark(&mut self, offsets: &[u64]) {
        let mut told = offsets.iter().zip(crowded(offsets));
        for one in &mut self.candidates {
            let at = told.find(|(offset, _)| **offset == one.offset);
            one.crowded = at.is_some_and(|(_, crowded)| crowded);
        }
    }
}

/// Which of the places at `offsets`, in order, are of a crowd. Places that begin a sector are one among
/// themselves only: photos do on nearly every disk, and words of a text hardly ever.
fn crowded(offsets: &[u64]) -> impl Iterator<Item = bool> {
    let begins = |offset: &u64| offset.is_multiple_of(SECTOR);
    let aligned: Vec<u64> = offsets.iter().copied().filter(begins).collect();
    let aligned: Vec<bool> = dense(&aligned).collect();
    let mut aligned = aligned.into_iter();
    offsets.iter().zip(dense(offsets)).map(move |(offset, dense)| match begins(offset) {
        true => aligned.next().unwrap_or(dense),
        false => dense,
    })
}

/// At which of `offsets`, in order, more than [`CROWD`] lie within [`NEAR`].
fn dense(offsets: &[u64]) -> impl Iterator<Item = bool> {
    let mut beyond = 0;
    (0..).zip(offsets).map(move |(index, &offset)| {
        let near = |&&other: &&u64| other < offset + NEAR;
        beyond += offsets[beyond..].iter().take_while(near).count();
        beyond - index > CROWD
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_behind_a_crowd_is_none_of_it() {
        let crowd = (0..20).map(|n| n * 200 + 1);
        let photo = [5000, 5012, 5600, 9000];
        let found: Vec<bool> = crowded(&crowd.chain(photo).collect::<Vec<_>>()).collect();
        assert!(found[..17].iter().all(|&one| one));
        assert!(found[20..].iter().all(|&one| !one));
    }

    #[test]
    fn a_row_of_photos_is_no_crowd() {
        let row: Vec<u64> = (0..PARCEL).step_by(3072).collect();
        assert!(!crowded(&row).any(|one| one));
    }

    #[test]
    fn a_crowd_is_the_same_wherever_it_is_cut() {
        let hit = |at: usize| Hit { at, magic: 0 };
        let hits: Vec<Hit> = (0..2 * PARCEL as usize).step_by(512).map(hit).collect();
        let all: Vec<bool> = places(&hits, 0).iter().map(|place| place.crowded).collect();
        let cut = hits.partition_point(|hit| (hit.at as u64) < PARCEL + NEAR);
        let first = places(&hits[..cut], 0);
        let own = first.iter().take_while(|place| place.offset < PARCEL);
        assert!(own.zip(&all).all(|(place, crowded)| place.crowded == *crowded));
        assert!(all[..all.len() - CROWD].iter().all(|&one| one));
    }
}
