//! Looking for the parts of a stream.

use std::hash::Hasher;

use twox_hash::XxHash64;

use super::decoder::Decoder;
use super::entropy::Reader;
use super::frame::{self, Block, Frame, Header, MOST_BLOCK};
use super::index::{Index, PackedPart, Start};
use super::seek_table;
use crate::control::progress::Stop;
use crate::source::container::files::Files;
use crate::source::container::piece::MOST_PACKED;
use crate::source::container::refusal::Refusal;
use crate::source::container::room::Room;
use crate::source::container::stream::{Ending, StreamIndex, go_on};
use crate::source::container::unpack::MOST_WINDOW;

/// Bytes of a part of a long frame: so many times what the frame looks back, since that is kept for each part, within
/// bounds.
const WINDOWS: u64 = 8;
const LEAST_PART: u64 = 16 << 20;

/// The same for so many first bytes of a frame: every scan asks for some samples of a disk, which cost as much as all
/// the rest of a short one.
const NEAR_WINDOWS: u64 = 4;
const NEAR_LEAST_PART: u64 = 4 << 20;
const NEAR: u64 = 512 << 20;

const MOST_PART: u64 = MOST_PACKED - MOST_BLOCK;

/// How far a long frame may look back, in bytes: programs go beyond that when they are told to (`--long`, `--ultra`).
const MOST_LOOK_BACK: u64 = 32 << 20;

/// Bytes of the blocks of a part at the most: they are read at once, and nobody packs a disk to more than its own length.
const MOST_PACKED_PART: u64 = 2 * MOST_PACKED;

/// Blocks with nothing in them that follow one another at the most.
const MOST_EMPTY: usize = 1024;

/// Parts at the most.
const MOST_PARTS: usize = 4 << 20;

/// Looks for the parts of a stream. Long frames are unpacked on the way.
pub(super) fn build(files: &Files, stop: &Stop) -> Result<Index, Refusal> {
    let mut builder = Builder { files, stop, index: Index::new()?, is_sound: true };
    if let Some(rows) = seek_table::read(files, MOST_PARTS) {
        for row in rows {
            let (at, end, checksum) = (row.at, row.end, row.checksum);
            let part = PackedPart { at, end, start: Start::Frame, is_last: true, checksum };
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
                    Ok(end) => end,
                    Err(ending) => return Ok(ending),
                },
                None => return Ending::before(self.files, at, self.stop),
            };
        }
        Ok(Ending::NotRead)
    }

    /// Adds the parts of the frame that begins at `at`: the first byte after it, or how the stream ends with it.
    fn frame(&mut self, at: u64, header: &Header) -> Result<Result<u64, Ending>, Refusal> {
        if header.needs_dictionary {
            return self.refused(Refusal::new("with a dictionary, which is not in it"));
        }
        let is_far = header.window > MOST_LOOK_BACK;
        if let Some(len) = header.content.filter(|len| *len <= self.most_whole(is_far))
            && let Some((end, most)) = self.blocks(at + header.len)?
            && most >= len
            && end - at <= MOST_PACKED_PART
        {
            let end = frame::end(header, end);
            let (start, is_last) = (Start::Frame, true);
            self.index.add(PackedPart { at, end, start, is_last, checksum: None }, len);
            return Ok(Ok(end));
        }
        if is_far {
            let why = format!(
                "and its frame looks back further than {} MiB, so that it can only be unpacked from its start",
                MOST_LOOK_BACK >> 20
            );
            // Less is unpacked without being asked for.
            let is_too_far = header.window > MOST_WINDOW;
            return self.refused(match is_too_far {
                true => Refusal::with(
                    why,
                    "unpack it with `zstd -d --long=31`, and scan what comes out",
                ),
                false => Refusal::new(why),
            });
        }
        Ok(self.long_frame(at, header)?.ok_or(Ending::Damaged))
    }

    /// Bytes that come out of a frame at the most that is one part, and is not unpacked before it is asked for. The first one
    /// often is all of a card: of one that is damaged what comes before that is to be had.
    fn most_whole(&self, is_far: bool) -> u64 {
        if is_far || self.index.count() > 0 { MOST_PACKED } else { NEAR_LEAST_PART }
    }

    /// A frame that is not read: what came before it is not lost by that.
    fn refused(&self, refusal: Refusal) -> Result<Result<u64, Ending>, Refusal> {
        if self.index.len() == 0 { Err(refusal) } else { Ok(Err(Ending::NotRead)) }
    }

    /// Where the blocks end that begin at `at`, when the last one is there, and how many bytes come out of them at the most.
    fn blocks(&self, mut at: u64) -> Result<Option<(u64, u64)>, Refusal> {
        let (mut most, mut empty) = (0u64, 0);
        while let Some(block) = Block::at(self.files, at) {
            go_on(self.stop)?;
            most = most.saturating_add(block.most());
            if block.is_last {
                return Ok(Some((block.end, most)));
            }
            empty = if block.most() == 0 { empty + 1 } else { 0 };
            if empty > MOST_EMPTY {
                break;
            }
            at = block.end;
        }
        Ok(None)
    }

    fn long_frame(&mut self, at: u64, header: &Header) -> Result<Option<u64>, Refusal> {
        let Some(mut frame) = LongFrame::new(self.files, at, header) else { return Ok(None) };
        let is_bottom = self.files.is_bottom();
        let _room = is_bottom.then(|| Room::take(memory(header.window)));
        let mut checksum = XxHash64::with_seed(0);
        loop {
            go_on(self.stop)?;
            if self.index.count() >= MOST_PARTS {
                return Ok(None);
            }
            let (at, start) = match frame.made {
                0 => (at, Start::LongFrame { window: header.window, blocks_at: frame.next }),
                _ => (frame.next, self.inside(&frame, header)?),
            };
            let is_whole = frame.part(part_len(header.window, frame.made), self.stop)?;
            let (out, is_last) = (frame.last_part(), frame.is_last);
            checksum.write(out);
            let said = Some(XxHash64::oneshot(0, out) as u32);
            let part = PackedPart { at, end: frame.next, start, is_last, checksum: said };
            self.index.add(part, out.len() as u64);
            match is_whole {
                None => return Ok(None),
                Some(()) if is_last => break,
                Some(()) => {}
            }
        }
        let said = if header.has_checksum { frame::checksum(self.files, frame.next) } else { None };
        self.is_sound &= said.is_some() == header.has_checksum
            && said.is_none_or(|said| said == checksum.finish() as u32)
            && header.content.is_none_or(|len| len == frame.made);
        Ok(Some(frame::end(header, frame.next)))
    }

    /// What is kept to go on where a frame stands.
    fn inside(&mut self, frame: &LongFrame<'_>, header: &Header) -> Result<Start, Refusal> {
        self.index.inside(&frame.reader.entropy, header.window, frame.window())
    }
}

/// Bytes that going through a long frame takes that looks back so far: what the decoder keeps, what is kept beside it, and
/// that packed.
fn memory(window: u64) -> u64 {
    window.saturating_mul(3).saturating_add(part_len(window, u64::MAX))
}

/// Bytes of the part of a long frame after `made` bytes of it.
fn part_len(window: u64, made: u64) -> u64 {
    let (windows, least) =
        if made < NEAR { (NEAR_WINDOWS, NEAR_LEAST_PART) } else { (WINDOWS, LEAST_PART) };
    (window * windows).clamp(least, MOST_PART)
}

/// A frame that is unpacked in parts.
struct LongFrame<'f> {
    files: &'f Files,
    decoder: Decoder,
    reader: Reader,
    /// How far it looks back.
    look_back: usize,
    /// The last bytes that came out: as many as may be looked back at, then those of the last part.
    out: Vec<u8>,
    /// Where the last part begins in them.
    part_at: usize,
    /// Bytes that came out.
    made: u64,
    /// The first byte after the last block that was unpacked.
    next: u64,
    /// Whether that was the last one of the frame.
    is_last: bool,
}

impl<'f> LongFrame<'f> {
    fn new(files: &'f Files, at: u64, header: &Header) -> Option<Self> {
        Some(LongFrame {
            files,
            decoder: Decoder::new(header.window)?,
            reader: Reader::default(),
            look_back: usize::try_from(header.window).ok()?,
            out: Vec::new(),
            part_at: 0,
            made: 0,
            next: at.checked_add(header.len)?,
            is_last: false,
        })
    }

    /// What may be looked back at.
    fn window(&self) -> &[u8] {
        &self.out[self.out.len().saturating_sub(self.look_back)..]
    }

    /// What came out of the last part.
    fn last_part(&self) -> &[u8] {
        &self.out[self.part_at..]
    }

    /// Unpacks blocks until `len` bytes came out and a decoder can go on from there, or the frame ends: nothing where a block
    /// is damaged.
    fn part(&mut self, len: u64, stop: &Stop) -> Result<Option<()>, Refusal> {
        self.out.drain(..self.out.len().saturating_sub(self.look_back));
        self.part_at = self.out.len();
        let (begins_at, mut filled_to, mut empty) = (self.next, self.next, 0);
        loop {
            go_on(stop)?;
            let before = self.out.len();
            match self.step(len, begins_at) {
                None => return Ok(None),
                Some(false) => return Ok(Some(())),
                Some(true) if self.out.len() > before => (filled_to, empty) = (self.next, 0),
                Some(true) => empty += 1,
            }
            if empty > MOST_EMPTY {
                // Zeros in the place of what is missing look like blocks with nothing in them.
                self.next = filled_to;
                return Ok(None);
            }
        }
    }

    /// Unpacks the next block of a part of `len` bytes whose first block begins at `begins_at`: whether the part goes on with
    /// it, and nothing where it is damaged.
    fn step(&mut self, len: u64, begins_at: u64) -> Option<bool> {
        let made = (self.out.len() - self.part_at) as u64;
        if self.is_last || made >= MOST_PART || self.next - begins_at >= MOST_PACKED {
            return Some(false);
        }
        let block = Block::at(self.files, self.next)?;
        let bytes = block.bytes(self.files)?;
        if made >= len && self.reader.entropy.reaches(&block, &bytes) {
            return Some(false);
        }
        self.block(&block, &bytes).map(|()| true)
    }

    /// Unpacks a block, of which nothing counts where it is damaged.
    fn block(&mut self, block: &Block, bytes: &[u8]) -> Option<()> {
        let before = self.out.len();
        let said = self.reader.block(block, bytes).filter(|here| *here <= MOST_BLOCK);
        let unpacks = self.decoder.append(bytes, &mut self.out);
        let made = (self.out.len() - before) as u64;
        if unpacks.is_none() || said != Some(made) {
            self.out.truncate(before);
            return None;
        }
        self.made += made;
        (self.next, self.is_last) = (block.end, block.is_last);
        Some(())
    }
}
