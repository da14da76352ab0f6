//! Length and type of a chunk.

use crate::verdict::Reject;
use crate::view::{Endian::Big, View};

/// The chunk that ends every PNG.
pub const IEND: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

/// Bytes of a chunk around its data: length, type and CRC.
pub const CHUNK_FRAME: u64 = 12;

/// Length and type of the chunk at `at`.
pub fn chunk(view: &mut View<'_>, at: u64) -> Result<(u64, [u8; 4]), Reject> {
    let len = view.u32(at, Big)?;
    if len > i32::MAX as u32 {
        return Err(view.malformed(at, "chunk length"));
    }
    let kind: [u8; 4] = view.array(at + 4)?;
    if !kind.iter().all(u8::is_ascii_alphabetic) {
        return Err(view.malformed(at + 4, "chunk type"));
    }
    Ok((u64::from(len), kind))
}
