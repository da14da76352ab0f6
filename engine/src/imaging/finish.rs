//! The digests of an image, once all that was wanted was tried.

use std::sync::Arc;

use afterimage_signatures::verdict::Span;

use super::buffer::Buffer;
use super::copy::{Ended, Rescue};
use super::digests::{HashPair, Hashing};
use super::sidecar::{Hashes, Totals};
use super::strategy::LARGEST;
use crate::control::error::Error;
use crate::source::rescue_map::BlockStatus;

impl Rescue<'_> {
    /// Reads of the image what was not hashed while it was read from the device.
    pub(super) fn finish(&mut self) -> Result<Ended, Error> {
        let map = self.strategy.map().clone();
        let known = self.known.take().filter(|_| !self.has_read());
        let hashes = match known {
            Some(known) => Some(known),
            None => self.digest(map.unfinished().is_empty())?,
        };
        if hashes.is_none() {
            return Ok(Ended::Stopped);
        }
        self.sidecar.hashes = hashes;
        self.sidecar.state = "complete".to_owned();
        self.sidecar.map = Totals::of(&map);
        Ok(Ended::Complete)
    }

    /// The digests; nothing when somebody stopped it.
    fn digest(&mut self, is_whole: bool) -> Result<Option<Hashes>, Error> {
        let map = self.strategy.map().clone();
        let failed = || Error::Start { what: "the digests", why: "a thread ended early".into() };
        let mut of_read = (!is_whole).then(|| Hashing::start(None)).transpose()?;
        let hashed = self.hashing.as_ref().map_or(0, |hashing| hashing.at);
        let first = if of_read.is_some() { 0 } else { hashed };
        let blocks = map.blocks().filter(|block| block.span.end() > first);
        for block in blocks {
            let is_read = block.status == BlockStatus::Finished;
            let mut at = block.span.at.max(first);
            while at < block.span.end() {
                if self.progress.stopped() {
                    return Ok(None);
                }
                let boundary = if at < hashed { hashed } else { u64::MAX };
                let end = (at + LARGEST).min(block.span.end()).min(boundary);
                let is_needed = at >= hashed || is_read;
                if is_needed {
                    let buffer = Arc::new(self.read_back(Span::between(at, end))?);
                    if at >= hashed
                        && let Some(hashing) = &mut self.hashing
                    {
                        hashing.feed(&buffer);
                    }
                    if let Some(of_read) = of_read.as_mut().filter(|_| is_read) {
                        of_read.feed(&buffer);
                    }
                }
                at = end;
                self.tick()?;
                self.look_hashing(at, map.len());
            }
        }
        let image = self.hashing.take().and_then(Hashing::finish).ok_or_else(failed)?;
        let read = match of_read {
            Some(of_read) => of_read.finish().ok_or_else(failed)?.whole,
            None => HashPair::clone(&image.whole),
        };
        Ok(Some(Hashes::new(image, read)))
    }

    fn read_back(&self, span: Span) -> Result<Buffer, Error> {
        let mut buffer = self.pool.take(span.len as usize);
        self.image.read(span.at, buffer.bytes_mut())?;
        Ok(buffer)
    }
}
