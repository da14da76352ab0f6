//! The main header: how large the picture and its tiles are.

use crate::verdict::Reject;
use crate::view::{Endian::Big, View};

/// Start of codestream.
pub const SOC: u16 = 0xff4f;

/// Start of a tile-part.
pub const SOT: u16 = 0xff90;

/// Start of a tile-part's data.
pub const SOD: u16 = 0xff93;

/// End of codestream.
pub const EOC: u16 = 0xffd9;

/// Image and tile size.
const SIZ: u16 = 0xff51;

/// How many segments a header may have: comments and lengths of packets come in any number, but
/// not in thousands.
const MOST_SEGMENTS: usize = 1 << 14;

/// What the main header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Width and height of the picture.
    pub pixels: (u32, u32),
    /// How many tiles it is cut into; at most 65,535.
    pub tiles: u64,
    /// Where the first tile-part begins.
    pub end: u64,
}

impl Header {
    /// Reads the main header of the codestream at `at`. Coding style and quantisation must be
    /// there.
    ///
    /// Source: T.800, A.4.1 "SOC", A.5.1 "SIZ", A.6.
    pub fn read(view: &mut View<'_>, at: u64) -> Result<Self, Reject> {
        if view.u16(at, Big)? != SOC || view.u16(at + 2, Big)? != SIZ {
            return Err(view.malformed(at, "start of codestream"));
        }
        let (pixels, tiles) = size(view, at + 4)?;
        let mut next = at + 4 + u64::from(view.u16(at + 4, Big)?);
        let (mut coding, mut quantisation) = (false, false);
        for _ in 0..MOST_SEGMENTS {
            let marker = view.u16(next, Big)?;
            match marker {
                SOT if coding && quantisation => return Ok(Header { pixels, tiles, end: next }),
                0xff52 => coding = true,
                0xff5c => quantisation = true,
                _ => {}
            }
            next = segment(view, next, marker)?;
        }
        Err(Reject::OverBudget { at: next, len: MOST_SEGMENTS as u64 })
    }
}

/// The end of the segment of `marker` at `at`, if the marker may stand in a header.
///
/// Source: T.800, table A.2 (CAP, PRF and CPF, COD to POC, PPM to CRG, COM); T.801 and T.808 add
/// those from 0x65 to 0x7f.
pub fn segment(view: &mut View<'_>, at: u64, marker: u16) -> Result<u64, Reject> {
    if !matches!(marker, 0xff50 | 0xff52..=0xff7f) {
        return Err(view.malformed(at, "marker"));
    }
    match view.u16(at + 2, Big)? {
        0 | 1 => Err(view.malformed(at + 2, "segment length")),
        len => {
            view.check(at + 2, u64::from(len))?;
            Ok(at + 2 + u64::from(len))
        }
    }
}

/// Dimensions and number of tiles in the segment whose length stands at `at`.
fn size(view: &mut View<'_>, at: u64) -> Result<((u32, u32), u64), Reject> {
    let bad = |view: &View<'_>, offset| Err(view.malformed(at + offset, "image size"));
    let len = u64::from(view.u16(at, Big)?);
    let components = u64::from(view.u16(at + 36, Big)?);
    if !(1..=16384).contains(&components) || len != 38 + 3 * components {
        return bad(view, 0);
    }
    let mut words = [0u64; 8];
    for (index, word) in words.iter_mut().enumerate() {
        *word = u64::from(view.u32(at + 4 + 4 * index as u64, Big)?);
    }
    let [right, bottom, left, top, tile_width, tile_height, tile_left, tile_top] = words;
    let origin = tile_left <= left && tile_top <= top;
    let reach = tile_left + tile_width > left && tile_top + tile_height > top;
    if left >= right || top >= bottom || tile_width == 0 || tile_height == 0 || !origin || !reach {
        return bad(view, 4);
    }
    for component in 0..components {
        let [depth, across, down] = view.array(at + 38 + 3 * component)?;
        if depth & 0x7f > 37 || across == 0 || down == 0 {
            return bad(view, 38 + 3 * component);
        }
    }
    let tiles = (right - tile_left)
        .div_ceil(tile_width)
        .saturating_mul((bottom - tile_top).div_ceil(tile_height));
    if tiles > 65_535 {
        return bad(view, 20);
    }
    Ok((((right - left) as u32, (bottom - top) as u32), tiles))
}
