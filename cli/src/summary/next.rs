//! What to do next.

use std::io::{self, Write};

use afterimage_engine::report::ReportSource;

use super::left_out;
use super::lost::empty_bytes;
use super::told::Told;
use super::unreadable;
use crate::again;
use crate::text::{paragraph, percent, plain};

/// Writes what to do next.
pub fn write(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    if !told.has_any() {
        return nothing(out, told);
    }
    writeln!(out, "\nWhat to do next:")?;
    let advice = if told.options.dry_run {
        "`afterimage recover` with the folder of this report writes the photos, without a new scan."
    } else if told.has_photos() {
        "Look through the photos, and copy the folder to a second place."
    } else if told.outcome.failure.is_some() || told.outcome.interrupted || told.is_cut_short() {
        "Not all was scanned, so that what was found says little."
    } else if told.is_all() && !has_deleted(told) {
        "Nothing had to be recovered: copy the photos that are still there as you always do, or with --all."
    } else {
        "No deleted photo came back. Those that are still there can be copied as you always do, or with --all."
    };
    let keep = "Until you have all you hoped for, write nothing to the card or disk: no new photos, \
                no formatting, no repair. Every write can destroy what is still there.";
    let mut steps = vec![advice, keep];
    let images = image(told);
    steps.splice(1..1, images.iter().map(String::as_str));
    let rest = rest(told);
    steps.splice(0..0, rest.as_deref());
    steps.iter().try_for_each(|step| paragraph(out, "  - ", step))
}

/// What is left to do, where not all was scanned or written.
fn rest(told: &Told<'_>) -> Option<String> {
    let again = || match again::resumed(&told.options.command) {
        Some(command) if told.options.output.is_some() => plain(&command),
        _ => "the same command".to_owned(),
    };
    if told.outcome.failure.is_some() {
        let first = "Make room on the disk of the folder, or see to what else is wrong";
        Some(format!("Not all was written. {first}, and go on where it stopped: {}", again()))
    } else if told.outcome.interrupted || told.is_cut_short() {
        Some(format!("Go on where it stopped: {}", again()))
    } else {
        None
    }
}

/// Whether a file system tells of files that were deleted.
fn has_deleted(told: &Told<'_>) -> bool {
    let mut volumes = told.outcome.sources.iter().flat_map(|source| &source.volumes);
    volumes.any(|volume| volume.deleted > 0)
}

/// What helps where parts of a source could not be read.
fn image(told: &Told<'_>) -> Vec<String> {
    if told.options.image.is_some() {
        // It is made already, and what is to be done with it is said after this.
        return Vec::new();
    }
    let has_map = told.options.map.is_some();
    told.outcome.sources.iter().filter_map(|source| unreadable::advice(source, has_map)).collect()
}

/// Nobody should be left alone with nothing.
fn nothing(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    writeln!(out, "\nWhat this means:")?;
    causes(told).iter().try_for_each(|cause| paragraph(out, "  - ", cause))?;
    writeln!(out, "\nWhat can still be tried:")?;
    if let Some(rest) = rest(told) {
        paragraph(out, "  - ", &rest)?;
    }
    for image in image(told) {
        paragraph(out, "  - ", &image)?;
    }
    let tries = [
        "Look for other copies: the trash of the computer and the phone, backups, cloud storage, \
         the computer that the photos were last seen on, people they were sent to.",
        "Make sure that this is the right card or disk: cameras and phones may have a second card \
         or memory of their own.",
        "Write nothing to the card or disk as long as you hope for anything: no new photos, no \
         formatting, no repair.",
    ];
    tries.iter().try_for_each(|step| paragraph(out, "  - ", step))
}

/// Why nothing was found.
pub(super) fn causes(told: &Told<'_>) -> Vec<String> {
    let (outcome, options) = (told.outcome, told.options);
    let mut causes = left_out::reasons(told);
    if told.whole() && told.is_all() {
        causes.push(
            "No photo that afterimage knows begins in what was scanned (`afterimage formats` \
             lists what it knows). Overwritten photos are gone; encrypted ones cannot be seen."
                .to_owned(),
        );
    } else if !told.whole() {
        causes.push("Not all was scanned, so that this says little.".to_owned());
    }
    let mostly = |source: &&ReportSource| {
        !told.has_left_out() && source.size > 0 && empty_bytes(source) >= source.size / 10 * 9
    };
    for source in outcome.sources.iter().filter(mostly) {
        let share = percent(empty_bytes(source), source.size);
        causes.push(format!(
            "{share} of {} is empty. Many cards, phones and all SSDs erase what is deleted or \
             formatted; no program can bring that back.",
            plain(&source.path)
        ));
    }
    if !options.formats.is_empty() {
        let formats = options.formats.join(", ");
        causes.push(format!("Only {formats} was looked for; without --format, all formats are."));
    }
    let choices = left_out::choices(told);
    if !choices.is_empty() {
        let (choices, asks) =
            (choices.join(" and "), if choices.len() == 1 { "asks" } else { "ask" });
        causes.push(format!("Only what {choices} {asks} for was taken; without that, all is."));
    }
    if options.range.is_some() {
        causes.push("Only --range was looked at; without it, all of the source is.".to_owned());
    }
    if options.volume.is_some() {
        causes.push("Only --volume was looked at; without it, all of the source is.".to_owned());
    }
    causes
}
