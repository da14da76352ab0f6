//! Unpacking of some blocks of a frame that follow one another.

use zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, WriteBuf};

use super::entropy::EntropyState;
use super::frame::{Block, Header, MOST_BLOCK};
use crate::source::container::files::Files;
use crate::source::container::unpack::MOST_WINDOW;

/// What a decoder is told that begins inside of a frame: a header with nothing in it but how far it looks back.
const HEADER: [u8; 5] = *b"\x28\xb5\x2f\xfd\0";

/// The last block of a frame, with nothing in it.
const LAST: &[u8] = b"\x01\0\0";

/// Blocks that are unpacked for the first bytes of a frame.
const MOST_BLOCKS: usize = 16;

/// A decoder of blocks.
pub(super) struct Decoder {
    context: DCtx<'static>,
    /// Whether the frame is over, and all that came out of it was taken.
    is_over: bool,
}

impl Decoder {
    /// A decoder of a frame that looks back `window` bytes: of its first blocks, or of those after what is told of the
    /// ones before, which ended with some bytes.
    pub(super) fn new(window: u64, before: Option<(&EntropyState, &[u8])>) -> Option<Self> {
        if window > MOST_WINDOW {
            return None;
        }
        let mut context = DCtx::try_create()?;
        context.set_parameter(DParameter::WindowLogMax(MOST_WINDOW.ilog2())).ok()?;
        if let Some((entropy, bytes)) = before {
            context.load_dictionary(&entropy.dictionary(bytes)).ok()?;
        }
        let mut decoder = Decoder { context, is_over: false };
        let mut header = HEADER.to_vec();
        header.push(descriptor(window)?);
        decoder.feed(&header, &mut OutBuffer::around(&mut [0u8; 0][..])).map(|()| decoder)
    }

    /// Unpacks a block, all of which is `bytes`, into `out` at `filled`; how far `out` is filled then.
    pub(super) fn block(&mut self, bytes: &[u8], out: &mut [u8], filled: usize) -> Option<usize> {
        let mut out = OutBuffer::around_pos(out, filled);
        self.feed(bytes, &mut out)?;
        Some(out.pos())
    }

    /// Unpacks a block, all of which is `bytes`, to the end of `out`.
    pub(super) fn append(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
        out.reserve(MOST_BLOCK as usize);
        let filled = out.len();
        self.feed(bytes, &mut OutBuffer::around_pos(out, filled))
    }

    /// Ends the frame, where its last block did not: whether all that came out of it was taken.
    pub(super) fn finish(&mut self) -> bool {
        let mut no_room = [0u8; 0];
        if !self.is_over && self.feed(LAST, &mut OutBuffer::around(&mut no_room[..])).is_none() {
            return false;
        }
        self.is_over
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
            // What comes after the last block is nothing that was asked for.
            let is_over = std::mem::take(&mut self.is_over);
            let said = self.context.decompress_stream(out, &mut packed).ok()?;
            self.is_over = said == 0;
            if is_over || (packed.pos(), out.pos()) == before {
                return None;
            }
        }
        Some(())
    }
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
        Decoder::new(header.window, None)?.append(&block.bytes(files)?, &mut Vec::new())
    };
    // Without its dictionary it cannot.
    header.needs_dictionary || header.window > MOST_WINDOW || unpacks().is_some()
}

/// The first `len` bytes that come out of a frame that begins at `at`, or as many as there are.
pub(super) fn head(files: &Files, at: u64, header: &Header, len: usize) -> Option<Vec<u8>> {
    let (mut decoder, mut out) = (Decoder::new(header.window, None)?, Vec::new());
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
