//! A table of file records, which is a file itself and may lie in pieces.

use afterimage_signatures::{Bytes, Run, Runs};

use super::record::{self, Record};

/// Bytes of records that are read at once.
const PIECE: usize = 256 << 10;

/// Records of one table that are read; a real one has fewer, a hostile one may claim the whole disk.
const MOST_RECORDS: u64 = 64 << 20;

/// Records in order, of one length.
#[derive(Clone, Debug)]
pub struct Table {
    /// Where they lie, one after the other.
    pub runs: Runs,
    /// Bytes each.
    pub record_len: usize,
    /// Whether they were found one by one, so that only they know their numbers.
    pub carved: bool,
}

/// Some records of a table, in memory.
#[derive(Debug)]
pub struct Piece {
    bytes: Vec<u8>,
    runs: Runs,
    first: u64,
    record_len: usize,
    carved: bool,
}

/// A record and where it lies.
#[derive(Debug)]
pub struct Placed<'p> {
    /// The record.
    pub record: Record<'p>,
    /// Its number in its volume.
    pub number: u64,
    runs: &'p Runs,
    start: u64,
    len: u64,
}

impl Table {
    /// How many records it has room for, of those that are read.
    pub fn len(&self) -> u64 {
        (self.runs.len() / self.record_len as u64).min(MOST_RECORDS)
    }

    /// Whether some bytes are part of it more than once, as no sound table has it.
    pub fn overlaps_itself(&self) -> bool {
        let mut runs = self.runs.as_slice().to_vec();
        runs.sort_unstable_by_key(|run| run.at);
        runs.windows(2).any(|pair| pair[0].at.saturating_add(pair[0].len) > pair[1].at)
    }

    /// Reads the records from the `slot`th on, as many as fit a piece.
    pub fn piece(&self, bytes: &dyn Bytes, slot: u64) -> Piece {
        let count = (self.len().saturating_sub(slot)).min((PIECE / self.record_len) as u64);
        self.some(bytes, slot, count)
    }

    /// Reads only the `slot`th record.
    pub fn one(&self, bytes: &dyn Bytes, slot: u64) -> Piece {
        self.some(bytes, slot, self.len().saturating_sub(slot).min(1))
    }

    fn some(&self, bytes: &dyn Bytes, slot: u64, count: u64) -> Piece {
        let len = self.record_len as u64;
        let runs = self.runs.slice(slot.saturating_mul(len), count * len);
        let piece = read(bytes, &runs);
        Piece { bytes: piece, runs, first: slot, record_len: self.record_len, carved: self.carved }
    }
}

impl Piece {
    /// How many records it has room for.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.record_len
    }

    /// Its `index`th record, once: reading it undoes its update sequence.
    pub fn take(&mut self, index: usize) -> Option<Placed<'_>> {
        let start = index.checked_mul(self.record_len)?;
        let bytes = self.bytes.get_mut(start..start.checked_add(self.record_len)?)?;
        if !record::begins(bytes) {
            return None;
        }
        let number = if self.carved { record::number(bytes)? } else { self.first + index as u64 };
        let record = Record::parse(bytes)?;
        let (start, len) = (start as u64, self.record_len as u64);
        Some(Placed { record, number, runs: &self.runs, start, len })
    }
}

impl Placed<'_> {
    /// Where it lies in the source.
    pub fn at(&self) -> u64 {
        self.runs.slice(self.start, self.len).as_slice().first().map_or(0, |run| run.at)
    }

    /// Where the `len` bytes at `at` of it lie, unless the update sequence replaced some of them.
    pub fn inside(&self, at: usize, len: usize) -> Option<Vec<Run>> {
        let clean =
            record::guarded(self.len as usize).all(|word| word + 2 <= at || at + len <= word);
        let runs = || self.runs.slice(self.start + at as u64, len as u64).as_slice().to_vec();
        clean.then(runs)
    }
}

/// The bytes of `runs`; zeros where the source has none.
pub fn read(bytes: &dyn Bytes, runs: &Runs) -> Vec<u8> {
    let mut out = vec![0; usize::try_from(runs.len()).unwrap_or(0)];
    let mut filled = 0;
    for run in runs.as_slice() {
        let here = &mut out[filled..filled + run.len as usize];
        if run.at.checked_add(run.len).is_some_and(|end| end <= bytes.len()) {
            bytes.read_at(run.at, here);
        }
        filled += run.len as usize;
    }
    out
}
