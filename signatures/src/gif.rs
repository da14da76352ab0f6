//! GIF: blocks up to the trailer, and the LZW data of every frame.
//!
//! Source: CompuServe, "Graphics Interchange Format, Version 89a", 1990.

mod blocks;
mod bridge;
mod lzw;
mod oddity;
mod oracle;

pub use oracle::GifOracle;

use blocks::{DESCRIPTOR_LEN, HEADER_LEN};
use oddity::Oddity;

use crate::format::{Effort, Magic};
use crate::oracle::{Oracle, drive};
use crate::verdict::{End, Grade, Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;

/// What every GIF begins with.
pub static MAGIC: &[Magic] =
    &[Magic::gated(0, b"GIF87a", opens), Magic::gated(0, b"GIF89a", opens)];

/// Whether a block begins after the header and its table of colours: most words of a text fail here.
fn opens(view: &mut View<'_>) -> bool {
    let flags = view.u8(10).unwrap_or(0);
    let table = if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let at = HEADER_LEN as u64 + table;
    let begins = view.u8(at).is_ok_and(|block| matches!(block, b'!' | b','));
    begins || view.unreadable_in(at, 1).is_some()
}

/// Header, descriptor, code size, one sub-block of two bytes and its end, trailer.
pub const MIN_LEN: u64 = HEADER_LEN as u64 + 1 + DESCRIPTOR_LEN as u64 + 1 + 3 + 1 + 1;

/// What makes viewers open a GIF that breaks off: the end of the frame's data, and the trailer.
const TERMINATOR: &[u8] = b"\0;";

/// The smallest unit of bytes that are foreign together.
const SECTOR: u64 = 512;

/// The oracle gets the file in pieces of this size.
const PIECE: usize = 16 << 10;

/// Measures the GIF at the view's start.
pub fn measure(view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
    let mut oracle = GifOracle::new(effort == Effort::Proof);
    let driven = drive(&mut oracle, view, PIECE);
    let (width, height) = oracle.screen();
    let mut verdict = match driven {
        Ok(end) => whole(&oracle, end, effort),
        Err((at, what)) => match odd(view, effort).or_else(|| unreadable(view, effort)) {
            Some(verdict) => verdict,
            None => partial(view, &oracle, at, what)?,
        },
    };
    let has_size = width > 0 && height > 0;
    verdict.pixels = has_size.then(|| (u32::from(width), u32::from(height)));
    Ok(verdict)
}

fn whole(oracle: &GifOracle, end: u64, effort: Effort) -> Verdict {
    let mut verdict = Verdict::structural(end, "gif", "image/gif");
    let decoded = effort == Effort::Proof;
    if let Some(at) = oracle.beyond() {
        verdict.note(at, "a frame reaches beyond the screen");
    }
    // The trailer is one byte: where it is the first of a sector, one foreign sector in 256 would
    // pass for it.
    let lone = end % SECTOR == 1;
    if decoded && oracle.is_even() && !lone {
        verdict.grade = Grade::Verified;
        verdict.proof = "every block; the codes of every frame to its last pixel";
        leave_metadata(oracle, end, &mut verdict);
    } else {
        verdict.proof = if decoded { "blocks and codes up to the trailer" } else { "blocks" };
        let span = Span::between(HEADER_LEN as u64, end);
        verdict.unchecked.push(Unchecked { span, role: Role::Payload });
    }
    verdict
}

/// A GIF whose blocks lead to the trailer although something in them is odd. Where foreign bytes
/// could look so, the sub-blocks must be even: a foreign byte where a length belongs shows.
fn odd(view: &mut View<'_>, effort: Effort) -> Option<Verdict> {
    let mut oracle = GifOracle::lenient(effort == Effort::Proof);
    let end = drive(&mut oracle, view, PIECE).ok()?;
    let oddities = oracle.oddities()?;
    let worst = oddities.worst?;
    if worst > Oddity::Harmless && !oracle.is_even() {
        return None;
    }
    let mut verdict = whole(&oracle, end, Effort::Structure);
    verdict.proof = "blocks up to the trailer";
    if worst == Oddity::Damage {
        verdict.grade = Grade::Damaged;
    }
    for issue in &oddities.issues {
        verdict.note(issue.at, issue.what.clone());
    }
    Some(verdict)
}

/// A GIF of which the source could not deliver some bytes, by its blocks.
fn unreadable(view: &mut View<'_>, effort: Effort) -> Option<Verdict> {
    if effort == Effort::Proof {
        return None;
    }
    let bridge::Bridged { end, is_closed } = bridge::walk(view)?;
    let mut verdict = Verdict::structural(end, "gif", "image/gif");
    verdict.grade = Grade::Damaged;
    verdict.proof = "blocks up to the trailer, over what could not be read";
    if !is_closed {
        verdict.end = End::Estimated;
        verdict.proof = "blocks up to what could not be read";
        verdict.note(end, "the end of the picture could not be read");
    }
    let span = Span::between(HEADER_LEN as u64, end);
    verdict.unchecked.push(Unchecked { span, role: Role::Payload });
    Some(verdict)
}

/// The beginning of a broken GIF, if it shows some of its first frame.
fn partial(
    view: &View<'_>,
    oracle: &GifOracle,
    at: u64,
    what: &'static str,
) -> Result<Verdict, Reject> {
    let kept = oracle.kept();
    if oracle.share() <= 0.0 {
        return Err(view.malformed(at, what));
    }
    let mut verdict = Verdict::structural(kept, "gif", "image/gif");
    verdict.grade = Grade::Partial;
    verdict.proof = "blocks and codes up to the break";
    verdict.share = Some(oracle.share());
    verdict.terminator = TERMINATOR.into();
    leave_metadata(oracle, kept, &mut verdict);
    verdict.note(at, what);
    Ok(verdict)
}

/// Colour tables and extensions have no check.
fn leave_metadata(oracle: &GifOracle, end: u64, verdict: &mut Verdict) {
    let parts = oracle.unchecked().iter().map(|part| Span::between(part.at, part.end().min(end)));
    let parts = parts.filter(|span| span.len > 0);
    verdict.unchecked.extend(parts.map(|span| Unchecked { span, role: Role::Metadata }));
}
