//! Looking for the end of a trailer.

use super::limits::{MOST_TRIES, reach};
use crate::view::View;

/// Where one of `needles` first begins at or after `at`, lying wholly in the next `most` bytes, and
/// which of them it is.
pub fn find(view: &mut View<'_>, at: u64, most: u64, needles: &[&[u8]]) -> Option<(u64, usize)> {
    const PIECE: u64 = 64 << 10;
    let longest = needles.iter().map(|needle| needle.len()).max()? as u64;
    let end = at.saturating_add(most).min(view.len());
    let mut at = at;
    while at < end {
        let piece = view.up_to(at, (end - at).min(PIECE) as usize);
        let hits = needles
            .iter()
            .enumerate()
            .filter_map(|(index, needle)| Some((memchr::memmem::find(piece, needle)?, index)));
        if let Some((hit, index)) = hits.min() {
            return Some((at + hit as u64, index));
        }
        let len = piece.len() as u64;
        if len < longest || at + len >= end {
            return None;
        }
        at += len - longest + 1;
    }
    None
}

/// The first answer that `judge` gives to an offset where one of `needles` stands.
pub fn each<T>(
    view: &mut View<'_>,
    at: u64,
    most: u64,
    needles: &[&[u8]],
    judge: impl Fn(&mut View<'_>, u64, usize) -> Option<T>,
) -> Option<T> {
    let mut from = at;
    for _ in 0..MOST_TRIES {
        let left = at.saturating_add(reach(at, most)).saturating_sub(from);
        let (found, which) = find(view, from, left, needles)?;
        if let Some(answer) = judge(view, found, which) {
            return Some(answer);
        }
        from = found + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[test]
    fn a_needle_is_found_across_pieces_but_not_beyond_the_limit() {
        for at in [0, 5, 65_530, 65_533, 65_536, 131_000] {
            let mut hay = vec![b'.'; 140_000];
            hay[at..at + 6].copy_from_slice(b"needle");
            let (runs, mut buffer) = (Runs::whole(0, 140_000), Buffer::default());
            let hay = hay.as_slice();
            let mut view = View::new(&hay, &runs, &mut buffer);
            let at = at as u64;
            assert_eq!(find(&mut view, 0, u64::MAX, &[b"no needle", b"needle"]), Some((at, 1)));
            assert_eq!(find(&mut view, 0, at + 6, &[b"no needle", b"needle"]), Some((at, 1)));
            assert_eq!(find(&mut view, 0, at + 5, &[b"no needle", b"needle"]), None);
            assert_eq!(find(&mut view, at + 1, u64::MAX, &[b"no needle", b"needle"]), None);
        }
    }
}
