//! Run-length coded pixels of 4 or 8 bits.
//!
//! Source: Windows SDK, "Bitmap Compression".

use crate::verdict::Issue;
use crate::view::View;

/// Where coded pixels end, and what was wrong with them.
pub(super) struct Decoded {
    /// The first byte after the marker that ends them, where it came.
    pub(super) end: Option<u64>,
    /// Why the decoder stopped before.
    pub(super) issue: Option<Issue>,
}

/// Bytes for each pixel and row, doubled, beyond which the codes cannot be a picture's: each run
/// takes two bytes and gives a pixel at least.
const MOST_BYTES_A_PIXEL: u64 = 4;

/// Follows the codes from `at` on. Pixels beyond the end of a row are cut off, as every decoder
/// does; rows beyond the last one are not.
pub(super) fn decode(
    view: &mut View<'_>,
    at: u64,
    bits: u16,
    (width, height): (u32, u32),
) -> Decoded {
    let pixels = (u64::from(width) + 2).saturating_mul(u64::from(height) + 1);
    let limit = at.saturating_add(pixels.saturating_mul(MOST_BYTES_A_PIXEL));
    let (mut at, mut row) = (at, 0u64);
    let stop = |at, what| Decoded { end: None, issue: Some(Issue::new(at, what)) };
    while at < limit {
        let Ok([count, value]) = view.array(at) else {
            return stop(at, "the runs end with the source");
        };
        let code = at;
        at += 2;
        match (count, value) {
            (0, 1) => return Decoded { end: Some(at), issue: None },
            (0, 0) => row += 1,
            (0, 2) => {
                let Ok([_, down]) = view.array(at) else {
                    return stop(code, "the runs end with the source");
                };
                at += 2;
                row += u64::from(down);
            }
            (0, literals) => {
                at += (u64::from(literals) * u64::from(bits)).div_ceil(16) * 2;
            }
            _ => {}
        }
        if row > u64::from(height) {
            return stop(code, "more rows than the picture has");
        }
    }
    stop(at, "more runs than the picture has pixels")
}
