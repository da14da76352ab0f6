//! Unpacking of some blocks of a frame that follow one another.

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::entropy::{EntropyState, ID};
use super::frame::{Block, Header};
use crate::source::container::files::Files;
use crate::source::container::unpack::MOST_WINDOW;

/// What a decoder is told that begins inside of a frame: a header with nothing in it but how far it looks back.
const HEADER: [u8; 5] = *b"\x28\xb5\x2f\xfd\0";

/// The last block of a frame, with nothing in it: after it a decoder gives all bytes away.
const LAST: &[u8] = b"\x01\0\0";

/// Blocks that are unpacked for the first bytes of a frame.
const MOST_BLOCKS: usize = 16;

/// A decoder of blocks.
pub(super) struct Decoder(FrameDecoder);

impl Decoder {
    /// A decoder of a frame that looks back `window` bytes: of its first blocks, or of those after what is told of the
    /// ones before, which ended with some bytes.
    pub(super) fn new(window: u64, before: Option<(&EntropyState, &[u8])>) -> Option<Self> {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MOST_WINDOW);
        let mut header = HEADER.to_vec();
        header.push(descriptor(window)?);
        decoder.reset(&header[..]).ok()?;
        if let Some((entropy, bytes)) = before {
            decoder.add_dict(entropy.dictionary(bytes)?).ok()?;
            decoder.force_dict(ID).ok()?;
        }
        Some(Decoder(decoder))
    }

    /// Unpacks a block, all of which is `bytes`.
    pub(super) fn block(&mut self, bytes: &[u8]) -> Option<()> {
        self.0.decode_blocks(bytes, BlockDecodingStrategy::UptoBlocks(1)).map(drop).ok()
    }

    /// Fills the start of `out` with what came out and is not looked back at any more; how much that is.
    pub(super) fn take(&mut self, out: &mut [u8]) -> usize {
        std::io::Read::read(&mut self.0, out).unwrap_or(0)
    }

    /// The same, after `out`.
    pub(super) fn append(&mut self, out: &mut Vec<u8>) {
        // Memory takes all that is written to it.
        self.0.collect_to_writer(out).ok();
    }

    /// Ends what is looked back at.
    pub(super) fn finish(&mut self) -> Option<()> {
        self.block(LAST)
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
        Decoder::new(header.window, None)?.block(&block.bytes(files)?)
    };
    // Without its dictionary it cannot.
    header.needs_dictionary || header.window > MOST_WINDOW || unpacks().is_some()
}

/// The first `len` bytes that come out of a frame that begins at `at`, or as many as there are.
pub(super) fn head(files: &Files, at: u64, header: &Header, len: usize) -> Option<Vec<u8>> {
    let (mut decoder, mut out) = (Decoder::new(header.window, None)?, vec![0; len]);
    let mut at = at.checked_add(header.len)?;
    // A block has no more than 128 KiB, and may have nothing.
    for _ in 0..MOST_BLOCKS {
        let Some(block) = Block::at(files, at) else { break };
        let is_fine = block.bytes(files).is_some_and(|bytes| decoder.block(&bytes).is_some());
        if !is_fine || block.is_last {
            break;
        }
        at = block.end;
    }
    decoder.finish()?;
    let mut filled = 0;
    while filled < len {
        match decoder.take(&mut out[filled..]) {
            0 => break,
            taken => filled += taken,
        }
    }
    out.truncate(filled);
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
