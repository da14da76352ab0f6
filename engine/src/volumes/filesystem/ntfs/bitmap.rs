//! The map of clusters: one bit each, set where something owns it.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

use super::geometry::NtfsGeometry;
use crate::volumes::read;

/// Bytes of the map that are read at once.
const PIECE: u64 = 1 << 20;

/// Free extents that are kept.
const MOST_FREE_EXTENTS: usize = 4 << 20;

/// The free extents in the map that lies in `runs`; why there are none, if
/// they cannot be told.
pub(crate) fn free(
    bytes: &dyn Bytes,
    runs: &Runs,
    geometry: &NtfsGeometry,
) -> Result<Vec<Span>, &'static str> {
    let clusters = geometry.clusters();
    if runs.len() < clusters.div_ceil(8) {
        return Err("its map of clusters is too short");
    }
    let mut free: Vec<Span> = Vec::new();
    for start in (0..clusters.div_ceil(8)).step_by(PIECE as usize) {
        let piece = runs.slice(start, PIECE);
        let mut map = read::runs_padded(bytes, &piece);
        read::as_used(bytes, &piece, &mut map);
        for (at, &byte) in map.iter().enumerate() {
            let first = (start + at as u64) * 8;
            for (cluster, count) in zeros(byte).filter(|(bit, _)| first + bit < clusters) {
                add(&mut free, geometry, first + cluster, count.min(clusters - first - cluster));
            }
        }
        if free.len() > MOST_FREE_EXTENTS {
            return Err("its map of clusters has too many holes");
        }
    }
    Ok(free)
}

/// Where a byte has zeros, lowest bit first, and how many.
fn zeros(byte: u8) -> impl Iterator<Item = (u64, u64)> {
    let mut bit = 0;
    std::iter::from_fn(move || {
        bit += (u32::from(byte) >> bit).trailing_ones();
        let start = bit;
        let count = (u32::from(byte) | 0x100) >> start;
        let count = count.trailing_zeros();
        bit = start + count;
        (start < 8).then_some((u64::from(start), u64::from(count)))
    })
}

fn add(free: &mut Vec<Span>, geometry: &NtfsGeometry, cluster: u64, count: u64) {
    let at = geometry.at + cluster * geometry.cluster_len;
    let len = count * geometry.cluster_len;
    match free.last_mut().filter(|last| last.end() == at) {
        Some(last) => last.len += len,
        None => free.push(Span { at, len }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(map: &[u8], clusters: u64, expected: &[(u64, u64)]) {
        let geometry = NtfsGeometry { at: 1000, len: clusters * 10, cluster_len: 10 };
        let found = free(&map, &Runs::whole(0, map.len() as u64), &geometry).unwrap();
        let expected: Vec<_> =
            expected.iter().map(|&(at, len)| Span { at: 1000 + 10 * at, len: 10 * len }).collect();
        assert_eq!(found, expected, "map: {map:02x?}");
    }

    #[test]
    fn the_lowest_bit_is_the_first_cluster() {
        check(&[0b1111_1110], 8, &[(0, 1)]);
        check(&[0b0101_0011, 0xff], 16, &[(2, 2), (5, 1), (7, 1)]);
    }

    #[test]
    fn free_extents_go_on_from_byte_to_byte_and_end_with_the_clusters() {
        check(&[0x0f, 0x00, 0xf8], 24, &[(4, 15)]);
        check(&[0xff, 0x00], 11, &[(8, 3)]);
        check(&[0xff, 0xff], 16, &[]);
    }
}
