//! JPEG XL: the codestream, and the boxes around it.
//!
//! A codestream has no length of its own. Each of its frames has a table of contents that gives
//! the lengths of its sections, so that the headers alone lead from frame to frame and to the end.
//!
//! Source: ISO/IEC 18181-1:2024 "Core coding system" and 18181-2:2024 "File format".

pub mod boxes;
mod codestream;
#[cfg(feature = "jxl")]
mod failure;
#[cfg(feature = "jxl")]
mod frame;
#[cfg(feature = "jxl")]
mod icc;
pub mod pieces;
#[cfg(feature = "jxl")]
mod walk;
#[cfg(not(feature = "jxl"))]
#[path = "jpegxl/without.rs"]
mod walk;

pub use walk::BARE;

use crate::format::Magic;
use crate::verdict::{Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;
use codestream::SIGNATURE;
use pieces::Pieces;

/// The signature box of a file, whose content is also that of JPEG 2000.
pub static MAGIC: &[Magic] = &[Magic::after(b"\0\0\0\x0cJXL ", 8, b"\r\n\x87\n")];

/// The headers of the smallest picture.
pub const MIN_LEN: u64 = 12;

/// Measures the file or the codestream at the view's start.
pub fn measure(view: &mut View<'_>) -> Result<Verdict, Reject> {
    if view.array(0)? != SIGNATURE {
        return boxes::measure(view);
    }
    let pieces = Pieces::new(vec![Span { at: 0, len: view.len() }]);
    let found = walk::walk(view, &pieces, true)?;
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
