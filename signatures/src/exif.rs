//! What Exif says of a photo, and whether it can be true.
//!
//! Exif is evidence of where a photo comes from, never of its being whole. What cannot be true is
//! an issue and is left out; nothing here makes a photo less of one.
//!
//! Source: CIPA DC-008 (Exif 2.32), read by `kamadak-exif`.

mod apple;
mod block;
mod place;
mod text;
mod time;

use block::{Fields, Space};

use crate::verdict::{ExifBlock, Issue, MOST_ISSUES};
use crate::view::View;

/// What Exif says of a photo.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Exif {
    /// Who made the camera, as it writes itself.
    pub make: Option<String>,
    /// The camera's model, as it writes itself.
    pub model: Option<String>,
    /// When the photo was taken, by the camera's clock: RFC 3339 without a zone.
    pub taken: Option<String>,
    /// What that clock was ahead of UTC, as `+01:00`.
    pub utc_offset: Option<String>,
    /// Width in pixels that Exif claims.
    pub width: Option<u32>,
    /// Height in pixels that Exif claims.
    pub height: Option<u32>,
    /// How to turn the picture for display, 1 to 8.
    pub orientation: Option<u16>,
    /// Degrees north of the equator.
    pub latitude: Option<f64>,
    /// Degrees east of Greenwich.
    pub longitude: Option<f64>,
    /// What the picture of a Live Photo shares with its video.
    pub content_identifier: Option<String>,
}

const NOTE: (Space, u16) = (Space::Exif, 0x927c);
const MAKE: (Space, u16) = (Space::Tiff, 0x10f);
const MODEL: (Space, u16) = (Space::Tiff, 0x110);
const ORIENTATION: (Space, u16) = (Space::Tiff, 0x112);
const WIDTH: (Space, u16) = (Space::Exif, 0xa002);
const HEIGHT: (Space, u16) = (Space::Exif, 0xa003);

/// Times with their offsets from UTC, the best first: DateTimeOriginal, DateTimeDigitized,
/// DateTime.
const TIMES: [((Space, u16), (Space, u16)); 3] = [
    ((Space::Exif, 0x9003), (Space::Exif, 0x9011)),
    ((Space::Exif, 0x9004), (Space::Exif, 0x9012)),
    ((Space::Tiff, 0x132), (Space::Exif, 0x9010)),
];

/// Reads the blocks of a photo of so many `pixels`; what an earlier block says goes first.
/// Nothing when no block says anything.
pub fn read(
    view: &mut View<'_>,
    blocks: &[ExifBlock],
    pixels: Option<(u32, u32)>,
) -> (Option<Exif>, Vec<Issue>) {
    let (mut exif, mut issues) = (Exif::default(), Vec::new());
    for block in blocks {
        let mut report = |what: String| {
            if issues.len() < MOST_ISSUES {
                issues.push(Issue::new(block.span.at, what));
            }
        };
        if let Some(fields) = Fields::read(view, block, &mut report) {
            add(&mut exif, &fields, &mut report);
        }
    }
    if let (Some(width), Some(height), Some(pixels)) = (exif.width, exif.height, pixels)
        && !alike((width, height), pixels)
    {
        let at = blocks.first().map_or(0, |block| block.span.at);
        let (across, down) = pixels;
        let what = format!("Exif says {width} x {height}, the picture is {across} x {down}");
        issues.push(Issue::new(at, what));
    }
    ((exif != Exif::default()).then_some(exif), issues)
}

/// Adds what `fields` say and `exif` does not know yet.
fn add(exif: &mut Exif, fields: &Fields, report: &mut impl FnMut(String)) {
    let text = |tag| fields.bytes(tag).and_then(|bytes| text::clean(&bytes));
    let size = |tag| fields.number(tag).filter(|&size| size > 0);
    exif.make = exif.make.take().or_else(|| text(MAKE));
    exif.model = exif.model.take().or_else(|| text(MODEL));
    exif.width = exif.width.or_else(|| size(WIDTH));
    exif.height = exif.height.or_else(|| size(HEIGHT));
    let turn = fields.number(ORIENTATION).and_then(|turn| u16::try_from(turn).ok());
    exif.orientation = exif.orientation.or(turn.filter(|turn| (1..=8).contains(turn)));
    if exif.content_identifier.is_none() {
        exif.content_identifier =
            fields.bytes(NOTE).and_then(|note| apple::content_identifier(&note));
    }
    if exif.taken.is_none()
        && let Some((taken, utc_offset)) = taken(fields, report)
    {
        (exif.taken, exif.utc_offset) = (Some(taken), utc_offset);
    }
    if exif.latitude.is_none() {
        match place::read(fields) {
            Ok(Some((latitude, longitude))) => {
                (exif.latitude, exif.longitude) = (Some(latitude), Some(longitude));
            }
            Ok(None) => {}
            Err(what) => report(what.to_owned()),
        }
    }
}

/// The best of the times that can be true, with its offset from UTC.
fn taken(fields: &Fields, report: &mut impl FnMut(String)) -> Option<(String, Option<String>)> {
    for (time, offset) in TIMES {
        let Some(bytes) = fields.bytes(time) else {
            continue;
        };
        match time::civil(&bytes) {
            Ok(Some(taken)) => {
                let offset = fields.bytes(offset).and_then(|bytes| time::offset(&bytes));
                return Some((taken, offset));
            }
            Ok(None) => {}
            Err(what) => {
                let text = text::clean(&bytes).unwrap_or_default();
                report(format!("Exif has an impossible {what}: {text:?}"));
            }
        }
    }
    None
}

/// Whether two sizes are of the same picture: turned, or without the margin that some raw sizes
/// include.
fn alike(claimed: (u32, u32), (width, height): (u32, u32)) -> bool {
    let close = |a: u32, b: u32| a.abs_diff(b) <= b / 16;
    let fits = |(a, b): (u32, u32)| close(a, width) && close(b, height);
    fits(claimed) || fits((claimed.1, claimed.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{ExifKind, Span};
    use crate::view::{Buffer, Runs};

    /// A big-endian directory of `(tag, kind, count, value)` after a header.
    fn tiff(entries: &[(u16, u16, u32, [u8; 4])], rest: &[u8]) -> Vec<u8> {
        let mut bytes = b"MM\0*\0\0\0\x08".to_vec();
        bytes.extend_from_slice(&(entries.len() as u16).to_be_bytes());
        for (tag, kind, count, value) in entries {
            bytes.extend_from_slice(&tag.to_be_bytes());
            bytes.extend_from_slice(&kind.to_be_bytes());
            bytes.extend_from_slice(&count.to_be_bytes());
            bytes.extend_from_slice(value);
        }
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(rest);
        bytes
    }

    fn read_all(
        files: &[(&[u8], ExifKind)],
        pixels: Option<(u32, u32)>,
    ) -> (Option<Exif>, Vec<String>) {
        let mut bytes = Vec::new();
        let mut blocks = Vec::new();
        for &(file, kind) in files {
            let span = Span { at: bytes.len() as u64, len: file.len() as u64 };
            blocks.push(ExifBlock { span, kind });
            bytes.extend_from_slice(file);
        }
        let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
        let bytes = bytes.as_slice();
        let (exif, issues) = read(&mut View::new(&bytes, &runs, &mut buffer), &blocks, pixels);
        (exif, issues.into_iter().map(|issue| issue.what.into_owned()).collect())
    }

    #[test]
    fn directories_of_their_own_are_joined() {
        let primary = tiff(&[(0x10f, 2, 4, *b"Abc\0"), (0x112, 3, 1, [0, 6, 0, 0])], b"");
        let shot = tiff(
            &[
                (0x9003, 2, 20, [0, 0, 0, 50]),
                (0xa002, 4, 1, [0, 0, 0, 9]),
                (0xa003, 4, 1, [0, 0, 0, 8]),
            ],
            b"2023:11-14 15:42:13\0",
        );
        let shot = [shot[..50].to_vec(), b"2023:11:14 15:42:13\0".to_vec()].concat();
        let (exif, issues) =
            read_all(&[(&primary, ExifKind::Primary), (&shot, ExifKind::Exif)], Some((90, 80)));
        let exif = exif.unwrap();
        assert_eq!(exif.make.as_deref(), Some("Abc"));
        assert_eq!(exif.orientation, Some(6));
        assert_eq!(exif.taken.as_deref(), Some("2023-11-14T15:42:13"));
        assert_eq!(issues, ["Exif says 9 x 8, the picture is 90 x 80"]);
    }

    #[test]
    fn strange_magics_are_read_and_nonsense_is_an_issue() {
        let mut olympus = tiff(&[(0x10f, 2, 4, *b"Abc\0")], b"");
        olympus[2..4].copy_from_slice(b"OR");
        let (exif, issues) = read_all(&[(&olympus, ExifKind::Primary)], None);
        assert_eq!(exif.unwrap().make.as_deref(), Some("Abc"));
        assert_eq!(issues, [""; 0]);
        for bad in [&b""[..], b"MM", b"nonsense", b"II*\0\xff\xff\xff\xff"] {
            let (exif, issues) = read_all(&[(bad, ExifKind::Primary)], None);
            assert_eq!((exif, issues.len()), (None, 1), "{bad:?}");
        }
    }

    #[test]
    fn sizes_are_alike_when_turned_or_trimmed() {
        assert!(alike((4000, 3000), (3000, 4000)));
        assert!(alike((6000, 4000), (6016, 4016)));
        assert!(!alike((4000, 3000), (640, 480)));
        assert!(!alike((u32::MAX, 1), (1, 1)));
    }
}
