//! PCX: a header mostly of zeros, lines coded in runs, and a palette after them.
//!
//! Source: ZSoft, "Technical Reference Manual" for PC Paintbrush, revision 5 (1991).

mod header;
mod runs;

use crate::format::{Effort, Magic};
use crate::verdict::{End, Grade, Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;
use header::{HEADER_LEN, Header};
use runs::Decoded;

/// The maker's byte, the version, coded in runs.
pub static MAGIC: &[Magic] = &[
    Magic::gated(0, &[10, 0, 1], may_be_picture),
    Magic::gated(0, &[10, 2, 1], may_be_picture),
    Magic::gated(0, &[10, 3, 1], may_be_picture),
    Magic::gated(0, &[10, 5, 1], may_be_picture),
];

fn may_be_picture(view: &mut View<'_>) -> bool {
    Header::read(view).is_ok()
}

/// The header and a run for each line of the smallest picture.
pub const MIN_LEN: u64 = HEADER_LEN + header::LEAST_SIDE as u64;

/// The byte before a palette of 256 colours, and the palette.
const PALETTE_LEN: u64 = 1 + 3 * 256;

/// What that byte is.
const PALETTE: u8 = 12;

/// Some writers leave a palette after pictures that need none: of at most 16 colours, and zeros.
const SPARE_LEN: usize = 3 * 16;

/// A broken file is kept when so many lines of it are there.
const LEAST_LINES: u64 = 8;

/// Measures the PCX at the view's start. Its end is not known but by decoding it, so every effort
/// is one.
pub fn measure(view: &mut View<'_>, _: Effort) -> Result<Verdict, Reject> {
    let header = Header::read(view)?;
    let decoded = runs::decode(view, HEADER_LEN, header.line_len(), u64::from(header.height));
    let mut verdict = Verdict::structural(decoded.end, "pcx", "image/vnd.zbrush.pcx");
    verdict.proof = "runs that end with every line, up to the last";
    verdict.pixels = Some((header.width, header.height));
    let metadata = Span::between(0, HEADER_LEN);
    verdict.unchecked.push(Unchecked { span: metadata, role: Role::Metadata });
    let payload = Span::between(HEADER_LEN, decoded.end);
    verdict.unchecked.push(Unchecked { span: payload, role: Role::Payload });
    let broken = decoded.broken.or_else(|| palette(view, &header, &mut verdict));
    match broken {
        None => Ok(verdict),
        Some((at, what)) if decoded.lines < LEAST_LINES => Err(view.malformed(at, what)),
        Some((at, what)) => Ok(partial(verdict, &header, &decoded, at, what)),
    }
}

/// Adds the palette after the lines; tells what is missing where there must be one.
fn palette(
    view: &mut View<'_>,
    header: &Header,
    verdict: &mut Verdict,
) -> Option<(u64, &'static str)> {
    let span = Span { at: verdict.len, len: PALETTE_LEN };
    let bytes = view.bytes(span.at, span.len as usize).ok();
    let bytes = bytes.filter(|bytes| bytes[0] == PALETTE);
    let there = if header.needs_palette() {
        bytes.is_some()
    } else {
        bytes.is_some_and(|bytes| bytes[1 + SPARE_LEN..].iter().all(|&byte| byte == 0))
    };
    if there {
        verdict.unchecked.push(Unchecked { span, role: Role::Metadata });
        verdict.len = span.end();
    }
    let missing = header.needs_palette() && !there;
    missing.then_some((span.at, "no palette after the last line"))
}

/// The lines of a broken file that are there.
fn partial(
    mut verdict: Verdict,
    header: &Header,
    decoded: &Decoded,
    at: u64,
    what: &'static str,
) -> Verdict {
    (verdict.grade, verdict.end) = (Grade::Partial, End::Minimum);
    verdict.proof = "runs that end with every line, up to the break";
    verdict.share = Some(decoded.lines as f32 / header.height as f32);
    verdict.note(at, what);
    verdict
}
