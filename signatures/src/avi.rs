//! AVI: RIFF chunks around the frames of a video.
//!
//! The chunks are walked flat: lists are entered, never nested by calls. Where a camera died before
//! it filled in the lengths, the walk goes on as long as chunks follow each other.
//!
//! Source: Microsoft, "AVI RIFF File Reference"; Matrox, "OpenDML AVI File Format Extensions 1.02".

use crate::format::{Effort, Magic};
use crate::riff::{Chunk, HEAD_LEN, LIST_HEAD_LEN};
use crate::trailer;
use crate::verdict::{End, Grade, Reject, Role, Span, Unchecked, Verdict};
use crate::view::{Endian::Little, View};

/// `RIFF` and a length come before this; the list of headers follows it.
pub static MAGIC: &[Magic] = &[Magic::new(8, b"AVI LIST")];

/// RIFF header, the list of headers and the main header.
pub const MIN_LEN: u64 = 2 * LIST_HEAD_LEN + HEAD_LEN + MAIN_HEADER_LEN;

/// Length of `avih`. Source: `AVIMAINHEADER`.
const MAIN_HEADER_LEN: u64 = 56;

/// Most streams: two digits number them.
const MOST_STREAMS: u32 = 256;

/// Longest frame that is believed where no list bounds it.
const MOST_FRAME_LEN: u64 = 64 << 20;

/// What the walk has found.
struct Walk {
    /// The end of the last chunk that is whole.
    good: u64,
    /// Where the list of frames ends; 0 outside of one.
    movie_end: u64,
    /// Where the RIFF chunk that is being read ends.
    riff_end: u64,
    /// Whether lengths were missing, so that chunks alone tell the end.
    open: bool,
    streams: u32,
    /// Video frames that came.
    frames: u64,
    /// Video frames that the headers tell of.
    declared: u64,
    /// Chunks of all movie lists, and what their names and lengths hash to.
    chunks: (u64, crc32fast::Hasher),
    has_movie: bool,
    verdict: Verdict,
}

/// Measures the AVI at the view's start.
pub fn measure(view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
    let mut walk = Walk {
        good: 0,
        movie_end: 0,
        riff_end: 0,
        open: false,
        streams: 0,
        frames: 0,
        declared: 0,
        chunks: (0, crc32fast::Hasher::new()),
        has_movie: false,
        verdict: Verdict::structural(0, "avi", "video/x-msvideo"),
    };
    walk.begin(view)?;
    let broken = loop {
        match walk.step(view, effort) {
            Ok(true) => {}
            Ok(false) => break None,
            Err(reject) => break Some(reject),
        }
    };
    let mut verdict = walk.finish(broken)?;
    if verdict.grade > Grade::Partial && verdict.end == End::Exact {
        trailer::add(view, &mut verdict);
    }
    Ok(verdict)
}

impl Walk {
    /// The first RIFF header and the list of headers.
    fn begin(&mut self, view: &mut View<'_>) -> Result<(), Reject> {
        let riff = Chunk::read(view, 0)?;
        let headers = Chunk::read(view, LIST_HEAD_LEN)?;
        let kinds = (view.array(HEAD_LEN)?, view.array(LIST_HEAD_LEN + HEAD_LEN)?);
        if &riff.name != b"RIFF" || &headers.name != b"LIST" || kinds != (*b"AVI ", *b"hdrl") {
            return Err(view.malformed(0, "AVI header"));
        }
        let main = Chunk::read(view, 2 * LIST_HEAD_LEN)?;
        if &main.name != b"avih" || main.len < MAIN_HEADER_LEN {
            return Err(view.malformed(main.at, "avih"));
        }
        let data = main.data().at;
        let (width, height) = (view.u32(data + 32, Little)?, view.u32(data + 36, Little)?);
        self.streams = view.u32(data + 24, Little)?;
        if !(1..=MOST_STREAMS).contains(&self.streams) {
            return Err(view.malformed(data + 24, "number of streams"));
        }
        self.declared = u64::from(view.u32(data + 16, Little)?);
        self.verdict.pixels = Some((width, height));
        self.enter(riff);
        self.total(view, headers);
        self.good = headers.end();
        view.check(0, self.good)
    }

    fn enter(&mut self, riff: Chunk) {
        self.riff_end = riff.end();
        self.open = riff.len <= LIST_HEAD_LEN || riff.len == u64::from(u32::MAX);
    }

    /// OpenDML has the number of frames of all parts in a header of its own, the last of the list.
    fn total(&mut self, view: &mut View<'_>, headers: Chunk) {
        let mut at = headers.at + LIST_HEAD_LEN;
        while at < headers.data().end() {
            let Ok(chunk) = Chunk::read(view, at) else { return };
            let kind = view.array(chunk.data().at).unwrap_or([0; 4]);
            if &chunk.name == b"LIST" && &kind == b"odml" {
                let dmlh = chunk.at + LIST_HEAD_LEN;
                if let Ok(frames) = view.u32(dmlh + HEAD_LEN, Little) {
                    self.declared = self.declared.max(u64::from(frames));
                }
            }
            at = chunk.end();
        }
    }

    /// Goes past one chunk or into one list; false at the end of the file.
    fn step(&mut self, view: &mut View<'_>, effort: Effort) -> Result<bool, Reject> {
        let at = self.good;
        if self.movie_end > 0 && at >= self.movie_end {
            self.movie_end = 0;
        }
        if !self.open && at >= self.riff_end || self.open && at >= view.len() {
            return self.continuation(view);
        }
        let chunk = Chunk::read(view, at)?;
        let in_movie = self.movie_end > 0;
        match &chunk.name {
            b"LIST" => return self.list(view, chunk),
            b"RIFF" if self.open => return self.continuation(view),
            b"idx1" if effort == Effort::Proof => self.index(view, chunk)?,
            b"JUNK" | b"idx1" => {}
            _ if in_movie && is_frame(&chunk, self.streams) => self.frame(&chunk),
            _ if self.open || in_movie => return Err(view.malformed(at, "chunk of the movie")),
            _ => {}
        }
        let limit = if in_movie && !self.open { self.movie_end } else { u64::MAX };
        let unbound = self.open && chunk.len > MOST_FRAME_LEN;
        if chunk.end() > limit || unbound {
            return Err(view.malformed(at + 4, "chunk length"));
        }
        view.check(at, chunk.data().end() - at)?;
        // The padding of the last chunk may be missing.
        self.good = chunk.end().min(view.len());
        Ok(true)
    }

    fn list(&mut self, view: &mut View<'_>, list: Chunk) -> Result<bool, Reject> {
        let kind: [u8; 4] = view.array(list.data().at)?;
        match &kind {
            b"movi" => {
                let missing = list.len <= 4 || list.len == u64::from(u32::MAX);
                self.open |= missing;
                self.movie_end = if self.open { u64::MAX } else { list.end() };
                self.has_movie = true;
                self.good = list.at + LIST_HEAD_LEN;
            }
            b"rec " if self.movie_end > 0 => self.good = list.at + LIST_HEAD_LEN,
            _ => {
                view.check(list.at, list.end() - list.at)?;
                self.good = list.end();
            }
        }
        Ok(true)
    }

    /// Enters the `AVIX` part that follows, if one does.
    fn continuation(&mut self, view: &mut View<'_>) -> Result<bool, Reject> {
        let Ok(riff) = Chunk::read(view, self.good) else { return Ok(false) };
        let kind = view.array(riff.data().at).unwrap_or([0; 4]);
        if &riff.name != b"RIFF" || &kind != b"AVIX" {
            return Ok(false);
        }
        self.good = riff.at + LIST_HEAD_LEN;
        self.movie_end = 0;
        self.enter(riff);
        Ok(true)
    }

    fn frame(&mut self, chunk: &Chunk) {
        let head = [chunk.name, (chunk.len as u32).to_le_bytes()].concat();
        if !chunk.name.starts_with(b"ix") {
            self.chunks.0 += 1;
            self.chunks.1.update(&head);
            self.frames += u64::from(matches!(&chunk.name[2..], b"db" | b"dc"));
        }
    }

    /// The old index has the name and length of every chunk in the order of the file.
    fn index(&mut self, view: &mut View<'_>, index: Chunk) -> Result<(), Reject> {
        const ENTRY_LEN: u64 = 16;
        const ENTRIES_AT_ONCE: u64 = 1024;
        view.check(index.at, index.data().end() - index.at)?;
        let (mut hasher, count) = (crc32fast::Hasher::new(), index.len / ENTRY_LEN);
        for first in (0..count).step_by(ENTRIES_AT_ONCE as usize) {
            let len = ENTRIES_AT_ONCE.min(count - first) * ENTRY_LEN;
            let entries = view.bytes(index.data().at + first * ENTRY_LEN, len as usize)?;
            for entry in entries.chunks_exact(ENTRY_LEN as usize) {
                hasher.update(&entry[..4]);
                hasher.update(&entry[12..]);
            }
        }
        if count == self.chunks.0 && hasher.finalize() == self.chunks.1.clone().finalize() {
            self.verdict.proof = "chunks up to the end, and an index that lists every one of them";
        } else {
            self.verdict.note(index.at, "the index does not list the chunks that are there");
        }
        Ok(())
    }

    fn finish(mut self, broken: Option<Reject>) -> Result<Verdict, Reject> {
        if let Some(reject) = &broken
            && (!self.has_movie || self.chunks.0 == 0)
        {
            return Err(*reject);
        }
        let mut verdict = self.verdict;
        verdict.len = self.good;
        if verdict.proof == "structure" {
            verdict.proof = "chunks up to the end";
        }
        if self.declared > 0 {
            self.frames = self.frames.min(self.declared);
        }
        match broken {
            None if !self.has_movie => {
                return Err(Reject::Malformed { at: self.good, what: "movie list" });
            }
            _ if self.open => {
                verdict.end = End::Minimum;
                verdict.note(4, "the writer did not fill in the lengths");
            }
            None if self.frames < self.declared => {
                verdict.end = End::Minimum;
                verdict.note(self.good, "fewer frames than the headers tell of");
            }
            None => {}
            Some(reject) => {
                verdict.grade = Grade::Partial;
                let share = self.frames as f32 / self.declared.max(self.frames).max(1) as f32;
                verdict.share = (self.declared > 0).then_some(share);
                verdict.note(reject.at(), reject.to_string());
            }
        }
        let span = Span::between(LIST_HEAD_LEN, verdict.len);
        verdict.unchecked.push(Unchecked { span, role: Role::Metadata });
        Ok(verdict)
    }
}

/// Whether the chunk can stand among frames: two digits of one of the streams and two letters of
/// a kind, or an OpenDML index.
fn is_frame(chunk: &Chunk, streams: u32) -> bool {
    let [a, b, c, d] = chunk.name.map(char::from);
    let stream = a.to_digit(16).zip(b.to_digit(16)).map(|(high, low)| high << 4 | low);
    let frame = c.is_ascii_alphabetic() && d.is_ascii_alphabetic();
    stream.is_some_and(|stream| stream < streams) && frame || chunk.name.starts_with(b"ix")
}
