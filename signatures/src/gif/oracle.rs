//! The oracle of GIF: it reads the file byte by byte and names the first one that cannot be.

use super::blocks::{DESCRIPTOR_LEN, HEADER_LEN};
use super::lzw::{Lzw, TOO_MANY_PIXELS};
use super::oddity::{Oddities, Oddity};
use crate::oracle::{Oracle, Said};
use crate::verdict::Span;

/// Most ranges of metadata that are listed one by one; a file with more of them is an animation in
/// which every frame has a colour table of its own.
pub const MOST_PARTS: usize = 4096;

/// Image data after the last pixel that is no sign of foreign bytes: two sub-blocks.
const MOST_SURPLUS: u64 = 512;

/// More than the eight bits of a pixel, as some writers say and viewers take.
const MOST_PIXEL_BITS: u8 = 11;

/// Where in the file the next byte belongs.
///
/// Source: GIF89a, appendix B "GIF Grammar".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Header,
    Table,
    /// The byte that says which block follows.
    Introducer,
    Label,
    Descriptor,
    PixelBits,
    /// The length byte of a sub-block.
    Len,
    Data,
}

/// What the sub-blocks that are being read belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blocks {
    Extension { label: u8 },
    Image,
}

/// The header, every block, and the codes of every frame.
#[derive(Clone)]
pub struct GifOracle {
    /// Whether the codes are followed.
    decode: bool,
    at: u64,
    part: Part,
    /// The first bytes of the part, where it is short and must be seen whole.
    held: Vec<u8>,
    /// Bytes of the part that are still to come.
    left: usize,
    blocks: Blocks,
    /// Length of the first sub-block; 0 before there is one.
    first_len: u8,
    /// Whether a sub-block came that was shorter than the first.
    last_block: bool,
    /// Whether the block before may end once more.
    end_again: bool,
    /// Whether some frame is cut into sub-blocks of uneven length.
    ragged: bool,
    screen: (u16, u16),
    lzw: Option<Lzw>,
    frames: u64,
    /// Pixels of the first frame, and how many of them have come.
    first_frame: (u64, u64),
    /// The end of the last part that held.
    good: u64,
    unchecked: Vec<Span>,
    /// Where the first frame is described that reaches beyond the screen.
    beyond: Option<u64>,
    /// What was tolerated so far, where the oracle is lenient.
    odd: Option<Oddities>,
    said: Said,
}

type Step = Result<(), &'static str>;

impl GifOracle {
    /// At the file's first byte. `decode` tells whether the codes are followed or skipped.
    pub fn new(decode: bool) -> Self {
        GifOracle {
            decode,
            at: 0,
            part: Part::Header,
            held: Vec::with_capacity(HEADER_LEN),
            left: HEADER_LEN,
            blocks: Blocks::Image,
            first_len: 0,
            last_block: false,
            end_again: false,
            ragged: false,
            screen: (0, 0),
            lzw: None,
            frames: 0,
            first_frame: (0, 0),
            good: 0,
            unchecked: Vec::new(),
            beyond: None,
            odd: None,
            said: Said::More,
        }
    }

    /// An oracle that goes on as viewers do where codes and sizes are odd, and tells of it. It still
    /// holds the file to its blocks.
    pub fn lenient(decode: bool) -> Self {
        GifOracle { odd: Some(Oddities::default()), ..Self::new(decode) }
    }

    /// Where the first frame is described that reaches beyond the screen.
    pub fn beyond(&self) -> Option<u64> {
        self.beyond
    }

    /// What a lenient oracle tolerated.
    pub fn oddities(&self) -> Option<&Oddities> {
        self.odd.as_ref()
    }

    /// Lets `what` pass where the oracle is lenient; how far it can be meant so, tells `kind`.
    fn tolerate(&mut self, kind: Oddity, what: &'static str) -> Step {
        match &mut self.odd {
            None => Err(what),
            Some(odd) => {
                odd.add(self.at, kind, what);
                Ok(())
            }
        }
    }

    /// Width and height of the logical screen in pixels; zeros before the header has come.
    pub fn screen(&self) -> (u16, u16) {
        self.screen
    }

    /// Whether the image data of every frame came in sub-blocks of one length but for the last,
    /// so that a foreign byte where a length belongs shows.
    pub fn is_even(&self) -> bool {
        !self.ragged
    }

    /// The end of what holds: the last sub-block or other part that was read whole.
    pub fn kept(&self) -> u64 {
        self.good
    }

    /// Colour tables and extensions, in order; at most [`MOST_PARTS`].
    pub fn unchecked(&self) -> &[Span] {
        &self.unchecked
    }

    fn byte(&mut self, byte: u8) -> Step {
        match self.part {
            Part::Header | Part::Descriptor => self.hold(byte),
            Part::Table => {
                self.left -= 1;
                if self.left == 0 {
                    // A descriptor is held until its frame's data begins.
                    let global = self.held.is_empty();
                    self.enter(if global { Part::Introducer } else { Part::PixelBits });
                }
                Ok(())
            }
            Part::Introducer => self.introducer(byte),
            Part::Label => {
                self.blocks = Blocks::Extension { label: byte };
                self.leave_unchecked(self.at - 1, 2);
                self.first_len = 0;
                self.enter(Part::Len);
                Ok(())
            }
            Part::PixelBits => self.pixel_bits(byte),
            Part::Len => self.len(byte),
            Part::Data => self.data(byte),
        }
    }

    fn enter(&mut self, part: Part) {
        self.part = part;
        self.good = self.at + 1;
    }

    fn hold(&mut self, byte: u8) -> Step {
        self.held.push(byte);
        self.left -= 1;
        if self.left > 0 {
            return Ok(());
        }
        if self.part == Part::Header { self.header() } else { self.descriptor() }
    }

    /// Source: GIF89a, 17 "Header" and 18 "Logical Screen Descriptor".
    fn header(&mut self) -> Step {
        let held = std::mem::take(&mut self.held);
        if !held.starts_with(b"GIF87a") && !held.starts_with(b"GIF89a") {
            return Err("bad signature");
        }
        self.screen =
            (u16::from_le_bytes([held[6], held[7]]), u16::from_le_bytes([held[8], held[9]]));
        if self.screen.0 == 0 || self.screen.1 == 0 {
            self.tolerate(Oddity::Harmless, "the screen has no size")?;
        }
        self.table(held[10], Part::Introducer);
        Ok(())
    }

    /// Source: GIF89a, 20 "Image Descriptor".
    fn descriptor(&mut self) -> Step {
        let word = |at: usize| u64::from(u16::from_le_bytes([self.held[at], self.held[at + 1]]));
        let pixels = word(4) * word(6);
        let is_beyond = word(0) + word(4) > u64::from(self.screen.0)
            || word(2) + word(6) > u64::from(self.screen.1);
        if pixels == 0 {
            self.tolerate(Oddity::Harmless, "a frame has no size")?;
        } else if is_beyond && self.screen != (0, 0) {
            self.beyond.get_or_insert(self.at);
        }
        if self.frames == 0 {
            self.first_frame = (pixels, 0);
        }
        self.blocks = Blocks::Image;
        let flags = self.held[8];
        self.table(flags, Part::PixelBits);
        Ok(())
    }

    /// Goes on to the colour table that `flags` tell of, or to `next` where there is none.
    fn table(&mut self, flags: u8, next: Part) {
        if flags & 0x80 == 0 {
            return self.enter(next);
        }
        self.left = 3 << ((flags & 7) + 1);
        self.enter(Part::Table);
        self.leave_unchecked(self.at + 1, self.left as u64);
    }

    fn leave_unchecked(&mut self, at: u64, len: u64) {
        let full = self.unchecked.len() >= MOST_PARTS;
        match self.unchecked.last_mut() {
            Some(last) if last.end() >= at => last.len = at + len - last.at,
            _ if full => self.ragged = true,
            _ => self.unchecked.push(Span { at, len }),
        }
    }

    fn introducer(&mut self, byte: u8) -> Step {
        let end_again = std::mem::take(&mut self.end_again);
        match byte {
            0x21 => self.enter(Part::Label),
            0x2c => {
                self.left = DESCRIPTOR_LEN;
                self.enter(Part::Descriptor);
            }
            0x3b if self.frames > 0 => self.said = Said::Done { end: self.at + 1 },
            // Some writers end a block twice.
            0 if end_again => self.good = self.at + 1,
            _ => return Err("neither a frame nor an extension nor the trailer"),
        }
        Ok(())
    }

    fn pixel_bits(&mut self, byte: u8) -> Step {
        let is_legal = (1..=8).contains(&byte);
        if !is_legal {
            let kind = if byte <= MOST_PIXEL_BITS { Oddity::Harmless } else { Oddity::Damage };
            self.tolerate(kind, "bad LZW minimum code size")?;
        }
        let word = |at: usize| u64::from(u16::from_le_bytes([self.held[at], self.held[at + 1]]));
        let follows = self.decode && is_legal;
        self.lzw = follows.then(|| Lzw::new(byte, word(4) * word(6)));
        self.held.clear();
        (self.first_len, self.last_block) = (0, false);
        self.enter(Part::Len);
        Ok(())
    }

    /// Source: GIF89a, 15 "Data Sub-blocks".
    fn len(&mut self, len: u8) -> Step {
        match self.blocks {
            Blocks::Extension { label } => {
                if self.first_len == 0 {
                    if !extension_fits(label, len) {
                        let kind = if len == 0 { Oddity::Harmless } else { Oddity::Data };
                        self.tolerate(kind, "bad length of an extension")?;
                    }
                    self.first_len = len;
                }
                self.leave_unchecked(self.at, 1 + u64::from(len));
            }
            Blocks::Image if len == 0 => self.frame_ends()?,
            Blocks::Image => {
                if self.first_len == 0 {
                    self.first_len = len;
                }
                self.ragged |= self.last_block || len > self.first_len;
                self.last_block |= len < self.first_len;
            }
        }
        self.left = usize::from(len);
        self.end_again = len == 0;
        self.enter(if len == 0 { Part::Introducer } else { Part::Data });
        Ok(())
    }

    fn frame_ends(&mut self) -> Step {
        if let Some(lzw) = self.lzw.take() {
            if lzw.left() > 0 {
                self.tolerate(Oddity::Data, "the frame ends before its last row")?;
            }
            if lzw.surplus() > 0 {
                let few = lzw.surplus() <= MOST_SURPLUS;
                let kind = if few { Oddity::Harmless } else { Oddity::Data };
                self.tolerate(kind, "image data goes on after the last pixel")?;
            }
        }
        if self.first_len == 0 {
            return self.tolerate(Oddity::Harmless, "a frame without data");
        }
        self.frames += 1;
        Ok(())
    }

    fn data(&mut self, byte: u8) -> Step {
        if let Some(lzw) = &mut self.lzw {
            if self.odd.is_some() && lzw.is_over() {
                lzw.pass_over();
            } else if let Err(what) = lzw.feed(byte) {
                // A string that gives more pixels than are left is the last one.
                if what == TOO_MANY_PIXELS {
                    lzw.fill();
                }
                let goes_on = lzw.is_over();
                let kind = if goes_on { Oddity::Data } else { Oddity::Damage };
                self.tolerate(kind, what)?;
                if !goes_on {
                    self.lzw = None;
                }
            }
        }
        if let Some(lzw) = self.lzw.as_ref().filter(|_| self.frames == 0) {
            self.first_frame.1 = self.first_frame.0.saturating_sub(lzw.left());
        }
        self.left -= 1;
        if self.left == 0 {
            self.enter(Part::Len);
        }
        Ok(())
    }
}

/// Whether an extension of that label may begin with a sub-block of `len` bytes.
///
/// Source: GIF89a, 23 "Graphic Control Extension" to 26 "Application Extension".
fn extension_fits(label: u8, len: u8) -> bool {
    match label {
        0xf9 => len == 4,
        0x01 => len == 12,
        0xff => len == 11,
        _ => true,
    }
}

impl Oracle for GifOracle {
    fn feed(&mut self, bytes: &[u8]) -> Said {
        for &byte in bytes {
            if self.said != Said::More {
                break;
            }
            if let Err(what) = self.byte(byte) {
                self.said = Said::Wrong { at: self.at, what };
            }
            self.at += 1;
        }
        self.said
    }

    fn snapshot(&self) -> Box<dyn Oracle> {
        Box::new(self.clone())
    }

    fn share(&self) -> f32 {
        match (self.frames, self.first_frame) {
            (0, (0, _)) => 0.0,
            (0, (all, done)) => done as f32 / all as f32,
            _ => 1.0,
        }
    }
}
