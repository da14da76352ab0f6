//! Digests of what was found, and its content where it is to be kept.

use std::convert::Infallible;

use afterimage_signatures::Bytes;

use super::content::Content;
use super::listed_end::listed_len;
use super::store::Store;
use crate::control::error::Error;
use crate::control::metrics::{Metrics, Stage};
use crate::control::progress::Stop;
use crate::model::{Algorithm, Digests, Hasher, Record};
use crate::options::{KnownHashes, LostHashes};

/// Computes digests, and stores content.
#[derive(Clone, Copy, Debug)]
pub struct Keeper<'a> {
    /// Takes content; nothing is kept without it.
    pub store: Option<&'a Store>,
    /// Digests beside BLAKE3.
    pub algorithms: &'a [Algorithm],
    /// Lists of digests that files are looked for on.
    pub lists: Option<&'a LostHashes>,
    /// What somebody has already.
    pub known: Option<&'a KnownHashes>,
    /// The longest file that the disk of the output takes, in bytes.
    pub longest: u64,
    /// Where the cost is added.
    pub metrics: &'a Metrics,
    /// When sources are not read any more: there are no digests of what was not read.
    pub stop: &'a Stop,
}

impl Keeper<'_> {
    /// Enters the digests of a file in its record; none when its source was not read to the end of it.
    pub fn digest(&self, source: &dyn Bytes, record: &mut Record) {
        let content = Content::of(record);
        let digests = self
            .metrics
            .time(Stage::Hash, record.size(), || content.digests(source, self.algorithms));
        record.digests = self.read(digests);
        self.note_listed(record);
    }

    /// The same for a file whose first `len` bytes were hashed before: tells whether their BLAKE3 is still
    /// `before`. Both come from one pass over its bytes.
    pub fn digest_longer(
        &self,
        source: &dyn Bytes,
        record: &mut Record,
        (len, before): (u64, blake3::Hash),
    ) -> bool {
        let mut hasher = Hasher::new(self.algorithms);
        let (mut prefix, mut left) = (blake3::Hasher::new(), len);
        let hash = || {
            Content::of(record).each(source, |bytes| {
                let here = left.min(bytes.len() as u64) as usize;
                prefix.update(&bytes[..here]);
                left -= here as u64;
                hasher.update(bytes);
                Ok::<(), Infallible>(())
            })
        };
        let Ok(()) = self.metrics.time(Stage::Hash, record.size(), hash);
        record.digests = self.read(hasher.finish());
        self.note_listed(record);
        record.digests.is_none() || prefix.finalize() == before
    }

    /// The same as [`Keeper::digest`], and stores its content in the same pass over its bytes, where there is a store and its disk
    /// takes files that long.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn keep(&self, source: &dyn Bytes, record: &mut Record) -> Result<(), Error> {
        match self.store {
            Some(store) if record.own_len() <= self.longest => {
                let content = Content::of(record);
                record.digests =
                    store.keep(source, &content, self.algorithms, self.metrics, self.stop)?;
                self.note_listed(record);
            }
            _ => self.digest(source, record),
        }
        Ok(())
    }

    /// Looks for the end of a file whose digests are known and on no list: where its bytes from its beginning on
    /// have a digest of the lists, it ends there, and its digests are computed anew. Tells whether it does.
    pub fn seek_end(&self, source: &dyn Bytes, record: &mut Record) -> bool {
        let Some(lists) = self.lists else { return false };
        if record.digests.is_none() || record.is_listed_whole() {
            return false;
        }
        let len = || (listed_len(source, record, lists, self.stop), record.source_len());
        let (found, own) = self.metrics.measure(Stage::Hash, || {
            let (found, own) = len();
            ((found, own), own)
        });
        let Some(found) = found.filter(|found| *found != own || !record.fill.is_empty()) else {
            return false;
        };
        record.end_at(found);
        self.digest(source, record);
        true
    }

    /// Takes what the lists say of a file with these digests. What was added to make it viewable is nobody's.
    fn note_listed(&self, record: &mut Record) {
        let known = self.known.zip(record.digests.as_ref());
        record.known = known.and_then(|(known, digests)| known.find(digests)).map(Box::new);
        let (Some(lists), Some(digests)) = (self.lists, &record.digests) else { return };
        let listed = lists.find(digests).filter(|_| record.fill.is_empty());
        // What was said of other bytes is not said of these.
        record.listed = None;
        if let Some(listed) = listed {
            record.note_listed(listed);
        }
    }

    /// Digests of what was read before the stop; nothing after it.
    fn read(&self, digests: Digests) -> Option<Digests> {
        (!self.stop.is_over()).then_some(digests)
    }
}
