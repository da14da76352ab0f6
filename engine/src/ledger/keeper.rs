//! Digests of what was found, and its content where it is to be kept.

use afterimage_signatures::Bytes;

use super::content::Content;
use super::store::Store;
use crate::error::Error;
use crate::metrics::{Metrics, Stage};
use crate::model::{Algorithm, Record};

/// Computes digests, and stores content.
#[derive(Clone, Copy, Debug)]
pub struct Keeper<'a> {
    /// Takes content; nothing is kept without it.
    pub store: Option<&'a Store>,
    /// Digests beside BLAKE3.
    pub algorithms: &'a [Algorithm],
    /// The longest file that the disk of the output takes, in bytes.
    pub longest: u64,
    /// Where the cost is added.
    pub metrics: &'a Metrics,
}

impl Keeper<'_> {
    /// Enters the digests of a file in its record.
    pub fn digest(&self, source: &dyn Bytes, record: &mut Record) {
        let content = Content::of(record);
        let digests = self
            .metrics
            .time(Stage::Hash, record.size(), || content.digests(source, self.algorithms));
        record.digests = Some(digests);
    }

    /// The same, and stores its content in the same pass over its bytes, where there is a store and its disk
    /// takes files that long.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn keep(&self, source: &dyn Bytes, record: &mut Record) -> Result<(), Error> {
        match self.store {
            Some(store) if record.source_len() <= self.longest => {
                let content = Content::of(record);
                let digests = store.keep(source, &content, self.algorithms, self.metrics)?;
                record.digests = Some(digests);
            }
            _ => self.digest(source, record),
        }
        Ok(())
    }
}
