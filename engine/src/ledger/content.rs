//! The bytes of a file that was found, wherever they come from.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

use crate::model::{Algorithm, Digests, Hasher, Record};

/// Bytes are handed on in pieces of this size: large enough for the hashers, small enough for the
/// cache.
const PIECE: u64 = 128 << 10;

/// Runs of a source, with bytes added after them.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// What comes from the source.
    pub runs: &'a Runs,
    /// What is added.
    pub fill: &'a [u8],
}

impl<'a> Content<'a> {
    /// The bytes of the file of a record.
    pub fn of(record: &'a Record) -> Self {
        Content { runs: &record.runs, fill: &record.fill }
    }

    /// Hands the bytes in order to `take`, until it fails.
    ///
    /// # Errors
    ///
    /// What `take` gives.
    pub fn each<E>(
        &self,
        source: &dyn Bytes,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut buffer = Vec::new();
        for &Span { at, len } in self.runs.as_slice() {
            let mut done = 0;
            while done < len {
                let here = PIECE.min(len - done) as usize;
                match source.mapped(at + done, here) {
                    Some(bytes) => take(bytes)?,
                    None => {
                        buffer.resize(here, 0);
                        source.read_at(at + done, &mut buffer);
                        take(&buffer)?;
                    }
                }
                done += here as u64;
            }
        }
        if self.fill.is_empty() { Ok(()) } else { take(self.fill) }
    }

    /// The digests of the bytes.
    pub fn digests(&self, source: &dyn Bytes, algorithms: &[Algorithm]) -> Digests {
        let mut hasher = Hasher::new(algorithms);
        let done: Result<(), std::convert::Infallible> = self.each(source, |bytes| {
            hasher.update(bytes);
            Ok(())
        });
        match done {
            Ok(()) => hasher.finish(),
        }
    }
}
