//! A table of file records, which is a file itself and may lie in several runs.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

use super::record::{self, FileRecord};
use crate::model::SpanSet;
use crate::volumes::read;

/// Bytes of records that are read at once.
const BATCH: usize = 256 << 10;

/// Records of one table that are read; a real one has fewer, a hostile one may claim the whole disk.
const MOST_RECORDS: u64 = 64 << 20;

/// Records in order, of one length.
#[derive(Clone, Debug)]
pub(crate) struct RecordTable {
    /// Where they lie, one after the other.
    pub(crate) runs: Runs,
    /// Bytes each.
    pub(crate) record_len: usize,
    /// Whether they were found one by one, so that only they know their numbers.
    pub(crate) carved: bool,
}

/// Some records of a table, in memory.
#[derive(Debug)]
pub(crate) struct RecordBatch {
    bytes: Vec<u8>,
    runs: Runs,
    first: u64,
    record_len: usize,
    carved: bool,
}

/// A record and where it lies.
#[derive(Debug)]
pub(crate) struct PlacedRecord<'p> {
    /// The record.
    pub(crate) record: FileRecord<'p>,
    /// Its number in its volume.
    pub(crate) number: u64,
    runs: &'p Runs,
    start: u64,
    len: u64,
}

impl RecordTable {
    /// How many records it has room for, of those that are read.
    pub(crate) fn len(&self) -> u64 {
        (self.runs.len() / self.record_len as u64).min(MOST_RECORDS)
    }

    /// Whether some bytes are part of it more than once, as no sound table has it.
    pub(crate) fn overlaps_itself(&self) -> bool {
        let bytes: SpanSet = self.runs.as_slice().iter().copied().collect();
        bytes.total() < self.runs.len()
    }

    /// Reads the records from the `slot`th on, as many as fit a batch.
    pub(crate) fn batch(&self, bytes: &dyn Bytes, slot: u64) -> RecordBatch {
        let count = (self.len().saturating_sub(slot)).min((BATCH / self.record_len) as u64);
        self.some(bytes, slot, count)
    }

    /// Reads only the `slot`th record.
    pub(crate) fn one(&self, bytes: &dyn Bytes, slot: u64) -> RecordBatch {
        self.some(bytes, slot, self.len().saturating_sub(slot).min(1))
    }

    fn some(&self, bytes: &dyn Bytes, slot: u64, count: u64) -> RecordBatch {
        let len = self.record_len as u64;
        let runs = self.runs.slice(slot.saturating_mul(len), count * len);
        let batch = read::runs_padded(bytes, &runs);
        RecordBatch {
            bytes: batch,
            runs,
            first: slot,
            record_len: self.record_len,
            carved: self.carved,
        }
    }
}

impl RecordBatch {
    /// How many records it has room for.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() / self.record_len
    }

    /// Its `index`th record, once: reading it undoes its update sequence.
    pub(crate) fn take(&mut self, index: usize) -> Option<PlacedRecord<'_>> {
        let start = index.checked_mul(self.record_len)?;
        let bytes = self.bytes.get_mut(start..start.checked_add(self.record_len)?)?;
        if !record::begins(bytes) {
            return None;
        }
        let number = if self.carved { record::number(bytes)? } else { self.first + index as u64 };
        let record = FileRecord::parse(bytes)?;
        let (start, len) = (start as u64, self.record_len as u64);
        Some(PlacedRecord { record, number, runs: &self.runs, start, len })
    }
}

impl PlacedRecord<'_> {
    /// Where it lies in the source.
    pub(crate) fn at(&self) -> u64 {
        self.runs.slice(self.start, self.len).as_slice().first().map_or(0, |run| run.at)
    }

    /// Where the `len` bytes at `at` of it lie. Words that the update sequence replaced lie in its array.
    pub(crate) fn inside(&self, at: usize, len: usize) -> Vec<Span> {
        let (mut from, end) = (at, at + len);
        let mut runs = Vec::new();
        let mut push = |start: usize, end: usize| {
            let part = self.runs.slice(self.start + start as u64, (end - start) as u64);
            runs.extend(part.as_slice());
        };
        for (nth, word) in record::guarded(self.len as usize).enumerate() {
            let (first, last) = (word.max(from), (word + 2).min(end));
            if first < last {
                push(from, first);
                let kept = self.record.replaced_at + 2 * nth;
                push(kept + first - word, kept + last - word);
                from = last;
            }
        }
        push(from, end);
        runs
    }
}
