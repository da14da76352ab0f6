//! VP8L pictures: every code followed without the picture.
//!
//! Codes fit each other, copies begin inside the picture, and the last pixel comes where the chunk
//! ends.
//!
//! Source: RFC 9649, 3 "Specification for WebP Lossless Bitstream".

mod bits;
mod distance;
mod image;
mod prefix;
mod stop;

use crate::verdict::Reject;
use crate::view::{Endian::Little, View};
use bits::Bits;
use image::Image;
use stop::Stop;

/// Length of the header. Source: RFC 9649, 3.4 "Image Header".
const HEAD_LEN: u64 = 5;

/// Bytes that may follow the last pixel: older versions of libwebp ended with a whole word.
const MOST_LEFT: u64 = 4;

/// Width and height in the header of the picture that fills the view.
pub(super) fn dimensions(view: &mut View<'_>) -> Result<(u32, u32), Reject> {
    let bits = view.u32(1, Little)?;
    if view.u8(0)? != 0x2f || bits >> 29 != 0 {
        return Err(view.malformed(0, "VP8L header"));
    }
    Ok(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

/// How far a picture can be followed.
pub(super) struct Followed {
    /// The first byte that cannot be and why; nothing where all hold.
    pub(super) flaw: Option<(u64, &'static str)>,
    /// Pixels that were read before, as a part of all.
    pub(super) share: f32,
}

/// Where the codes of a picture begin that has a header.
pub(super) const CODES: u64 = HEAD_LEN;

/// Follows the picture whose codes begin at `at` of the view that it fills, of which the bytes from
/// `cut` on are not its own.
pub(super) fn follow(view: &mut View<'_>, at: u64, cut: u64, pixels: (u32, u32)) -> Followed {
    let mut bits = Bits::new(at, cut.max(at));
    let mut share = 0.0;
    let flaw = match picture(view, &mut bits, pixels, &mut share) {
        Err(Stop::Flaw(what)) => Some((bits.position().min(view.len().saturating_sub(1)), what)),
        Ok(()) if bits.position() + MOST_LEFT < view.len() => {
            Some((bits.position(), "the last pixel comes before the end of its chunk"))
        }
        Ok(()) | Err(Stop::Budget) => None,
    };
    Followed { flaw, share }
}

/// Source: RFC 9649, 4 "Transforms" and 5 "Image Data".
fn picture(
    view: &mut View<'_>,
    bits: &mut Bits,
    (mut width, height): (u32, u32),
    share: &mut f32,
) -> Result<(), Stop> {
    let mut seen = [false; 4];
    while bits.read(view, 1) == 1 {
        let kind = bits.read(view, 2);
        if std::mem::replace(&mut seen[kind as usize], true) {
            return Err(Stop::Flaw("a transform of the picture comes twice"));
        }
        match kind {
            0 | 1 => {
                let block = bits.read(view, 3) + 2;
                let size = (width.div_ceil(1 << block), height.div_ceil(1 << block));
                Image::read(view, bits, size, None)?;
            }
            2 => {}
            _ => {
                let colours = bits.read(view, 8) + 1;
                Image::read(view, bits, (colours, 1), None)?;
                let packed = match colours {
                    0..=2 => 8,
                    3..=4 => 4,
                    5..=16 => 2,
                    _ => 1,
                };
                width = width.div_ceil(packed);
            }
        }
    }
    Image::read(view, bits, (width, height), Some(share))
}
