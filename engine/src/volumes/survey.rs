//! Which volumes there are on a source, and what they say of their files.
//!
//! Before the scan, partition tables lead to volumes. After it, the traces that the scan came upon
//! lead to volumes that no table names any more, and to records that no volume reaches.

use std::cmp::Reverse;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::{self, Clue, Contents, Entry, Location, MOST_ENTRIES};
use crate::volumes::partition::{self, Partition};
use crate::volumes::traces::Trace;

/// Sectors outside of sound volumes that look like the beginning of one and are tried as such.
const MOST_TRIES: usize = 1024;

/// Volumes of one source that are read through partitions and traces; one that was formatted often has
/// a few, one that holds images of disks some more.
const MOST_VOLUMES: usize = 256;

/// What is wrong with a volume that another one lies across, neither of which can be told wrong.
const CONTESTED: &str = "another volume that is damaged lies there as well";

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
        !self.lost && self.is_sound() && self.contents.encrypted.is_none()
    }

    /// Whether a file of it could begin at `at`; what begins elsewhere is part of one.
    pub fn begins_cluster(&self, at: u64) -> bool {
        let Contents { clusters_at, cluster_len, .. } = self.contents;
        at.abs_diff(clusters_at).is_multiple_of(cluster_len.max(1))
    }

    /// Whether nothing in it contradicts itself.
    fn is_sound(&self) -> bool {
        self.contents.faults.is_empty()
    }

    /// Whether a file that it lists as there lies at `at`.
    fn owns(&self, at: u64) -> bool {
        let live = self.contents.entries.iter().filter(|entry| !entry.deleted);
        let runs = live.filter_map(|entry| match entry.locations.first() {
            Some(Location::Runs(runs)) => Some(runs),
            _ => None,
        });
        runs.flatten().any(|run| Span { at: run.at, len: run.len }.holds(Span { at, len: 1 }))
    }

    /// Whether a file of it is still there, as far as that can be relied on.
    pub fn has_live(&self, entry: &Entry) -> bool {
        !entry.deleted && self.is_trusted()
    }
}

/// Which file of which volume of a survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryId {
    /// Position of the volume in [`Survey::volumes`].
    pub volume: u32,
    /// Position of the entry in its [`Contents::entries`].
    pub entry: u32,
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
    /// The volumes that the partition table leads to, and the one that begins where the source does:
    /// a table may have been put over it, or may be part of a file of it.
    pub fn of(bytes: &dyn Bytes) -> Self {
        let table = partition::partitions(bytes);
        let mut survey = Survey { volumes: Vec::new(), faults: table.faults };
        survey.volumes.extend(read(bytes, Span { at: 0, len: bytes.len() }, None));
        for Partition { span, number, .. } in table.list {
            let is_known = survey.volumes.iter().any(|known| known.contents.span.at == span.at);
            if !is_known && !survey.is_full() {
                read(bytes, span, Some(number)).into_iter().for_each(|new| survey.admit(new));
            }
        }
        survey
    }

    /// Whether there are as many volumes or files as are kept of one source.
    fn is_full(&self) -> bool {
        let entries: usize = self.volumes.iter().map(|one| one.contents.entries.len()).sum();
        self.volumes.len() >= MOST_VOLUMES || entries >= MOST_ENTRIES
    }

    /// Adds a volume, and settles which is lost of those that lie across each other.
    fn admit(&mut self, mut new: Volume) {
        let there = self.volumes.iter_mut();
        let mut rivals: Vec<(Meeting, &mut Volume)> = there
            .filter(|known| !known.lost && overlap(known.contents.span, new.contents.span))
            .map(|known| (meet(known, &new), known))
            .collect();
        let met = |meeting| rivals.iter().any(|(other, _)| *other == meeting);
        new.lost = met(Meeting::Loses);
        if !new.lost && met(Meeting::Contests) {
            new.contents.faults.push(CONTESTED.to_owned());
        }
        if !new.lost {
            let beaten = rivals.iter_mut().filter(|(meeting, _)| *meeting == Meeting::Wins);
            beaten.for_each(|(_, known)| known.lost = true);
        }
        self.volumes.push(new);
    }

    /// Keeps the volume of that partition only; the only volume of a source without partitions is
    /// number 1.
    ///
    /// # Errors
    ///
    /// The numbers that there are, when this is none of them.
    pub fn keep_only(&mut self, number: u32) -> Result<(), Vec<u32>> {
        let mut known: Vec<u32> = self.volumes.iter().filter_map(|one| one.partition).collect();
        let numbered = !known.is_empty();
        if !numbered && !self.volumes.is_empty() {
            known.push(1);
        }
        if !known.contains(&number) {
            known.sort_unstable();
            return Err(known);
        }
        self.volumes.retain(|volume| !numbered || volume.partition == Some(number));
        Ok(())
    }

    /// Adds what the traces of a scan lead to, which are in order.
    pub fn complete(&mut self, bytes: &dyn Bytes, traces: &[Trace]) {
        let mut tries = 0;
        for trace in traces.iter().filter(|trace| trace.clue != Clue::Records) {
            if self.covers(trace) {
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
    fn covers(&self, trace: &Trace) -> bool {
        self.volumes.iter().any(|known| {
            known.system == usize::from(trace.system)
                && known.contents.span.holds(Span { at: trace.at, len: 1 })
                && (known.is_sound()
                    || trace.clue == Clue::Copy
                    || known.contents.span.at == trace.at)
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
        let Some(contents) = here.or_else(|| filesystem.read_copy(bytes, trace.at)) else {
            return;
        };
        let at = contents.span.at;
        if self.volumes.iter().all(|known| (known.system, known.contents.span.at) != (system, at)) {
            self.admit(Volume { contents, partition: None, lost: false, system });
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

    /// All files of all volumes.
    pub fn entries(&self) -> impl Iterator<Item = (EntryId, &Volume, &Entry)> {
        (0..).zip(&self.volumes).flat_map(|(at, volume)| {
            let entries = (0..).zip(&volume.contents.entries);
            entries.map(move |(index, entry)| (EntryId { volume: at, entry: index }, volume, entry))
        })
    }

    /// The volume and the entry of a file of this survey.
    pub fn entry(&self, id: EntryId) -> (&Volume, &Entry) {
        let volume = &self.volumes[id.volume as usize];
        (volume, &volume.contents.entries[id.entry as usize])
    }

    /// All files in the order in which they count where several may lie at one place: live before deleted,
    /// newer before older, those of volumes that are lost last.
    pub fn by_precedence(&self) -> Vec<EntryId> {
        let mut all: Vec<_> = self.entries().collect();
        all.sort_by_key(|(_, volume, entry)| {
            let when = entry.modified.map(|stamp| stamp.civil);
            (volume.lost, entry.deleted, Reverse(when), entry.record)
        });
        all.into_iter().map(|(id, ..)| id).collect()
    }
}

/// How a volume stands to a known one that it lies across.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meeting {
    /// It is lost.
    Loses,
    /// The known one is lost.
    Wins,
    /// Nobody can tell; it is not to be relied on, as the known one is not.
    Contests,
}

/// What lies in a file of another volume is lost. Else what a table leads to is believed before what
/// merely begins somewhere, what is sound before what is not, and the first of two that are equal: but
/// a damaged one that no table leads to makes no sound one lost.
fn meet(known: &Volume, new: &Volume) -> Meeting {
    let claims = new.partition.is_some() && known.partition.is_none();
    match (known.is_sound(), new.is_sound()) {
        _ if known.owns(new.contents.span.at) => Meeting::Loses,
        (_, true) if claims => Meeting::Wins,
        (true, _) => Meeting::Loses,
        (false, false) if !claims => Meeting::Loses,
        (false, _) => Meeting::Contests,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::volumes::traces;
    use afterimage_testdata::fat::{Kind, Stamp, Volume as Fat};
    use afterimage_testdata::ntfs::Volume as Ntfs;
    use afterimage_testdata::random::Random;

    const MIB: usize = 1 << 20;

    /// A FAT16 volume of 5 MiB with a file of that content in its midst.
    fn fat(content: &[u8]) -> (Vec<u8>, usize) {
        let mut volume = Fat::new(Kind::Fat16, 5 << 11, 1024, "CARD");
        let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
        let pieces = volume.write("DISK.IMG", content, stamp, 2000);
        (volume.image().to_vec(), pieces[0].start)
    }

    fn ntfs() -> Vec<u8> {
        let mut volume = Ntfs::new(64);
        volume.make_folder("DCIM");
        volume.image().to_vec()
    }

    /// Makes a boot sector a table of partitions as well, with one entry.
    fn add_entry(image: &mut [u8], start: usize, len: usize) {
        image[446..462].fill(0);
        image[450] = 7;
        image[454..458].copy_from_slice(&((start / 512) as u32).to_le_bytes());
        image[458..462].copy_from_slice(&((len / 512) as u32).to_le_bytes());
    }

    /// Checks the volumes: kind, first byte, partition, whether lost, whether trusted.
    #[track_caller]
    fn check(image: &[u8], expected: &[(&str, usize, Option<u32>, bool, bool)]) {
        let mut survey = Survey::of(&image);
        let mut found = Vec::new();
        traces::look(image, 0, 0..image.len(), &mut found);
        survey.complete(&image, &found);
        let said: Vec<_> = survey
            .volumes
            .iter()
            .map(|one| {
                let Contents { kind, span, .. } = one.contents;
                (kind, span.at as usize, one.partition, one.lost, one.is_trusted())
            })
            .collect();
        assert_eq!(said, expected, "{:#?}", survey.volumes);
    }

    #[test]
    fn a_table_that_points_into_a_file_of_the_volume_around_it_does_not_end_that() {
        let disk = ntfs();
        let (mut image, at) = fat(&disk);
        let inside =
            |partition| [("fat16", 0, None, false, true), ("ntfs", at, partition, true, false)];
        check(&image, &inside(None));
        add_entry(&mut image, at, disk.len());
        check(&image, &inside(Some(1)));
    }

    #[test]
    fn a_volume_that_a_table_was_put_over_is_lost() {
        let (mut image, _) = fat(&[7; 3000]);
        image[3 * MIB..3 * MIB + ntfs().len()].copy_from_slice(&ntfs());
        check(&image, &[("fat16", 0, None, false, true), ("ntfs", 3 * MIB, None, true, false)]);
        add_entry(&mut image, 3 * MIB, ntfs().len());
        check(&image, &[("ntfs", 3 * MIB, Some(1), false, true), ("fat16", 0, None, true, false)]);
    }

    #[test]
    fn a_damaged_volume_makes_no_sound_one_lost_and_neither_is_relied_on() {
        for inner in [ntfs(), fat(&[9; 3000]).0] {
            let kind = if inner[3] == b'N' { "ntfs" } else { "fat16" };
            let (mut image, _) = fat(&[7; 3000]);
            // The volume claims that it reaches far, and its tables are noise.
            image.resize(8 * MIB, 0);
            image[512..21 * 512].copy_from_slice(&Random::new(5).bytes(20 * 512));
            image[19..21].fill(0);
            image[32..36].copy_from_slice(&((8 * MIB / 512) as u32).to_le_bytes());
            image[3 * MIB..3 * MIB + inner.len()].copy_from_slice(&inner);
            check(&image, &[("fat16", 0, None, false, false), (kind, 3 * MIB, None, false, false)]);
        }
    }
}
