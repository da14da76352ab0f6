//! The entries of a directory, with their names.

use crate::model::Moment;
use crate::volumes::filesystem::fat_family::clusters::FIRST;
use crate::volumes::filesystem::fat_family::directory_bytes::{DirectoryBytes, entry};
use crate::volumes::filesystem::fat_family::fat::entry::{ClusterNumbers, EntryRole, FatEntry};
use crate::volumes::filesystem::fat_family::fat::names;
use crate::volumes::filesystem::fat_family::fat::names::{LongName, long_name};
use crate::volumes::filesystem::fat_family::file_record::{FileAllocation, FileRecord, ShortName};
use crate::volumes::filesystem::fat_family::member::DirectoryListing;

/// What a directory holds.
///
/// What lies behind the end mark, and all of a directory that is not live, is believed only if
/// nothing in it is wrong: it may be what another file left there.
pub(crate) fn list(
    directory: &DirectoryBytes,
    is_live: bool,
    numbers: ClusterNumbers,
) -> DirectoryListing {
    let (mut listing, mut ended) = (DirectoryListing::default(), false);
    for index in 0..directory.len() {
        let Some(entry) = entry::<FatEntry>(directory.bytes(), index) else { break };
        let is_live = is_live && !ended && !entry.is_deleted();
        match entry.role() {
            EntryRole::End => ended = true,
            EntryRole::File if entry.is_dots(1) || entry.is_dots(2) => {}
            EntryRole::File if entry.is_valid(numbers) || is_live && entry.is_usable(numbers) => {
                listing.records.push(record(
                    directory,
                    index,
                    entry,
                    is_live,
                    entry.cluster(numbers),
                ));
            }
            EntryRole::File => listing.invalid += u64::from(is_live),
            EntryRole::LongName | EntryRole::Label => {}
        }
    }
    listing
}

fn record(
    directory: &DirectoryBytes,
    index: usize,
    entry: &FatEntry,
    is_live: bool,
    cluster: u32,
) -> FileRecord {
    let long = long_name(directory.bytes(), index);
    let mut short = ShortName { bytes: entry.name, case: entry.case() };
    if entry.is_deleted() {
        short.bytes[0] = long.as_ref().map_or(0, |long| long.first);
    }
    let name = match long {
        Some(LongName { name: Some(name), .. }) => name,
        _ => names::shown(&short),
    };
    // Of a deleted file all of the number may be lost, which zero tells as little as any other.
    let is_empty = cluster == 0 && is_live && !entry.is_directory();
    FileRecord {
        name,
        short: Some(short),
        certain: !short.lacks_letter(),
        deleted: !is_live,
        erased: entry.is_deleted(),
        is_directory: entry.is_directory(),
        allocation: if is_empty { FileAllocation::Nothing } else { FileAllocation::Chained },
        cluster,
        size: entry.size.get().into(),
        written: entry.size.get().into(),
        modified: entry.modified().map(|civil| Moment { civil, offset: None }),
        at: directory.offset(index),
        ..FileRecord::default()
    }
}

/// The label in the root directory, as it is shown.
pub(crate) fn label(root: &DirectoryBytes) -> Option<String> {
    let entries = (0..root.len()).map_while(|index| entry::<FatEntry>(root.bytes(), index));
    let mut live = entries.take_while(|entry| entry.role() != EntryRole::End);
    let label = live.find(|entry| entry.role() == EntryRole::Label && !entry.is_deleted())?;
    Some(names::label(&label.name))
}

/// What the entries `.` and `..` say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DirectoryHead {
    /// The directory's own first cluster.
    pub own: u32,
    /// That of the directory it lies in, zero for the root.
    pub parent: u32,
}

impl DirectoryHead {
    /// The beginning of the directory that begins with these bytes, if one does.
    pub fn parse(directory: &[u8], numbers: ClusterNumbers) -> Option<Self> {
        let (own, parent): (&FatEntry, &FatEntry) = (entry(directory, 0)?, entry(directory, 1)?);
        let head = DirectoryHead { own: own.cluster(numbers), parent: parent.cluster(numbers) };
        let fits = own.is_dots(1) && parent.is_dots(2) && head.own >= FIRST && own.size == 0;
        fits.then_some(head)
    }

    /// The same by those bits of its numbers that count.
    pub fn in_bits_of(self, numbers: ClusterNumbers) -> Self {
        DirectoryHead { own: numbers.of_these(self.own), parent: numbers.of_these(self.parent) }
    }
}
