//! An entropy-coded image: the picture itself, or one of the small ones that describe it.
//!
//! Source: RFC 9649, 5 "Image Data" and 6 "Entropy Code".

use super::bits::Bits;
use super::distance;
use super::prefix::Prefix;
use super::stop::Stop;
use crate::view::View;

/// Symbols for lengths of copies.
const LENGTHS: usize = 24;

/// The first symbol for a length.
const FIRST_LENGTH: u16 = 256;

/// The first symbol for a colour of the cache.
const FIRST_CACHED: u16 = FIRST_LENGTH + LENGTHS as u16;

/// Symbols for distances of copies.
const DISTANCES: usize = 40;

/// Most pixels of an image that has to be kept: it says which codes hold where.
const MOST_KEPT: u64 = 1 << 20;

/// The codes of one part of an image.
struct Codes {
    green: Prefix,
    red: Prefix,
    blue: Prefix,
    alpha: Prefix,
    distance: Prefix,
}

/// Which codes hold where.
struct Map {
    block: u32,
    width: u32,
    numbers: Vec<u16>,
}

/// Pixels that are kept, and the cache of colours among them.
#[derive(Default)]
struct Kept {
    pixels: Vec<u32>,
    cache: Vec<u32>,
    cache_bits: u32,
}

/// An image whose codes are followed.
pub(super) struct Image {
    width: u32,
    total: u64,
    /// Pixels that were read.
    done: u64,
    codes: Vec<Codes>,
    map: Option<Map>,
    kept: Option<Kept>,
}

/// Symbols may take no bits at all: after so many, they are counted as bytes.
const WORKED: u64 = 1 << 12;

impl Image {
    /// Follows an image. The main one may have different codes for its parts, and tells how much of
    /// it came.
    pub(super) fn read(
        view: &mut View<'_>,
        bits: &mut Bits,
        size: (u32, u32),
        share: Option<&mut f32>,
    ) -> Result<(), Stop> {
        let cache_bits = cache_bits(view, bits)?;
        let is_mapped = share.is_some() && bits.read(view, 1) == 1;
        let map = if is_mapped { Some(Map::read(view, bits, size)?) } else { None };
        let mut image = Image::begin(view, bits, size, cache_bits, map)?;
        let outcome = image.pixels(view, bits);
        if let Some(share) = share {
            *share = image.done as f32 / image.total.max(1) as f32;
        }
        outcome
    }

    fn begin(
        view: &mut View<'_>,
        bits: &mut Bits,
        (width, height): (u32, u32),
        cache_bits: u32,
        map: Option<Map>,
    ) -> Result<Self, Stop> {
        let most = map.iter().flat_map(|map| &map.numbers).max().copied().unwrap_or(0);
        let cached = if cache_bits > 0 { 1 << cache_bits } else { 0 };
        let mut codes = Vec::new();
        for _ in 0..=most {
            codes.push(Codes {
                green: Prefix::read(view, bits, usize::from(FIRST_CACHED) + cached)?,
                red: Prefix::read(view, bits, 256)?,
                blue: Prefix::read(view, bits, 256)?,
                alpha: Prefix::read(view, bits, 256)?,
                distance: Prefix::read(view, bits, DISTANCES)?,
            });
            if bits.is_overrun() {
                return Err(Stop::Flaw("the codes go on after the chunk"));
            }
        }
        let total = u64::from(width) * u64::from(height);
        Ok(Image { width, total, done: 0, codes, map, kept: None })
    }

    /// The codes that hold at a pixel.
    fn codes_at(&self, at: u64) -> Option<&Codes> {
        let number = self.map.as_ref().map_or(0, |map| {
            let (x, y) = (at % u64::from(self.width), at / u64::from(self.width));
            let block = (y >> map.block) * u64::from(map.width) + (x >> map.block);
            map.numbers.get(block as usize).copied().unwrap_or(0)
        });
        self.codes.get(usize::from(number))
    }

    fn pixels(&mut self, view: &mut View<'_>, bits: &mut Bits) -> Result<(), Stop> {
        let (mut at, mut symbols) = (0, 0);
        while at < self.total {
            self.done = at;
            symbols += 1;
            if symbols % WORKED == 0 && !view.work(WORKED) {
                return Err(Stop::Budget);
            }
            let Some(codes) = self.codes_at(at) else { return Ok(()) };
            let green = codes.green.symbol(view, bits);
            if green < FIRST_LENGTH {
                let others = [&codes.red, &codes.blue, &codes.alpha];
                let [red, blue, alpha] = others.map(|code| u32::from(code.symbol(view, bits)));
                let pixel = alpha << 24 | red << 16 | u32::from(green) << 8 | blue;
                at += 1;
                if let Some(kept) = &mut self.kept {
                    kept.push(pixel);
                }
            } else if green < FIRST_CACHED {
                let len = distance::value(view, bits, green - FIRST_LENGTH);
                let symbol = codes.distance.symbol(view, bits);
                let code = distance::value(view, bits, symbol);
                let back = distance::pixels(code, self.width);
                if back > at || len > self.total - at {
                    return Err(Stop::Flaw("a copy of pixels from outside of the picture"));
                }
                at += len;
                if let Some(kept) = &mut self.kept {
                    (0..len).for_each(|_| kept.copy(back as usize));
                }
            } else {
                at += 1;
                if let Some(kept) = &mut self.kept {
                    kept.cached(usize::from(green - FIRST_CACHED));
                }
            }
            if bits.is_overrun() {
                return Err(Stop::Flaw("pixels go on after the chunk"));
            }
        }
        self.done = self.total;
        Ok(())
    }
}

/// Source: RFC 9649, 5.2.3 "Color Cache Coding".
fn cache_bits(view: &mut View<'_>, bits: &mut Bits) -> Result<u32, Stop> {
    if bits.read(view, 1) == 0 {
        return Ok(0);
    }
    match bits.read(view, 4) {
        len @ 1..=11 => Ok(len),
        _ => Err(Stop::Flaw("bad length of the cache of colours")),
    }
}

impl Map {
    /// Source: RFC 9649, 6.2.2 "Decoding of Meta Prefix Codes".
    fn read(
        view: &mut View<'_>,
        bits: &mut Bits,
        (width, height): (u32, u32),
    ) -> Result<Self, Stop> {
        let block = bits.read(view, 3) + 2;
        let size = (width.div_ceil(1 << block), height.div_ceil(1 << block));
        if u64::from(size.0) * u64::from(size.1) > MOST_KEPT {
            return Err(Stop::Budget);
        }
        let cache_bits = cache_bits(view, bits)?;
        let mut image = Image::begin(view, bits, size, cache_bits, None)?;
        image.kept = Some(Kept { cache: vec![0; 1 << cache_bits], cache_bits, ..Kept::default() });
        image.pixels(view, bits)?;
        let pixels = image.kept.map(|kept| kept.pixels).unwrap_or_default();
        let numbers = pixels.iter().map(|pixel| (pixel >> 8) as u16).collect();
        Ok(Map { block, width: size.0, numbers })
    }
}

impl Kept {
    fn push(&mut self, pixel: u32) {
        self.pixels.push(pixel);
        let hash = u64::from(pixel.wrapping_mul(0x1e35_a7bd));
        if let Some(slot) = self.cache.get_mut((hash >> (32 - self.cache_bits)) as usize) {
            *slot = pixel;
        }
    }

    fn copy(&mut self, back: usize) {
        let from = self.pixels.len().checked_sub(back);
        let pixel = from.and_then(|at| self.pixels.get(at)).copied().unwrap_or(0);
        self.push(pixel);
    }

    fn cached(&mut self, index: usize) {
        let pixel = self.cache.get(index).copied().unwrap_or(0);
        self.push(pixel);
    }
}
