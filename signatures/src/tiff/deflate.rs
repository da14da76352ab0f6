//! A zlib stream, inflated and thrown away.
//!
//! Source: Adobe Photoshop TIFF Technical Notes (2002), "ZIP/Deflate compression"; RFC 1950.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags as flags};

use super::decoder::{Decoder, Step};

/// Deflate looks back this far.
const WINDOW: usize = 32 << 10;

/// The stream of one strip.
pub struct Deflate {
    inflator: Box<DecompressorOxide>,
    window: Box<[u8]>,
    filled: usize,
    /// Bytes decoded.
    out: u64,
    /// Bytes that the strip decodes to at most.
    most: u64,
}

impl Deflate {
    /// The stream of a strip that decodes to at most that many bytes.
    pub fn new(most: u64) -> Self {
        let window = vec![0; WINDOW].into_boxed_slice();
        Deflate { inflator: Box::default(), window, filled: 0, out: 0, most }
    }
}

impl Decoder for Deflate {
    fn feed(&mut self, bytes: &[u8]) -> (usize, Step) {
        const FLAGS: u32 = flags::TINFL_FLAG_PARSE_ZLIB_HEADER
            | flags::TINFL_FLAG_COMPUTE_ADLER32
            | flags::TINFL_FLAG_HAS_MORE_INPUT;
        let mut at = 0;
        loop {
            let (status, read, written) =
                decompress(&mut self.inflator, &bytes[at..], &mut self.window, self.filled, FLAGS);
            at += read;
            self.out += written as u64;
            self.filled = (self.filled + written) % WINDOW;
            let wrong = |what| (at.saturating_sub(1), Step::Wrong(what));
            if self.out > self.most {
                return wrong("a strip inflates to more than it has");
            }
            match status {
                TINFLStatus::Done => return (at, Step::Done),
                TINFLStatus::NeedsMoreInput => return (at, Step::More),
                TINFLStatus::HasMoreOutput => {}
                TINFLStatus::Adler32Mismatch => return wrong("bad Adler-32 of a strip"),
                _ => return wrong("a strip does not inflate"),
            }
        }
    }

    fn decoded(&self) -> u64 {
        self.out
    }
}
