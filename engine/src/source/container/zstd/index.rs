//! Parts of a stream, each of which can be unpacked by itself.

use twox_hash::XxHash64;

use super::decoder::Decoder;
use super::entropy::EntropyState;
use super::frame::{self, Block, Frame};
use crate::source::container::files::Files;
use crate::source::container::index_file::IndexFile;
use crate::source::container::recent::Weight;
use crate::source::container::refusal::Refusal;
use crate::source::container::stream::{Ending, StreamIndex};

/// The parts of a stream, in order.
pub(super) struct Index {
    /// Bytes that come out of the stream.
    len: u64,
    ending: Ending,
    parts: Vec<Part>,
    /// What is looked back at, packed, one after the other.
    windows: IndexFile,
}

/// A part.
struct Part {
    /// Bytes that came out before it.
    made: u64,
    packed: PackedPart,
}

/// Where the packed bytes of a part lie.
pub(super) struct PackedPart {
    /// Where its frame begins, or its first block, and the first byte after its last block.
    pub(super) at: u64,
    pub(super) end: u64,
    pub(super) start: Start,
    /// The checksum of what comes out, where it stands elsewhere than after the frame.
    pub(super) checksum: Option<u32>,
}

/// Where a part begins.
pub(super) enum Start {
    /// It is a whole frame.
    Frame,
    /// With a frame that goes on in the next part.
    LongFrame,
    /// Inside of a frame.
    Inside(Box<Inside>),
}

/// What is needed to go on inside of a frame.
pub(super) struct Inside {
    entropy: EntropyState,
    /// How far the frame looks back.
    look_back: u64,
    /// Where what is looked back at is kept, and how many bytes it takes there and comes to.
    window_at: u64,
    packed_len: usize,
    window_len: usize,
}

impl Index {
    /// An index without parts.
    pub(super) fn new() -> Result<Self, Refusal> {
        let (parts, windows) = (Vec::new(), IndexFile::new()?);
        Ok(Index { len: 0, ending: Ending::Damaged, parts, windows })
    }

    /// How many parts there are.
    pub(super) fn count(&self) -> usize {
        self.parts.len()
    }

    /// Adds a part of which `len` bytes come out.
    pub(super) fn add(&mut self, packed: PackedPart, len: u64) {
        if len > 0 {
            self.parts.push(Part { made: self.len, packed });
            self.len = self.len.saturating_add(len);
        }
    }

    /// The same index, of a stream that ends as `ending` says.
    pub(super) fn ended(self, ending: Ending) -> Self {
        Index { ending, ..self }
    }

    /// Keeps what is needed to go on after `window`, in a frame that looks back so far.
    pub(super) fn inside(
        &mut self,
        entropy: &EntropyState,
        look_back: u64,
        window: &[u8],
    ) -> Result<Start, Refusal> {
        let packed = lz4_flex::block::compress(window);
        let window_at = self.windows.append(&packed)?;
        let (packed_len, window_len) = (packed.len(), window.len());
        let entropy = entropy.clone();
        let inside = Inside { entropy, look_back, window_at, packed_len, window_len };
        Ok(Start::Inside(Box::new(inside)))
    }

    fn find(&self, made: u64) -> Option<&PackedPart> {
        let number = self.parts.binary_search_by_key(&made, |part| part.made).ok()?;
        self.parts.get(number).map(|part| &part.packed)
    }

    /// Unpacks the part after `made` bytes into `out`, all of which must come out, and nothing else.
    fn fill(&self, files: &Files, made: u64, out: &mut [u8]) -> Option<()> {
        let part = self.find(made)?;
        let (mut decoder, mut at, header) = match &part.start {
            Start::Inside(inside) => {
                let window = self.window(inside)?;
                let before = Some((&inside.entropy, &window[..]));
                (Decoder::new(inside.look_back, before)?, part.at, None)
            }
            Start::Frame | Start::LongFrame => {
                let Frame::Data(header) = frame::at(files, part.at)? else { return None };
                let at = part.at.checked_add(header.len)?;
                (Decoder::new(header.window, None)?, at, Some(header))
            }
        };
        let (mut filled, mut is_last) = (0, false);
        while at < part.end && !is_last {
            let block = Block::at(files, at)?;
            filled = decoder.block(&block.bytes(files)?, out, filled)?;
            (at, is_last) = (block.end, block.is_last);
        }
        let is_filled = decoder.finish() && filled == out.len();
        let checked = header
            .filter(|header| header.has_checksum && is_last && matches!(part.start, Start::Frame));
        let said = match checked {
            Some(_) => Some(frame::checksum(files, at)?),
            None => None,
        };
        let mut said = said.into_iter().chain(part.checksum).peekable();
        let holds = said.peek().is_none() || {
            let sum = XxHash64::oneshot(0, out) as u32;
            said.all(|said| said == sum)
        };
        (is_filled && holds).then_some(())
    }

    /// What is looked back at by a part.
    fn window(&self, inside: &Inside) -> Option<Vec<u8>> {
        let mut packed = vec![0; inside.packed_len];
        self.windows.read(inside.window_at, &mut packed)?;
        lz4_flex::block::decompress(&packed, inside.window_len).ok()
    }
}

impl StreamIndex for Index {
    fn len(&self) -> u64 {
        self.len
    }

    fn ending(&self) -> Ending {
        self.ending
    }

    fn part(&self, at: u64) -> Option<(u64, u64, u64)> {
        let next = self.parts.partition_point(|part| part.made <= at);
        let part = self.parts.get(next.checked_sub(1)?)?;
        let end = self.parts.get(next).map_or(self.len, |part| part.made);
        (at < end).then_some((part.made, end, part.packed.at))
    }

    fn needs(&self, made: u64) -> u64 {
        match self.find(made).map(|part| &part.start) {
            Some(Start::Inside(inside)) => memory(inside.look_back),
            // The decoder keeps what it may look back at, which is no longer than the part.
            _ => self.part(made).map_or(0, |(start, end, _)| end - start),
        }
    }

    fn unpack(&self, files: &Files, made: u64, out: &mut [u8]) -> bool {
        self.fill(files, made, out).is_some()
    }
}

impl Weight for Index {
    fn weight(&self) -> u64 {
        self.windows.len().saturating_add(size_of_val(self.parts.as_slice()) as u64)
    }
}

/// Bytes that a decoder takes that begins inside of a frame which looks back so far: as it is and as a dictionary, as the
/// decoder keeps that, and what it makes.
pub(super) fn memory(look_back: u64) -> u64 {
    look_back.saturating_mul(4)
}
