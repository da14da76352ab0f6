//! The boxes of a file, one or more of which hold the codestream.
//!
//! Source: ISO/IEC 18181-2:2024, 9 "Box types".

use super::codestream::Codestream;
use super::pieces::Pieces;
use super::walk::walk;
use crate::isobmff::exif::is_tiff;
use crate::isobmff::{Header, MOST_BOXES};
use crate::verdict::{End, ExifBlock, ExifKind, Grade, Reject, Role, Span, Unchecked, Verdict};
use crate::view::{Endian::Big, View};

/// Boxes of a file besides those of the codestream.
const KNOWN: &[&[u8; 4]] =
    &[b"jxll", b"jxli", b"Exif", b"xml ", b"jumb", b"brob", b"jbrd", b"jhgm", b"free", b"uuid"];

/// Signature and file type, which every file has, in bytes.
const HEAD: u64 = 32;

/// Measures the file at the view's start.
pub(super) fn measure(view: &mut View<'_>) -> Result<Verdict, Reject> {
    if view.bytes(0, HEAD as usize)? != b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl " {
        return Err(view.malformed(0, "signature"));
    }
    let file = File::read(view)?;
    let pieces = Pieces::new(file.pieces.clone());
    if pieces.is_empty() {
        return Err(view.malformed(file.end, "codestream"));
    }
    let mut verdict = Verdict::structural(file.end, "jxl", "image/jxl");
    verdict.proof = "boxes close";
    let found = match walk(view, &pieces, false) {
        Ok(found) => Some(found),
        Err(Reject::Other { .. }) => None,
        Err(reject) => return Err(reject),
    };
    if let Some(found) = &found {
        verdict.proof = "boxes close, frames and their sections fill them";
        finish(view, &file, &pieces, found, &mut verdict);
    } else if file.is_open {
        verdict.end = End::Minimum;
    }
    if let (Some(missing), Grade::Structural) = (file.missing, verdict.grade) {
        (verdict.grade, verdict.end) = (Grade::Partial, End::Minimum);
        verdict.share = found.map(|_| 1.0);
        verdict.note(file.end, format!("the source ends {missing} bytes before the file"));
    }
    verdict.exif = file.exif.clone();
    verdict.exif.retain(|block| block.span.end() <= verdict.len);
    verdict.unchecked = file.unchecked(verdict.len);
    Ok(verdict)
}

/// Lets boxes and codestream agree on the end.
fn finish(
    view: &View<'_>,
    file: &File,
    pieces: &Pieces,
    found: &Codestream,
    verdict: &mut Verdict,
) {
    let end = pieces.locate(found.end);
    judge(found, end, verdict);
    match (found.is_whole, file.is_open, file.missing) {
        (true, true, _) => verdict.len = end,
        (true, false, None) => {}
        // What follows the picture is missing.
        (true, false, Some(_)) => verdict.len = file.end,
        (false, true, _) | (false, _, Some(_)) if found.wrong.is_none() => verdict.len = view.len(),
        (false, false, None) if file.is_complete => {
            (verdict.grade, verdict.end, verdict.share) = (Grade::Damaged, End::Exact, None);
            verdict.len = file.end;
        }
        (false, ..) => verdict.len = end,
    }
}

/// Tells in `verdict` how whole the codestream is, which holds up to `end` of the file.
pub(super) fn judge(found: &Codestream, end: u64, verdict: &mut Verdict) {
    verdict.pixels = Some(found.pixels);
    if found.is_whole {
        return;
    }
    (verdict.grade, verdict.end) = (Grade::Partial, End::Minimum);
    verdict.share = Some(found.share);
    match found.wrong {
        Some(what) => verdict.note(end, format!("no frame where one should be: bad {what}")),
        None => verdict.note(end, "the frame that begins here is not all there"),
    }
}

/// What the walk over the boxes found.
struct File {
    /// The codestream.
    pieces: Vec<Span>,
    exif: Vec<ExifBlock>,
    end: u64,
    /// Whether the last box reaches to the end of the file.
    is_open: bool,
    /// Whether the boxes of the codestream say that they are all there.
    is_complete: bool,
    /// How many bytes of the last box lie beyond the source.
    missing: Option<u64>,
}

impl File {
    fn read(view: &mut View<'_>) -> Result<Self, Reject> {
        let mut file = File {
            pieces: Vec::new(),
            exif: Vec::new(),
            end: HEAD,
            is_open: false,
            is_complete: false,
            missing: None,
        };
        for _ in 0..MOST_BOXES {
            let Ok(header) = Header::read(view, file.end) else { break };
            let skip = match &header.kind {
                b"jxlc" => Some(0),
                b"jxlp" => Some(4),
                kind if KNOWN.contains(&kind) => None,
                _ => break,
            };
            // Another codestream is another file's, and only the picture's box may have no size.
            if skip.is_some() && file.is_complete || skip.is_none() && header.open {
                break;
            }
            if let Some(skip) = skip {
                file.add_piece(view, header, skip)?;
            } else {
                file.add_exif(view, header);
            }
            file.end = header.end.min(view.len());
            file.is_open = header.open;
            file.missing = header.end.checked_sub(view.len()).filter(|&missing| missing > 0);
            if file.is_open || file.missing.is_some() {
                break;
            }
        }
        Ok(file)
    }

    /// Source: 9.8 and 9.9: a partial codestream begins with its number, whose highest bit marks
    /// the last.
    fn add_piece(&mut self, view: &mut View<'_>, header: Header, skip: u64) -> Result<(), Reject> {
        if skip == 0 {
            self.is_complete = true;
        } else {
            let number = view.u32(header.body, Big)?;
            if u64::from(number & 0x7fff_ffff) != self.pieces.len() as u64 {
                return Err(view.malformed(header.body, "number of a partial codestream"));
            }
            self.is_complete = number >> 31 == 1;
        }
        self.pieces.push(Span::between(header.body + skip, header.end.min(view.len())));
        Ok(())
    }

    /// Source: 9.4: the offset of the TIFF header comes first.
    fn add_exif(&mut self, view: &mut View<'_>, header: Header) {
        if &header.kind != b"Exif" || !self.exif.is_empty() {
            return;
        }
        let Ok(skip) = view.u32(header.body, Big) else { return };
        let at = header.body + 4 + u64::from(skip);
        if at < header.end && is_tiff(view, at) {
            let span = Span::between(at, header.end);
            self.exif.push(ExifBlock { span, kind: ExifKind::Primary });
        }
    }

    /// Boxes are metadata, those after the picture a trailer; the codestream is payload, apart from
    /// its signature, which is checked.
    fn unchecked(&self, len: u64) -> Vec<Unchecked> {
        let mut found = Vec::new();
        let mut at = 0;
        let mut until = |end: u64, role: Option<Role>| {
            let span = Span::between(at, end.min(len));
            if let (Some(role), 1..) = (role, span.len) {
                found.push(Unchecked { span, role });
            }
            at = at.max(span.end());
        };
        for (index, piece) in self.pieces.iter().enumerate() {
            until(piece.at, Some(Role::Metadata));
            if index == 0 {
                until(piece.at + 2, None);
            }
            until(piece.end(), Some(Role::Payload));
        }
        until(len, Some(Role::Trailer));
        found
    }
}
