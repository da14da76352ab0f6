//! Looking forward for the end of a file that only its end tells.

use crate::view::View;

/// How much is looked at at first, in bytes; twice as much each time after that, since most
/// searches that fail do so soon.
const FIRST_PIECE: usize = 4 << 10;

/// How much is looked at at once, at most, in bytes.
const PIECE: usize = 64 << 10;

/// What `look` finds first in the bytes from `at` on, at most `most` of them.
///
/// They come in pieces: `look` gets the offset of each and its bytes. A piece repeats the last
/// `overlap` bytes of the one before, so that no structure of up to that length is missed; longer
/// ones are. The search takes time linear in the bytes it covers when `look` does.
pub fn forward<T>(
    view: &mut View<'_>,
    at: u64,
    most: u64,
    overlap: usize,
    mut look: impl FnMut(u64, &[u8]) -> Option<T>,
) -> Option<T> {
    let end = at.saturating_add(most).min(view.len());
    let (mut at, mut most) = (at, FIRST_PIECE.max(2 * overlap));
    while at < end {
        let len = (end - at).min(most as u64);
        let piece = view.up_to(at, len as usize);
        if let Some(found) = look(at, piece) {
            return Some(found);
        }
        let len = piece.len() as u64;
        if len <= overlap as u64 || at + len >= end {
            return None;
        }
        at += len - overlap as u64;
        most = most.max(PIECE.min(2 * most));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[test]
    fn a_structure_is_found_across_pieces_but_not_beyond_the_limit() {
        for at in [0, 5, FIRST_PIECE - 3, FIRST_PIECE, PIECE - 3, PIECE, 2 * PIECE + 1] {
            let mut hay = vec![b'.'; 3 * PIECE];
            hay[at..at + 6].copy_from_slice(b"needle");
            let (runs, mut buffer) = (Runs::whole(0, hay.len() as u64), Buffer::default());
            let hay = hay.as_slice();
            let mut view = View::new(&hay, &runs, &mut buffer);
            let mut find = |most| {
                forward(&mut view, 0, most, 6, |at, piece| {
                    Some(at + memchr::memmem::find(piece, b"needle")? as u64)
                })
            };
            assert_eq!(find(u64::MAX), Some(at as u64));
            assert_eq!(find(at as u64 + 6), Some(at as u64));
            assert_eq!(find(at as u64 + 5), None);
        }
    }
}
