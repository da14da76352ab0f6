//! The way on in a GIF of which the source could not deliver a part: sub-blocks follow one another by their
//! lengths, so that after it the first byte is looked for from which they lead to another block.

use super::blocks::{DESCRIPTOR_LEN, HEADER_LEN};
use crate::verdict::Span;
use crate::view::View;

/// Blocks and sub-blocks that are followed at the most, those of wrong ways included.
const MOST_STEPS: u64 = 1 << 22;

/// How far after what is unreadable a sub-block begins at the latest, in bytes: what is cut off there is a
/// sub-block, or a descriptor with its table of colours.
const REACH: u64 = 1024;

/// What was found of a GIF with unreadable ranges.
pub struct Bridged {
    /// The first byte after it.
    pub end: u64,
    /// Whether its trailer was found.
    pub is_closed: bool,
}

/// Where a chain of blocks stopped.
enum Stop {
    /// After the trailer.
    Closed(u64),
    /// At a byte that was not read.
    Unread(u64),
    /// At one that cannot be, or at the end of the view.
    Wrong,
}

/// The blocks of the GIF at the view's start, over what is unreadable; nothing where all of it can be read,
/// or where what can be read is none.
pub fn walk(view: &mut View<'_>) -> Option<Bridged> {
    view.unreadable_in(0, u64::MAX)?;
    let mut steps = MOST_STEPS;
    let first = HEADER_LEN as u64 + table(view, 10)?;
    let mut stop = blocks(view, first, &mut steps);
    let mut passed = None;
    loop {
        match stop {
            Stop::Closed(end) => return passed.map(|_| Bridged { end, is_closed: true }),
            Stop::Wrong => return None,
            Stop::Unread(at) => {
                let from = view.readable_from(at);
                passed = Some(from);
                let ways = from..from.saturating_add(REACH).min(view.len());
                let found = { ways }.find_map(|way| leads_on(view, way, &mut steps));
                match found {
                    Some(next) => stop = next,
                    None => return Some(Bridged { end: from, is_closed: false }),
                }
            }
        }
    }
}

/// What a chain of sub-blocks that begins at `at` leads to, if that is the trailer or unreadable too.
fn leads_on(view: &mut View<'_>, at: u64, steps: &mut u64) -> Option<Stop> {
    match sub_blocks(view, at, steps) {
        Ok(end) if end > at + 1 => match blocks(view, end, steps) {
            Stop::Wrong => None,
            stop => Some(stop),
        },
        // A chain that leads into the unreadable at once tells nothing.
        Err(Stop::Unread(next)) if next > at + 2 * u64::from(u8::MAX) => Some(Stop::Unread(next)),
        _ => None,
    }
}

/// Length of a table of colours that the flags at `at` announce.
fn table(view: &mut View<'_>, at: u64) -> Option<u64> {
    let flags = view.u8(at).ok()?;
    Some(if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) })
}

/// Follows blocks from the introducer at `at` on.
fn blocks(view: &mut View<'_>, mut at: u64, steps: &mut u64) -> Stop {
    loop {
        if *steps == 0 {
            return Stop::Wrong;
        }
        *steps -= 1;
        let head = match byte(view, at) {
            Ok(b';') => return Stop::Closed(at + 1),
            Ok(b'!') => 2,
            Ok(b',') => {
                let flags = at + DESCRIPTOR_LEN as u64;
                if let Some(range) = view.unreadable_in(at, DESCRIPTOR_LEN as u64 + 1) {
                    return Stop::Unread(range.at);
                }
                let Some(table) = table(view, flags) else { return Stop::Wrong };
                DESCRIPTOR_LEN as u64 + 1 + table + 1
            }
            Ok(_) => return Stop::Wrong,
            Err(stop) => return stop,
        };
        at = match sub_blocks(view, at + head, steps) {
            Ok(end) => end,
            Err(stop) => return stop,
        };
    }
}

/// Follows sub-blocks from the length at `at` on; gives the first byte after their terminator.
fn sub_blocks(view: &mut View<'_>, mut at: u64, steps: &mut u64) -> Result<u64, Stop> {
    loop {
        if *steps == 0 {
            return Err(Stop::Wrong);
        }
        *steps -= 1;
        match byte(view, at)? {
            0 => return Ok(at + 1),
            len => at += 1 + u64::from(len),
        }
    }
}

/// The byte at `at`, if it was read.
fn byte(view: &mut View<'_>, at: u64) -> Result<u8, Stop> {
    let byte = view.u8(at).map_err(|_| Stop::Wrong)?;
    match view.unreadable_in(at, 1) {
        Some(Span { at, .. }) => Err(Stop::Unread(at)),
        None => Ok(byte),
    }
}
