//! The two headers of a BMP and what they say of its length.

use crate::verdict::Reject;
use crate::view::{Endian::Little, View};

/// Length of the file header. Source: \[MS-WMF\] and the Windows SDK, `BITMAPFILEHEADER`.
pub(super) const FILE_HEADER_LEN: u64 = 14;

/// Length of OS/2's first header, with 16-bit dimensions. Source: `BITMAPCOREHEADER`.
const CORE: u32 = 12;

/// Length of the header that all later ones begin with. Source: `BITMAPINFOHEADER`.
const INFO: u32 = 40;

/// Length of the longest header. Source: `BITMAPV5HEADER`.
const LONGEST: u32 = 124;

/// Lengths of headers that exist. Source: Windows SDK, `wingdi.h`; OS/2 2.0, `BITMAPINFOHEADER2`.
const LENGTHS: [u32; 7] = [CORE, INFO, 52, 56, 64, 108, LONGEST];

/// Bytes that may lie between the headers and the picture beside a full colour table: three or
/// four masks, and padding to a page.
const MOST_GAP: u64 = 16 + 4096;

/// How the picture is stored. Source: Windows SDK, `biCompression`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// Rows of pixels.
    Rows,
    /// Runs of pixels of that many bits.
    Runs {
        /// 4 or 8.
        bits: u16,
    },
    /// A whole JPEG or PNG, as sent to printers.
    File,
}

/// What the headers say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// Length of the file as the file header has it; often wrong.
    pub(super) declared: u64,
    /// Where the picture begins.
    pub(super) offset: u64,
    /// Length of the second header.
    dib: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    bits: u16,
    pub(super) coding: Coding,
    /// Bytes of the picture as the header has it; 0 where it does not say.
    pub(super) image_len: u64,
    /// Where the colour profile ends; 0 without one.
    pub(super) profile_end: u64,
}

impl Header {
    /// The headers at the view's start.
    pub(super) fn read(view: &mut View<'_>) -> Result<Self, Reject> {
        if &view.array::<2>(0)? != b"BM" {
            return Err(view.malformed(0, "signature"));
        }
        let dib = view.u32(14, Little)?;
        let header = if dib == CORE { Self::core(view)? } else { Self::info(view, dib)? };
        if header.width == 0 || header.height == 0 {
            return Err(view.malformed(18, "dimensions"));
        }
        header.check_reserved(view)?;
        header.check_offset(view)?;
        if !LENGTHS.contains(&dib) && !header.agrees() {
            return Err(view.malformed(14, "header length"));
        }
        Ok(header)
    }

    fn core(view: &mut View<'_>) -> Result<Self, Reject> {
        let bits = view.u16(24, Little)?;
        if view.u16(22, Little)? != 1 || !matches!(bits, 1 | 4 | 8 | 24) {
            return Err(view.malformed(22, "planes or bits of a pixel"));
        }
        Ok(Header {
            declared: u64::from(view.u32(2, Little)?),
            offset: u64::from(view.u32(10, Little)?),
            dib: CORE,
            width: u32::from(view.u16(18, Little)?),
            height: u32::from(view.u16(20, Little)?),
            bits,
            coding: Coding::Rows,
            image_len: 0,
            profile_end: 0,
        })
    }

    fn info(view: &mut View<'_>, dib: u32) -> Result<Self, Reject> {
        if !(INFO..=LONGEST).contains(&dib) {
            return Err(view.malformed(14, "header length"));
        }
        let (planes, bits) = (view.u16(26, Little)?, view.u16(28, Little)?);
        let coding = match (view.u32(30, Little)?, bits) {
            (0, 1 | 2 | 4 | 8 | 16 | 24 | 32) | (3 | 6, 16 | 32) => Coding::Rows,
            (1, 8) | (2, 4) => Coding::Runs { bits },
            (4 | 5, 0) => Coding::File,
            _ => return Err(view.malformed(28, "bits of a pixel or compression")),
        };
        let (width, height) = (view.u32(18, Little)? as i32, view.u32(22, Little)? as i32);
        if width <= 0 || height == i32::MIN {
            return Err(view.malformed(18, "dimensions"));
        }
        let colours = view.u32(46, Little)?;
        let offset = u64::from(view.u32(10, Little)?);
        let table_end = FILE_HEADER_LEN + u64::from(dib) + 4 * u64::from(colours);
        if bits <= 8 && (colours > 256 || table_end > offset) {
            return Err(view.malformed(46, "number of colours"));
        }
        let profile_end = if dib == LONGEST && view.u32(126, Little)? != 0 {
            FILE_HEADER_LEN + u64::from(view.u32(126, Little)?) + u64::from(view.u32(130, Little)?)
        } else {
            0
        };
        let header = Header {
            declared: u64::from(view.u32(2, Little)?),
            offset,
            dib,
            width: width as u32,
            height: height.unsigned_abs(),
            bits,
            coding,
            image_len: u64::from(view.u32(34, Little)?),
            profile_end,
        };
        // Some writers forget the one plane; their lengths must tell that it is a bitmap at all.
        if planes != 1 && !header.agrees() {
            return Err(view.malformed(26, "planes"));
        }
        Ok(header)
    }

    /// The reserved words are zeros; OS/2 kept a pointer's hot spot there, which it put in the
    /// middle of a picture.
    fn check_reserved(&self, view: &mut View<'_>) -> Result<(), Reject> {
        let spot = (u32::from(view.u16(6, Little)?), u32::from(view.u16(8, Little)?));
        if spot != (0, 0) && spot != (self.width / 2, self.height / 2) {
            return Err(view.malformed(6, "reserved words"));
        }
        Ok(())
    }

    fn check_offset(&self, view: &View<'_>) -> Result<(), Reject> {
        let headers = FILE_HEADER_LEN + u64::from(self.dib);
        let entry = if self.dib == CORE { 3 } else { 4 };
        let table = if self.bits <= 8 { entry << self.bits } else { 256 * 4 };
        if self.offset < headers || self.offset > headers + table + MOST_GAP {
            return Err(view.malformed(10, "offset of the picture"));
        }
        Ok(())
    }

    /// Bytes of a row, padded to four.
    pub(super) fn row_len(&self) -> u64 {
        (u64::from(self.width) * u64::from(self.bits)).div_ceil(32) * 4
    }

    /// Bytes of all rows.
    pub(super) fn rows_len(&self) -> u64 {
        self.row_len().saturating_mul(u64::from(self.height))
    }

    /// Whether the length of the file is exactly that of its parts.
    pub(super) fn agrees(&self) -> bool {
        let picture = match self.coding {
            Coding::Rows => self.rows_len(),
            Coding::Runs { .. } | Coding::File if self.image_len > 0 => self.image_len,
            _ => return false,
        };
        self.declared == self.offset.saturating_add(picture)
    }
}
