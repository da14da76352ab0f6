//! WebP: RIFF chunks around VP8 and VP8L pictures.
//!
//! Source: RFC 9649, "WebP Image Format"; RFC 6386, "VP8 Data Format".

mod foreign;
mod vp8;
mod vp8l;

use crate::format::{Effort, Magic};
use crate::riff::{Chunk, HEAD_LEN, LIST_HEAD_LEN};
use crate::verdict::{End, ExifBlock, ExifKind, Grade, Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;

/// `RIFF` begins many files; its length lies between it and this.
pub static MAGIC: &[Magic] = &[Magic::new(8, b"WEBPVP8")];

/// RIFF header, a chunk's header, and the shortest VP8L picture.
pub const MIN_LEN: u64 = LIST_HEAD_LEN + HEAD_LEN + 6;

/// Length of `VP8X`. Source: RFC 9649, 2.7.
const EXTENDED_LEN: u64 = 10;

/// Length of what precedes the chunks in `ANMF`. Source: RFC 9649, 2.7.1.1.
const FRAME_HEAD_LEN: u64 = 16;

/// Chunks that the format knows. Source: RFC 9649, 2.7.
const KNOWN: &[&[u8; 4]] =
    &[b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP "];

/// How far the length of the file may be from that of its chunks, in bytes: writers forget headers
/// and padding, or count them twice.
const MOST_SLIP: u64 = 16;

/// Most chunks that are told apart; an hour of animation has fewer frames.
const MOST_CHUNKS: usize = 1 << 18;

/// Macroblocks of 16 x 16 pixels that are followed whatever the length of the file.
const MOST_BLOCKS: u64 = 1 << 14;

/// Further ones for each byte of pictures; a plain area takes some bits for each hundred.
const BLOCKS_A_BYTE: u64 = 64;

/// A file whose source ends before it does is followed when there is no more of it than this, in
/// bytes: only one can lie there, and any bytes look like VP8.
const MOST_OF_CUT: u64 = 256 << 10;

/// What is known so far.
struct Walk {
    /// Pictures that came.
    pictures: u64,
    /// Chunks that came.
    chunks: usize,
    effort: Effort,
    /// Width and height of the picture or frame that is being read, in pixels.
    frame: (u32, u32),
    /// Macroblocks that may still be followed.
    budget: u64,
    /// The end of the last chunk that was read.
    end: u64,
    /// The last picture.
    last: Option<Picture>,
    /// The first picture that does not hold.
    flaw: Option<Flaw>,
    verdict: Verdict,
}

/// Measures the WebP at the view's start.
pub fn measure(view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
    let riff = Chunk::read(view, 0)?;
    if &riff.name != b"RIFF" || &view.array::<4>(HEAD_LEN)? != b"WEBP" {
        return Err(view.malformed(0, "signature"));
    }
    let end = riff.data().end();
    let missing = end.saturating_sub(view.len());
    if missing > 0 && view.len() > MOST_OF_CUT {
        return Err(Reject::Truncated { at: 0, missing });
    }
    let mut verdict = Verdict::structural(end, "webp", "image/webp");
    verdict.proof = match effort {
        Effort::Structure => "chunks up to the length of the file; headers of every picture",
        Effort::Proof => "chunks up to the length of the file; where the codes of pictures end",
    };
    let mut walk = Walk {
        pictures: 0,
        chunks: 0,
        effort,
        frame: (0, 0),
        budget: MOST_BLOCKS,
        end: LIST_HEAD_LEN,
        last: None,
        flaw: None,
        verdict,
    };
    match walk.all(view, end) {
        Ok(()) => walk.close(view),
        Err(_) if walk.end <= view.len() && walk.slips(end) => {
            walk.verdict.len = walk.end;
            walk.verdict.note(4, "the length of the file is not that of its chunks");
            walk.close(view);
        }
        Err(_) if effort == Effort::Structure && missing == 0 && is_unreadable(view, walk.end) => {
            // What is unreadable holds headers of chunks; the length of the file stands at its start.
            walk.verdict.grade = Grade::Damaged;
            let span = Span::between(walk.end, end);
            walk.leave_unchecked(span, Role::Payload);
        }
        Err(_) if effort == Effort::Proof && walk.pictures > 0 => walk.cut(view),
        Err(reject) => return Err(reject),
    }
    Ok(walk.verdict)
}

/// Whether the chunk at `at`, or the head of the picture in it, is unreadable.
fn is_unreadable(view: &View<'_>, at: u64) -> bool {
    view.unreadable_in(at, 2 * HEAD_LEN + FRAME_HEAD_LEN + EXTENDED_LEN).is_some()
}

/// A picture that was followed.
#[derive(Clone, Copy)]
struct Picture {
    /// The data of its chunk.
    data: Span,
    coding: Coding,
    /// Pictures before it.
    before: u64,
    /// Whether it may be followed at all: see [`Walk::affords`].
    afforded: bool,
}

/// Why a picture does not hold.
#[derive(Clone, Copy)]
struct Flaw {
    picture: Picture,
    /// The first byte that cannot be, or where it shows that some before could not.
    at: u64,
    what: &'static str,
}

/// How a picture is coded.
#[derive(Clone, Copy)]
enum Coding {
    Lossy(vp8::Head),
    Lossless { at: u64, pixels: (u32, u32) },
    Plain,
}

impl Picture {
    /// Which part of the picture comes before `cut`.
    fn share(&self, view: &mut View<'_>, cut: u64) -> f32 {
        if !self.afforded {
            return 0.0;
        }
        let len = self.data.len.min(view.len().saturating_sub(self.data.at));
        let Ok(mut view) = view.sub(self.data.at, len) else { return 0.0 };
        let cut = cut.saturating_sub(self.data.at);
        match self.coding {
            Coding::Lossy(head) => {
                vp8::follow(&mut view, head, cut).map_or(0.0, |found| found.share)
            }
            Coding::Lossless { at, pixels } => vp8l::follow(&mut view, at, cut, pixels).share,
            Coding::Plain => 0.0,
        }
    }
}

impl Walk {
    /// All chunks up to `end`, where the last must end, or a little after it.
    fn all(&mut self, view: &mut View<'_>, mut end: u64) -> Result<(), Reject> {
        let mut is_padded = false;
        while self.end < end {
            let chunk = self.next(view, is_padded)?;
            let over = chunk.data().end().saturating_sub(end);
            if over > MOST_SLIP || (over > 0 && !KNOWN.contains(&&chunk.name)) {
                return Err(view.malformed(self.end + 4, "chunk length"));
            }
            self.chunk(view, chunk)?;
            if over > 0 {
                end = chunk.data().end();
                self.verdict.len = end;
                self.verdict.note(4, "the length of the file is not that of its chunks");
            }
            self.end = chunk.end();
            is_padded = chunk.len & 1 == 1;
        }
        view.check(0, end)?;
        match self.pictures {
            0 => Err(view.malformed(LIST_HEAD_LEN, "pictures")),
            _ => Ok(()),
        }
    }

    /// The next chunk; where no known one stands after the padding of the one before, which some
    /// writers leave out, the one that stands in its place.
    fn next(&mut self, view: &mut View<'_>, is_padded: bool) -> Result<Chunk, Reject> {
        let chunk = Chunk::read(view, self.end);
        if !is_padded || chunk.is_ok_and(|chunk| KNOWN.contains(&&chunk.name)) {
            return chunk;
        }
        match Chunk::read(view, self.end - 1) {
            Ok(unpadded) if KNOWN.contains(&&unpadded.name) => {
                self.verdict.note(self.end - 1, "a chunk of odd length without its padding");
                Ok(unpadded)
            }
            _ => chunk,
        }
    }

    /// Whether only a few bytes are left between the chunks that came and `end`: fewer than any
    /// chunk that is missing would take.
    fn slips(&self, end: u64) -> bool {
        let rest = end.saturating_sub(self.end);
        self.pictures > 0 && self.flaw.is_none() && (1..=MOST_SLIP).contains(&rest)
    }

    /// The chunks close. A picture that does not hold is damaged, unless all is foreign from some
    /// byte of the last chunk on.
    fn close(&mut self, view: &mut View<'_>) {
        let Some(flaw) = self.flaw else { return };
        let data = flaw.picture.data;
        let found = foreign::find(view, data);
        let is_last = data.end() + (data.len & 1) >= self.end;
        if is_last && found.is_some_and(|found| !found.resumes) {
            return self.cut(view);
        }
        self.verdict.grade = Grade::Damaged;
        if let Some(found) = found {
            self.verdict.note(found.at, "bytes that no coder of pictures makes");
        }
        self.verdict.note(flaw.at, flaw.what);
    }

    /// What follows is not of this file: it ends with its last whole picture, or inside one.
    fn cut(&mut self, view: &mut View<'_>) {
        let (mut at, mut what) = (self.end, "no chunk of the file from here on");
        if let Some(flaw) = self.flaw {
            (at, what) = (flaw.at, flaw.what);
        }
        let picture = self.flaw.map(|flaw| flaw.picture).or(self.last);
        let own = picture.map(|picture| Span::between(picture.data.at, picture.data.end().min(at)));
        if let Some(found) = own.and_then(|own| foreign::first(view, own)) {
            (at, what) = (found, "bytes that no coder of pictures makes");
        }
        let share = match picture.filter(|picture| picture.before == 0) {
            Some(picture) => picture.share(view, at),
            None => 1.0,
        };
        let at = at.min(view.len());
        let verdict = &mut self.verdict;
        (verdict.len, verdict.grade, verdict.end) = (at, Grade::Partial, End::Minimum);
        verdict.share = Some(share);
        verdict.exif.retain(|block| block.span.end() <= at);
        verdict.unchecked.retain(|part| part.span.at < at);
        if let Some(last) = verdict.unchecked.last_mut() {
            last.span = Span::between(last.span.at, last.span.end().min(at));
        }
        verdict.note(at, what);
    }

    fn chunk(&mut self, view: &mut View<'_>, chunk: Chunk) -> Result<(), Reject> {
        match &chunk.name {
            b"VP8X" => self.extended(view, chunk)?,
            b"ANMF" => return self.frame(view, chunk),
            b"VP8 " | b"VP8L" => return self.picture(view, chunk),
            b"EXIF" => self.exif(view, chunk),
            _ if self.chunks == 0 => return Err(view.malformed(chunk.at, "first chunk")),
            _ => {}
        }
        if &chunk.name == b"ALPH" {
            self.alpha(view, chunk.data())?;
        }
        let role = if &chunk.name == b"ALPH" { Role::Payload } else { Role::Metadata };
        self.count(view, chunk)?;
        self.leave_unchecked(chunk.data(), role);
        Ok(())
    }

    fn count(&mut self, view: &View<'_>, chunk: Chunk) -> Result<(), Reject> {
        self.chunks += 1;
        if self.chunks > MOST_CHUNKS {
            return Err(Reject::OverBudget { at: view.base() + chunk.at, len: MOST_CHUNKS as u64 });
        }
        Ok(())
    }

    fn leave_unchecked(&mut self, span: Span, role: Role) {
        if span.len == 0 {
            return;
        }
        match self.verdict.unchecked.last_mut() {
            Some(last) if last.role == role && last.span.end() + HEAD_LEN + 1 >= span.at => {
                last.span = Span::between(last.span.at, span.end());
            }
            _ => self.verdict.unchecked.push(Unchecked { span, role }),
        }
    }

    /// Source: RFC 9649, 2.7 "Extended File Format".
    fn extended(&mut self, view: &mut View<'_>, chunk: Chunk) -> Result<(), Reject> {
        let at = chunk.data().at;
        if self.chunks > 0 || chunk.len < EXTENDED_LEN {
            return Err(view.malformed(chunk.at, "VP8X"));
        }
        let (width, height) = sides(view, at + 4)?;
        self.verdict.pixels = Some((width, height));
        self.frame = (width, height);
        Ok(())
    }

    /// Source: RFC 9649, 2.7.1.1 "Animation".
    fn frame(&mut self, view: &mut View<'_>, chunk: Chunk) -> Result<(), Reject> {
        self.count(view, chunk)?;
        let data = chunk.data();
        let mut at = data.at.saturating_add(FRAME_HEAD_LEN);
        let before = self.pictures;
        self.frame = sides(view, data.at + 6)?;
        while at < data.end() {
            let inner = Chunk::read(view, at)?;
            if inner.data().end() > data.end() || &inner.name == b"ANMF" {
                return Err(view.malformed(at, "chunk of a frame"));
            }
            self.chunk(view, inner)?;
            at = inner.end();
        }
        if self.pictures == before {
            return Err(view.malformed(chunk.at, "frame without a picture"));
        }
        Ok(())
    }

    fn picture(&mut self, view: &mut View<'_>, chunk: Chunk) -> Result<(), Reject> {
        self.count(view, chunk)?;
        let data = chunk.data();
        let mut inner = self.inside(view, data)?;
        let (pixels, coding) = if &chunk.name == b"VP8 " {
            let head = vp8::Head::read(&mut inner)?;
            (head.pixels, Coding::Lossy(head))
        } else {
            let pixels = vp8l::dimensions(&mut inner)?;
            (pixels, Coding::Lossless { at: vp8l::CODES, pixels })
        };
        self.follow(&mut inner, data, coding, pixels)?;
        self.verdict.pixels.get_or_insert(pixels);
        self.pictures += 1;
        self.leave_unchecked(data, Role::Payload);
        view.check(data.at, data.len)
    }

    /// What is there of a chunk's data: the source may end first.
    fn inside<'v>(&self, view: &'v mut View<'_>, data: Span) -> Result<View<'v>, Reject> {
        let len = match self.effort {
            Effort::Structure => data.len,
            Effort::Proof => data.len.min(view.len().saturating_sub(data.at)),
        };
        view.sub(data.at, len)
    }

    /// Follows the codes of a picture in `data`, of which the view holds what is there.
    fn follow(
        &mut self,
        view: &mut View<'_>,
        data: Span,
        coding: Coding,
        pixels: (u32, u32),
    ) -> Result<(), Reject> {
        if self.effort == Effort::Structure {
            return Ok(());
        }
        let another = foreign::another(view);
        let len = another.unwrap_or(view.len());
        let affords = self.affords(len, blocks(pixels));
        if another.is_none() && !affords {
            return Ok(());
        }
        let flaw = match coding {
            // What another file cuts short is not worth more than its bytes.
            _ if !affords => None,
            Coding::Lossy(head) => {
                let found = vp8::follow(view, head, len)?;
                found.flaw.map(|at| (at, "a partition of a VP8 frame does not end here"))
            }
            Coding::Lossless { at, pixels } => vp8l::follow(view, at, len, pixels).flaw,
            Coding::Plain => {
                let (width, height) = (u64::from(pixels.0), u64::from(pixels.1));
                let fits = view.len() == 1 + width * height;
                (!fits).then_some((0, "the alpha channel has another size than its picture"))
            }
        };
        let flaw = flaw.or(another.map(|at| (at, "another WebP begins in the picture")));
        let picture = Picture { data, coding, before: self.pictures, afforded: affords };
        self.last = Some(picture);
        if let (Some((at, what)), None) = (flaw, self.flaw) {
            self.flaw = Some(Flaw { picture, at: data.at + at, what });
        }
        Ok(())
    }

    /// The alpha channel of a lossy picture: plain bytes, or the green of a lossless picture.
    ///
    /// Source: RFC 9649, 2.7.1.2 "Alpha".
    fn alpha(&mut self, view: &mut View<'_>, data: Span) -> Result<(), Reject> {
        let mut inner = self.inside(view, data)?;
        let pixels = self.frame;
        let coding = match inner.u8(0)? & 3 {
            1 => Coding::Lossless { at: 1, pixels },
            _ => Coding::Plain,
        };
        self.follow(&mut inner, data, coding, pixels)
    }

    /// Whether a picture of so many bytes and macroblocks may be followed: tiny ones that claim to
    /// be huge may not come by the thousand.
    fn affords(&mut self, len: u64, cost: u64) -> bool {
        self.budget = self.budget.saturating_add(len.saturating_mul(BLOCKS_A_BYTE));
        match self.budget.checked_sub(cost) {
            Some(left) => self.budget = left,
            None => return false,
        }
        true
    }

    /// Some writers put the name that JPEG needs before the TIFF header.
    fn exif(&mut self, view: &mut View<'_>, chunk: Chunk) {
        let data = chunk.data();
        let named = view.array(data.at).is_ok_and(|head: [u8; 6]| &head == b"Exif\0\0");
        let at = if named { data.at + 6 } else { data.at };
        let span = Span::between(at, data.end());
        if span.len > 0 && self.verdict.exif.is_empty() {
            self.verdict.exif.push(ExifBlock { span, kind: ExifKind::Primary });
        }
    }
}

/// Width and height that stand at `at`, 24 bits each and one less than they are.
fn sides(view: &mut View<'_>, at: u64) -> Result<(u32, u32), Reject> {
    let [w0, w1, w2, h0, h1, h2] = view.array(at)?;
    let side = |low, middle, high| u32::from_le_bytes([low, middle, high, 0]) + 1;
    Ok((side(w0, w1, w2), side(h0, h1, h2)))
}

/// Blocks of 16 x 16 pixels.
fn blocks((width, height): (u32, u32)) -> u64 {
    u64::from(width.div_ceil(16)) * u64::from(height.div_ceil(16))
}
