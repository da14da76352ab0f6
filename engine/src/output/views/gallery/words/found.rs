//! What was read, and what was found beside what is recovered.

use super::super::counted::{bytes, count, grouped};
use crate::output::report::{ReportHead, ReportSource, ReportVolume};

/// Sources and volumes of each that are named; the rest stands in the report.
const MOST_NAMED: usize = 12;

/// What else was found, a sentence each.
pub(super) fn others(head: &ReportHead) -> Vec<String> {
    let summary = &head.summary;
    let rows = [
        (summary.unwritten, "more file was", "more files were", "found and could not be written."),
        (
            summary.live,
            "photo or video is",
            "photos or videos are",
            "still there and only listed; --all copies them too.",
        ),
        (
            summary.copies,
            "exact copy was",
            "exact copies were",
            "found too; a photo is written once only.",
        ),
        (
            summary.surpassed,
            "preview or thumbnail is",
            "previews or thumbnails are",
            "only listed: a better copy of the photo was found.",
        ),
        (
            summary.inside,
            "picture lies",
            "pictures lie",
            "inside these photos (thumbnails, previews).",
        ),
    ];
    let said = rows.into_iter().filter(|row| row.0 > 0);
    said.map(|(n, one, many, rest)| format!("{} {rest}", count(n, one, many))).collect()
}

/// What was read: sources with their sizes and file systems.
pub(super) fn sources(head: &ReportHead) -> Vec<String> {
    let mut said: Vec<String> = head.sources.iter().take(MOST_NAMED).map(source).collect();
    let more = head.sources.len().saturating_sub(MOST_NAMED) as u64;
    if more > 0 {
        said.push(format!("And {}.", count(more, "other source", "other sources")));
    }
    said
}

fn source(source: &ReportSource) -> String {
    let model = source.model.as_ref().map(|model| format!(", {model}")).unwrap_or_default();
    let mut said = format!("{}: {}{model}, {}", source.path, source.kind, bytes(source.size));
    if let Some(error) = &source.error {
        said += &format!("; {error}");
    }
    for (at, volume) in source.volumes.iter().take(MOST_NAMED).enumerate() {
        said += if at == 0 { ". File systems: " } else { "; " };
        said += &describe(volume);
    }
    said + "."
}

fn describe(volume: &ReportVolume) -> String {
    let lost = if volume.lost { "an earlier " } else { "" };
    let label = volume.label.as_deref().map(str::trim).filter(|label| !label.is_empty());
    let label = label.map(|label| format!(" {label}")).unwrap_or_default();
    let holds = match &volume.locked {
        Some(locked) => locked.clone(),
        None => format!(
            "{} there, {} deleted",
            count(volume.live, "file", "files"),
            grouped(volume.deleted)
        ),
    };
    format!("{lost}{} volume{label}, {}, {holds}", volume.kind.to_uppercase(), bytes(volume.length))
}
