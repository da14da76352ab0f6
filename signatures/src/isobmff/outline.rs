//! The end of a file by its boxes alone, where what they hold could not be read.

use memchr::memmem;

use super::layout::is_known;
use super::{Header, MOST_BOXES};
use crate::format::{Effort, SECTOR};
use crate::verdict::{End, Grade, Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;

/// How far the next box is looked for after a header that is unreadable, in bytes.
const MOST_SOUGHT: u64 = 64 << 20;

/// It is looked for in pieces of so many bytes.
const PIECE: usize = 64 << 10;

/// Types that are looked for: those that follow others in files of cameras and phones.
const SOUGHT: [&[u8; 4]; 8] =
    [b"mdat", b"moov", b"meta", b"free", b"uuid", b"moof", b"mfra", b"sefd"];

/// What was `measured` of a file, or a better answer: where what tells how it is laid out is unreadable,
/// its boxes still tell where it ends. Proofs have nothing to say of such a file.
pub fn or_outline(
    view: &mut View<'_>,
    effort: Effort,
    (extension, mime): (&'static str, &'static str),
    measured: Result<Verdict, Reject>,
) -> Result<Verdict, Reject> {
    let is_whole = measured.as_ref().is_ok_and(|verdict| verdict.grade > Grade::Partial);
    let is_other = matches!(measured, Err(Reject::Other { .. }));
    if effort == Effort::Proof || is_whole || is_other {
        return measured;
    }
    match outline(view) {
        Some((end, known)) => {
            let mut verdict = Verdict::structural(end, extension, mime);
            (verdict.grade, verdict.end) = (Grade::Damaged, known);
            verdict.proof = "boxes, over what could not be read";
            let span = Span::between(0, end);
            verdict.unchecked.push(Unchecked { span, role: Role::Metadata });
            verdict.note(end, "what tells how it is laid out could not be read whole");
            Ok(verdict)
        }
        None => measured,
    }
}

/// Where the boxes end of which some could not be read, and how that is known.
fn outline(view: &mut View<'_>) -> Option<(u64, End)> {
    let (mut at, mut is_hurt) = (0, false);
    for number in 0..MOST_BOXES {
        let header = match view.unreadable_in(at, 16) {
            None => Header::read(view, at).ok(),
            Some(range) if range.at >= at + 8 => {
                Header::read(view, at).ok().filter(|one| one.body <= range.at)
            }
            Some(_) => None,
        };
        let is_own =
            |header: &Header| is_known(&header.kind) && (&header.kind != b"ftyp" || number == 0);
        match header.filter(is_own) {
            Some(header) if header.open || header.end > view.len() => return None,
            Some(header) => {
                is_hurt |= view.unreadable_in(at, header.end - at).is_some();
                at = header.end;
            }
            None if view.unreadable_in(at, 16).is_some() && number > 0 => {
                is_hurt = true;
                let from = view.readable_from(view.unreadable_in(at, 16)?.at);
                match next_box(view, from) {
                    Some(next) => at = next,
                    None => return Some((from, End::Estimated)),
                }
            }
            None if is_hurt => return Some((at, End::Exact)),
            None => return None,
        }
    }
    None
}

/// The first box from `from` on of a type that is looked for and that another box or the end follows.
fn next_box(view: &mut View<'_>, from: u64) -> Option<u64> {
    let end = view.len().min(from.saturating_add(MOST_SOUGHT));
    let mut at = from;
    while at < end {
        let len = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
        let piece = view.up_to(at, len);
        let step = piece.len().saturating_sub(7) as u64;
        if step == 0 {
            return None;
        }
        let types = SOUGHT.iter().filter_map(|kind| memmem::find(piece, *kind));
        let mut found: Vec<u64> = types.map(|index| at + index as u64).collect();
        let brand = memmem::find(piece, b"ftyp").map(|index| at + index as u64);
        found.sort_unstable();
        // Another file begins there.
        let stop = brand.filter(|at| at % SECTOR as u64 == 4);
        let found = found.into_iter().filter(|kind| stop.is_none_or(|stop| *kind < stop));
        for start in found.filter_map(|kind| kind.checked_sub(4)).filter(|start| *start >= from) {
            if leads_on(view, start) {
                return Some(start);
            }
        }
        if stop.is_some() {
            return None;
        }
        at += step;
    }
    None
}

/// Whether the box at `at` is followed by another, by zeros, or by nothing.
fn leads_on(view: &mut View<'_>, at: u64) -> bool {
    let Ok(header) = Header::read(view, at) else { return false };
    if header.open || header.end > view.len() {
        return false;
    }
    match view.array::<8>(header.end) {
        Ok(next) => {
            let kind = [next[4], next[5], next[6], next[7]];
            is_known(&kind)
                || next == [0; 8]
                || view.unreadable_in(header.end, 8).is_some()
                || header.end.is_multiple_of(SECTOR as u64)
        }
        Err(_) => true,
    }
}
