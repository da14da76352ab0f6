//! What could not be read, what is not whole and what is lost.

use super::super::counted::{bytes, count, percent};
use super::next;
use crate::output::report::{LostState, ReportHead, ReportLost, ReportSource, ReportVolume};

/// Names that are given of photos of one kind.
const MOST_NAMED: usize = 3;

/// From so large a share of noise on, hardly anything else is there.
const MOSTLY_NOISE: f32 = 0.9;

/// What nobody must overlook, said before anything else.
pub(super) fn alerts(head: &ReportHead) -> Vec<String> {
    let mut said: Vec<String> = head.sources.iter().filter_map(read_errors).collect();
    if let Some(why) = &head.incomplete {
        said.push(format!("This report is not complete: {why}."));
    }
    for source in head.sources.iter().filter(|source| source.error.is_some()) {
        let error = source.error.as_deref().unwrap_or_default();
        said.push(format!("{}: {error}.", source.path));
    }
    said
}

fn read_errors(source: &ReportSource) -> Option<String> {
    let total = source.unreadable.iter().fold(0_u64, |sum, range| sum.saturating_add(range.length));
    let places = count(source.unreadable.len() as u64, "place", "places");
    let hit = match source.unreadable_files {
        0 => "no photo that was found lies there".to_owned(),
        1 => "1 photo lies there and has zeros instead".to_owned(),
        n => format!("{n} photos lie there and have zeros instead"),
    };
    let (total, path) = ((total > 0).then(|| bytes(total))?, &source.path);
    Some(format!("READ ERRORS: {total} of {path} in {places} could not be read; {hit}."))
}

/// What could not be recovered and why, a sentence each.
pub(super) fn reasons(head: &ReportHead) -> Vec<String> {
    let mut said = Vec::new();
    for source in &head.sources {
        said.extend(source.volumes.iter().filter_map(locked));
        said.extend(source.volumes.iter().filter_map(name_only));
        said.extend(noise(source));
        said.extend(empty(source));
    }
    said.extend(lost(head));
    let unseen = head.summary.unseen;
    if unseen > 0 {
        let files = count(unseen, "file has", "files have");
        said.push(format!(
            "{files} only a beginning left in which nothing can be seen; not written."
        ));
    }
    said.extend(next::left_out(head));
    said
}

fn locked(volume: &ReportVolume) -> Option<String> {
    let why = volume.locked.as_ref()?;
    let kind = volume.kind.to_uppercase();
    Some(format!(
        "The {kind} volume, {}, is {why}: unlock it and scan the unlocked device.",
        bytes(volume.length)
    ))
}

fn name_only(volume: &ReportVolume) -> Option<String> {
    let photos = count(volume.gone, "deleted photo is", "deleted photos are");
    let name = &volume.gone_files.first()?.path;
    Some(format!(
        "{photos} left by name only, such as {name}: their bytes were overwritten, or lie in pieces that nothing \
         joins."
    ))
}

fn noise(source: &ReportSource) -> Option<String> {
    let is_noise = source.volumes.is_empty() && source.noise >= Some(MOSTLY_NOISE);
    is_noise.then(|| {
        format!(
            "{} looks like noise nearly everywhere. It may be encrypted: then unlock it and scan the unlocked \
             device. Or it was wiped: then nothing is left.",
            source.path
        )
    })
}

fn empty(source: &ReportSource) -> Option<String> {
    let empty = source.erased_bytes.saturating_sub(source.erased_in_files);
    (empty > 0 && empty >= source.size / 10).then(|| {
        format!(
            "{} of {} is empty ({} erased or never written). Nothing can be recovered from there, even where a \
             file system still has names for it.",
            percent(empty, source.size),
            source.path,
            bytes(empty)
        )
    })
}

/// Whether a row is of a number that no photo has.
fn is_gap(row: &ReportLost) -> bool {
    row.by.starts_with("gap in ")
}

fn lost(head: &ReportHead) -> Vec<String> {
    let states = [
        (LostState::Partial, "was", "were", "found in part"),
        (LostState::PreviewOnly, "was", "were", "found as a smaller picture only"),
        (LostState::CloudOnly, "is", "are", "not here: a service or another device has it"),
        (LostState::NameOnly, "is", "are", "still lost: nothing of it was found"),
    ];
    let mut said = Vec::new();
    for (state, one, many, what) in states {
        let of = || head.lost.iter().filter(move |row| row.state == state && !is_gap(row));
        let n = of().count() as u64;
        let photos = count(
            n,
            &format!("photo that is known to have existed {one}"),
            &format!("photos that are known to have existed {many}"),
        );
        said.extend((n > 0).then(|| format!("{photos} {what}{}.", such_as(of()))));
    }
    let gaps = head.lost.iter().filter(|row| is_gap(row));
    let n = gaps.clone().count() as u64;
    let numbers = count(n, "number is", "numbers are");
    said.extend((n > 0).then(|| {
        format!(
            "{numbers} missing in the numbering of the camera{}: photos may have had them of which nothing is left, \
             or they were deleted long ago.",
            such_as(gaps)
        )
    }));
    said
}

/// Some names of rows, to be said after what they are.
fn such_as<'r>(rows: impl Iterator<Item = &'r ReportLost>) -> String {
    let names: Vec<&str> = rows.filter_map(|row| row.path.as_deref()).take(MOST_NAMED).collect();
    if names.is_empty() { String::new() } else { format!(", such as {}", names.join(", ")) }
}
