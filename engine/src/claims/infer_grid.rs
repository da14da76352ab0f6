//! Where clusters begin on a source, told by where photos do: a file system lays every file into clusters of
//! one length, and where it is gone, they still lie so.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::model::ClusterGrid;
use crate::pipeline::SECTOR;

/// The largest cluster that is looked for, in bytes.
///
/// Source: "exFAT file system specification", 3.1.14, allows 32 MiB; FAT and exFAT are made with 128 KiB at
/// the most, up to 256 GiB.
const LARGEST: u64 = 128 << 10;

/// Photos that are needed: that so many agree in one more bit by chance happens once in 32,768 times, or in
/// about 2,000 with a stray among them.
const LEAST: usize = 16;

/// Of so many photos one may begin elsewhere.
const STRAYS: usize = 16;

/// The largest clusters that nearly all files begin which begin at `starts`. What begins no sector is
/// part of a file and is left out, unless most do.
pub fn infer(starts: impl Iterator<Item = u64>) -> Option<ClusterGrid> {
    let mut all = 0;
    let starts: Vec<u64> =
        starts.inspect(|_| all += 1).filter(|at| at.is_multiple_of(SECTOR)).collect();
    if starts.len() < LEAST || starts.len() * 2 < all {
        return None;
    }
    let lens = std::iter::successors(Some(LARGEST), |len| Some(len / 2));
    let mut grids = lens.take_while(|&len| len > SECTOR).map(|len| (len, common(&starts, len)));
    let most = |count: usize| count + starts.len() / STRAYS >= starts.len();
    let (len, (at, _)) = grids.find(|(_, (_, count))| *count >= LEAST && most(*count))?;
    Some(ClusterGrid::new(at, len))
}

/// What most of `starts` leave when they are divided by `len`, the least of equals, and how many do.
fn common(starts: &[u64], len: u64) -> (u64, usize) {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    starts.iter().for_each(|at| *counts.entry(at % len).or_default() += 1);
    let most = counts.into_iter().max_by_key(|&(phase, count)| (count, Reverse(phase)));
    most.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_testdata::random::Random;

    /// The grid of photos in clusters of `len` bytes after `at`, and of as many strays.
    fn grid(count: u64, len: u64, at: u64, strays: u64) -> Option<ClusterGrid> {
        let mut random = Random::new(len + at);
        let photos: Vec<u64> =
            (0..count).map(|_| at + len * random.below(1 << 20) as u64).collect();
        let strays: Vec<u64> = (0..strays).map(|_| SECTOR * random.below(1 << 30) as u64).collect();
        infer(photos.into_iter().chain(strays))
    }

    #[test]
    fn clusters_are_told_by_where_photos_begin() {
        for len in [1024, 4096, 32 << 10, 128 << 10] {
            for at in [0, SECTOR, len - SECTOR] {
                assert_eq!(grid(40, len, at, 2), Some(ClusterGrid::new(at, len)));
            }
        }
    }

    #[test]
    fn few_photos_and_photos_at_any_sector_tell_nothing() {
        assert_eq!(grid(LEAST as u64 - 1, 4096, 0, 0), None);
        assert_eq!(grid(40, 4096, 0, 10), None);
        assert_eq!(grid(400, SECTOR, 0, 0), None);
        let unaligned = (0..400).map(|index| index * 77_777);
        assert_eq!(infer(unaligned), None);
        assert_eq!(infer(std::iter::empty()), None);
    }
}
