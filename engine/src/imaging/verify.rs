//! Whether an image is still what it was, and whether the device is.

use std::path::Path;

use afterimage_signatures::verdict::Span;

use super::digests::Digested;
use super::digests::PIECE;
use super::e01;
use super::image_digests::image_digests;
use super::image_file::ImageFile;
use super::medium::Medium;
use super::options::sidecar_of;
use super::sidecar::{Range, Sidecar};
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::model::SpanSet;

/// The most differences to a device that are listed.
const MOST_LISTED: usize = 100;

/// Where something is not as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A piece of the image has other digests.
    Piece(Range),
    /// The image is not as long as it was.
    Length {
        /// Bytes that it has.
        found: u64,
        /// Bytes that it had.
        expected: u64,
    },
    /// The device has other bytes than the image here.
    Device(Range),
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Bytes of the image that were read.
    pub image: u64,
    /// Bytes of the device that were compared.
    pub device: u64,
    /// Bytes of the device that cannot be read now, although they could.
    pub unreadable: u64,
    /// What is not as it was.
    pub differences: Vec<Difference>,
}

/// Reads the image at `path` and compares it with its sidecar, and with `device` where there is one. `observe`
/// is told how far it is: bytes, and of how many. Nothing when somebody stopped it.
///
/// # Errors
///
/// When something cannot be read, or there are no digests to compare with.
pub fn verify(
    path: &Path,
    device: Option<&dyn Medium>,
    progress: &Progress,
    observe: &mut dyn FnMut(u64, u64),
) -> Result<Option<Verified>, Error> {
    let refused = |why: &str| Error::Image { path: path.to_path_buf(), why: why.to_owned() };
    let sidecar_path = sidecar_of(path);
    let sidecar = Sidecar::read(&sidecar_path)?
        .ok_or_else(|| Error::Verify {
            path: path.to_path_buf(),
            why: "no FILE.json lies beside it, as `afterimage image` writes it, with the digests to compare it with",
        })?;
    let hashes =
        sidecar.hashes.as_ref().ok_or_else(|| refused("its rescue is not complete yet"))?;
    if e01::is_e01(path) {
        if device.is_some() {
            return Err(refused(
                "an E01 image cannot be compared with a device; leave the device out",
            ));
        }
        let len = sidecar.device.size;
        let found = e01::digests(path, progress, &mut |at| observe(at, len))?;
        return Ok(found.map(|(digested, image)| {
            let mut said = Verified { image, ..Verified::default() };
            if image != len {
                said.differences.push(Difference::Length { found: image, expected: len });
            }
            said.differences.extend(changed(&digested, hashes));
            said
        }));
    }
    let image = ImageFile::open_existing(path)?;
    let (len, expected) = (image.len()?, sidecar.device.size);
    let expected = expected.max(hashes_len(&sidecar));
    let mut said = Verified::default();
    if len != expected {
        said.differences.push(Difference::Length { found: len, expected });
    }
    let unreadable: SpanSet = sidecar
        .unreadable
        .iter()
        .map(|range| Span { at: range.offset, len: range.length })
        .collect();
    let see = |at, bytes: &[u8]| {
        if let Some(device) = device {
            compare(device, at, bytes, &unreadable, &mut said);
        }
        observe(at + bytes.len() as u64, len);
    };
    let Some(digested) = image_digests(&image, len, progress, see)? else { return Ok(None) };
    said.image = len;
    let pieces = changed(&digested, hashes);
    said.differences.extend(pieces);
    Ok(Some(said))
}

/// Bytes of the image as the pieces tell: it can be longer than the device was for the last reader.
fn hashes_len(sidecar: &Sidecar) -> u64 {
    let map = sidecar.map;
    map.non_tried + map.non_trimmed + map.non_scraped + map.bad_sector + map.finished
}

fn changed<'d>(
    found: &'d Digested,
    expected: &'d super::sidecar::Hashes,
) -> impl Iterator<Item = Difference> + 'd {
    let piece = |index: usize| Range { offset: index as u64 * PIECE, length: PIECE };
    let count = found.pieces.len().max(expected.pieces.len());
    let differs = |index: &usize| found.pieces.get(*index) != expected.pieces.get(*index);
    (0..count).filter(differs).map(move |index| Difference::Piece(piece(index)))
}

/// Compares what the device has at `at`, where it could be read.
fn compare(device: &dyn Medium, at: u64, bytes: &[u8], unreadable: &SpanSet, said: &mut Verified) {
    let here = Span { at, len: bytes.len() as u64 };
    let readable = SpanSet::from(vec![here]).outside(unreadable);
    for span in readable.iter() {
        let Some(len) = device.len().checked_sub(span.at).map(|rest| rest.min(span.len)) else {
            continue;
        };
        let mut other = vec![0; len as usize];
        let (read, _) = device.read(span.at, &mut other, false);
        said.device += read as u64;
        said.unreadable += span.len - read as u64;
        let own = &bytes[(span.at - at) as usize..][..read];
        if own != &other[..read] && said.differences.len() < MOST_LISTED {
            let first = own.iter().zip(&other).position(|(own, other)| own != other).unwrap_or(0);
            let range = Range { offset: span.at + first as u64, length: (read - first) as u64 };
            said.differences.push(Difference::Device(range));
        }
    }
}
