//! The oracle of PNG: it reads the file byte by byte and names the first one that cannot be.

use super::chunk::CHUNK_FRAME;
use super::header::{Header, SIGNATURE};
use super::inflate::Rows;
use crate::oracle::{Oracle, Said};
use crate::verdict::{MOST_ISSUES, Span};

/// Where in the file the next byte belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Signature,
    /// Length and type of a chunk.
    Head,
    Data,
    Crc,
}

/// The chunk that is being read.
#[derive(Clone, Debug, Default)]
struct Chunk {
    kind: [u8; 4],
    /// Bytes of its data that are still to come.
    left: u64,
    /// How many of them have come.
    read: u64,
    crc: crc32fast::Hasher,
}

/// Every chunk CRC, the deflate streams with their Adler-32, and the filter byte of every row.
#[derive(Clone)]
pub struct PngOracle {
    /// Whether image data that does not inflate is left to its CRC: what holds was written so.
    tolerant: bool,
    /// Bytes fed so far.
    at: u64,
    part: Part,
    /// The first bytes of the part, where it is short and must be seen whole.
    held: Vec<u8>,
    chunk: Chunk,
    header: Option<Header>,
    apple: bool,
    /// Frame of an animation that `fdAT` belongs to.
    frame: Option<Header>,
    rows: Option<Rows>,
    /// Whether the still picture's data has come, and whether it is over.
    image: Image,
    /// The first byte of the file that does not inflate, in a tolerant oracle.
    flaw: Option<(u64, &'static str)>,
    /// Bytes of image data that were left to their CRC.
    passed: u64,
    /// The end of the last chunk whose CRC held.
    proven: u64,
    /// A chunk whose CRC does not hold, which the one after it must make up for.
    doubt: Option<Span>,
    /// The chunks of which that came true.
    damaged: Vec<Span>,
    /// Where the input stood when the last row was complete.
    good: u64,
    /// The data of the chunk that this was in.
    good_chunk: Span,
    rows_done: u64,
    said: Said,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Image {
    Missing,
    Begun,
    Over,
}

/// How many bytes of image data are read that no longer inflate to anything.
const MOST_PASSED: u64 = 1 << 20;

/// Chunks of the standard and of its extensions.
///
/// Source: W3C PNG (Third Edition), table 1; "Extensions to the PNG 1.2 Specification" 1.5.0;
/// ImageMagick's `caNv`, `orNT` and `vpAg`.
const KNOWN: &[&[u8; 4]] = &[
    b"PLTE", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT", b"cHRM", b"cICP", b"mDCV", b"cLLI",
    b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD", b"hIST", b"tRNS", b"eXIf", b"pHYs", b"sPLT",
    b"tIME", b"iTXt", b"tEXt", b"zTXt", b"oFFs", b"pCAL", b"sCAL", b"gIFg", b"gIFx", b"sTER",
    b"dSIG", b"caNv", b"orNT", b"vpAg",
];

/// What is wrong with a chunk whose checksum is another.
const BAD_CRC: &str = "bad chunk CRC";

/// The longest part that is held back whole: the data of `fcTL`.
const FCTL_LEN: u64 = 26;

impl Default for PngOracle {
    fn default() -> Self {
        Self::strict()
    }
}

impl PngOracle {
    /// Takes image data that does not inflate for a foreign byte at once.
    pub fn strict() -> Self {
        Self {
            tolerant: false,
            at: 0,
            part: Part::Signature,
            held: Vec::with_capacity(32),
            chunk: Chunk::default(),
            header: None,
            apple: false,
            frame: None,
            rows: None,
            image: Image::Missing,
            flaw: None,
            passed: 0,
            proven: 0,
            doubt: None,
            damaged: Vec::new(),
            good: 0,
            good_chunk: Span { at: 0, len: 0 },
            rows_done: 0,
            said: Said::More,
        }
    }

    /// Takes image data that does not inflate for foreign only when its CRC does not hold either,
    /// and bad bytes in a chunk that the picture does not need for damage where the next chunk
    /// stands after it.
    pub fn tolerant() -> Self {
        Self { tolerant: true, ..Self::strict() }
    }

    /// The first byte of the image data that does not inflate although the CRCs hold.
    pub fn flaw(&self) -> Option<(u64, &'static str)> {
        self.flaw
    }

    /// The end of the last chunk whose CRC held.
    pub fn proven(&self) -> u64 {
        self.proven
    }

    /// The end of what is true of a file that broke off: the last chunk whose CRC held, or the
    /// last complete row after it.
    pub fn kept(&self) -> u64 {
        self.proven.max(self.good)
    }

    /// Chunks that hold bad bytes between others that are sound, in order.
    pub fn damaged(&self) -> &[Span] {
        &self.damaged
    }

    /// The data of the chunk in which the last complete row ends, as far as its length says.
    pub fn last_row_chunk(&self) -> Span {
        self.good_chunk
    }

    fn step(&mut self, bytes: &[u8]) -> Result<usize, (u64, &'static str)> {
        match self.part {
            Part::Signature => self.hold(bytes, SIGNATURE.len(), |oracle, held| {
                if let Some(at) = held.iter().zip(SIGNATURE).position(|(a, b)| a != b) {
                    return Err((at as u64, "bad signature"));
                }
                oracle.part = Part::Head;
                Ok(())
            }),
            Part::Head => self.hold(bytes, 8, Self::head),
            Part::Data => self.data(bytes),
            Part::Crc => self.hold(bytes, 4, Self::crc),
        }
    }

    /// Collects a part of `len` bytes, then gives it to `whole`.
    fn hold(
        &mut self,
        bytes: &[u8],
        len: usize,
        whole: impl FnOnce(&mut Self, &[u8]) -> Result<(), (u64, &'static str)>,
    ) -> Result<usize, (u64, &'static str)> {
        let take = (len - self.held.len()).min(bytes.len());
        self.held.extend_from_slice(&bytes[..take]);
        if self.held.len() == len {
            let held = std::mem::take(&mut self.held);
            whole(self, &held)?;
        }
        Ok(take)
    }

    fn head(&mut self, head: &[u8]) -> Result<(), (u64, &'static str)> {
        // The last byte is to blame: foreign bytes may begin with any of them.
        let at = self.at + 7;
        let len = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let kind = [head[4], head[5], head[6], head[7]];
        if len > i32::MAX as u32 {
            return Err((at, "bad chunk length"));
        }
        // After a chunk in doubt only what is surely a chunk is one: letters are not enough.
        let is_known = || KNOWN.contains(&&kind);
        if !kind.iter().all(u8::is_ascii_alphabetic) || self.doubt.is_some() && !is_known() {
            return Err((at, "bad chunk type"));
        }
        self.order(&kind, u64::from(len)).map_err(|what| (at, what))?;
        let mut crc = crc32fast::Hasher::new();
        crc.update(&kind);
        self.chunk = Chunk { kind, left: u64::from(len), read: 0, crc };
        self.part = if len == 0 { Part::Crc } else { Part::Data };
        Ok(())
    }

    /// What may follow what. Source: W3C PNG (Third Edition), 5.6 "Chunk ordering".
    fn order(&mut self, kind: &[u8; 4], len: u64) -> Result<(), &'static str> {
        let first = self.header.is_none();
        match kind {
            b"CgBI" if first && len == 4 => self.apple = true,
            b"IHDR" if first && len == Header::LEN as u64 => {}
            _ if first => return Err("no IHDR"),
            b"IHDR" => return Err("a second IHDR"),
            b"IDAT" if self.image == Image::Over => return Err("IDAT chunks apart"),
            b"IDAT" if self.image == Image::Missing => {
                self.image = Image::Begun;
                self.rows = self.header.as_ref().map(|header| Rows::new(header, !self.apple));
            }
            b"IDAT" => {}
            b"fcTL" if len != FCTL_LEN => return Err("bad fcTL length"),
            _ => {
                if self.image == Image::Begun {
                    self.image = Image::Over;
                    self.close_rows()?;
                }
                match kind {
                    b"IEND" if len != 0 => return Err("bad IEND length"),
                    b"IEND" if self.image == Image::Missing => return Err("no IDAT"),
                    b"fdAT" if self.rows.is_none() => {
                        let frame = self.frame.as_ref().ok_or("fdAT without fcTL")?;
                        self.rows = Some(Rows::new(frame, !self.apple));
                    }
                    b"fdAT" => {}
                    _ => self.close_rows()?,
                }
            }
        }
        if kind == b"fcTL" {
            if self.image == Image::Begun {
                self.image = Image::Over;
            }
            self.close_rows()?;
        }
        Ok(())
    }

    /// The stream that was being read must be complete.
    fn close_rows(&mut self) -> Result<(), &'static str> {
        match self.rows.take() {
            Some(rows) if self.flaw.is_none() && !rows.complete() => {
                let what = "the image data ends before the last row";
                if self.tolerant {
                    self.flaw = Some((self.at, what));
                    return Ok(());
                }
                Err(what)
            }
            _ => Ok(()),
        }
    }

    fn data(&mut self, bytes: &[u8]) -> Result<usize, (u64, &'static str)> {
        let take = self.chunk.left.min(bytes.len() as u64) as usize;
        let bytes = &bytes[..take];
        self.chunk.crc.update(bytes);
        match &self.chunk.kind {
            b"IDAT" => self.inflate(bytes, 0)?,
            b"fdAT" => {
                // Its first four bytes are the frame's number in the sequence.
                let skip = (4u64.saturating_sub(self.chunk.read)).min(take as u64) as usize;
                self.inflate(&bytes[skip..], skip)?;
            }
            b"IHDR" | b"fcTL" => self.held.extend_from_slice(bytes),
            _ => {}
        }
        self.chunk.left -= take as u64;
        self.chunk.read += take as u64;
        if self.chunk.left == 0 {
            self.part = Part::Crc;
            let held = std::mem::take(&mut self.held);
            self.geometry(&held).map_err(|what| (self.at + take as u64 - 1, what))?;
        }
        Ok(take)
    }

    /// Reads the dimensions out of a whole `IHDR` or `fcTL`.
    fn geometry(&mut self, data: &[u8]) -> Result<(), &'static str> {
        match &self.chunk.kind {
            b"IHDR" => self.header = Some(Header::parse(data).ok_or("bad IHDR")?),
            b"fcTL" => {
                let number = |at: usize| {
                    data.get(at..at + 4)
                        .and_then(|b| b.try_into().ok())
                        .map_or(0, u32::from_be_bytes)
                };
                let (width, height) = (number(4), number(8));
                if width == 0 || height == 0 || width > i32::MAX as u32 || height > i32::MAX as u32
                {
                    return Err("bad fcTL");
                }
                self.frame = self.header.map(|header| header.resized(width, height));
            }
            _ => {}
        }
        Ok(())
    }

    /// Gives image data to the stream; `skip` bytes of this feed came before it.
    fn inflate(&mut self, bytes: &[u8], skip: usize) -> Result<(), (u64, &'static str)> {
        let at = self.at + skip as u64;
        let Some(rows) = self.rows.as_mut() else {
            return self.pass_over(bytes.len());
        };
        if self.flaw.is_some() || rows.ended() {
            return self.pass_over(bytes.len());
        }
        let fed = rows.feed(bytes);
        if let Some(read) = fed.row_end {
            self.good = at + read as u64;
            let data = self.at - self.chunk.read;
            self.good_chunk = Span { at: data, len: self.chunk.read + self.chunk.left };
        }
        if self.image == Image::Begun {
            self.rows_done = rows.done;
        }
        let Some((read, what)) = fed.flaw else { return Ok(()) };
        let flaw = (at + read as u64, what);
        if !self.tolerant {
            return Err(flaw);
        }
        self.flaw = Some(flaw);
        Ok(())
    }

    /// Leaves image data that nothing is known of to its CRC, but not without end: a chunk's
    /// length may be wrong.
    fn pass_over(&mut self, len: usize) -> Result<(), (u64, &'static str)> {
        self.passed += len as u64;
        if self.passed <= MOST_PASSED {
            return Ok(());
        }
        Err(self.flaw.unwrap_or((self.at, "image data after the last row")))
    }

    /// Whether the picture can do without the chunk that was read, and it may be the only bad one
    /// between two good ones.
    ///
    /// Source: W3C PNG (Third Edition), 5.4 "Chunk naming conventions": the first letter of what a
    /// decoder may skip is small.
    fn is_spare(&self) -> bool {
        let moves = matches!(&self.chunk.kind, b"acTL" | b"fcTL" | b"fdAT");
        let skipped = self.chunk.kind[0].is_ascii_lowercase() && !moves;
        self.tolerant && skipped && self.doubt.is_none() && self.damaged.len() < MOST_ISSUES
    }

    /// A chunk in doubt that no sound one follows is where the file went wrong.
    fn blame(&self, at: u64, what: &'static str) -> (u64, &'static str) {
        match self.doubt {
            Some(doubt) if self.good < doubt.end() => (doubt.end() - 1, BAD_CRC),
            _ => (at, what),
        }
    }

    fn crc(&mut self, stored: &[u8]) -> Result<(), (u64, &'static str)> {
        let computed = std::mem::take(&mut self.chunk.crc).finalize().to_be_bytes();
        if stored != computed && self.is_spare() {
            let end = self.at + 4;
            self.doubt = Some(Span::between(end - self.chunk.read - CHUNK_FRAME, end));
            self.part = Part::Head;
            return Ok(());
        }
        if stored != computed {
            // Image data that went wrong before its CRC did tells more exactly where.
            let end = self.at - self.chunk.read;
            let flaw = self.flaw.filter(|(at, _)| *at >= end);
            return Err(flaw.unwrap_or((self.at + 3, BAD_CRC)));
        }
        self.damaged.extend(self.doubt.take());
        self.proven = self.at + 4;
        if &self.chunk.kind == b"IEND" {
            self.said = Said::Done { end: self.proven };
        }
        self.part = Part::Head;
        Ok(())
    }
}

impl Oracle for PngOracle {
    fn feed(&mut self, mut bytes: &[u8]) -> Said {
        while !bytes.is_empty() && self.said == Said::More {
            let part_began = self.at - self.held.len() as u64;
            let held = matches!(self.part, Part::Signature | Part::Head | Part::Crc);
            // Offsets in errors count from where the part began.
            let at = self.at;
            if held {
                self.at = part_began;
            }
            match self.step(bytes) {
                Ok(read) => {
                    self.at = at + read as u64;
                    bytes = &bytes[read..];
                }
                Err((at, what)) => {
                    let (at, what) = self.blame(at, what);
                    self.said = Said::Wrong { at, what };
                }
            }
        }
        self.said
    }

    fn snapshot(&self) -> Box<dyn Oracle> {
        Box::new(self.clone())
    }

    fn share(&self) -> f32 {
        let rows = self.header.map_or(0, |header| header.rows());
        if rows == 0 { 0.0 } else { self.rows_done as f32 / rows as f32 }
    }
}
