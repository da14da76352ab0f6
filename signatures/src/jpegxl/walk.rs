//! From the headers of a codestream to its end.

use jxl_bitstream::Bitstream;
use jxl_image::ImageHeader;
use jxl_oxide_common::Bundle;

use super::codestream::{Codestream, SIGNATURE};
use super::failure::Failure;
use super::frame::{self, Frame};
use super::icc;
use super::pieces::Pieces;
use crate::format::Magic;
use crate::verdict::Reject;
use crate::view::View;

/// What all bare codestreams begin with.
pub static BARE: &[Magic] = &[Magic::gated(0, &SIGNATURE, opens)];

/// The least and the most bytes that are fetched for the headers of a picture or of a frame.
const WINDOWS: [usize; 6] = [1 << 8, 1 << 10, 1 << 12, 1 << 15, 1 << 18, MOST_FETCHED];

/// The most bytes that are fetched for any part.
const MOST_FETCHED: usize = 1 << 20;

/// Decoding the global section of what is none counts as if so many bytes were read.
const DECODING: u64 = 64 << 10;

/// So many bytes of a global section are looked at before all of it: most that are none fail in the first few.
const GLANCES: [usize; 2] = [1 << 12, 1 << 15];

/// How many frames a picture may have.
const MOST_FRAMES: usize = 1 << 16;

/// Walks the frames of the codestream in `pieces`. Where nothing but its first bytes says that it
/// is one, `is_bare` asks for the global part of its first frame to decode, and for a beginning
/// alone that it ends where the table of contents says.
pub(super) fn walk(
    view: &mut View<'_>,
    pieces: &Pieces,
    is_bare: bool,
) -> Result<Codestream, Reject> {
    let (image, frames) = match fetch(view, pieces, 0, header) {
        Ok(found) => found,
        Err(Failure::Short) => {
            return Err(Reject::Truncated { at: pieces.locate(0), missing: 1 });
        }
        Err(Failure::Wrong(what)) => return Err(view.malformed(pieces.locate(0), what)),
    };
    let pixels = (image.size.width, image.size.height);
    let mut found =
        Codestream { pixels, frames, end: frames, is_whole: false, wrong: None, share: 0.0 };
    let mut fits_exactly = false;
    for number in 0..MOST_FRAMES {
        let frame = match fetch(view, pieces, found.end, |bytes| Frame::read(bytes, &image)) {
            Ok(frame) => frame,
            Err(failure) if number == 0 && is_bare => {
                let what = if let Failure::Wrong(what) = failure { what } else { "frame" };
                return Err(view.malformed(pieces.locate(found.end), what));
            }
            Err(failure) if is_bare && !fits_exactly => {
                let what = if let Failure::Wrong(what) = failure { what } else { "frame" };
                return Err(view.malformed(pieces.locate(found.end), what));
            }
            Err(Failure::Short) => return Ok(found),
            Err(Failure::Wrong(what)) => return Ok(Codestream { wrong: Some(what), ..found }),
        };
        if number == 0 && is_bare {
            fits_exactly = check(view, pieces, found.end, &frame, &image)?;
        }
        let end = found.end.saturating_add(frame.len);
        if end > pieces.len() {
            let missing = end - pieces.len();
            if is_bare && !fits_exactly {
                return Err(Reject::Truncated { at: pieces.locate(found.end), missing });
            }
            let here = pieces.len() - found.end;
            found.share = found.share.max((here as f64 / frame.len as f64) as f32);
            return Ok(found);
        }
        found.end = end;
        if image.metadata.animation.is_some() {
            // What moves is a picture from its first frame on.
            found.share = 1.0;
        }
        if frame.is_last {
            return Ok(Codestream { is_whole: true, share: 1.0, ..found });
        }
    }
    Err(Reject::OverBudget { at: pieces.locate(found.end), len: MOST_FRAMES as u64 })
}

/// Checks the first frame of a codestream, at `at`, that only its first two bytes announced.
/// Returns whether its global section is decoded to its very end.
fn check(
    view: &mut View<'_>,
    pieces: &Pieces,
    at: u64,
    frame: &Frame,
    image: &ImageHeader,
) -> Result<bool, Reject> {
    if frame.len > frame.most_bytes(image) {
        return Err(view.malformed(pieces.locate(at), "lengths of sections"));
    }
    let at = at + frame.global.at;
    if !view.work(DECODING) {
        return Err(Reject::OverBudget { at: pieces.locate(at), len: DECODING });
    }
    let want = usize::try_from(frame.global.len).unwrap_or(usize::MAX);
    let want = want.min(MOST_FETCHED);
    for most in GLANCES.into_iter().filter(|&most| most < want) {
        let bytes = pieces.window(view, at, most);
        frame::glance_at_global(&bytes, frame, image)
            .map_err(|what| view.malformed(pieces.locate(at), what))?;
    }
    let bytes = pieces.window(view, at, want);
    frame::check_global(&bytes, frame, image)
        .map_err(|what| view.malformed(pieces.locate(at), what))
}

/// Whether the headers of a picture stand at the view's start: of random bytes after the magic few
/// are any.
fn opens(view: &mut View<'_>) -> bool {
    !matches!(header(view.up_to(0, WINDOWS[0])), Err(Failure::Wrong(_)))
}

/// Calls `read` with ever more of the bytes at `at`, until they are enough.
fn fetch<T>(
    view: &mut View<'_>,
    pieces: &Pieces,
    at: u64,
    read: impl Fn(&[u8]) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut outcome = Err(Failure::Short);
    for most in WINDOWS {
        let bytes = pieces.window(view, at, most);
        outcome = read(&bytes);
        if !matches!(outcome, Err(Failure::Short)) || bytes.len() < most {
            break;
        }
    }
    outcome
}

/// The image header, and where the first frame begins.
///
/// Source: ISO/IEC 18181-1:2024, annex D "Headers" and E.4 "ICC profile".
fn header(bytes: &[u8]) -> Result<(ImageHeader, u64), Failure> {
    let mut bits = Bitstream::new(bytes);
    let image = ImageHeader::parse(&mut bits, ())?;
    if image.metadata.preview.is_some() {
        return Err(Failure::Wrong("preview frame, which nobody writes"));
    }
    if image.metadata.colour_encoding.want_icc() {
        icc::skip(&mut bits)?;
    }
    bits.zero_pad_to_byte()?;
    Ok((image, bits.num_read_bits() as u64 / 8))
}
