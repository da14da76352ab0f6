//! What an entry says of its file.

use jiff::tz::TimeZone;

use crate::model::{FileSystemFacts, Record, Status};
use crate::volumes::filesystem::Entry;
use crate::volumes::survey::Volume;

/// Gives a file the name and the dates of its entry. `zone` is that of clocks that do not tell theirs; without
/// it their times stay without a zone.
pub fn note_entry(record: &mut Record, volume: &Volume, entry: &Entry, zone: Option<&TimeZone>) {
    record.facts = FileSystemFacts {
        path: Some(entry.path.clone()),
        is_inferred: !entry.certain,
        modified: entry.modified.map(|moment| moment.read_in(zone)),
        deleted_at: entry.deleted_at.map(|moment| moment.read_in(zone)),
        hint: record.facts.hint.take(),
    };
    record.status = if volume.has_live(entry) {
        Status::Live
    } else if !volume.is_trusted() && !entry.deleted && !volume.lost {
        Status::Unknown
    } else {
        Status::Deleted
    };
}
