//! Whether anything of a disk can be had: of what is cut short within its headers nothing is left but its length.

use super::opening::Opened;
use super::piece::{Layout, Stored};
use super::refusal::Refusal;

/// Pieces that are looked at; where none of so many can be had, others may.
const MOST_PIECES: usize = 1 << 16;

/// Refuses a disk of which there is nothing but what is lost, and zeros that nobody wrote.
pub(super) fn check(opened: &Opened) -> Result<(), Refusal> {
    let (layout, has_parent) = (opened.layout.as_ref(), opened.parent.is_some());
    let (mut at, mut is_damaged) = (0, false);
    for _ in 0..MOST_PIECES {
        if at >= layout.len() {
            let lost = Refusal::nothing_left(
                "and nothing of the disk is in it: it is damaged or cut short",
            );
            return if is_damaged { Err(lost) } else { Ok(()) };
        }
        let piece = layout.piece(at);
        match piece.stored {
            Stored::Zero => {}
            Stored::Parent if !has_parent => {}
            stored if is_there(layout, stored, at - piece.at) => return Ok(()),
            _ => is_damaged = true,
        }
        at = piece.end().min(layout.reach(at)).max(at + 1);
    }
    Ok(())
}

/// Whether the byte that lies `inside` bytes from the start of a piece can be in its file.
fn is_there(layout: &dyn Layout, stored: Stored, inside: u64) -> bool {
    let (file, end) = match stored {
        Stored::Plain { file, at } => (file, at.saturating_add(inside).saturating_add(1)),
        Stored::Packed(packed) => (packed.file, packed.at.saturating_add(packed.len)),
        Stored::Parent | Stored::Zero => return true,
        Stored::Lost => return false,
    };
    end <= layout.files().len_of(file)
}
