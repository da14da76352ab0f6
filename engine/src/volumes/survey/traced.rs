//! What the traces of a scan lead to: volumes that no table names any more, and records that no volume
//! reaches.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::{self, Clue, Contents, MOST_ENTRIES};
use crate::volumes::survey::volume::Volume;
use crate::volumes::survey::{Survey, precedence};
use crate::volumes::traces::Trace;

/// Sectors outside of sound volumes that look like the beginning of one and are tried as such.
const MOST_TRIES: usize = 1024;

/// Tells a volume from others: its file system, where it begins, and its partition.
type VolumeKey = (usize, u64, Option<u32>);

fn key(volume: &Volume) -> VolumeKey {
    (volume.system, volume.contents.span.at, volume.partition)
}

/// Whether a path is of what systems write into a volume that was just formatted.
fn is_of_system(path: &str) -> bool {
    path.starts_with(['$', '.']) || path.starts_with("System Volume Information/")
}

impl Survey {
    /// Adds what the traces of a scan lead to, which are in order; nothing when `is_over` says at the end that
    /// not all of it was read.
    pub fn complete(&mut self, bytes: &dyn Bytes, traces: &[Trace], is_over: impl Fn() -> bool) {
        let before: Vec<VolumeKey> = self.volumes.iter().map(key).collect();
        let lost: Vec<bool> = self.volumes.iter().map(|volume| volume.lost).collect();
        self.add_traced(bytes, traces);
        if is_over() {
            self.take_back(before.into_iter().zip(lost).collect());
        }
        self.volumes.sort_by_key(|volume| (volume.lost, volume.contents.span.at, volume.system));
    }

    /// Keeps those volumes only that are told of, and says of each whether it is lost.
    fn take_back(&mut self, mut before: Vec<(VolumeKey, bool)>) {
        self.volumes.retain_mut(|volume| {
            let at = before.iter().position(|(known, _)| *known == key(volume));
            let Some((_, lost)) = at.map(|at| before.swap_remove(at)) else { return false };
            volume.lost = lost;
            true
        });
    }

    fn add_traced(&mut self, bytes: &dyn Bytes, traces: &[Trace]) {
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

    /// Adds files that records tell of to the volume that they were salvaged in, where that has files of its
    /// own: they are of a folder that was deleted from it, of which no record leads to all clusters. In one
    /// that was formatted and holds nothing else, they are what is left of an earlier one.
    fn take_in(&mut self, salvaged: &mut Contents, system: usize) -> bool {
        let is_of = |volume: &&mut Volume| {
            let known = &volume.contents;
            volume.system == system
                && (known.span, known.clusters_at) == (salvaged.span, salvaged.clusters_at)
                && known.cluster_len == salvaged.cluster_len
                && known.entries.iter().any(|entry| !is_of_system(&entry.path))
        };
        let Some(volume) = self.volumes.iter_mut().find(is_of) else { return false };
        let room = MOST_ENTRIES.saturating_sub(volume.contents.entries.len());
        volume.contents.entries.extend(salvaged.entries.drain(..).take(room));
        true
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
        let mut found = filesystem::ALL[system].salvage(bytes, &clues, &known);
        let volume = |contents, (partition, lost)| Volume { contents, partition, lost, system };
        self.volumes = others;
        self.volumes.extend(known.into_iter().zip(kept).map(|(one, kept)| volume(one, kept)));
        found.retain_mut(|one| !self.take_in(one, system));
        // Records that know no place are names in somebody's bytes, and no volume.
        let locations =
            |one: &Contents| one.entries.iter().any(|entry| !entry.locations.is_empty());
        let found = found.into_iter().filter(locations);
        self.volumes.extend(found.map(|one| volume(one, (None, true))));
    }
}
