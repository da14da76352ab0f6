//! The header of a PCX.

use crate::verdict::Reject;
use crate::view::{Endian::Little, View};

/// Length of the header.
pub(super) const HEADER_LEN: u64 = 128;

/// Where the reserved zeros at its end begin.
const FILLER_AT: usize = 74;

/// Smaller pictures than this, in pixels a side, are none: hardly a byte would tell.
pub(super) const LEAST_SIDE: u32 = 8;

/// Bytes that pad a line to an even length, or to what a processor likes.
const MOST_PADDING: u64 = 3;

/// Bytes that the lines of one picture may give. The format is of a time when a disk held less.
const MOST_DECODED: u64 = 64 << 20;

/// What the header says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) width: u32,
    pub(super) height: u32,
    bits: u8,
    planes: u8,
    /// Bytes of a line in one plane.
    plane_len: u64,
}

impl Header {
    /// The header at the view's start.
    pub(super) fn read(view: &mut View<'_>) -> Result<Self, Reject> {
        let bytes: [u8; HEADER_LEN as usize] = view.array(0)?;
        let [maker, version, coding, bits] = [bytes[0], bytes[1], bytes[2], bytes[3]];
        let (reserved, planes) = (bytes[64], bytes[65]);
        if maker != 10 || !matches!(version, 0 | 2 | 3 | 5) || coding != 1 {
            return Err(view.malformed(0, "signature"));
        }
        if !matches!((bits, planes), (1, 1..=4) | (2 | 4, 1) | (8, 1 | 3 | 4)) {
            return Err(view.malformed(3, "bits or planes"));
        }
        if reserved != 0 || bytes[FILLER_AT..].iter().any(|&byte| byte != 0) {
            return Err(view.malformed(FILLER_AT as u64, "reserved bytes"));
        }
        let (left, top) = (view.u16(4, Little)?, view.u16(6, Little)?);
        let (right, bottom) = (view.u16(8, Little)?, view.u16(10, Little)?);
        let side = |from: u16, to: u16| to.checked_sub(from).map_or(0, |len| u32::from(len) + 1);
        let (width, height) = (side(left, right), side(top, bottom));
        let plane_len = u64::from(view.u16(66, Little)?);
        let needed = (u64::from(width) * u64::from(bits)).div_ceil(8);
        let header = Header { width, height, bits, planes, plane_len };
        if width < LEAST_SIDE || height < LEAST_SIDE {
            return Err(view.malformed(4, "dimensions"));
        }
        if !(needed..=needed + MOST_PADDING).contains(&plane_len) {
            return Err(view.malformed(66, "bytes of a line"));
        }
        let decoded = header.line_len() * u64::from(height);
        if decoded > MOST_DECODED {
            return Err(Reject::OverBudget { at: view.base() + 4, len: decoded });
        }
        Ok(header)
    }

    /// Bytes of a line in all planes.
    pub(super) fn line_len(&self) -> u64 {
        self.plane_len * u64::from(self.planes)
    }

    /// Whether a palette of 256 colours must follow the lines.
    pub(super) fn needs_palette(&self) -> bool {
        self.bits == 8 && self.planes == 1
    }
}
