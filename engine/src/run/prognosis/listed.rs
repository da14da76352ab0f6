//! Deleted photos that file systems still list: what lies where they began, and what was written since.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::observed::{Listed, Written};
use crate::control::progress::Progress;
use crate::model::{Moment, Random};
use crate::run::forecast::look::Look;
use crate::volumes::entropy::{self, Fill};
use crate::volumes::filesystem::{Entry, Location, begins_as, is_known};

/// Deleted photos of which the beginning is looked at: their shares are known to within 5 % then, and a hard disk
/// needs about ten milliseconds for each.
const MOST_LOOKED: usize = 400;

/// Bytes of a beginning.
const BEGINNING: usize = 4096;

/// Looks at deleted photos, at some of them where they are many.
pub(super) fn look(look: &Look<'_>, random: &mut Random, progress: &Progress) -> Listed {
    let deleted: Vec<&Entry> = look
        .survey
        .entries()
        .map(|(_, _, entry)| entry)
        .filter(|entry| entry.deleted && is_known(&entry.path))
        .collect();
    let mut listed = Listed { all: deleted.len() as u64, ..Listed::default() };
    let of_deletion = newest(deleted.iter().filter_map(|entry| entry.deleted_at));
    listed.is_deletion = of_deletion.is_some();
    listed.newest = of_deletion.or_else(|| newest(deleted.iter().filter_map(|one| one.modified)));
    let mut placed: Vec<(u64, &Entry)> =
        deleted.iter().filter_map(|entry| Some((start(entry)?, *entry))).collect();
    listed.name_only = listed.all - placed.len() as u64;
    random.shuffle(&mut placed);
    placed.truncate(MOST_LOOKED);
    for (at, entry) in placed {
        if listed.looked > 0 && look.is_over() || progress.stopped() {
            break;
        }
        listed.looked += 1;
        count(look, at, entry, &mut listed);
    }
    listed
}

/// Where the first byte of a file lies; nothing of one that has none.
fn start(entry: &Entry) -> Option<u64> {
    match entry.locations.first().filter(|_| entry.size > 0)? {
        Location::Start(at) => Some(*at),
        Location::Runs(runs) => Some(runs.first()?.at),
    }
}

fn count(look: &Look<'_>, at: u64, entry: &Entry, listed: &mut Listed) {
    if look.live.holds(at) {
        listed.in_use += 1;
        return;
    }
    let mut beginning = vec![0; BEGINNING.min(look.bytes.len().saturating_sub(at) as usize)];
    look.bytes.read_at(at, &mut beginning);
    let here = Span { at, len: beginning.len() as u64 };
    let is_read = look.bytes.unreadable_in(here).is_none();
    match beginning.first_chunk::<16>() {
        Some(start) if is_read && begins_as(&entry.path, start) => {
            listed.intact += 1;
            let runs = entry.held();
            let is_taken = |run: &Span| look.live.meets(run.at, run.end());
            listed.partly += u64::from(runs.as_slice().iter().any(is_taken));
        }
        Some(_) if is_read && entropy::fill(&beginning) == Fill::Blank => listed.erased += 1,
        _ => listed.other += 1,
    }
}

/// What was written since the newest deleted photo, as far as file systems tell.
pub(super) fn written(look: &Look<'_>, listed: &Listed) -> Written {
    let live = look.survey.entries().filter(|(_, volume, entry)| volume.has_live(entry));
    let mut written = Written::default();
    let after = listed.newest.and_then(Moment::instant);
    for (_, _, entry) in live {
        written.live += 1;
        written.bytes = written.bytes.saturating_add(entry.size);
        let instant = entry.modified.and_then(Moment::instant);
        if instant > written.newest.and_then(Moment::instant) {
            written.newest = entry.modified;
        }
        if after.is_some() && instant > after {
            written.since += 1;
            written.since_bytes = written.since_bytes.saturating_add(entry.size);
        }
    }
    written
}

fn newest(moments: impl Iterator<Item = Moment>) -> Option<Moment> {
    moments.max_by_key(|moment| moment.instant())
}
