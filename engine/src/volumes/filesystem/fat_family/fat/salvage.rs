//! Files that only folders without a way to them name: after a quick format, and where a deleted
//! folder had more than one cluster.

mod geometry;
mod lost;
mod pieces;
mod split;

use std::collections::HashSet;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::clusters::read;
use crate::volumes::filesystem::fat_family::fat::volume::head;
use crate::volumes::filesystem::{Contents, SECTOR};
use geometry::{Geometry, Head};

/// Bytes of a sector.
const SECTOR_LEN: u64 = SECTOR as u64;

/// Clues that are followed; a real volume has a few thousand.
const MOST_CLUES: usize = 1 << 22;

/// What the records at `clues` say that no volume in `known` does.
pub fn salvage(bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents> {
    let (mut heads, mut rest) = sort(bytes, clues);
    let mut listed: HashSet<u64> =
        known.iter().flat_map(|known| known.entries.iter().map(|entry| entry.record)).collect();
    let mut geometries: Vec<Geometry<'_>> = known.iter().map(Geometry::of).collect();
    let fits = |head: &Head| geometries.iter().any(|geometry| geometry.fits(head));
    let mut strange: Vec<Head> = heads.iter().filter(|head| !fits(head)).copied().collect();
    geometries.extend(geometry::agreed(bytes, &mut strange));
    let mut found = Vec::new();
    for geometry in &geometries {
        let (own, others): (Vec<Head>, Vec<Head>) =
            heads.into_iter().partition(|head| geometry.fits(head));
        heads = others;
        let (near, far): (Vec<u64>, Vec<u64>) =
            rest.into_iter().partition(|&at| belongs(geometry, &own, at));
        rest = far;
        found.extend(lost::contents(bytes, Some(geometry), &own, &near, &mut listed));
    }
    found.extend(lost::contents(bytes, None, &heads, &rest, &mut listed));
    found
}

/// Whether records at `at` are of the volume: those inside a known one, and those in the midst of
/// what its folders span otherwise.
fn belongs(geometry: &Geometry<'_>, heads: &[Head], at: u64) -> bool {
    match geometry.known {
        Some(known) => known.span.at <= at && at < known.span.end(),
        None => !heads.is_empty() && geometry.clusters.at <= at,
    }
}

/// Beginnings of folders, and where other records lie.
fn sort(bytes: &dyn Bytes, clues: &[u64]) -> (Vec<Head>, Vec<u64>) {
    let (mut heads, mut rest) = (Vec::new(), Vec::new());
    for &at in clues.iter().take(MOST_CLUES) {
        match head(&read(bytes, at, SECTOR)) {
            Some((own, parent)) => heads.push(Head { at, own, parent }),
            None => rest.push(at),
        }
    }
    (heads, rest)
}
