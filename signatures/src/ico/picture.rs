//! One picture of an ICO.

use super::directory::Entry;
use crate::format::Effort;
use crate::png;
use crate::verdict::{Grade, Reject};
use crate::view::{Endian::Little, View};

/// Length of a bitmap's header. Source: `BITMAPINFOHEADER`.
const HEADER_LEN: u64 = 40;

/// Length of the longest mask, of 256 x 256 pixels. Some writers take that of a smaller picture from
/// a larger one, or do not pad its rows.
const MOST_MASK: u64 = 256 * 256 / 8;

/// What a picture is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture {
    /// Whether it is a file of its own.
    pub(super) is_png: bool,
    /// Width and height in pixels.
    pub(super) pixels: (u32, u32),
    /// Whether a check covers it.
    pub(super) proven: bool,
    /// Whether its mask is not as long as its sides make it.
    pub(super) odd: bool,
}

/// Measures the picture that fills the view and is what the directory says.
pub(super) fn measure(
    view: &mut View<'_>,
    entry: &Entry,
    effort: Effort,
) -> Result<Picture, Reject> {
    if view.bytes(0, png::SIGNATURE.len()).is_ok_and(|start| start == png::SIGNATURE) {
        whole_png(view, entry, effort)
    } else {
        bitmap(view, entry)
    }
}

fn whole_png(view: &mut View<'_>, entry: &Entry, effort: Effort) -> Result<Picture, Reject> {
    let verdict = png::measure(view, effort)?;
    let pixels = verdict.pixels.unwrap_or_default();
    if verdict.grade < Grade::Structural || verdict.len != view.len() {
        return Err(view.malformed(0, "PNG"));
    }
    if pixels.0.min(256) != entry.width || pixels.1.min(256) != entry.height {
        return Err(view.malformed(16, "dimensions"));
    }
    let proven = verdict.grade == Grade::Verified;
    Ok(Picture { is_png: true, pixels, proven, odd: false })
}

/// A header, a colour table, the pixels, and one bit of transparency for each, which is left out
/// by some where pixels have an opacity. The height counts both.
fn bitmap(view: &mut View<'_>, entry: &Entry) -> Result<Picture, Reject> {
    let (len, width, height) = (view.u32(0, Little)?, view.u32(4, Little)?, view.u32(8, Little)?);
    if u64::from(len) != HEADER_LEN || (width, height) != (entry.width, 2 * entry.height) {
        return Err(view.malformed(0, "header length or dimensions"));
    }
    let (planes, bits) = (view.u16(12, Little)?, view.u16(14, Little)?);
    let (coding, colours) = (view.u32(16, Little)?, view.u32(32, Little)?);
    if planes != 1 || coding != 0 || !matches!(bits, 1 | 4 | 8 | 16 | 24 | 32) || colours > 256 {
        return Err(view.malformed(12, "planes, bits of a pixel, compression or colours"));
    }
    let colours = if bits <= 8 && colours == 0 { 1 << bits } else { u64::from(colours) };
    let rows = |bits: u64| (u64::from(width) * bits).div_ceil(32) * 4 * u64::from(entry.height);
    let opaque = HEADER_LEN + 4 * colours + rows(u64::from(bits));
    let Some(mask @ ..=MOST_MASK) = view.len().checked_sub(opaque) else {
        return Err(view.malformed(0, "length of a bitmap"));
    };
    let odd = mask != rows(1) && (bits != 32 || mask != 0);
    Ok(Picture { is_png: false, pixels: (width, entry.height), proven: false, odd })
}
