//! Files of ext2 and ext3 of which nothing tells but the lists of their blocks, which lie between these.
//!
//! Carving takes a list for part of the file: its picture breaks there, or, where no check covers it, holds
//! foreign bytes. With the lists left out it is whole.

use afterimage_signatures::verdict::{Issue, Span};
use afterimage_signatures::{Buffer, Bytes};
use rayon::prelude::*;

use super::joints;
use super::layouts::listed::{self, BLOCKS, DIRECT};
use super::prover::Prover;
use super::read_limit::{MOST_BATCH, ReadLimit, allowance};
use crate::carve::Found;
use crate::claims::{Occupied, Standing};
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::ledger::{IndexEntry, Ledger, NONE};
use crate::model::{Grade, Origin, Record};
use crate::volumes::live_map::LiveMap;

/// What the proof of such a file says.
const AROUND: &str = "around the lists of its blocks, as ext2 and ext3 put them into files";
const WIPED: &str = "around blocks of zeros where ext2 and ext3 put lists of blocks into files";

/// Numbers of blocks side by side that no picture has by chance.
const SURE: u64 = 8;

/// What is said of a file that has a list in it and is not better without.
const FOREIGN: &str = "a list of blocks of ext2 or ext3 lies here, which is no part of the file";

/// How long a file is taken to be at the most of which only zeros tell, in bytes.
const MOST_GUESSED: u64 = 16 << 20;

/// What is needed to look for such files in one source.
pub struct AroundLists<'a> {
    /// Measures files.
    pub prover: Prover<'a>,
    /// What is in use: where a live file lies is known.
    pub live: &'a LiveMap,
    /// Stops it.
    pub progress: &'a Progress,
}

/// What came of a look for one file.
#[derive(Default)]
struct Looked {
    found: Vec<Found>,
    /// Where in the file a list lies for sure.
    list: Option<u64>,
    cost: u64,
}

impl AroundLists<'_> {
    /// Adds the files to the ledger that are better with lists left out than as they were carved. Gives their
    /// positions in the index, in order.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn run(
        &self,
        ledger: &mut Ledger,
        standings: &[Standing],
        occupied: &mut Occupied,
    ) -> Result<Vec<u32>, Error> {
        let is_left = |entry: &IndexEntry| !occupied.is_taken(Span { at: entry.offset, len: 1 });
        let own =
            ledger.entries.iter().zip(standings).enumerate().filter(|(_, (entry, standing))| {
                **standing == Standing::Own && self.may_hold_lists(entry) && is_left(entry)
            });
        let mut carved: Vec<(usize, IndexEntry)> =
            own.map(|(position, (entry, _))| (position, *entry)).collect();
        carved.sort_unstable_by_key(|(_, entry)| entry.offset);
        let (mut added, mut limit) = (Vec::new(), ReadLimit::of(self.prover.source.len()));
        for batch in carved.chunks(MOST_BATCH) {
            if limit.is_spent() || self.progress.stopped() {
                break;
            }
            let look =
                |buffer: &mut Buffer, (_, entry): &(usize, IndexEntry)| self.look(entry, buffer);
            let looks = || batch.par_iter().map_init(Buffer::default, look).collect();
            let looked: Vec<Looked> = self.prover.pool.install(looks);
            if self.progress.is_over() {
                // What was read after the stop may be zeros.
                break;
            }
            for ((position, entry), Looked { mut found, list, cost }) in batch.iter().zip(looked) {
                match (found.first().map(|file| file.record.runs.clone()), list) {
                    (Some(runs), _) if occupied.take(runs.as_slice()) => {
                        self.prover.keep(&mut found, true);
                        added.push(ledger.add_restored(&found)?);
                    }
                    (_, Some(list)) if entry.grade == Grade::Structural => {
                        let mut record = ledger.record(entry)?;
                        record.grade = Grade::Damaged;
                        record.issues.push(Issue::new(list, FOREIGN));
                        ledger.update(*position, &record)?;
                    }
                    _ => limit.charge(cost),
                }
            }
        }
        Ok(added)
    }

    /// Whether a carved file may have lists in it: not one that proves that it has none.
    fn may_hold_lists(&self, entry: &IndexEntry) -> bool {
        entry.source == self.prover.index
            && !entry.packed
            && entry.parent == NONE
            && entry.grade < Grade::Verified
            && !entry.pieces
            && !self.live.holds(entry.offset)
    }

    /// Looks for a carved file in blocks of every length.
    fn look(&self, entry: &IndexEntry, buffer: &mut Buffer) -> Looked {
        let bytes: &dyn Bytes = self.prover.source;
        let mut best = Looked::default();
        for block in BLOCKS {
            let start = entry.offset;
            let (runs, named, words) = match listed::listed(bytes, start, block) {
                Some(layout) => (layout.runs, Some(layout.named), AROUND),
                // Zeros are no evidence: the data itself must prove it, and reach so far.
                None if entry.len >= DIRECT * block => match listed::wiped(bytes, start, block) {
                    Some(runs) => (runs, None, WIPED),
                    None => continue,
                },
                None => continue,
            };
            if named.is_some_and(|named| named >= SURE) && entry.len > DIRECT * block {
                best.list = Some(DIRECT * block);
            }
            let before = buffer.lent();
            let len = if named.is_some() { u64::MAX } else { MOST_GUESSED };
            buffer.allow(Some(allowance(runs.len().min(len))));
            let mut found = self.prover.measure(&runs, buffer);
            best.cost += buffer.lent() - before;
            let Some(record) = found.first_mut().map(|file| &mut file.record) else { continue };
            let is_better = improves(entry, record, block, named)
                && best.found.first().is_none_or(|known| known.record.grade < record.grade);
            if is_better {
                record.origin = Origin::Reassembled;
                record.proof = format!("{}; {words}", record.proof).into();
                if let Some(file) =
                    found.first_mut().filter(|_| named.is_none_or(|named| named < SURE))
                {
                    joints::note_untied(file, block);
                }
                best.found = found;
            }
        }
        best
    }
}

/// Whether a file around lists, which name so many blocks of it, is better than what was carved where it
/// begins.
fn improves(carved: &IndexEntry, record: &Record, block: u64, named: Option<u64>) -> bool {
    let blocks = record.source_len().div_ceil(block);
    let Some(named) = named else {
        return blocks > DIRECT && record.grade == Grade::Verified;
    };
    // As many numbers as the file has blocks no picture has by chance; a trailer may make them more.
    let is_told =
        named > 1 && blocks == DIRECT + named || named >= SURE && blocks <= DIRECT + named;
    let has_more = record.grade < Grade::Structural && record.source_len() > carved.len;
    blocks > DIRECT
        && (record.grade > carved.grade || record.grade == carved.grade && (is_told || has_more))
}
