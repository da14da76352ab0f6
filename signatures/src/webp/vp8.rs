//! The header of a VP8 key frame.

use crate::verdict::Reject;
use crate::view::{Endian::Little, View};

/// Bytes before the first partition. Source: RFC 6386, 9.1 "Uncompressed Data Chunk".
const HEAD_LEN: u64 = 10;

/// Width and height of the key frame that fills the view.
pub(super) fn dimensions(view: &mut View<'_>) -> Result<(u32, u32), Reject> {
    let tag = view.u32(0, Little)? & 0xff_ffff;
    let (inter, version, shown) = (tag & 1, tag >> 1 & 7, tag >> 4 & 1);
    let first_partition = u64::from(tag >> 5);
    if inter != 0 || version > 3 || shown == 0 || HEAD_LEN + first_partition > view.len() {
        return Err(view.malformed(0, "VP8 frame tag"));
    }
    if &view.array::<3>(3)? != b"\x9d\x01\x2a" {
        return Err(view.malformed(3, "VP8 start code"));
    }
    let side = |word: u16| u32::from(word & 0x3fff);
    let (width, height) = (side(view.u16(6, Little)?), side(view.u16(8, Little)?));
    if width == 0 || height == 0 {
        return Err(view.malformed(6, "VP8 dimensions"));
    }
    Ok((width, height))
}
