//! Looking for the parts of a stream.

use std::hash::Hasher;

use twox_hash::XxHash64;

use super::decoder::Decoder;
use super::entropy::{EntropyState, Reader};
use super::frame::{self, Block, Frame, Header, MOST_BLOCK};
use super::index::{Index, PackedPart, Start, memory};
use super::seek_table;
use crate::control::progress::Stop;
use crate::source::container::files::Files;
use crate::source::container::piece::MOST_PACKED;
use crate::source::container::refusal::Refusal;
use crate::source::container::room::Room;
use crate::source::container::stream::{Ending, StreamIndex, go_on};

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

/// Looks for the parts of a stream. Long frames are unpacked on the way.
pub(super) fn build(files: &Files, stop: &Stop) -> Result<Index, Refusal> {
    let mut builder = Builder { files, stop, index: Index::new()?, is_sound: true };
    if let Some(rows) = seek_table::read(files, MOST_PARTS) {
        for row in rows {
            let (at, end, checksum) = (row.at, row.end, row.checksum);
            let part = PackedPart { at, end, start: Start::Frame, checksum };
            builder.index.add(part, row.len);
        }
        return Ok(builder.index.ended(Ending::Whole));
    }
    let ending = builder.frames()?.if_sound(builder.is_sound);
    Ok(builder.index.ended(ending))
}

struct Builder<'f> {
    files: &'f Files,
    stop: &'f Stop,
    index: Index,
    /// Whether what was verified so far held.
    is_sound: bool,
}

impl Builder<'_> {
    /// Goes through all frames: how the last one ends.
    fn frames(&mut self) -> Result<Ending, Refusal> {
        let mut at = 0u64;
        while self.index.count() < MOST_PARTS {
            go_on(self.stop)?;
            at = match frame::at(self.files, at) {
                Some(Frame::Skippable(len)) => at.saturating_add(len),
                Some(Frame::Data(header)) => match self.frame(at, &header)? {
                    Some(end) => end,
                    None => return Ok(Ending::Damaged),
                },
                None => return Ending::before(self.files, at, self.stop),
            };
        }
        Ok(Ending::Damaged)
    }

    /// Adds the parts of the frame that begins at `at`: the first byte after it, or nothing where it is damaged.
    fn frame(&mut self, at: u64, header: &Header) -> Result<Option<u64>, Refusal> {
        if header.needs_dictionary {
            return self.refused("with a dictionary, which is not in it".into());
        }
        let short = header.content.filter(|len| *len <= MOST_PACKED);
        if let Some(len) = short
            && let Some((end, most)) = self.blocks(at + header.len)?
        {
            if most < len {
                return Ok(None);
            }
            let part = PackedPart { at, end, start: Start::Frame, checksum: None };
            self.index.add(part, len);
            return Ok(Some(frame::end(header, end)));
        }
        if header.window > MOST_LOOK_BACK {
            return self.refused(format!(
                "and its frame looks back further than {} MiB, so that it can only be unpacked from its start",
                MOST_LOOK_BACK >> 20
            ));
        }
        self.long_frame(at, header)
    }

    /// A frame that is not read: what came before it is not lost by that.
    fn refused(&self, why: String) -> Result<Option<u64>, Refusal> {
        if self.index.len() == 0 { Err(Refusal::new(why)) } else { Ok(None) }
    }

    /// Where the blocks end that begin at `at`, when the last one is there, and how many bytes come out of them at the most.
    fn blocks(&self, mut at: u64) -> Result<Option<(u64, u64)>, Refusal> {
        let mut most = 0u64;
        while let Some(block) = Block::at(self.files, at) {
            go_on(self.stop)?;
            most = most.saturating_add(block.most());
            if block.is_last {
                return Ok(Some((block.end, most)));
            }
            at = block.end;
        }
        Ok(None)
    }

    fn long_frame(&mut self, at: u64, header: &Header) -> Result<Option<u64>, Refusal> {
        let is_bottom = self.files.is_bottom();
        let (mut reader, mut window) = (Reader::default(), Vec::new());
        let (mut checksum, mut made) = (XxHash64::with_seed(0), 0u64);
        let mut next = at + header.len;
        loop {
            go_on(self.stop)?;
            if self.index.count() >= MOST_PARTS {
                return Ok(None);
            }
            let len = part_len(header.window, made);
            let room = is_bottom.then(|| Room::take(len + memory(header.window)));
            let (start, begins_at) = match made {
                0 => (Start::LongFrame, at),
                _ => (self.index.inside(&reader.entropy, header.window, &window)?, next),
            };
            let before = (made > 0).then(|| (reader.entropy.clone(), std::mem::take(&mut window)));
            let Stretch { out, end, is_last, is_whole } =
                stretch(self.files, header.window, before.as_ref(), next, len, &mut reader);
            next = end;
            checksum.write(&out);
            made += out.len() as u64;
            let part = PackedPart { at: begins_at, end, start, checksum: None };
            self.index.add(part, out.len() as u64);
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
        let said = if header.has_checksum { frame::checksum(self.files, next) } else { None };
        self.is_sound &= said.is_some() == header.has_checksum
            && said.is_none_or(|said| said == checksum.finish() as u32)
            && header.content.is_none_or(|len| len == made);
        Ok(Some(frame::end(header, next)))
    }
}

/// Bytes of the part of a long frame after `made` bytes of it.
fn part_len(window: u64, made: u64) -> u64 {
    let (windows, least) =
        if made < NEAR { (NEAR_WINDOWS, NEAR_LEAST_PART) } else { (WINDOWS, LEAST_PART) };
    (window * windows).clamp(least, MOST_PART)
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

/// Unpacks blocks from `at` on until `len` bytes came out and a decoder can go on from there, or the frame ends.
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
    let mut next = |stretch: &mut Stretch| {
        let block = Block::at(files, stretch.end)?;
        let bytes = block.bytes(files)?;
        if made >= MOST_PART || (made >= len && reader.entropy.reaches(&block, &bytes)) {
            return Some(false);
        }
        let here = reader.block(&block, &bytes).filter(|here| *here <= MOST_BLOCK)?;
        decoder.append(&bytes, &mut stretch.out)?;
        (stretch.end, stretch.is_last) = (block.end, block.is_last);
        made += here;
        Some(!block.is_last)
    };
    let end = loop {
        let goes_on = next(&mut stretch);
        if goes_on != Some(true) {
            break goes_on;
        }
    };
    stretch.is_whole = end.is_some() && decoder.finish() && stretch.out.len() as u64 == made;
    // Of a block that is damaged nothing counts.
    stretch.out.truncate(usize::try_from(made).unwrap_or(usize::MAX));
    stretch
}

/// The last bytes that a frame may look back at, of those kept before and what was made after them.
fn last_bytes(mut window: Vec<u8>, mut out: Vec<u8>, header: &Header) -> Vec<u8> {
    let most = usize::try_from(header.window).unwrap_or(usize::MAX);
    if out.len() >= most {
        return out.split_off(out.len() - most);
    }
    let kept = window.len().min(most - out.len());
    window.drain(..window.len() - kept);
    window.append(&mut out);
    window
}
