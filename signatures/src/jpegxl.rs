//! JPEG XL: the codestream, and the boxes around it.
//!
//! A codestream has no length of its own. Each of its frames has a table of contents that gives
//! the lengths of its sections, so that the headers alone lead from frame to frame and to the end.
//!
//! Source: ISO/IEC 18181-1:2024 "Core coding system" and 18181-2:2024 "File format".

pub mod boxes;
#[cfg(feature = "jxl")]
mod codestream;
#[cfg(feature = "jxl")]
mod frame;
#[cfg(feature = "jxl")]
mod icc;
pub mod pieces;

use crate::format::Magic;
use crate::verdict::{Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;
use pieces::Pieces;

/// The signature box of a file, whose content is also that of JPEG 2000.
pub static MAGIC: &[Magic] = &[Magic::behind(b"\0\0\0\x0cJXL ", 8, b"\r\n\x87\n")];

/// What all bare codestreams begin with.
#[cfg(feature = "jxl")]
pub static BARE: &[Magic] = &[Magic::gated(0, &SIGNATURE, codestream::opens)];

/// This build reads no codestreams.
#[cfg(not(feature = "jxl"))]
pub static BARE: &[Magic] = &[];

/// The headers of the smallest picture.
pub const MIN_LEN: u64 = 12;

/// Bytes that all codestreams begin with.
const SIGNATURE: [u8; 2] = [0xff, 0x0a];

/// What the headers of a codestream say; offsets count its own bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Codestream {
    /// Width and height in pixels.
    pub pixels: (u32, u32),
    /// Where the first frame begins.
    pub frames: u64,
    /// The first byte after the last frame, or after the last of which all is there.
    pub end: u64,
    /// Whether that is the last frame of the picture.
    pub is_whole: bool,
    /// What stands at `end` instead of a frame, if not all of it is missing.
    pub wrong: Option<&'static str>,
    /// How much of the unfinished frame is there, from 0 to 1.
    pub share: f32,
}

#[cfg(not(feature = "jxl"))]
fn walk(_: &mut View<'_>, _: &Pieces, _: bool) -> Result<Codestream, Reject> {
    Err(Reject::Other { what: "this build reads no codestreams of JPEG XL" })
}

#[cfg(feature = "jxl")]
use codestream::walk;

/// Measures the file or the codestream at the view's start.
pub fn measure(view: &mut View<'_>) -> Result<Verdict, Reject> {
    if view.array(0)? != SIGNATURE {
        return boxes::measure(view);
    }
    let pieces = Pieces::new(vec![Span { at: 0, len: view.len() }]);
    let found = walk(view, &pieces, true)?;
    let mut verdict = Verdict::structural(found.end, "jxl", "image/jxl");
    verdict.proof = "frames and their sections up to the last";
    boxes::judge(&found, found.end, &mut verdict);
    if !found.is_whole && found.wrong.is_none() {
        verdict.len = view.len();
    }
    let parts = [(0, found.frames, Role::Metadata), (found.frames, verdict.len, Role::Payload)];
    let parts = parts.map(|(at, end, role)| Unchecked { span: Span::between(at, end), role });
    verdict.unchecked = parts.into_iter().filter(|part| part.span.len > 0).collect();
    Ok(verdict)
}
