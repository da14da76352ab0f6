//! JP2, JPX and JPM: a codestream, or several, among boxes.
//!
//! Source: T.800, annex I; T.801, annex M for the boxes of JPX.

use super::codestream::{self, Codestream, Shape};
use crate::format::{Effort, Magic};
use crate::isobmff::exif::is_tiff;
use crate::isobmff::{Header, MOST_BOXES};
use crate::verdict::{End, ExifBlock, ExifKind, Grade, Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;

/// The signature box, whose content is also that of JPEG XL; ExifTool knows files whose type ends
/// otherwise than in blanks.
pub static MAGIC: &[Magic] = &[
    Magic::after(b"\0\0\0\x0cjP  ", 8, b"\r\n\x87\n"),
    Magic::after(b"\0\0\0\x0cjP\x1a\x1a", 8, b"\r\n\x87\n"),
];

/// The signature, the shortest `ftyp`, and a codestream in its box.
pub const MIN_LEN: u64 = 12 + 16 + 8 + codestream::MIN_LEN;

/// Boxes that may follow one another.
const KNOWN: &[&[u8; 4]] = &[
    b"jp2h", b"jp2c", b"jp2i", b"rreq", b"uuid", b"uinf", b"xml ", b"jpch", b"jplh", b"asoc",
    b"nlst", b"cref", b"ftbl", b"dtbl", b"mdat", b"free", b"drep", b"gtso", b"chck", b"mp7b",
    b"lbl ", b"cgrp", b"roid", b"opct", b"creg", b"flst", b"bfil", b"copt", b"comp", b"inst",
];

/// Exif data: a TIFF structure after this type of a `uuid` box.
///
/// Source: ExifTool 12.57, Jpeg2000.pm.
const EXIF: &[u8; 16] = b"JpgTiffExif->JP2";

/// Measures the file at the view's start.
pub fn measure(view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
    let signature = Header::read(view, 0)?;
    let ftyp = Header::read(view, 12)?;
    if signature.end != 12 || &ftyp.kind != b"ftyp" || ftyp.open || ftyp.end > 12 + 512 {
        return Err(view.malformed(0, "signature"));
    }
    let (extension, mime) = match &view.array(ftyp.body)? {
        b"jpx " => ("jpf", "image/jpx"),
        b"jpm " => ("jpm", "image/jpm"),
        b"mjp2" => return Err(Reject::Other { what: "Motion JPEG 2000" }),
        _ => ("jp2", "image/jp2"),
    };
    let file = File::read(view, ftyp.end, effort)?;
    let Some(picture) = file.picture else {
        return Err(file.stop.unwrap_or_else(|| view.malformed(file.end, "jp2c")));
    };
    let mut verdict = Verdict::structural(file.end, extension, mime);
    verdict.proof = "boxes and tile-parts close, no foreign marker among packets";
    if effort == Effort::Structure {
        verdict.proof = "boxes and tile-parts close";
    }
    picture.judge(&mut verdict);
    if let (Some(stop), Grade::Structural) = (file.stop, verdict.grade) {
        (verdict.grade, verdict.end) = (Grade::Partial, End::Minimum);
        verdict.share = Some(1.0);
        verdict.note(stop.at(), "the source ends inside a box after the picture");
    }
    verdict.exif = file.exif;
    verdict.unchecked = file.unchecked;
    Ok(verdict)
}

/// What the walk over the boxes found.
struct File {
    /// The first codestream that is not whole, else the first.
    picture: Option<Codestream>,
    end: u64,
    /// Why the walk ended, if not because the file does.
    stop: Option<Reject>,
    exif: Vec<ExifBlock>,
    unchecked: Vec<Unchecked>,
}

impl File {
    fn read(view: &mut View<'_>, at: u64, effort: Effort) -> Result<Self, Reject> {
        let mut file =
            File { picture: None, end: at, stop: None, exif: Vec::new(), unchecked: Vec::new() };
        let mut described = 0;
        for _ in 0..MOST_BOXES {
            let Ok(header) = Header::read(view, file.end) else { break };
            // A second main header is another file's.
            let repeats = &header.kind == b"jp2h" && file.picture.is_some();
            if !KNOWN.contains(&&header.kind) || repeats {
                break;
            }
            if &header.kind == b"jp2c" {
                if file.codestream(view, header, described, effort)? {
                    described = file.end;
                    continue;
                }
                return Ok(file);
            }
            if header.open {
                break;
            }
            if header.end > view.len() {
                let missing = header.end - view.len();
                file.stop = Some(Reject::Truncated { at: header.at, missing });
                break;
            }
            file.add_exif(view, header);
            file.end = header.end;
        }
        let role = if file.picture.is_some() { Role::Trailer } else { Role::Metadata };
        file.cover(described, file.end, role);
        Ok(file)
    }

    /// Walks the codestream in a box and returns whether more boxes may follow. `described` is
    /// where the boxes before it begin.
    fn codestream(
        &mut self,
        view: &mut View<'_>,
        header: Header,
        described: u64,
        effort: Effort,
    ) -> Result<bool, Reject> {
        let room = header.end.min(view.len()).saturating_sub(header.body);
        let found = codestream::walk(&mut view.sub(0, header.body + room)?, header.body, effort);
        let found = match (found, self.picture) {
            (Ok(found), _) => found,
            (Err(_), Some(_)) => return Ok(false),
            (Err(reject), None) => return Err(reject),
        };
        let closed = matches!(found.shape, Shape::Whole | Shape::Flawed { .. });
        let sized = closed && !header.open && header.end <= view.len();
        self.end = if sized { header.end } else { found.end };
        // The first markers are checked: what is found there is this codestream.
        self.cover(described, header.body, Role::Metadata);
        self.cover(header.body + 4, found.header.end, Role::Metadata);
        self.cover(found.header.end, self.end, Role::Payload);
        let replace = self.picture.is_none_or(|known| known.shape == Shape::Whole);
        if replace && (self.picture.is_none() || found.shape != Shape::Whole) {
            self.picture = Some(found);
        }
        Ok(sized)
    }

    fn cover(&mut self, at: u64, end: u64, role: Role) {
        let span = Span::between(at, end);
        if span.len > 0 {
            self.unchecked.push(Unchecked { span, role });
        }
    }

    fn add_exif(&mut self, view: &mut View<'_>, header: Header) {
        let at = header.body + EXIF.len() as u64;
        let is_exif =
            &header.kind == b"uuid" && view.array(header.body).is_ok_and(|id| &id == EXIF);
        if is_exif && at < header.end && is_tiff(view, at) && self.exif.is_empty() {
            let span = Span::between(at, header.end);
            self.exif.push(ExifBlock { span, kind: ExifKind::Primary });
        }
    }
}
