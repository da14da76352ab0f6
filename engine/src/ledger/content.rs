//! The bytes of a file that was found, wherever they come from.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

use crate::model::{Algorithm, Digests, Hasher, Inflated, Record};
use crate::source::Inflating;

/// Bytes are handed on in pieces of this size: large enough for the hashers, small enough for the
/// cache.
const PIECE: u64 = 128 << 10;

/// Runs of a source, or what comes out of them, with bytes added after that.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// What comes from the source.
    pub runs: &'a Runs,
    /// How the bytes come out of those of the only run, where they are deflated there.
    pub inflated: Option<Inflated>,
    /// What is added.
    pub fill: &'a [u8],
}

impl<'a> Content<'a> {
    /// The bytes of the file of a record.
    pub fn of(record: &'a Record) -> Self {
        Content { runs: &record.runs, inflated: record.inflated, fill: &record.fill }
    }

    /// The bytes in runs of a source, as they are.
    pub fn of_runs(runs: &'a Runs) -> Self {
        Content { runs, inflated: None, fill: &[] }
    }

    /// Of a file that comes out of its run as `inflated` says, `len` bytes from `at` on, as far as it has them.
    pub fn part(self, inflated: Inflated, at: u64, len: u64) -> Self {
        let Inflated { start, len: whole, .. } = inflated;
        let len = len.min(whole.saturating_sub(at));
        let inflated = Inflated { start: start.saturating_add(at), len, ..inflated };
        Content { inflated: Some(inflated), fill: &[], ..self }
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
        match self.inflated {
            Some(inflated) => self.inflate(inflated, source, &mut take)?,
            None => self.copy(source, &mut take)?,
        }
        if self.fill.is_empty() { Ok(()) } else { take(self.fill) }
    }

    /// Hands on what comes from the source as it is.
    fn copy<E>(
        &self,
        source: &dyn Bytes,
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
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
        Ok(())
    }

    /// Hands on what comes out of the only run; less where it is not what it was.
    fn inflate<E>(
        &self,
        inflated: Inflated,
        source: &dyn Bytes,
        take: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let ([run], Some(end)) = (self.runs.as_slice(), inflated.end()) else { return Ok(()) };
        let packed = Span::between(run.at.saturating_add(inflated.skip).min(run.end()), run.end());
        let mut stream = Inflating::new(source, packed);
        let (mut piece, mut at) = (vec![0; PIECE as usize], 0);
        while at < end && stream.end().is_none() {
            let most = (end - at).min(PIECE) as usize;
            let made = stream.fill(&mut piece[..most]);
            let from = inflated.start.saturating_sub(at).min(made as u64) as usize;
            if from < made {
                take(&piece[from..made])?;
            }
            at += made as u64;
        }
        Ok(())
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
