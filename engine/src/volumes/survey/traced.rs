//! What the traces of a scan lead to: volumes that no table names any more, and records that no volume
//! reaches.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::{self, Clue, Contents};
use crate::volumes::survey::volume::Volume;
use crate::volumes::survey::{Survey, precedence};
use crate::volumes::traces::Trace;

/// Sectors outside of sound volumes that look like the beginning of one and are tried as such.
const MOST_TRIES: usize = 1024;

impl Survey {
    /// Adds what the traces of a scan lead to, which are in order.
    pub fn complete(&mut self, bytes: &dyn Bytes, traces: &[Trace]) {
        let mut tries = 0;
        for trace in traces.iter().filter(|trace| trace.clue != Clue::Records) {
            if self.covers(bytes, trace) {
                continue;
            }
            if tries == MOST_TRIES || self.is_full() {
                break;
            }
            tries += 1;
            self.try_start(bytes, trace);
        }
        for system in 0..filesystem::ALL.len() {
            self.salvage(bytes, traces, system);
        }
        self.volumes.sort_by_key(|volume| (volume.lost, volume.contents.span.at, volume.system));
    }

    /// Whether a trace is part of a volume of its kind that is known. In one that is damaged others may
    /// begin, for it may be the damaged one that is not there; copies in it are its own.
    fn covers(&self, bytes: &dyn Bytes, trace: &Trace) -> bool {
        let original = || filesystem::ALL[usize::from(trace.system)].original(bytes, trace.at);
        self.volumes.iter().any(|known| {
            let at = known.contents.span.at;
            known.system == usize::from(trace.system)
                && known.contents.span.holds(Span { at: trace.at, len: 1 })
                && (known.is_sound()
                    || trace.clue == Clue::Copy
                    || at == trace.at
                    || original() == Some(at))
        })
    }

    /// Tries a sector as the beginning of a volume or as a copy of one.
    fn try_start(&mut self, bytes: &dyn Bytes, trace: &Trace) {
        let system = usize::from(trace.system);
        let filesystem = filesystem::ALL[system];
        let here = match trace.clue {
            Clue::Start => filesystem.read(bytes, trace.at, bytes.len().saturating_sub(trace.at)),
            Clue::Copy | Clue::Records => None,
        };
        // A copy may look like a beginning; of the two volumes the one is there that contradicts itself less.
        let is_sound = |contents: &Contents| contents.faults.is_empty();
        let as_copy = match &here {
            Some(here) if is_sound(here) => None,
            _ => filesystem.read_copy(bytes, trace.at),
        };
        let best = here.into_iter().chain(as_copy).min_by_key(|one| one.faults.len());
        let Some(contents) = best else { return };
        let at = contents.span.at;
        if self.volumes.iter().all(|known| (known.system, known.contents.span.at) != (system, at)) {
            precedence::admit(
                &mut self.volumes,
                Volume { contents, partition: None, lost: false, system },
            );
        }
    }

    /// Adds the files that records of one file system still tell of.
    fn salvage(&mut self, bytes: &dyn Bytes, traces: &[Trace], system: usize) {
        let clues: Vec<u64> = traces
            .iter()
            .filter(|trace| trace.clue == Clue::Records && usize::from(trace.system) == system)
            .map(|trace| trace.at)
            .collect();
        if clues.is_empty() {
            return;
        }
        let (of_system, others): (Vec<Volume>, Vec<Volume>) =
            std::mem::take(&mut self.volumes).into_iter().partition(|one| one.system == system);
        let kept: Vec<_> = of_system.iter().map(|one| (one.partition, one.lost)).collect();
        let known: Vec<Contents> = of_system.into_iter().map(|one| one.contents).collect();
        let found = filesystem::ALL[system].salvage(bytes, &clues, &known);
        let volume = |contents, (partition, lost)| Volume { contents, partition, lost, system };
        self.volumes = others;
        self.volumes.extend(known.into_iter().zip(kept).map(|(one, kept)| volume(one, kept)));
        // Records that know no place are names in somebody's bytes, and no volume.
        let locations =
            |one: &Contents| one.entries.iter().any(|entry| !entry.locations.is_empty());
        let found = found.into_iter().filter(locations);
        self.volumes.extend(found.map(|one| volume(one, (None, true))));
    }
}
