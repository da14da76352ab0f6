//! The digests of an image that lies on the disk, read from its first byte to its last.

use std::sync::Arc;

use super::buffer::Pool;
use super::digests::{Digested, Hashing};
use super::image_file::ImageFile;
use super::strategy::LARGEST;
use crate::control::error::Error;
use crate::control::progress::Progress;

/// Reads the first `len` bytes of the image. `each` is shown all of them in order, with the offset at which they begin.
/// Nothing when somebody stopped it.
///
/// # Errors
///
/// When it cannot be read.
pub(super) fn image_digests(
    image: &ImageFile,
    len: u64,
    progress: &Progress,
    mut each: impl FnMut(u64, &[u8]),
) -> Result<Option<Digested>, Error> {
    let (pool, mut hashing) = (Arc::new(Pool::default()), Hashing::start(None)?);
    let mut at = 0;
    while at < len {
        if progress.stopped() {
            return Ok(None);
        }
        let mut buffer = pool.take((len - at).min(LARGEST) as usize);
        image.read(at, buffer.bytes_mut())?;
        each(at, buffer.bytes());
        hashing.feed(&Arc::new(buffer));
        at = hashing.at;
    }
    let failed = || Error::Start { what: "the digests", why: "a thread ended early".into() };
    hashing.finish().ok_or_else(failed).map(Some)
}
