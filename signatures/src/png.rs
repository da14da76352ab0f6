//! The chunks of a PNG, shared by PNG and APNG.
//!
//! Source: W3C PNG (Third Edition), sections 5 "Datastream structure" and 11 "Chunk specifications".

mod bridge;
mod checksums;
mod chunk;
mod header;
mod inflate;
mod oracle;

use bridge::Way;
use chunk::{IEND, chunk};
pub use header::{Header, SIGNATURE};
pub use oracle::PngOracle;

use crate::format::{Effort, Magic, SECTOR};
use crate::oracle::{Oracle, drive};
use crate::trailer;
use crate::verdict::{
    End, ExifBlock, ExifKind, Grade, Joints, MOST_FILL, Reject, Role, Span, Unchecked, Verdict,
};
use crate::view::View;

/// What every PNG begins with.
pub static MAGIC: &[Magic] = &[Magic::new(0, SIGNATURE)];

/// Signature, IHDR, IDAT and IEND of a 1 x 1 grey picture, compressed as well as zlib can.
pub const MIN_LEN: u64 = 67;

/// Where the first chunk ends: nothing shorter is known to be a PNG.
const IHDR_END: u64 = 8 + 12 + Header::LEN as u64;

/// More chunks than this do not come before the image data.
const MOST_AHEAD: u64 = 4096;

/// Image data and other chunks that alternate are listed apart so many times.
const MOST_SPANS: usize = 1024;

/// The oracle gets the file in pieces of this size, which bounds how far after the last good row
/// a file is cut that ends with its source.
const PIECE: usize = 16 << 10;

/// Whether the file at the view's start holds an animation: an `acTL` chunk before the first
/// `IDAT`. Reads chunk headers only.
pub fn is_animated(view: &mut View<'_>) -> Result<bool, Reject> {
    let mut at = SIGNATURE.len() as u64;
    loop {
        let (len, kind) = chunk(view, at)?;
        match &kind {
            b"acTL" => return Ok(true),
            b"IDAT" | b"IEND" => return Ok(false),
            _ => at += 12 + len,
        }
    }
}

/// Follows the chunks to the first `IDAT`, unread: what leads nowhere shows nothing, and reading it
/// could cost far more than the bytes that promise it.
fn find_data(view: &mut View<'_>) -> Result<(), Reject> {
    let mut at = SIGNATURE.len() as u64;
    for _ in 0..MOST_AHEAD {
        let (len, kind) = chunk(view, at)?;
        if &kind == b"IDAT" {
            return Ok(());
        }
        at += 12 + len;
    }
    Err(Reject::OverBudget { at: view.base() + at, len: MOST_AHEAD })
}

/// Measures the PNG at the view's start.
pub fn measure(view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
    let header = Header::read(view)?;
    let mut verdict = match effort {
        Effort::Structure => walk(view)?,
        Effort::Proof => {
            find_data(view)?;
            prove(view)?
        }
    };
    verdict.pixels = Some((header.width, header.height));
    if verdict.grade != Grade::Partial {
        while view.array(verdict.len).is_ok_and(|next: [u8; 12]| next == IEND) {
            // Some writers end a file twice; a lone IEND can be nobody else's.
            verdict.len += IEND.len() as u64;
        }
        add_exif(view, &mut verdict);
        add_trailer(view, &mut verdict);
    }
    Ok(verdict)
}

/// The chunks one after the other, unread.
fn walk(view: &mut View<'_>) -> Result<Verdict, Reject> {
    let start = SIGNATURE.len() as u64;
    let (mut at, mut has_data) = (start, false);
    let mut unchecked: Vec<Unchecked> = Vec::new();
    loop {
        let (len, kind) = match readable(view, at) {
            Ok(found) => found,
            Err(reject) => {
                let (next, ends) = match bridge::way(view, at) {
                    Way::None => return Err(reject),
                    Way::On(next) => (next, false),
                    Way::End(next) => (next, true),
                };
                add(&mut unchecked, Span::between(at, next), Role::Payload);
                at = next;
                // What is unreadable may be all of the picture there is.
                has_data = true;
                if ends {
                    return Ok(lost(at, unchecked));
                }
                continue;
            }
        };
        let end = at + 12 + len;
        has_data |= &kind == b"IDAT";
        let role = match &kind {
            b"IDAT" | b"fdAT" => Role::Payload,
            _ => Role::Metadata,
        };
        add(&mut unchecked, Span::between(at, end), role);
        if &kind == b"IEND" {
            let is_hurt = view.unreadable_in(at, IEND.len() as u64).is_some();
            if !is_hurt && view.array::<12>(at)? != IEND || !has_data {
                return Err(view.malformed(at, "IEND"));
            }
            let mut verdict = Verdict::structural(end, "png", "image/png");
            verdict.proof = "chunks up to IEND";
            verdict.unchecked = unchecked;
            return Ok(verdict);
        }
        at = end;
    }
}

/// The chunk at `at`, of which all lies in the view and the header could be read.
fn readable(view: &mut View<'_>, at: u64) -> Result<(u64, [u8; 4]), Reject> {
    let (len, kind) = chunk(view, at)?;
    if view.unreadable_in(at, 8).is_some() {
        return Err(view.malformed(at, "chunk"));
    }
    view.check(at, 12 + len)?;
    Ok((len, kind))
}

/// Adds a range; beyond so many spans what else comes is no longer told apart.
fn add(unchecked: &mut Vec<Unchecked>, span: Span, role: Role) {
    let full = unchecked.len() >= MOST_SPANS;
    match unchecked.last_mut() {
        Some(last) if full || last.role == role => {
            last.span = Span::between(last.span.at, span.end());
        }
        _ => unchecked.push(Unchecked { span, role }),
    }
}

/// A PNG whose end lies in what is unreadable before `end`.
fn lost(end: u64, unchecked: Vec<Unchecked>) -> Verdict {
    let mut verdict = Verdict::structural(end, "png", "image/png");
    (verdict.grade, verdict.end) = (Grade::Damaged, End::Estimated);
    verdict.proof = "chunks up to what could not be read";
    verdict.unchecked = unchecked;
    verdict.note(end, "the end of the picture could not be read");
    verdict
}

/// Every CRC; where they cannot prove the picture alone, the deflate streams and their Adler-32 and the filter of
/// every row.
fn prove(view: &mut View<'_>) -> Result<Verdict, Reject> {
    if let Some(end) = checksums::end(view) {
        let mut verdict = Verdict::structural(end, "png", "image/png");
        (verdict.grade, verdict.joints) = (Grade::Verified, Joints::Checksummed);
        verdict.proof =
            "every chunk CRC; no chunk ends where a sector does, so that none can be missing";
        return Ok(verdict);
    }
    let mut oracle = PngOracle::tolerant();
    match drive(&mut oracle, view, PIECE) {
        Ok(end) => {
            let mut verdict = Verdict::structural(end, "png", "image/png");
            verdict.grade = Grade::Verified;
            verdict.proof = "every chunk CRC, inflate, Adler-32 and row filters";
            if let Some((at, what)) = oracle.flaw() {
                verdict.proof = "every chunk CRC";
                verdict.note(at, format!("{what}, though its checksums hold: written that way"));
            }
            if !oracle.damaged().is_empty() {
                verdict.grade = Grade::Damaged;
                verdict.proof = "chunks up to IEND, the CRCs of all but those listed, inflate";
            }
            if verdict.grade == Grade::Verified {
                verdict.joints = Joints::Checksummed;
            }
            add_damaged(&oracle, &mut verdict);
            Ok(verdict)
        }
        // A header whose own sector is foreign already is none that anybody misses.
        Err((at, what)) if oracle.share() <= 0.0 && at < SECTOR as u64 => {
            Err(view.malformed(at, what))
        }
        Err((at, what)) => Ok(partial(view, &oracle, at, what)),
    }
}

/// Chunks that hold bad bytes between sound ones.
fn add_damaged(oracle: &PngOracle, verdict: &mut Verdict) {
    for &span in oracle.damaged() {
        verdict.unchecked.push(Unchecked { span, role: Role::Metadata });
        verdict.note(span.at, "bad bytes in this chunk: its CRC does not hold, what follows does");
    }
}

/// The beginning of a broken PNG: up to its last complete row, or the header alone.
fn partial(view: &mut View<'_>, oracle: &PngOracle, at: u64, what: &'static str) -> Verdict {
    // The header has been read: its chunk ends there at the earliest.
    let kept = oracle.kept().max(IHDR_END).min(view.len());
    let mut verdict = Verdict::structural(kept, "png", "image/png");
    verdict.grade = Grade::Partial;
    verdict.proof = "chunk CRCs and inflate up to the break";
    verdict.share = Some(oracle.share());
    add_damaged(oracle, &mut verdict);
    let span = Span::between(oracle.proven(), kept);
    if span.len > 0 {
        verdict.unchecked.push(Unchecked { span, role: Role::Payload });
    }
    if oracle.share() > 0.0 {
        verdict.terminator = match span.len {
            0 => IEND.into(),
            _ => closing(view, oracle.last_row_chunk(), kept).into(),
        };
    }
    verdict.note(at, what);
    verdict
}

/// What a file needs that ends at `kept` inside the `data` of a chunk: zeros up to the chunk's end,
/// its CRC, and IEND, which would else be taken for image data. Nothing where that is too much;
/// decoders that show files which break off do so with the row that is last.
fn closing(view: &mut View<'_>, data: Span, kept: u64) -> Vec<u8> {
    let missing = data.end().saturating_sub(kept);
    let zeros = match usize::try_from(missing) {
        Ok(zeros) if zeros + 4 + IEND.len() <= MOST_FILL => vec![0; zeros],
        _ => return Vec::new(),
    };
    let mut crc = crc32fast::Hasher::new();
    let mut at = data.at.saturating_sub(4);
    while at < kept {
        let piece = view.up_to(at, PIECE.min(usize::try_from(kept - at).unwrap_or(PIECE)));
        if piece.is_empty() {
            return Vec::new();
        }
        crc.update(piece);
        at += piece.len() as u64;
    }
    crc.update(&zeros);
    [&zeros[..], &crc.finalize().to_be_bytes(), IEND].concat()
}

/// Where the Exif chunk lies, if there is one.
fn add_exif(view: &mut View<'_>, verdict: &mut Verdict) {
    let mut at = SIGNATURE.len() as u64;
    while let Ok((len, kind)) = chunk(view, at) {
        match &kind {
            b"eXIf" => {
                let span = Span { at: at + 8, len };
                verdict.exif.push(ExifBlock { span, kind: ExifKind::Primary });
                return;
            }
            b"IEND" => return,
            _ => at += 12 + len,
        }
    }
}

/// Samsung's gallery writes its blocks after IEND too.
fn add_trailer(view: &mut View<'_>, verdict: &mut Verdict) {
    if let Some(found) = trailer::samsung(view, verdict.len) {
        let span = Span::between(verdict.len, found.end);
        verdict.unchecked.push(Unchecked { span, role: Role::Trailer });
        verdict.children.extend(found.children);
        verdict.len = found.end;
    }
}
