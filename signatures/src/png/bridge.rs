//! The way on in a PNG of which the source could not deliver a part.

use memchr::memmem;

use super::chunk::{IEND, chunk};
use super::header::SIGNATURE;
use crate::view::View;

/// Types of chunks that are looked for after what is unreadable: those that cameras and programs write most.
const TYPES: [&[u8; 4]; 8] =
    [b"IDAT", b"IEND", b"fdAT", b"fcTL", b"tEXt", b"zTXt", b"iTXt", b"eXIf"];

/// How far the next chunk is looked for, in bytes.
const MOST_SOUGHT: u64 = 64 << 20;

/// It is looked for in pieces of so many bytes.
const PIECE: usize = 64 << 10;

/// Where the chunks go on of a PNG whose chunk at `at` cannot be read.
pub enum Way {
    /// All of it can be read: it is wrong.
    None,
    /// At this byte.
    On(u64),
    /// Nowhere: the file ends here, for all that is known.
    End(u64),
}

/// Where the chunks go on after the unreadable range that the chunk at `at` begins in.
pub fn way(view: &mut View<'_>, at: u64) -> Way {
    let Some(range) = view.unreadable_in(at, IEND.len() as u64) else { return Way::None };
    let from = view.readable_from(range.at);
    let end = view.len().min(from.saturating_add(MOST_SOUGHT));
    let mut here = from;
    while here < end {
        let len = usize::try_from(end - here).unwrap_or(PIECE).min(PIECE);
        let piece = view.up_to(here, len);
        if piece.len() < 8 {
            break;
        }
        // Another file begins there.
        let stop = memmem::find(piece, SIGNATURE);
        let most = stop.unwrap_or(piece.len());
        let types = TYPES.iter().filter_map(|kind| memmem::find(&piece[..most], *kind));
        let mut found: Vec<u64> = types.map(|index| here + index as u64).collect();
        found.sort_unstable();
        let step = piece.len() as u64 - 7;
        let starts = found.into_iter().filter_map(|kind| kind.checked_sub(4));
        let is_own = |start: &u64| *start + 4 >= from && leads_on(view, *start);
        if let Some(start) = { starts }.find(is_own) {
            return Way::On(start);
        }
        if stop.is_some() {
            break;
        }
        here += step;
    }
    Way::End(from)
}

/// Whether the chunk at `at` is followed by another, or is the last.
fn leads_on(view: &mut View<'_>, at: u64) -> bool {
    match chunk(view, at) {
        Ok((_, kind)) if &kind == b"IEND" => view.array::<12>(at).is_ok_and(|all| all == IEND),
        Ok((len, _)) => {
            let next = at + 12 + len;
            chunk(view, next).is_ok() || view.unreadable_in(next, 8).is_some()
        }
        Err(_) => false,
    }
}
