//! Deleted photos of which only the directory entry is left.

use jiff::tz::TimeZone;

use super::assign::FoundPaths;
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
    /// The zone of clocks that do not tell theirs.
    pub zone: Option<&'a TimeZone>,
}

/// The deleted photos of a volume that were asked for and of which nothing was `found`, by their paths.
pub fn name_only(volume: &Volume, found: &FoundPaths, asked: Asked<'_>) -> Vec<NameOnlyEntry> {
    let is_found = |entry: &Entry| {
        let mut here = entry.starts().filter_map(|start| found.get(&start));
        here.any(|paths| paths.contains(&entry.path))
    };
    let entries = volume.contents.entries.iter();
    let deleted = entries.filter(|entry| entry.deleted && entry.coded.is_none());
    let lost = deleted.filter(|entry| {
        entry.size >= LEAST_SIZE
            && !is_found(entry)
            && asked.registry.has_extension_of(asked.wanted, entry.extension())
    });
    let lost = lost.map(|entry| NameOnlyEntry {
        path: entry.path.clone(),
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
