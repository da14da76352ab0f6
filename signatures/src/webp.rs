//! WebP: RIFF chunks around VP8 and VP8L pictures.
//!
//! Source: RFC 9649, "WebP Image Format"; RFC 6386, "VP8 Data Format".

mod vp8;

use crate::format::{Effort, Magic};
use crate::riff::{Chunk, HEAD_LEN, LIST_HEAD_LEN};
use crate::verdict::{ExifBlock, ExifKind, Grade, Reject, Role, Span, Unchecked, Verdict};
use crate::view::{Endian::Little, View};

/// `RIFF` begins many files; its length lies between it and this.
pub static MAGIC: &[Magic] = &[Magic { at: 8, bytes: b"WEBPVP8" }];

/// RIFF header, a chunk's header, and the shortest VP8L picture.
pub const MIN_LEN: u64 = LIST_HEAD_LEN + HEAD_LEN + 6;

/// Length of `VP8X`. Source: RFC 9649, 2.7.
const EXTENDED_LEN: u64 = 10;

/// Length of what precedes the chunks in `ANMF`. Source: RFC 9649, 2.7.1.1.
const FRAME_HEAD_LEN: u64 = 16;

/// Most chunks that are told apart; an hour of animation has fewer frames.
const MOST_CHUNKS: usize = 1 << 18;

/// Macroblocks of 16 x 16 pixels that are followed whatever the length of the file: the largest
/// picture has as many.
const MOST_BLOCKS: u64 = 1 << 20;

/// Further ones for each byte of pictures; a plain area takes some bits for each hundred.
const BLOCKS_A_BYTE: u64 = 64;

/// What is known so far.
struct Walk {
    /// Pictures that came.
    pictures: u64,
    /// Chunks that came.
    chunks: usize,
    effort: Effort,
    /// Macroblocks that may still be followed.
    budget: u64,
    verdict: Verdict,
}

/// Measures the WebP at the view's start.
pub fn measure(view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
    let riff = Chunk::read(view, 0)?;
    if &riff.name != b"RIFF" || &view.array::<4>(HEAD_LEN)? != b"WEBP" {
        return Err(view.malformed(0, "signature"));
    }
    let end = riff.data().end();
    let mut verdict = Verdict::structural(end, "webp", "image/webp");
    verdict.proof = "chunks up to the length of the file; headers of every picture";
    let mut walk = Walk { pictures: 0, chunks: 0, effort, budget: MOST_BLOCKS, verdict };
    let mut at = LIST_HEAD_LEN;
    while at < end {
        let chunk = Chunk::read(view, at)?;
        if chunk.data().end() > end {
            return Err(view.malformed(at + 4, "chunk length"));
        }
        walk.chunk(view, chunk)?;
        at = chunk.end();
    }
    view.check(0, end)?;
    if walk.pictures == 0 {
        return Err(view.malformed(LIST_HEAD_LEN, "pictures"));
    }
    Ok(walk.verdict)
}

impl Walk {
    fn chunk(&mut self, view: &mut View<'_>, chunk: Chunk) -> Result<(), Reject> {
        match &chunk.name {
            b"VP8X" => self.extended(view, chunk)?,
            b"ANMF" => return self.frame(view, chunk),
            b"VP8 " | b"VP8L" => return self.picture(view, chunk),
            b"EXIF" => self.exif(view, chunk),
            _ if self.chunks == 0 => return Err(view.malformed(chunk.at, "first chunk")),
            _ => {}
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
        let side = |low: u32| (low & 0xff_ffff) + 1;
        let (width, height) =
            (side(view.u32(at + 4, Little)?), side(view.u32(at + 6, Little)? >> 8));
        self.verdict.pixels = Some((width, height));
        Ok(())
    }

    /// Source: RFC 9649, 2.7.1.1 "Animation".
    fn frame(&mut self, view: &mut View<'_>, chunk: Chunk) -> Result<(), Reject> {
        self.count(view, chunk)?;
        let data = chunk.data();
        let mut at = data.at.saturating_add(FRAME_HEAD_LEN);
        let before = self.pictures;
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
        let mut inner = view.sub(data.at, data.len)?;
        let pixels = if &chunk.name == b"VP8 " {
            let head = vp8::Head::read(&mut inner)?;
            self.lossy(&mut inner, head)?;
            head.pixels
        } else {
            vp8l_dimensions(&mut inner)?
        };
        self.verdict.pixels.get_or_insert(pixels);
        self.pictures += 1;
        self.leave_unchecked(data, Role::Payload);
        Ok(())
    }

    fn lossy(&mut self, view: &mut View<'_>, head: vp8::Head) -> Result<(), Reject> {
        if self.effort == Effort::Structure || !self.affords(view.len(), head.cost()) {
            return Ok(());
        }
        if let Some(end) = vp8::follow(view, head)? {
            self.damaged(view.base() + end, "a partition of a VP8 frame does not end here");
        }
        Ok(())
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

    fn damaged(&mut self, at: u64, what: &'static str) {
        self.verdict.grade = Grade::Damaged;
        self.verdict.note(at, what);
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

/// Width and height in the header of a lossless picture. Source: RFC 9649, 3.4 "Image Header".
fn vp8l_dimensions(view: &mut View<'_>) -> Result<(u32, u32), Reject> {
    let bits = view.u32(1, Little)?;
    if view.u8(0)? != 0x2f || bits >> 29 != 0 {
        return Err(view.malformed(0, "VP8L header"));
    }
    Ok(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}
