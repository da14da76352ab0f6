//! Unpacking of some blocks of a frame that follow one another.

use zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, WriteBuf};

use super::frame::{Block, Header, MOST_BLOCK};
use crate::source::container::files::Files;
use crate::source::container::unpack::MOST_WINDOW;

/// What a decoder is told that begins inside of a frame: a header with nothing in it but how far it looks back.
const HEADER: [u8; 5] = *b"\x28\xb5\x2f\xfd\0";

/// The last block of a frame, with nothing in it.
const LAST: &[u8] = b"\x01\0\0";

/// Blocks that are unpacked for the first bytes of a frame.
const MOST_BLOCKS: usize = 16;

/// A decoder of the blocks of a frame, one after the other.
pub(super) struct Decoder(DCtx<'static>);

impl Decoder {
    /// A decoder of a frame that looks back `window` bytes.
    pub(super) fn new(window: u64) -> Option<Self> {
        let mut context = DCtx::try_create()?;
        context.set_parameter(DParameter::WindowLogMax(MOST_WINDOW.ilog2())).ok()?;
        let mut decoder = Decoder(context);
        let header = header(window).filter(|_| window <= MOST_WINDOW)?;
        decoder.feed(&header, &mut OutBuffer::around(&mut [0u8; 0][..])).map(|()| decoder)
    }

    /// Unpacks a block, all of which is `bytes`, to the end of `out`.
    pub(super) fn append(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
        out.reserve(MOST_BLOCK as usize);
        let filled = out.len();
        self.feed(bytes, &mut OutBuffer::around_pos(out, filled))
    }

    /// Hands `bytes` over, all of which must be taken.
    fn feed<C: WriteBuf + ?Sized>(
        &mut self,
        bytes: &[u8],
        out: &mut OutBuffer<'_, C>,
    ) -> Option<()> {
        let mut packed = InBuffer::around(bytes);
        while packed.pos() < bytes.len() {
            let before = (packed.pos(), out.pos());
            self.0.decompress_stream(out, &mut packed).ok()?;
            if (packed.pos(), out.pos()) == before {
                return None;
            }
        }
        Some(())
    }
}

/// The header of a frame that looks back `window` bytes.
fn header(window: u64) -> Option<Vec<u8>> {
    Some([&HEADER[..], &[descriptor(window)?]].concat())
}

/// A frame of blocks that follow one another in one that looks back `window` bytes.
pub(super) fn frame(window: u64, blocks: &[u8], has_last: bool) -> Option<Vec<u8>> {
    let last = if has_last { &[] } else { LAST };
    Some([&header(window)?[..], blocks, last].concat())
}

/// Unpacks a frame by a dictionary, which may be empty: whether it fills `out`.
pub(super) fn unpack(frame: &[u8], dictionary: &[u8], out: &mut [u8]) -> bool {
    let made = DCtx::try_create()
        .and_then(|mut context| context.decompress_using_dict(out, frame, dictionary).ok());
    made == Some(out.len())
}

/// The byte that tells a window of `len` bytes, or one that is a little longer.
///
/// Source: RFC 8878, 3.1.1.1.2.
fn descriptor(len: u64) -> Option<u8> {
    let longest = |byte: u8| {
        let base = 1u64 << (10 + (byte >> 3));
        base + base / 8 * u64::from(byte & 7)
    };
    (0..=u8::MAX).find(|byte| longest(*byte) >= len)
}

/// Whether the first block of a frame that begins at `at` unpacks, as far as that can be told.
pub(super) fn begins(files: &Files, at: u64, header: &Header) -> bool {
    let unpacks = || {
        let block = Block::at(files, at.checked_add(header.len)?)?;
        Decoder::new(header.window)?.append(&block.bytes(files)?, &mut Vec::new())
    };
    // Without its dictionary it cannot.
    header.needs_dictionary || header.window > MOST_WINDOW || unpacks().is_some()
}

/// The first `len` bytes that come out of a frame that begins at `at`, or as many as there are.
pub(super) fn head(files: &Files, at: u64, header: &Header, len: usize) -> Option<Vec<u8>> {
    let (mut decoder, mut out) = (Decoder::new(header.window)?, Vec::new());
    let mut at = at.checked_add(header.len)?;
    // A block has no more than 128 KiB, and may have nothing.
    for _ in 0..MOST_BLOCKS {
        let Some(block) = Block::at(files, at) else { break };
        let bytes = block.bytes(files);
        let is_fine = bytes.is_some_and(|bytes| decoder.append(&bytes, &mut out).is_some());
        if !is_fine || block.is_last || out.len() >= len {
            break;
        }
        at = block.end;
    }
    out.truncate(len);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::descriptor;

    #[test]
    fn windows_are_told_by_one_byte() {
        assert_eq!(
            (descriptor(0), descriptor(1024), descriptor(1025)),
            (Some(0), Some(0), Some(1))
        );
        assert_eq!((descriptor(2 << 20), descriptor(u64::MAX)), (Some(11 << 3), None));
    }
}
