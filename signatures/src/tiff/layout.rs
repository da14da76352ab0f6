//! How a picture is cut into strips and tiles, and how long each is when it is decoded.
//!
//! Source: TIFF 6.0, sections 3 "Bilevel Images", 15 "Tiled Images" and 21 "YCbCr Images".

use super::directory::Directory;
use super::tags;
use crate::view::View;

/// Samples of a pixel that are told apart; more are taken for all alike.
const MOST_SAMPLES: u64 = 64;

/// YCbCr, whose colour may be coarser than its brightness.
const YCBCR: u64 = 6;

/// Length of one strip or tile when it is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Bytes.
    pub own: u64,
    /// Bytes, where the writer filled up the last strip.
    pub most: u64,
    /// Bytes of one row, or of the fewest that are coded together.
    pub row: u64,
}

/// The grid of strips or tiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    width: u64,
    height: u64,
    /// Width and height of a part.
    part: (u64, u64),
    tiled: bool,
    /// Bits of each sample of a pixel.
    bits: Vec<u64>,
    /// Whether each component has parts of its own.
    planar: bool,
    /// Pixels that share a sample of colour, across and down.
    subsampling: (u64, u64),
}

impl Layout {
    /// The grid of the picture in `directory`, whose size is known.
    pub fn read(view: &mut View<'_>, directory: &Directory, size: (u32, u32)) -> Option<Self> {
        let (width, height) = (u64::from(size.0), u64::from(size.1));
        let side = |value: Option<u64>| value.filter(|side| (1..=1 << 20).contains(side));
        let tiled = directory.has(tags::TILE_OFFSETS);
        let part = if tiled {
            let across = side(directory.number(view, tags::TILE_WIDTH))?;
            (across, side(directory.number(view, tags::TILE_LENGTH))?)
        } else {
            let rows = directory.number(view, tags::ROWS_PER_STRIP).unwrap_or(height);
            (width, rows.clamp(1, height))
        };
        let samples = directory.number(view, tags::SAMPLES_PER_PIXEL).unwrap_or(1);
        if !(1..=MOST_SAMPLES).contains(&samples) {
            return None;
        }
        let mut bits = directory.numbers(view, tags::BITS_PER_SAMPLE, samples);
        bits.resize(samples as usize, bits.last().copied().unwrap_or(1));
        if bits.iter().any(|bits| !(1..=64).contains(bits)) {
            return None;
        }
        let planar = directory.number(view, tags::PLANAR_CONFIGURATION) == Some(2);
        let coarse = directory.number(view, tags::PHOTOMETRIC) == Some(YCBCR) && samples == 3;
        let subsampling = match directory.numbers(view, tags::YCBCR_SUBSAMPLING, 2)[..] {
            _ if !coarse => (1, 1),
            [across @ (1 | 2 | 4), down @ (1 | 2 | 4)] => (across, down),
            // Writers that leave the factors out do not agree on what that means.
            _ => return None,
        };
        (!planar || subsampling == (1, 1)).then_some(())?;
        Some(Layout { width, height, part, tiled, bits, planar, subsampling })
    }

    /// Length of the part of that number; nothing where the picture has no such part.
    pub fn lens(&self, index: u64) -> Option<Lens> {
        let across = if self.tiled { self.width.div_ceil(self.part.0) } else { 1 };
        let down = self.height.div_ceil(self.part.1);
        let plane = index / (across * down);
        let bits = if self.planar {
            *self.bits.get(usize::try_from(plane).ok()?)?
        } else if plane == 0 {
            self.bits.iter().sum()
        } else {
            return None;
        };
        let top = index % (across * down) / across * self.part.1;
        let rows = if self.tiled { self.part.1 } else { self.part.1.min(self.height - top) };
        let (own, most) = (self.bytes(rows, bits), self.bytes(self.part.1, bits));
        Some(Lens { own, most, row: self.bytes(1, bits) })
    }

    /// Length in bytes of that many rows of a part, each pixel of that many bits.
    fn bytes(&self, rows: u64, bits: u64) -> u64 {
        if self.subsampling == (1, 1) {
            return (self.part.0 * bits).div_ceil(8).saturating_mul(rows);
        }
        let (across, down) = self.subsampling;
        let units = self.part.0.div_ceil(across) * rows.div_ceil(down);
        units.saturating_mul((across * down + 2) * self.bits[0]).div_ceil(8)
    }
}
