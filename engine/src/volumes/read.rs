//! Ranges of a source, read into memory.
//!
//! A source never fails a read, but it has an end. Two ways of reading differ in what lies beyond it:
//! [`exact`] and [`into`] give nothing unless all of a range is there, [`padded`] gives zeros. The
//! caller bounds every length.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

/// Fills `out` from `at`, when all of that lies in the source.
pub(crate) fn into(bytes: &dyn Bytes, at: u64, out: &mut [u8]) -> Option<()> {
    if at.checked_add(out.len() as u64)? > bytes.len() {
        return None;
    }
    bytes.read_at(at, out);
    Some(())
}

/// The `len` bytes at `at`, when all of them lie in the source.
pub(crate) fn exact(bytes: &dyn Bytes, at: u64, len: usize) -> Option<Vec<u8>> {
    if at.checked_add(len as u64)? > bytes.len() {
        return None;
    }
    let mut out = vec![0; len];
    into(bytes, at, &mut out)?;
    Some(out)
}

/// The `N` bytes at `at`, such as a sector, when all of them lie in the source.
pub(crate) fn array<const N: usize>(bytes: &dyn Bytes, at: u64) -> Option<[u8; N]> {
    let mut out = [0; N];
    into(bytes, at, &mut out)?;
    Some(out)
}

/// The `len` bytes at `at`; what the source does not have is zero.
pub(crate) fn padded(bytes: &dyn Bytes, at: u64, len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    pad(bytes, at, &mut out);
    out
}

/// Fills `out` from the beginning of `runs`, when they have that many bytes and all of these lie in the
/// source.
pub(crate) fn runs_into(bytes: &dyn Bytes, runs: &Runs, out: &mut [u8]) -> Option<()> {
    let runs = runs.slice(0, out.len() as u64);
    if runs.len() < out.len() as u64 {
        return None;
    }
    let mut rest = out;
    for run in runs.as_slice() {
        let (here, after) = rest.split_at_mut(run.len as usize);
        into(bytes, run.at, here)?;
        rest = after;
    }
    Some(())
}

/// The bytes of `runs`; what the source does not have is zero.
pub(crate) fn runs_padded(bytes: &dyn Bytes, runs: &Runs) -> Vec<u8> {
    let mut out = vec![0; usize::try_from(runs.len()).unwrap_or(0)];
    let mut rest = out.as_mut_slice();
    for run in runs.as_slice() {
        let Some((here, after)) = rest.split_at_mut_checked(run.len as usize) else { break };
        pad(bytes, run.at, here);
        rest = after;
    }
    out
}

/// Sets the bytes of a map of clusters that was read from `runs` and that could not be read: what they say is
/// in use is not free for all that is known.
pub(crate) fn as_used(bytes: &dyn Bytes, runs: &Runs, map: &mut [u8]) {
    let mut base = 0;
    for run in runs.as_slice() {
        let mut at = run.at;
        while let Some(lost) = bytes.unreadable_in(Span::between(at, run.end())) {
            let from = base + lost.at.max(run.at) - run.at;
            let to = base + lost.end().min(run.end()) - run.at;
            let (from, to) = (from.min(map.len() as u64), to.min(map.len() as u64));
            map[from as usize..to as usize].fill(u8::MAX);
            at = lost.end();
        }
        base += run.len;
    }
}

/// Fills as much of `out` from `at` as the source has.
fn pad(bytes: &dyn Bytes, at: u64, out: &mut [u8]) {
    let inside = bytes.len().saturating_sub(at).min(out.len() as u64) as usize;
    if inside > 0 {
        bytes.read_at(at, &mut out[..inside]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemorySource;

    const SOURCE: &[u8] = &[1, 2, 3, 4, 5];

    #[test]
    fn what_the_source_does_not_have_is_nothing_or_zero() {
        assert_eq!((exact(&SOURCE, 3, 2), exact(&SOURCE, 4, 2)), (Some(vec![4, 5]), None));
        assert_eq!((array(&SOURCE, 3), array::<2>(&SOURCE, u64::MAX)), (Some([4, 5]), None));
        assert_eq!(
            (padded(&SOURCE, 4, 3), padded(&SOURCE, u64::MAX, 2)),
            (vec![5, 0, 0], vec![0, 0])
        );
    }

    #[test]
    fn clusters_of_which_a_map_could_not_be_read_are_in_use() {
        let bad = vec![Span { at: 12, len: 4 }, Span { at: 30, len: 9 }];
        let source = MemorySource::new("card", vec![1; 64]).with_bad_sectors(bad);
        let runs = Runs::new(vec![Span { at: 28, len: 4 }, Span { at: 10, len: 4 }]);
        let mut map = runs_padded(&source, &runs);
        as_used(&source, &runs, &mut map);
        assert_eq!(map, [1, 1, 255, 255, 1, 1, 255, 255]);
    }

    #[test]
    fn runs_are_read_one_after_the_other() {
        let runs = Runs::new(vec![Span { at: 4, len: 1 }, Span { at: 1, len: 2 }]);
        let mut out = [0; 2];
        assert_eq!((runs_into(&SOURCE, &runs, &mut out), out), (Some(()), [5, 2]));
        assert_eq!(runs_into(&SOURCE, &runs, &mut [0; 4]), None);
        let beyond = Runs::new(vec![Span { at: 4, len: 2 }, Span { at: 0, len: 1 }]);
        assert_eq!(runs_into(&SOURCE, &beyond, &mut [0; 3]), None);
        assert_eq!(runs_padded(&SOURCE, &beyond), [5, 0, 1]);
    }
}
