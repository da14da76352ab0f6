//! Looking for the end of a trailer.

use crate::view::View;

/// Where `needle` first begins at or after `at`, lying wholly in the next `most` bytes.
pub fn find(view: &mut View<'_>, at: u64, most: u64, needle: &[u8]) -> Option<u64> {
    const PIECE: usize = 64 << 10;
    let end = at.saturating_add(most).min(view.len());
    let finder = memchr::memmem::Finder::new(needle);
    let mut at = at;
    while at < end {
        let want = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
        let piece = view.up_to(at, want);
        if piece.len() < needle.len() {
            return None;
        }
        if let Some(index) = finder.find(piece) {
            return Some(at + index as u64);
        }
        at += (piece.len() - needle.len() + 1) as u64;
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
            assert_eq!(find(&mut view, 0, u64::MAX, b"needle"), Some(at));
            assert_eq!(find(&mut view, 0, at + 6, b"needle"), Some(at));
            assert_eq!(find(&mut view, 0, at + 5, b"needle"), None);
            assert_eq!(find(&mut view, at + 1, u64::MAX, b"needle"), None);
        }
    }
}
