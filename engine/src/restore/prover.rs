//! What measures a file in given runs, apart from who told of them.

use afterimage_signatures::{Buffer, Bytes, Runs, View};
use rayon::ThreadPool;

use crate::carve::{Carver, Found};
use crate::ledger::Keeper;
use crate::source::Source;

/// Measures files in runs of one source, and keeps what is proven.
#[derive(Clone, Copy)]
pub struct Prover<'a> {
    /// Measures files.
    pub carver: &'a Carver<'a>,
    /// Where they lie.
    pub source: &'a dyn Source,
    /// The same bytes, perhaps seen by a witness.
    pub bytes: &'a dyn Bytes,
    /// Position of the source on the command line.
    pub index: u32,
    /// Computes digests, and stores content.
    pub keeper: Keeper<'a>,
    /// The workers.
    pub pool: &'a ThreadPool,
}

impl Prover<'_> {
    /// Positions in the registry of the formats that a file may be of which begins at `at`.
    pub(super) fn formats_at(&self, at: u64, buffer: &mut Buffer) -> Vec<usize> {
        let rest = Runs::whole(at, self.source.len().saturating_sub(at));
        let mut view = View::new(self.bytes, &rest, buffer);
        self.carver.matcher.formats_of(&mut view)
    }

    /// The file that lies in `runs`, and the pictures inside it; nothing when no format accepts it, or when
    /// the buffer is spent first.
    pub(super) fn measure(&self, runs: &Runs, buffer: &mut Buffer) -> Vec<Found> {
        let found = self.carver.carve_runs(self.index, self.bytes, runs, buffer);
        if buffer.is_spent() { Vec::new() } else { found }
    }

    /// Hashes a file and the pictures inside it, and stores the file where it is to be written.
    pub(super) fn keep(&self, found: &mut [Found], is_written: bool) {
        let bytes = self.bytes;
        let Some((file, inside)) = found.split_first_mut() else { return };
        let stored = is_written && self.keeper.keep(bytes, &mut file.record).is_ok();
        if !stored {
            // What cannot be stored now is fetched when it gets its name, or is said then.
            self.keeper.digest(bytes, &mut file.record);
        }
        inside.iter_mut().for_each(|file| self.keeper.digest(bytes, &mut file.record));
    }
}
