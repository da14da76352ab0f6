//! One deflate stream of picture rows, inflated and thrown away.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags as flags};

use super::Header;

/// The most bytes one picture may inflate to before its rows are no longer looked at: a bomb must
/// not cost more than its own bytes. A 300-megapixel picture of 16-bit RGB fits twice.
const MOST_INFLATED: u64 = 4 << 30;

/// Deflate looks back this far.
const WINDOW: usize = 32 << 10;

/// What became of some bytes of the stream.
pub(super) struct Fed {
    /// How many of them had been read when the last row was complete that became so.
    pub(super) row_end: Option<usize>,
    /// The first of them that cannot be, and why.
    pub(super) flaw: Option<(usize, &'static str)>,
}

/// The rows of one picture (or frame) as they come out of its deflate stream.
#[derive(Clone)]
pub(super) struct Rows {
    inflator: Box<DecompressorOxide>,
    window: Box<[u8]>,
    filled: usize,
    /// Apple's PNGs have no zlib header and no Adler-32.
    flags: u32,
    /// Row count and row length of the passes that are still to come.
    passes: Vec<(u32, u64)>,
    /// Bytes left of the row that is being read, its filter byte excluded.
    left: u64,
    /// Rows whose last byte has come.
    pub(super) done: u64,
    inflated: u64,
    ended: bool,
    /// Whether nothing has come.
    is_fresh: bool,
}

impl Rows {
    pub(super) fn new(header: &Header, zlib: bool) -> Self {
        let mut passes: Vec<_> = header.passes().collect();
        passes.reverse();
        let zlib = if zlib {
            flags::TINFL_FLAG_PARSE_ZLIB_HEADER | flags::TINFL_FLAG_COMPUTE_ADLER32
        } else {
            0
        };
        Rows {
            inflator: Box::default(),
            window: vec![0; WINDOW].into_boxed_slice(),
            filled: 0,
            flags: zlib | flags::TINFL_FLAG_HAS_MORE_INPUT,
            passes,
            left: 0,
            done: 0,
            inflated: 0,
            ended: false,
            is_fresh: true,
        }
    }

    /// Whether the stream has ended, which it must before the next one begins.
    pub(super) fn complete(&self) -> bool {
        (self.ended || self.inflated > MOST_INFLATED) && (self.passes.is_empty() || !self.ended)
    }

    /// Whether the stream has come to its end.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Goes on with the next bytes of the stream.
    ///
    /// The inflator runs ahead of the rows, so what is wrong shows late in a long piece. Such a
    /// piece is gone through again byte by byte: the answer must not depend on how the stream was
    /// cut into pieces.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Fed {
        // What begins can begin again: of data that are none nothing is copied.
        let passes = self.is_fresh.then(|| self.passes.clone());
        let before = (bytes.len() > 1 && !self.is_fresh).then(|| self.clone());
        let done = self.done;
        self.is_fresh &= bytes.is_empty();
        match (self.step(bytes), before, passes) {
            (Ok(()), ..) => Fed { row_end: (self.done > done).then_some(bytes.len()), flaw: None },
            (Err(what), Some(before), _) => {
                *self = before;
                self.retrace(bytes, what)
            }
            (Err(what), None, Some(passes)) if bytes.len() > 1 => {
                self.begin_again(passes);
                self.retrace(bytes, what)
            }
            (Err(what), ..) => Fed { row_end: None, flaw: Some((0, what)) },
        }
    }

    /// Becomes as it was before the first byte came.
    fn begin_again(&mut self, passes: Vec<(u32, u64)>) {
        self.inflator.init();
        let written = usize::try_from(self.inflated).unwrap_or(WINDOW).min(WINDOW);
        self.window[..written].fill(0);
        (self.passes, self.filled, self.left) = (passes, 0, 0);
        (self.done, self.inflated, self.ended) = (0, 0, false);
    }

    /// Goes through the bytes again, of which one is known to be wrong, from the state before them.
    fn retrace(&mut self, bytes: &[u8], what: &'static str) -> Fed {
        let mut row_end = None;
        for (at, byte) in bytes.iter().enumerate() {
            let done = self.done;
            if let Err(what) = self.step(std::slice::from_ref(byte)) {
                return Fed { row_end, flaw: Some((at, what)) };
            }
            if self.done > done {
                row_end = Some(at + 1);
            }
        }
        Fed { row_end, flaw: Some((bytes.len().saturating_sub(1), what)) }
    }

    fn step(&mut self, mut bytes: &[u8]) -> Result<(), &'static str> {
        while !bytes.is_empty() && !self.ended && self.inflated <= MOST_INFLATED {
            let (status, read, written) =
                decompress(&mut self.inflator, bytes, &mut self.window, self.filled, self.flags);
            bytes = &bytes[read..];
            self.inflated += written as u64;
            let fresh = self.filled..self.filled + written;
            self.filled = (self.filled + written) % WINDOW;
            self.rows(fresh)?;
            match status {
                TINFLStatus::Done if self.passes.is_empty() => self.ended = true,
                TINFLStatus::Done => return Err("the image data ends before the last row"),
                TINFLStatus::NeedsMoreInput | TINFLStatus::HasMoreOutput => {}
                TINFLStatus::Adler32Mismatch => return Err("bad Adler-32 of the image data"),
                _ => return Err("the image data does not inflate"),
            }
        }
        Ok(())
    }

    /// Follows the rows through the bytes that just came out. Bytes after the last row are
    /// tolerated, as every decoder does.
    fn rows(&mut self, fresh: std::ops::Range<usize>) -> Result<(), &'static str> {
        let mut at = fresh.start;
        while at < fresh.end {
            if self.left == 0 {
                let Some(&(_, len)) = self.passes.last() else { return Ok(()) };
                if self.window[at] > 4 {
                    return Err("bad row filter in the image data");
                }
                self.left = len;
                at += 1;
            }
            let here = self.left.min((fresh.end - at) as u64);
            self.left -= here;
            at += here as usize;
            if self.left == 0 {
                self.row_done();
            }
        }
        Ok(())
    }

    fn row_done(&mut self) {
        self.done += 1;
        if let Some((rows, _)) = self.passes.last_mut() {
            *rows -= 1;
            if *rows == 0 {
                self.passes.pop();
            }
        }
    }
}
