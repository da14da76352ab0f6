//! The candidates that begin in one region of a source.

use afterimage_signatures::{Buffer, Bytes};

use super::budget::{REGION, SECTOR};
use crate::carve::Carver;
use crate::scan::Hit;

/// So many bytes are read to glance at the hits of a region that are dense.
const MOST_GLANCED: u64 = 64 << 10;

/// What a glance counts for at least, in bytes.
const GLANCED: u64 = 64;

/// Where more hits than these lie within [`NEAR`], they are dense: in a photo's first bytes begin its
/// thumbnail and a few other structures, and on random bytes there is one.
const MOST_SPARSE: usize = 6;

/// Bytes from a hit on in which others are counted: of those after a chunk too.
pub const NEAR: u64 = 16 << 10;

/// Hits at one offset.
#[derive(Debug)]
struct HitGroup<'h> {
    /// The first byte of what may begin there, in the source.
    offset: u64,
    hits: &'h [Hit],
    is_dense: bool,
}

/// Splits the hits of a chunk that begins at `start` of the source by the region that they begin in, those
/// within [`NEAR`] after it with each.
pub fn split(hits: &[Hit], start: u64) -> impl Iterator<Item = &[Hit]> {
    let mut rest = hits;
    std::iter::from_fn(move || {
        let end = ((start + rest.first()?.at as u64) / REGION + 1) * REGION;
        let before = |end: u64| rest.partition_point(|hit| start + (hit.at as u64) < end);
        let (own, near) = (before(end), before(end + NEAR));
        let here = &rest[..near];
        rest = &rest[own..];
        Some(here)
    })
}

/// The hits of a region and after it by their offsets, of a chunk that begins at `start` of the source.
fn groups(hits: &[Hit], start: u64) -> Vec<HitGroup<'_>> {
    let mut groups: Vec<HitGroup<'_>> = hits
        .chunk_by(|a, b| a.at == b.at)
        .map(|hits| HitGroup { offset: start + hits[0].at as u64, hits, is_dense: false })
        .collect();
    let offsets: Vec<u64> = groups.iter().map(|group| group.offset).collect();
    for (group, is_dense) in groups.iter_mut().zip(are_dense(&offsets)) {
        group.is_dense = is_dense;
    }
    groups
}

/// An offset where a glance finds that a file may begin.
#[derive(Debug)]
pub struct Candidate {
    /// Its first byte in the source.
    pub offset: u64,
    /// Positions in the registry of the formats that it may be of.
    pub formats: Vec<usize>,
    /// Whether it is one of many close together.
    pub is_dense: bool,
}

/// Candidates in order of offset, and how many hits were not looked at.
#[derive(Debug, Default)]
pub struct Region {
    /// The candidates.
    pub candidates: Vec<Candidate>,
    /// Hits beyond [`MOST_GLANCED`] that begin no sector.
    pub left_out: u64,
}

impl Region {
    /// Glances at the `hits` of one region of `source`, of a chunk that begins at `start`; they are one part
    /// that [`split`] gives.
    pub fn glance(
        carver: &Carver<'_>,
        source: &dyn Bytes,
        hits: &[Hit],
        start: u64,
        buffer: &mut Buffer,
    ) -> Self {
        let (mut region, groups) = (Region::default(), groups(hits, start));
        let Some(end) = groups.first().map(|first| (first.offset / REGION + 1) * REGION) else {
            return region;
        };
        let (here, after) = groups.split_at(groups.partition_point(|group| group.offset < end));
        let (mut glanced, mut offsets) = (0, Vec::new());
        buffer.allow(None);
        for &HitGroup { offset, hits, is_dense } in here {
            // What begins a sector is few.
            if is_dense && glanced > MOST_GLANCED && !offset.is_multiple_of(SECTOR) {
                region.left_out += 1;
                offsets.push(offset);
                continue;
            }
            let before = buffer.lent();
            let formats = carver.glance(source, offset, hits, buffer);
            glanced += u64::from(is_dense) * (buffer.lent() - before).max(GLANCED);
            if !formats.is_empty() {
                region.candidates.push(Candidate { offset, formats, is_dense: false });
                offsets.push(offset);
            }
        }
        let after = after.iter().map(|group| group.offset);
        offsets.extend(after.take_while(|&offset| offset < end + NEAR));
        region.mark(&offsets);
        region
    }

    /// Tells which candidates are dense, as one of `offsets` each.
    fn mark(&mut self, offsets: &[u64]) {
        let mut told = offsets.iter().zip(are_dense(offsets));
        for one in &mut self.candidates {
            let at = told.find(|(offset, _)| **offset == one.offset);
            one.is_dense = at.is_some_and(|(_, is_dense)| is_dense);
        }
    }
}

/// Which of `offsets`, in order, are dense. Those that begin a sector are compared among themselves only:
/// photos do on nearly every disk, and words of a text hardly ever.
fn are_dense(offsets: &[u64]) -> impl Iterator<Item = bool> {
    let begins = |offset: &u64| offset.is_multiple_of(SECTOR);
    let aligned: Vec<u64> = offsets.iter().copied().filter(begins).collect();
    let aligned: Vec<bool> = close_together(&aligned).collect();
    let mut aligned = aligned.into_iter();
    offsets.iter().zip(close_together(offsets)).map(move |(offset, dense)| {
        if begins(offset) { aligned.next().unwrap_or(dense) } else { dense }
    })
}

/// At which of `offsets`, in order, more than [`MOST_SPARSE`] lie within [`NEAR`].
fn close_together(offsets: &[u64]) -> impl Iterator<Item = bool> {
    let mut beyond = 0;
    (0..).zip(offsets).map(move |(index, &offset)| {
        let near = |&&other: &&u64| other < offset + NEAR;
        beyond += offsets[beyond..].iter().take_while(near).count();
        beyond - index > MOST_SPARSE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_after_a_dense_region_is_not_dense() {
        let dense = (0..20).map(|n| n * 200 + 1);
        let photo = [5000, 5012, 5600, 9000];
        let found: Vec<bool> = are_dense(&dense.chain(photo).collect::<Vec<_>>()).collect();
        assert!(found[..17].iter().all(|&one| one));
        assert!(found[20..].iter().all(|&one| !one));
    }

    #[test]
    fn photos_side_by_side_are_not_dense() {
        let row: Vec<u64> = (0..REGION).step_by(3072).collect();
        assert!(!are_dense(&row).any(|one| one));
    }

    #[test]
    fn what_is_dense_does_not_depend_on_where_chunks_are_cut() {
        let hit = |at: usize| Hit { at, magic: 0 };
        let hits: Vec<Hit> = (0..2 * REGION as usize).step_by(512).map(hit).collect();
        let all: Vec<bool> = groups(&hits, 0).iter().map(|group| group.is_dense).collect();
        let cut = hits.partition_point(|hit| (hit.at as u64) < REGION + NEAR);
        let first = groups(&hits[..cut], 0);
        let own = first.iter().take_while(|group| group.offset < REGION);
        assert!(own.zip(&all).all(|(group, is_dense)| group.is_dense == *is_dense));
        assert!(all[..all.len() - MOST_SPARSE].iter().all(|&one| one));
    }
}
