//! What was not recoverable, and why.

use super::facts::{Facts, is_open};
use super::paragraph::{Paragraph, Topic};
use super::plain::plain;
use super::quantities::{bytes, count, kinds_are, percent};
use super::{left_out, volumes};
use crate::model::Kinds;
use crate::output::report::{ReportSource, ReportVolume};

/// What was not recoverable and why.
pub(super) fn tell(facts: Facts<'_>) -> Vec<Paragraph> {
    reasons(facts).into_iter().map(|text| Paragraph::new(Topic::Lost, text)).collect()
}

fn reasons(facts: Facts<'_>) -> Vec<String> {
    let head = facts.head;
    let mut reasons = Vec::new();
    if let (true, Some(failure)) = (facts.has_failed(), &head.incomplete) {
        reasons.push(format!(
            "{}. What was written until then is whole; the report lists the rest without a path.",
            plain(failure)
        ));
    }
    for source in head.sources.iter().filter(|source| !is_open(source)) {
        let error = source.error.as_deref().unwrap_or("it could not be opened");
        reasons.push(format!("{} was not scanned: {}.", plain(&source.path), plain(error)));
    }
    let is_open = facts.has_photos() || !facts.has_left_out();
    for source in &head.sources {
        reasons.extend(source.volumes.iter().filter_map(volumes::locked));
        if is_open && !facts.has_photos() {
            reasons.extend(source.volumes.iter().filter_map(volumes::erased));
            let is_known = !source.volumes.is_empty();
            reasons.extend(noise(&source.path, source.noise.filter(|_| !is_known)));
        }
        reasons.extend(source.volumes.iter().filter_map(name_only));
        reasons.extend(not_followed(source));
        reasons.extend((is_open && facts.is_whole()).then(|| empty(source)).flatten());
    }
    reasons.extend(incomplete(facts.of_grade(true), facts.is_cut_short()));
    reasons.extend(unseen(head.summary.unseen));
    if facts.has_any() {
        reasons.extend(left_out::reasons(facts));
    }
    reasons
}

/// Deleted photos of which only the directory entry is left.
fn name_only(volume: &ReportVolume) -> Option<String> {
    let photos = count(volume.gone, "deleted photo is", "deleted photos are");
    let name = plain(&volume.gone_files.first()?.path);
    let kind = volumes::file_system(&volume.kind);
    Some(match volume.gone {
        1 => format!(
            "{photos} left by name only, {name}: the {kind} volume has a directory entry of it, but what lies where that \
             points is not recognised as the photo. It was overwritten, lies in pieces that nothing joins, is damaged at \
             its beginning, or came back without its name. The report lists it."
        ),
        _ => format!(
            "{photos} left by name only, such as {name}: the {kind} volume has directory entries of them, but what lies \
             where these point is not recognised as the photo. They were overwritten, lie in pieces that nothing joins, \
             are damaged at their beginning, or came back without their names. The report lists them."
        ),
    })
}

/// From so large a share of noise on, hardly anything else is there.
const MOSTLY_NOISE: f32 = 0.9;

/// Whether hardly anything else is there.
pub(super) fn is_noise(noise: Option<f32>) -> bool {
    noise >= Some(MOSTLY_NOISE)
}

/// Bytes without any order nearly everywhere, where there is no file system: nobody can tell encrypted from wiped.
pub(super) fn noise(path: &str, noise: Option<f32>) -> Option<String> {
    is_noise(noise).then(|| {
        format!(
            "{} looks like noise nearly everywhere. It may be encrypted, by VeraCrypt for example: then \
             unlock it (`veracrypt --text --mount-options=ro FILE`) and scan the unlocked device. Or it was wiped: then nothing is left.",
            plain(path)
        )
    })
}

/// Places left out are told from so many on: some hundreds are in any text full of magic words.
const MANY_LEFT_OUT: u64 = 1000;

fn not_followed(source: &ReportSource) -> Option<String> {
    let places = count(source.left_out, "place", "places");
    (source.left_out >= MANY_LEFT_OUT).then(|| {
        format!(
            "{places} of {} that look like the beginning of a photo were not followed to the end: \
             too many beside them led nowhere.",
            plain(&source.path)
        )
    })
}

/// What never was a photo, or is one no longer. Gaps are on every disk and say nothing.
fn empty(source: &ReportSource) -> Option<String> {
    let empty = empty_bytes(source);
    let said = empty > 0 && empty >= source.size / 10;
    said.then(|| {
        format!(
            "{} of {} is empty ({} erased or never written). Nothing can be recovered from there, \
             even where a file system still has names for it.",
            percent(empty, source.size),
            plain(&source.path),
            bytes(empty)
        )
    })
}

/// Bytes in blocks of one value that belong to no file that was found.
pub(super) fn empty_bytes(source: &ReportSource) -> u64 {
    source.erased_bytes.saturating_sub(source.erased_in_files)
}

fn incomplete(n: Kinds, is_cut_short: bool) -> Option<String> {
    let photos = kinds_are(n);
    let why = if is_cut_short {
        "where the scan does not reach its end, files in several pieces are not joined."
    } else {
        "the rest was overwritten, cannot be read, lies in another place that no file system tells of, \
         or was damaged before it was lost."
    };
    (n.sum() > 0).then(|| format!("{photos} not whole: {why}"))
}

fn unseen(n: u64) -> Option<String> {
    let files = count(n, "file has", "files have");
    (n > 0).then(|| {
        format!(
            "{files} only a beginning left in which nothing can be seen. The report lists them; \
             they were not written."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_may_have_been_damaged_before() {
        let one = Kinds { photos: 1, videos: 0 };
        let said = incomplete(one, false).unwrap();
        assert!(said.starts_with("1 photo is not whole: the rest was overwritten"), "{said}");
        assert!(said.ends_with(", or was damaged before it was lost."), "{said}");
        assert_eq!(incomplete(Kinds::default(), false), None);
    }
}
