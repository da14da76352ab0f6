//! What is said at the end of a batch, to people and to programs.

use std::io::{self, Write};
use std::path::Path;

use afterimage_engine::report::{BatchImage, BatchReport, BatchSummary, Kinds};
use afterimage_engine::run::batch::BatchOutcome;
use afterimage_engine::words;
use serde_json::json;

use super::paragraphs;
use crate::memory::Memory;
use crate::notes;
use crate::screen::{self, columns_of};
use crate::text::{self, bytes, count, paragraph, plain, wrapped};

/// Columns between two cells.
const GAP: &str = "  ";

/// The summary for people.
pub fn text(
    out: &mut dyn Write,
    outcome: &BatchOutcome,
    output: Option<&Path>,
    memory: Option<Memory>,
) -> io::Result<()> {
    let told = &outcome.told;
    paragraph(out, "", &headline(told))?;
    if told.options.dry_run {
        paragraph(out, "", "This was a dry run: no photo was written.")?;
    }
    writeln!(out)?;
    table(&told.images, screen::width()).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    writeln!(out)?;
    let trouble = words::of_images(&told.images);
    if !trouble.is_empty() {
        paragraphs::write(out, &trouble)?;
        writeln!(out)?;
    }
    let across = told.summary.copies_across;
    if across > 0 {
        let photos = count(across, "photo is", "photos are");
        let said = format!(
            "{photos} in more than one image; the report lists where. Each image has its own."
        );
        paragraph(out, "", &said)?;
    }
    if let Some(note) = notes::skipped(&told.skipped) {
        let note = note.replacen("skipped", "Skipped", 1);
        paragraph(out, "", &format!("{}.", plain(&note)))?;
    }
    if outcome.interrupted || outcome.failure.is_some() {
        paragraph(out, "", &left(&told.summary, outcome.failure.is_some()))?;
    }
    let folder = output.map(|output| plain(&output.to_string_lossy())).unwrap_or_default();
    let listed = match &outcome.report {
        Some(_) => format!("{folder}/report.json lists all images."),
        None => "The report of all images could not be written.".to_owned(),
    };
    let said = format!(
        "{listed} The photos of each are in its folder below {folder}, with a report of \
         their own; `afterimage recover`, `verify`, `export` and `report` take such a folder."
    );
    paragraph(out, "", &said)?;
    if let Some(memory) = memory {
        writeln!(out, "\nWhat it cost:")?;
        match memory == Memory::default() {
            true => writeln!(out, "  memory       not known on this system")?,
            false => {
                writeln!(out, "  memory       {} at the most", bytes(memory.anonymous))?;
                writeln!(
                    out,
                    "               ({} with pages of mapped files)",
                    bytes(memory.peak)
                )?;
            }
        }
    }
    out.flush()
}

/// What was found in how many images, and how the scans of all of them ended.
fn headline(told: &BatchReport) -> String {
    let summary = &told.summary;
    let found = Kinds { photos: summary.photos, videos: summary.videos };
    let has_photos = |image: &&BatchImage| {
        image.summary.as_ref().is_some_and(|summary| summary.photos > 0 || summary.videos > 0)
    };
    let with_photos = told.images.iter().filter(has_photos).count();
    let images = count(summary.images, "image", "images");
    let found = match found.sum() {
        0 => "Found no photos.".to_owned(),
        _ => format!("Found {} in {with_photos} of {images}.", words::kinds(found)),
    };
    format!("{found} {}", endings(summary, &images))
}

/// How the scans of images ended.
fn endings(summary: &BatchSummary, images: &str) -> String {
    if summary.complete == summary.images {
        return match summary.images {
            1 => "It was scanned to the end.".to_owned(),
            n => format!("All {n} images were scanned to the end."),
        };
    }
    let whole = match summary.complete {
        0 => "none was scanned to the end".to_owned(),
        n => format!("{} scanned to the end", count(n, "was", "were")),
    };
    let others =
        [(summary.stopped, "stopped"), (summary.waiting, "not begun"), (summary.failed, "failed")];
    let others = others.iter().filter(|(n, _)| *n > 0).map(|(n, how)| format!(", {n} {how}"));
    format!("Of {images}, {whole}{}.", others.collect::<String>())
}

/// What is left of a batch that did not come to its end, and how it goes on; `has_failed` when something ended it, which then counts
/// one image or another as failed.
fn left(summary: &BatchSummary, has_failed: bool) -> String {
    let left = summary.waiting + summary.stopped;
    let failed = if has_failed { summary.failed } else { 0 };
    match (left, failed) {
        (0, 0) => "The same command with --resume writes the report of all images.".to_owned(),
        (0, 1) => "1 image failed; the same command with --resume tries it again.".to_owned(),
        (0, n) => format!("{n} images failed; the same command with --resume tries them again."),
        (n, 0) => {
            let images = count(n, "image is", "images are");
            format!("{images} left; the same command with --resume goes on.")
        }
        (n, failed) => {
            let images = count(n, "image is", "images are");
            format!(
                "{images} left, and {failed} failed; the same command with --resume goes on with all of them."
            )
        }
    }
}

/// A line for each image; where a line is wider than `width`, all are prose.
fn table(images: &[BatchImage], width: usize) -> Vec<String> {
    let head = ["image", "status", "photos", "videos", "folder"].map(str::to_owned);
    let rows: Vec<[String; 5]> = [head].into_iter().chain(images.iter().map(cells)).collect();
    let widest = |at: usize| rows.iter().map(|row| columns_of(&row[at])).max().unwrap_or(0);
    let widths = [0, 1, 2, 3, 4].map(widest);
    let is_wide = widths.iter().sum::<usize>() + 6 * GAP.len() > width;
    if is_wide {
        return images.iter().flat_map(|image| prose(image, width)).collect();
    }
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(widths).enumerate().map(|(at, (cell, width))| {
            let pad = " ".repeat(width - columns_of(cell));
            if at == 2 || at == 3 { format!("{pad}{cell}") } else { format!("{cell}{pad}") }
        });
        let cells: Vec<String> = cells.collect();
        format!("{GAP}{}", cells.join(GAP)).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn cells(image: &BatchImage) -> [String; 5] {
    let of = |number: Option<u64>| number.map_or("-".to_owned(), |number| number.to_string());
    let summary = image.summary.as_ref();
    [
        plain(&image.path),
        words::image_status(image),
        of(summary.map(|summary| summary.photos)),
        of(summary.map(|summary| summary.videos)),
        image.folder.as_deref().map_or("-".to_owned(), plain),
    ]
}

fn prose(image: &BatchImage, width: usize) -> Vec<String> {
    let [path, status, photos, videos, folder] = cells(image);
    let said = match &image.summary {
        Some(_) => format!("{status}; {photos} photos, {videos} videos, in {folder}"),
        None => status,
    };
    wrapped(&format!("{GAP}{path}: "), &said, width)
}

/// The summary for programs.
pub fn json(out: &mut dyn Write, outcome: &BatchOutcome, memory: Option<Memory>) -> io::Result<()> {
    let failed = outcome.failed.iter().map(
        |(path, error)| json!({ "path": path.to_string_lossy(), "error": error.with_cause() }),
    );
    let told = &outcome.told;
    let mut said = json!({
        "report": outcome.report.as_ref().map(|path| path.to_string_lossy()),
        "interrupted": outcome.interrupted,
        "failure": outcome.failure.as_ref().map(|failure| failure.with_cause()),
        "failed": failed.collect::<Vec<_>>(),
        "summary": told.summary,
        "skipped": told.skipped,
        "images": told.images,
    });
    if let Some(memory) = memory {
        said["stats"] = json!({ "peak_anonymous": memory.anonymous, "peak_resident": memory.peak });
    }
    text::json(out, &said)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_said_in_numbers_that_are_not_0() {
        let of = |waiting, stopped, failed, has_failed| {
            left(&BatchSummary { waiting, stopped, failed, ..BatchSummary::default() }, has_failed)
        };
        for (said, begins) in [
            (of(2, 1, 0, false), "3 images are left;"),
            (of(1, 0, 4, false), "1 image is left;"),
            (of(1, 0, 2, true), "1 image is left, and 2 failed;"),
            (of(0, 0, 1, true), "1 image failed;"),
            (of(0, 0, 3, true), "3 images failed;"),
            (of(0, 0, 0, true), "The same command with --resume writes the report"),
        ] {
            assert!(said.starts_with(begins) && said.contains("--resume"), "{said}");
        }
    }
}
