//! Run lists: which clusters hold the data of an attribute.

use crate::volumes::filesystem::MOST_RUNS;

/// Clusters that lie side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DataRun {
    /// The first; nothing in a sparse hole.
    pub(crate) lcn: Option<u64>,
    /// How many.
    pub(crate) clusters: u64,
}

/// The extents that a run list names, up to where it ends or stops making sense.
///
/// Each has a byte whose low nibble is the length of the count of clusters, and whose high one the
/// length of the signed distance from the extent before; without a distance it is a sparse hole. A zero
/// byte ends the list.
///
/// Source: linux-ntfs, "NTFS Documentation", concept "data runs".
pub(crate) fn decode(mut list: &[u8]) -> Vec<DataRun> {
    let (mut extents, mut lcn) = (Vec::new(), 0i64);
    while let Some((extent, rest)) = first(list, &mut lcn)
        && extents.len() < MOST_RUNS
    {
        extents.push(extent);
        list = rest;
    }
    extents
}

fn first<'l>(list: &'l [u8], lcn: &mut i64) -> Option<(DataRun, &'l [u8])> {
    let (&lens, rest) = list.split_first()?;
    let (count_len, distance_len) = (usize::from(lens & 15), usize::from(lens >> 4));
    let (count, rest) = rest.split_at_checked(count_len)?;
    let (distance, rest) = rest.split_at_checked(distance_len)?;
    let clusters = u64::try_from(signed(count)?).ok().filter(|&clusters| clusters > 0)?;
    if distance.is_empty() {
        return Some((DataRun { lcn: None, clusters }, rest));
    }
    *lcn = lcn.checked_add(signed(distance)?)?;
    let extent = DataRun { lcn: Some(u64::try_from(*lcn).ok()?), clusters };
    Some((extent, rest))
}

/// A little-endian number of up to eight bytes; nothing when there is none.
fn signed(bytes: &[u8]) -> Option<i64> {
    let last = *bytes.last()?;
    let mut wide = [if last < 0x80 { 0 } else { 0xff }; 8];
    wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: &[u8], expected: &[(Option<u64>, u64)]) {
        let found: Vec<_> =
            decode(list).iter().map(|extent| (extent.lcn, extent.clusters)).collect();
        assert_eq!(found, expected, "list: {list:02x?}");
    }

    #[test]
    fn a_distance_counts_from_the_extent_before_and_has_a_sign() {
        check(&[0x21, 0x18, 0x34, 0x56, 0], &[(Some(0x5634), 0x18)]);
        check(&[0x11, 5, 100, 0x11, 2, 0xf6, 0], &[(Some(100), 5), (Some(90), 2)]);
        check(&[0x12, 0, 1, 0x7f], &[(Some(0x7f), 0x100)]);
    }

    #[test]
    fn a_sparse_hole_has_no_distance() {
        check(&[0x11, 1, 9, 0x01, 4, 0x11, 2, 1, 0], &[(Some(9), 1), (None, 4), (Some(10), 2)]);
    }

    #[test]
    fn a_list_ends_where_it_makes_no_sense() {
        check(&[], &[]);
        check(&[0x11, 5], &[]);
        check(&[0x11, 5, 100, 0x11, 2, 0x80, 0], &[(Some(100), 5)]);
        check(&[0x11, 0, 100, 0], &[]);
        check(&[0x10, 9, 0], &[]);
        check(&[0x91, 5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0], &[]);
        check(&[0x11, 0xff, 100, 0], &[]);
    }
}
