//! Whether a complete image is still what it was, before a run that has nothing to read says so again.

use super::image_digests::image_digests;
use super::image_file::ImageFile;
use super::sidecar::Hashes;
use crate::control::error::Error;
use crate::control::progress::Progress;

/// Reads the image, of which an earlier run took the digests `known`. `observe` is told how far it is: bytes, and of how
/// many. False when somebody stopped it.
///
/// # Errors
///
/// When it cannot be read, and [`Error::Image`] where it has other bytes by now.
pub(super) fn check_unchanged(
    image: &ImageFile,
    known: &Hashes,
    progress: &Progress,
    observe: &mut dyn FnMut(u64, u64),
) -> Result<bool, Error> {
    let len = image.len()?;
    let see = |at, bytes: &[u8]| observe(at + bytes.len() as u64, len);
    let Some(now) = image_digests(image, len, progress, see)? else { return Ok(false) };
    if now.whole == known.image {
        return Ok(true);
    }
    let why = "it was changed since it was made: its digests are not those that were taken then; `afterimage image \
               --verify` tells where, and another name makes a new image";
    Err(Error::Image { path: image.path().to_path_buf(), why: why.to_owned() })
}
