//! ICO: a directory, and pictures that are PNGs or bitmaps without their file header.
//!
//! Source: Microsoft, "Icons" (J. Hornick, 1995), `ICONDIR` and `ICONIMAGE`.

mod directory;
mod picture;

use crate::format::{Effort, Magic};
use crate::png;
use crate::verdict::{Child, Grade, Joints, Kinship, Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;
use directory::{HEADER_LEN, MOST_ENTRIES, START, directory_len};

/// The smallest picture that is taken: a bitmap of 32 x 32 pixels in two colours and its mask.
/// Smaller files are bare PNGs that show next to nothing.
pub const MIN_LEN: u64 = directory_len(1) + 40 + 2 * 4 + 2 * 32 * 4;

/// The largest picture of a file has so many pixels in a row or column: smaller ones are signs
/// for buttons and lists.
const LEAST_SIDE: u32 = 32;

/// The length of a bitmap's header, which begins with it.
const BITMAP: &[u8] = &[40, 0, 0, 0];

/// A file begins with zeros and numbers that are everywhere. What is looked for is its first
/// picture, which follows the directory: after each number of entries a PNG or a bitmap.
pub static MAGIC: &[Magic] = &anchors();

const fn anchors() -> [Magic; 2 * MOST_ENTRIES] {
    let mut all = [Magic::after(&START, 0, png::SIGNATURE); 2 * MOST_ENTRIES];
    let mut number = 0;
    while number < all.len() {
        let first = directory_len(number as u64 / 2 + 1) as u16;
        let bytes = if number % 2 == 0 { png::SIGNATURE } else { BITMAP };
        all[number] = Magic::after(&START, first, bytes);
        number += 1;
    }
    all
}

/// Measures the ICO at the view's start.
pub fn measure(view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
    let entries = directory::read(view)?;
    let end = entries.last().map_or(0, |entry| entry.span.end());
    view.check(0, end)?;
    if end < MIN_LEN {
        return Err(view.malformed(HEADER_LEN, "length"));
    }
    let mut verdict = Verdict::structural(end, "ico", "image/vnd.microsoft.icon");
    verdict.proof = "a directory and pictures that follow each other; headers that agree with it";
    let metadata = Span::between(0, directory_len(entries.len() as u64));
    verdict.unchecked.push(Unchecked { span: metadata, role: Role::Metadata });
    let (mut proven, mut largest) = (true, (0, 0));
    for entry in &entries {
        let span = entry.span;
        let measured = picture::measure(&mut view.sub(span.at, span.len)?, entry, effort);
        let picture = match measured {
            Ok(picture) => picture,
            Err(_) if view.unreadable_in(span.at, span.len).is_some() => {
                // The directory tells where the next one is.
                verdict.grade = Grade::Damaged;
                let pixels = (entry.width, entry.height);
                picture::Picture { is_png: false, pixels, proven: false, odd: false }
            }
            Err(reject) => return Err(reject),
        };
        if picture.is_png {
            verdict.children.push(Child { span, kinship: Kinship::Inner });
        }
        if !picture.proven {
            proven = false;
            verdict.unchecked.push(Unchecked { span, role: Role::Payload });
        }
        if picture.odd {
            verdict.note(span.at, "the mask of this bitmap has not the length that it should have");
        }
        largest = largest.max(picture.pixels);
    }
    if largest.0.max(largest.1) < LEAST_SIDE {
        return Err(view.malformed(HEADER_LEN, "dimensions"));
    }
    verdict.pixels = Some(largest);
    if proven {
        verdict.grade = Grade::Verified;
        verdict.proof = "a directory and PNGs that follow each other; every CRC, inflate, Adler-32";
        verdict.joints = Joints::Checksummed;
    }
    Ok(verdict)
}
