//! Whether a complete image is still what it was, before a run that has nothing to read says so again.

use std::sync::Arc;

use super::buffer::Pool;
use super::digests::Hashing;
use super::image_file::ImageFile;
use super::sidecar::Hashes;
use super::strategy::LARGEST;
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
    let (pool, mut hashing) = (Arc::new(Pool::default()), Hashing::start(None)?);
    let (mut at, len) = (0, image.len()?);
    while at < len {
        if progress.stopped() {
            return Ok(false);
        }
        let mut buffer = pool.take((len - at).min(LARGEST) as usize);
        image.read(at, buffer.bytes_mut())?;
        hashing.feed(&Arc::new(buffer));
        at = hashing.at;
        observe(at, len);
    }
    let failed = || Error::Start { what: "the digests", why: "a thread ended early".into() };
    if hashing.finish().ok_or_else(failed)?.whole == known.image {
        return Ok(true);
    }
    let why = "it was changed since it was made: its digests are not those that were taken then; `afterimage image \
               --verify` tells where, and another name makes a new image";
    Err(Error::Image { path: image.path().to_path_buf(), why: why.to_owned() })
}
