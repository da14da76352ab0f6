//! Parts of a stream, each of which can be unpacked by itself.

use std::hash::Hasher;

use twox_hash::XxHash64;

use super::decoder::Decoder;
use super::entropy::{EntropyState, Reader};
use super::frame::{self, Block, Frame, Header, MOST_BLOCK};
use super::seek_table;
use crate::control::progress::Stop;
use crate::source::container::files::Files;
use crate::source::container::index_file::IndexFile;
use crate::source::container::piece::MOST_PACKED;
use crate::source::container::recent::Weight;
use crate::source::container::refusal::Refusal;
use crate::source::container::room::Room;

/// Bytes of a part of a long frame: so many times what the frame looks back, since that is kept for each part, within
/// bounds.
const WINDOWS: u64 = 8;
const LEAST_PART: u64 = 16 << 20;

/// The same for so many first bytes of a frame: every scan asks for some samples of a disk, which cost as much as all
/// the rest of a short one.
const NEAR_WINDOWS: u64 = 2;
const NEAR_LEAST_PART: u64 = 4 << 20;
const NEAR: u64 = 512 << 20;

const MOST_PART: u64 = MOST_PACKED - MOST_BLOCK;

/// How far a long frame may look back, in bytes: programs go beyond that when they are told to (`--long`, `--ultra`).
const MOST_LOOK_BACK: u64 = 32 << 20;

/// Parts at the most.
const MOST_PARTS: usize = 4 << 20;

/// The parts of a stream, in order.
pub(super) struct Index {
    /// Bytes that come out of the stream.
    pub(super) len: u64,
    /// Whether it came to its end, and what was verified of it held.
    pub(super) is_whole: bool,
    parts: Vec<Part>,
    /// What is looked back at, packed, one after the other.
    windows: IndexFile,
}

/// A part.
struct Part {
    /// Bytes that came out before it.
    made: u64,
    /// Where its frame begins, or its first block, and the first byte after its last block.
    at: u64,
    end: u64,
    start: Start,
    /// The checksum of what comes out, where it stands elsewhere than after the frame.
    checksum: Option<u32>,
}

/// Where a part begins.
enum Start {
    /// It is a whole frame.
    Frame,
    /// With a frame that goes on in the next part.
    LongFrame,
    /// Inside of a frame.
    Inside(Box<Inside>),
}

/// What is needed to go on inside of a frame.
struct Inside {
    entropy: EntropyState,
    /// How far the frame looks back.
    look_back: u64,
    /// Where what is looked back at is kept, and how many bytes it takes there and comes to.
    window_at: u64,
    packed_len: usize,
    window_len: usize,
}

impl Index {
    /// Looks for the parts of a stream. Long frames are unpacked on the way.
    pub(super) fn build(files: &Files, stop: &Stop) -> Result<Self, Refusal> {
        let mut index =
            Index { len: 0, is_whole: true, parts: Vec::new(), windows: IndexFile::new()? };
        if let Some(rows) = seek_table::read(files, MOST_PARTS) {
            for row in rows {
                index.add(row.at, row.end, row.len, Start::Frame);
                if let Some(part) = index.parts.last_mut() {
                    part.checksum = row.checksum;
                }
            }
            return Ok(index);
        }
        let mut at = 0u64;
        while at < files.len_of(0) && index.parts.len() < MOST_PARTS {
            at = match frame::at(files, at) {
                Some(Frame::Skippable(len)) => at.saturating_add(len),
                Some(Frame::Data(header)) => match index.frame(files, at, &header, stop)? {
                    Some(end) => end,
                    None => {
                        index.is_whole = false;
                        break;
                    }
                },
                // What follows the last one, zeros or anything, is no part of the stream.
                None => break,
            };
        }
        index.is_whole &= index.parts.len() < MOST_PARTS && (at <= files.len_of(0));
        Ok(index)
    }

    fn add(&mut self, at: u64, end: u64, len: u64, start: Start) {
        if len > 0 {
            self.parts.push(Part { made: self.len, at, end, start, checksum: None });
            self.len = self.len.saturating_add(len);
        }
    }

    /// Adds the parts of the frame that begins at `at`: the first byte after it, or nothing where it is damaged.
    fn frame(
        &mut self,
        files: &Files,
        at: u64,
        header: &Header,
        stop: &Stop,
    ) -> Result<Option<u64>, Refusal> {
        if header.needs_dictionary {
            return Err(Refusal::new("with a dictionary, which is not in it"));
        }
        let short = header.content.filter(|len| *len <= MOST_PACKED);
        if let Some(len) = short
            && let Some(end) = end_of_blocks(files, at + header.len)
        {
            self.add(at, end, len, Start::Frame);
            return Ok(Some(frame::end(header, end)));
        }
        if header.window > MOST_LOOK_BACK {
            return Err(Refusal::new(format!(
                "and its frame looks back further than {} MiB, so that it can only be unpacked from its start",
                MOST_LOOK_BACK >> 20
            )));
        }
        self.long_frame(files, at, header, stop)
    }

    fn long_frame(
        &mut self,
        files: &Files,
        at: u64,
        header: &Header,
        stop: &Stop,
    ) -> Result<Option<u64>, Refusal> {
        let is_bottom = files.is_bottom();
        let (mut reader, mut window) = (Reader::new(), Vec::new());
        let (mut checksum, mut made) = (XxHash64::with_seed(0), 0u64);
        let mut next = at + header.len;
        loop {
            if stop.is_over() || self.parts.len() >= MOST_PARTS {
                return match stop.is_over() {
                    true => {
                        let why = Refusal::with("and was not unpacked to its end", "scan it again");
                        Err(why.passing())
                    }
                    false => Ok(None),
                };
            }
            let (windows, least) =
                if made < NEAR { (NEAR_WINDOWS, NEAR_LEAST_PART) } else { (WINDOWS, LEAST_PART) };
            let part_len = (header.window * windows).clamp(least, MOST_PART);
            let room = is_bottom.then(|| Room::take(part_len + memory(header.window)));
            let (start, begins_at) = match made {
                0 => (Start::LongFrame, at),
                _ => (self.inside(&reader.entropy, header.window, &window)?, next),
            };
            let before = (made > 0).then(|| (reader.entropy.clone(), std::mem::take(&mut window)));
            let Stretch { out, end, is_last, is_whole } =
                stretch(files, header.window, before.as_ref(), next, part_len, &mut reader);
            next = end;
            checksum.write(&out);
            made += out.len() as u64;
            self.add(begins_at, end, out.len() as u64, start);
            if !is_whole {
                return Ok(None);
            }
            if is_last {
                break;
            }
            // What is looked back at stays.
            drop(room);
            window = last_bytes(before.map(|(_, window)| window).unwrap_or_default(), out, header);
        }
        let said = if header.has_checksum { frame::checksum(files, next) } else { None };
        let holds = said.is_some() == header.has_checksum
            && said.is_none_or(|said| said == checksum.finish() as u32)
            && header.content.is_none_or(|len| len == made);
        self.is_whole &= holds;
        Ok(Some(frame::end(header, next)))
    }

    /// Keeps what is needed to go on after `window`.
    fn inside(
        &mut self,
        entropy: &EntropyState,
        look_back: u64,
        window: &[u8],
    ) -> Result<Start, Refusal> {
        let packed = lz4_flex::block::compress(window);
        let window_at = self.windows.append(&packed)?;
        let (packed_len, window_len) = (packed.len(), window.len());
        let entropy = entropy.clone();
        Ok(Start::Inside(Box::new(Inside {
            entropy,
            look_back,
            window_at,
            packed_len,
            window_len,
        })))
    }

    /// The part that holds the byte at `at`: where it begins and ends, and where the packed bytes lie.
    pub(super) fn part(&self, at: u64) -> Option<(u64, u64, u64)> {
        let next = self.parts.partition_point(|part| part.made <= at);
        let part = self.parts.get(next.checked_sub(1)?)?;
        let end = self.parts.get(next).map_or(self.len, |part| part.made);
        (at < end).then_some((part.made, end, part.at))
    }

    /// Bytes of memory that unpacking the part after `made` bytes takes besides what comes out.
    pub(super) fn needs(&self, made: u64) -> u64 {
        let number = self.parts.binary_search_by_key(&made, |part| part.made);
        match number.ok().and_then(|number| self.parts.get(number)).map(|part| &part.start) {
            Some(Start::Inside(inside)) => memory(inside.look_back),
            // The decoder keeps what it may look back at, which is no longer than the part.
            _ => self.part(made).map_or(0, |(start, end, _)| end - start),
        }
    }

    /// Unpacks the part after `made` bytes into `out`, which has its length.
    pub(super) fn unpack(&self, files: &Files, made: u64, out: &mut [u8]) -> Option<()> {
        let number = self.parts.binary_search_by_key(&made, |part| part.made).ok()?;
        let part = self.parts.get(number)?;
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
            decoder.block(&block.bytes(files)?)?;
            filled += decoder.take(&mut out[filled..]);
            (at, is_last) = (block.end, block.is_last);
        }
        decoder.finish()?;
        while filled < out.len() {
            match decoder.take(&mut out[filled..]) {
                0 => return None,
                taken => filled += taken,
            }
        }
        let is_over = decoder.take(&mut [0]) == 0;
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
        (is_over && holds).then_some(())
    }

    /// What is looked back at by a part.
    fn window(&self, inside: &Inside) -> Option<Vec<u8>> {
        let mut packed = vec![0; inside.packed_len];
        self.windows.read(inside.window_at, &mut packed)?;
        lz4_flex::block::decompress(&packed, inside.window_len).ok()
    }
}

/// Bytes that a decoder takes that begins inside of a frame which looks back so far: packed and as it is, as the
/// decoder is told, and as it keeps it.
fn memory(look_back: u64) -> u64 {
    look_back.saturating_mul(4)
}

impl Weight for Index {
    fn weight(&self) -> u64 {
        self.windows.len().saturating_add(size_of_val(self.parts.as_slice()) as u64)
    }
}

/// Where the blocks end that begin at `at`, when the last one is there.
fn end_of_blocks(files: &Files, mut at: u64) -> Option<u64> {
    loop {
        let block = Block::at(files, at)?;
        if block.is_last {
            return Some(block.end);
        }
        at = block.end;
    }
}

/// Blocks that were unpacked together.
struct Stretch {
    out: Vec<u8>,
    /// The first byte after the last block.
    end: u64,
    /// Whether the frame ends with it.
    is_last: bool,
    /// Whether all blocks unpacked.
    is_whole: bool,
}

/// Unpacks blocks from `at` on until `len` bytes came out, or the frame ends.
fn stretch(
    files: &Files,
    look_back: u64,
    before: Option<&(EntropyState, Vec<u8>)>,
    at: u64,
    len: u64,
    reader: &mut Reader,
) -> Stretch {
    let mut stretch = Stretch { out: Vec::new(), end: at, is_last: false, is_whole: false };
    let before = before.map(|(entropy, window)| (entropy, &window[..]));
    let Some(mut decoder) = Decoder::new(look_back, before) else { return stretch };
    let mut made = 0;
    let mut next = |stretch: &mut Stretch, made: &mut u64| {
        let block = Block::at(files, stretch.end)?;
        let bytes = block.bytes(files)?;
        let here = reader.block(&block, &bytes).filter(|here| *here <= MOST_BLOCK)?;
        decoder.block(&bytes)?;
        decoder.append(&mut stretch.out);
        (stretch.end, stretch.is_last) = (block.end, block.is_last);
        *made += here;
        Some(())
    };
    stretch.is_whole = true;
    while made < len && !stretch.is_last && stretch.is_whole {
        stretch.is_whole = next(&mut stretch, &mut made).is_some();
    }
    decoder.finish();
    decoder.append(&mut stretch.out);
    stretch.is_whole &= stretch.out.len() as u64 == made;
    // Of a block that is damaged nothing counts.
    stretch.out.truncate(usize::try_from(made).unwrap_or(usize::MAX));
    stretch
}

/// The last bytes that a frame may look back at, of those kept before and what was made after them.
fn last_bytes(mut window: Vec<u8>, out: Vec<u8>, header: &Header) -> Vec<u8> {
    let most = usize::try_from(header.window).unwrap_or(usize::MAX);
    let mut out = out;
    if out.len() >= most {
        return out.split_off(out.len() - most);
    }
    let kept = window.len().min(most - out.len());
    window.drain(..window.len() - kept);
    window.append(&mut out);
    window
}
