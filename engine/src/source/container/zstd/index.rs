//! Parts of a stream, each of which can be unpacked by itself.

use twox_hash::XxHash64;

use super::decoder;
use super::entropy::EntropyState;
use crate::source::container::files::Files;
use crate::source::container::index_file::IndexFile;
use crate::source::container::recent::Weight;
use crate::source::container::refusal::Refusal;
use crate::source::container::stream::{Ending, StreamIndex, part_of};

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
    /// Where its frame begins, or its first block, and the first byte after its last block; of a whole frame after its
    /// checksum.
    pub(super) at: u64,
    pub(super) end: u64,
    pub(super) start: Start,
    /// Whether its frame ends with it.
    pub(super) is_last: bool,
    /// The checksum of what comes out, where it is known from elsewhere than the frame.
    pub(super) checksum: Option<u32>,
}

/// Where a part begins.
pub(super) enum Start {
    /// It is a whole frame.
    Frame,
    /// With a frame that goes on in the next part: how far that looks back, and where its first block begins.
    LongFrame { window: u64, blocks_at: u64 },
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
        let packed = |at: u64| files.bytes(0, at, part.end.checked_sub(at)?);
        let is_filled = match &part.start {
            // Its checksum is verified with it.
            Start::Frame => decoder::unpack(&packed(part.at)?, &[], out),
            Start::LongFrame { window, blocks_at } => {
                let frame = decoder::frame(*window, &packed(*blocks_at)?, part.is_last)?;
                decoder::unpack(&frame, &[], out)
            }
            Start::Inside(inside) => {
                let dictionary = self.dictionary(inside)?;
                let frame = decoder::frame(inside.look_back, &packed(part.at)?, part.is_last)?;
                decoder::unpack(&frame, &dictionary, out)
            }
        };
        let holds = || part.checksum.is_none_or(|said| said == XxHash64::oneshot(0, out) as u32);
        (is_filled && holds()).then_some(())
    }

    /// The dictionary by which a part is unpacked.
    fn dictionary(&self, inside: &Inside) -> Option<Vec<u8>> {
        let mut packed = vec![0; inside.packed_len];
        self.windows.read(inside.window_at, &mut packed)?;
        let mut dictionary = inside.entropy.dictionary();
        let head = dictionary.len();
        dictionary.resize(head + inside.window_len, 0);
        let made = lz4_flex::block::decompress_into(&packed, &mut dictionary[head..]).ok()?;
        (made == inside.window_len).then_some(dictionary)
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
        part_of(&self.parts, |part| (part.made, part.packed.at), self.len, at)
    }

    fn needs(&self, made: u64) -> u64 {
        let Some(part) = self.find(made) else { return 0 };
        let inside = match &part.start {
            Start::Inside(inside) => (inside.packed_len + inside.window_len) as u64,
            _ => 0,
        };
        inside.saturating_add(part.end.saturating_sub(part.at))
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
