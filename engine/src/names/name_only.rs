//! Deleted photos of which only the directory entry is left.

use std::cmp::Reverse;
use std::collections::HashSet;

use jiff::tz::TimeZone;

use super::assign::FoundFiles;
use super::former_names::FormerNames;
use crate::formats::Registry;
use crate::model::Moment;
use crate::options::Select;
use crate::volumes::filesystem::Entry;
use crate::volumes::survey::Volume;

/// A file of a photo is not shorter, in bytes.
pub const LEAST_SIZE: u64 = 64;

/// A deleted photo of which nothing was found but its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameOnlyEntry {
    /// Its path in the volume.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
    /// When it was last modified.
    pub modified: Option<Moment>,
}

/// What decides which names are listed.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The formats.
    pub registry: &'a Registry,
    /// Which of them are asked for.
    pub wanted: &'a [bool],
    /// Which files are asked for.
    pub select: &'a Select,
    /// What files in trash folders were called before.
    pub former: &'a FormerNames,
    /// The zone of clocks that do not tell theirs.
    pub zone: Option<&'a TimeZone>,
}

/// The deleted photos of a volume that were asked for and of which nothing was `found`, by their paths.
///
/// A photo that was moved or renamed has two entries with the same beginning and the same size, and is
/// found, or still there, under one of them.
pub fn name_only(volume: &Volume, found: &FoundFiles, asked: Asked<'_>) -> Vec<NameOnlyEntry> {
    let live = volume.contents.entries.iter().filter(|entry| volume.has_live(entry));
    let live: HashSet<(u64, u64)> = live.filter_map(bytes_of).collect();
    let is_found = |entry: &Entry| {
        let mut here = entry.starts().filter_map(|start| found.get(&start));
        bytes_of(entry).is_some_and(|bytes| live.contains(&bytes))
            || here.any(|one| one.paths.contains(&entry.path) || one.sizes.contains(&entry.size))
    };
    let entries = volume.contents.entries.iter();
    let deleted = entries.filter(|entry| entry.deleted && entry.coded.is_none());
    let lost = deleted.filter(|entry| {
        entry.size >= LEAST_SIZE
            && !asked.former.is_record(entry)
            && !is_found(entry)
            && asked.registry.has_extension_of(asked.wanted, entry.extension())
    });
    let mut lost: Vec<&Entry> = lost.collect();
    lost.sort_by_key(|entry| {
        (!entry.certain, Reverse(entry.modified.map(|moment| moment.civil)), entry.record)
    });
    let mut known = HashSet::new();
    lost.retain(|entry| bytes_of(entry).is_none_or(|bytes| known.insert(bytes)));
    let lost = lost.into_iter().map(|entry| NameOnlyEntry {
        path: asked.former.path_of(&entry.path, &[entry.size]),
        size: entry.size,
        modified: entry.modified.map(|moment| moment.read_in(asked.zone)),
    });
    let select = asked.select;
    let is_asked =
        |one: &NameOnlyEntry| select.is_all() || select.wants_name(&one.path, one.modified);
    let mut lost: Vec<NameOnlyEntry> = lost.filter(is_asked).collect();
    lost.sort_by(|one, other| (&one.path, one.size).cmp(&(&other.path, other.size)));
    lost.dedup_by(|one, other| (&one.path, one.size) == (&other.path, other.size));
    lost
}

/// Where the bytes of an entry's file begin, and how many there are.
fn bytes_of(entry: &Entry) -> Option<(u64, u64)> {
    Some((entry.starts().next()?, entry.size))
}
