//! Which volumes there are on a source, and what they say of their files.
//!
//! Before the scan, partition tables lead to volumes. After it, the traces that the scan came upon
//! lead to volumes that no table names any more, and to records that no volume reaches.

use std::cmp::Reverse;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::filesystem::{self, Clue, Contents, Entry};
use crate::partition::{self, Partition};
use crate::traces::Trace;

/// Sectors that look like the beginning of a volume and are tried as one.
const MOST_TRIES: usize = 4096;

/// A volume, or what is left of one.
#[derive(Clone, Debug)]
pub struct Volume {
    /// What it says.
    pub contents: Contents,
    /// Number of its partition, where a table names it.
    pub partition: Option<u32>,
    /// Whether it is no longer: another volume lies there now, or its records alone are left.
    pub lost: bool,
    /// Which of [`filesystem::ALL`] it is of.
    system: usize,
}

impl Volume {
    /// Whether what it says of live files and free clusters can be relied on.
    pub fn is_trusted(&self) -> bool {
        !self.lost && self.contents.faults.is_empty() && self.contents.locked.is_none()
    }

    /// Whether a file of it is still there, as far as that can be relied on.
    pub fn has_live(&self, entry: &Entry) -> bool {
        !entry.deleted && self.is_trusted()
    }
}

/// The volumes of a source.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// By their first byte, those that are lost last.
    pub volumes: Vec<Volume>,
    /// In what the partition table is damaged.
    pub faults: Vec<String>,
}

impl Survey {
    /// The volumes that the partition table leads to, or the one that is the whole of the source.
    pub fn of(bytes: &dyn Bytes) -> Self {
        let table = partition::partitions(bytes);
        let mut survey = Survey { volumes: Vec::new(), faults: table.faults };
        survey.volumes.extend(read(bytes, Span { at: 0, len: bytes.len() }, None));
        for Partition { span, number, .. } in table.list {
            if survey.volumes.iter().all(|known| !overlap(known.contents.span, span)) {
                survey.volumes.extend(read(bytes, span, Some(number)));
            }
        }
        survey
    }

    /// Keeps the volume of that partition only; the only volume of a source without partitions is
    /// number 1. Tells whether there is one.
    pub fn keep_only(&mut self, number: u32) -> bool {
        self.volumes.retain(|volume| volume.partition.unwrap_or(1) == number);
        !self.volumes.is_empty()
    }

    /// Adds what the traces of a scan lead to, which are in order.
    pub fn complete(&mut self, bytes: &dyn Bytes, traces: &[Trace]) {
        let starts = traces.iter().filter(|trace| trace.clue != Clue::Records);
        for trace in starts.take(MOST_TRIES) {
            self.try_start(bytes, trace);
        }
        for system in 0..filesystem::ALL.len() {
            self.salvage(bytes, traces, system);
        }
        self.volumes.sort_by_key(|volume| (volume.lost, volume.contents.span.at, volume.system));
    }

    /// Tries a sector as the beginning of a volume or as a copy of one.
    fn try_start(&mut self, bytes: &dyn Bytes, trace: &Trace) {
        let system = usize::from(trace.system);
        let is_inside = |volume: &Volume| {
            volume.system == system && volume.contents.span.holds(Span { at: trace.at, len: 1 })
        };
        if self.volumes.iter().any(is_inside) {
            return;
        }
        let filesystem = filesystem::ALL[system];
        let here = match trace.clue {
            Clue::Start => filesystem.read(bytes, trace.at, bytes.len() - trace.at),
            Clue::Copy | Clue::Records => None,
        };
        let Some(contents) = here.or_else(|| filesystem.read_copy(bytes, trace.at)) else {
            return;
        };
        let (at, span) = (contents.span.at, contents.span);
        if self.volumes.iter().any(|known| (known.system, known.contents.span.at) == (system, at)) {
            return;
        }
        let lost = self.volumes.iter().any(|known| overlap(known.contents.span, span));
        self.volumes.push(Volume { contents, partition: None, lost, system });
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
        self.volumes.extend(found.into_iter().map(|one| volume(one, (None, true))));
    }

    /// All files of all volumes, each with its volume: live before deleted, newer before older, those
    /// of volumes that are lost last.
    pub fn entries(&self) -> Vec<(&Volume, &Entry)> {
        let of = |volume| move |entry| (volume, entry);
        let mut all: Vec<(&Volume, &Entry)> =
            self.volumes.iter().flat_map(|one| one.contents.entries.iter().map(of(one))).collect();
        all.sort_by_key(|(volume, entry)| {
            let when = entry.modified.map(|stamp| stamp.civil);
            (volume.lost, entry.deleted, Reverse(when), entry.record)
        });
        all
    }
}

fn overlap(a: Span, b: Span) -> bool {
    a.at < b.end() && b.at < a.end()
}

/// The volume that begins where `span` does.
fn read(bytes: &dyn Bytes, span: Span, partition: Option<u32>) -> Option<Volume> {
    (0..).zip(filesystem::ALL).find_map(|(system, filesystem)| {
        let contents = filesystem.read(bytes, span.at, span.len)?;
        Some(Volume { contents, partition, lost: false, system })
    })
}
