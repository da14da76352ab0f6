//! What was found, and where it lies.

use std::io::{self, Write};

use afterimage_engine::report::{Grade, Summary};

use super::told::{CUT_SHORT, Told};
use crate::text::{bytes, count, duration, kinds, kinds_are, paragraph, plain};

/// Writes what was found and where it lies.
pub fn write(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    headline(out, told)?;
    if told.has_photos() {
        grades(out, told)?;
    }
    if told.has_any() {
        others(out, told)?;
        places(out, told)?;
    }
    Ok(())
}

fn headline(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let outcome = told.outcome;
    let photos = match told.recovered() {
        n if n.sum() > 0 => kinds(n),
        _ if told.has_any() => "no deleted photos".to_owned(),
        _ => "no photos".to_owned(),
    };
    let sources = match outcome.sources.as_slice() {
        [source] => plain(&source.path),
        several => format!("{} sources", several.len()),
    };
    let stats = &outcome.stats;
    let time = duration(stats.scanning + stats.finishing);
    let scanned = bytes(stats.scanned);
    writeln!(out, "Found {photos} in {sources} ({scanned} scanned in {time}).")?;
    if told.is_cut_short() {
        paragraph(out, "", CUT_SHORT)?;
    }
    Ok(())
}

fn grades(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    writeln!(out)?;
    for &(grade, n) in &told.outcome.photos {
        let n = n.sum();
        paragraph(out, &format!("{n:7}  "), meaning(grade, told.options.quick))?;
    }
    let formats = told.outcome.formats.iter().map(|(name, n)| format!("{n} {name}"));
    writeln!(out)?;
    paragraph(out, "By format: ", &formats.collect::<Vec<_>>().join(", "))
}

/// What a grade means to somebody who hopes for a photo.
fn meaning(grade: Grade, quick: bool) -> &'static str {
    match grade {
        Grade::Verified => "complete and proven: all that its format can check holds",
        Grade::Structural if quick => {
            "complete by structure: begins and ends as it should; --quick left out all other checks"
        }
        Grade::Structural => {
            "complete by structure: begins and ends as it should; no check covers all between"
        }
        Grade::Repaired => "repaired: bytes were added or replaced so that it can be seen",
        Grade::Damaged => "damaged: there to its end, but parts do not decode or were unreadable",
        Grade::Partial => {
            "partial: a true beginning; the rest is missing or belongs to something else"
        }
    }
}

fn others(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let (live, summary) = (told.outcome.live, &told.outcome.summary);
    if summary.unwritten > 0 {
        let text = count(summary.unwritten, "more file was", "more files were");
        paragraph(out, "", &format!("{text} found and could not be written yet."))?;
    }
    if live.sum() > 0 {
        let text = kinds_are(live);
        let text = format!("{text} still there and only listed; --all copies them too.");
        paragraph(out, "", &text)?;
    }
    if summary.copies > 0 {
        let text = count(summary.copies, "exact copy was", "exact copies were");
        paragraph(out, "", &format!("{text} found too; a photo is written once only."))?;
    }
    if summary.inside > 0 {
        let text = count(summary.inside, "picture lies", "pictures lie");
        let hint = embedded(summary, told.options.embedded, told.options.all);
        let text = format!("{text} inside these photos (thumbnails, previews){hint}.");
        paragraph(out, "", &text)?;
    }
    Ok(())
}

/// How many of the pictures inside others are written, or would be.
fn embedded(summary: &Summary, are_written: bool, all: bool) -> String {
    let why = if all { "are copies" } else { "are copies, or lie in photos that are only listed" };
    match (summary.embedded, are_written) {
        (n, false) if n == summary.inside => "; --embedded writes them too".to_owned(),
        (n, true) if n == summary.inside => String::new(),
        (0, _) => format!("; none is written: they {why}"),
        (n, false) => format!("; --embedded writes {n} of them: the others {why}"),
        (n, true) => format!("; {n} of them are written: the others {why}"),
    }
}

/// Says that there was no room for the report, where one was to be written.
fn no_report(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    if told.options.output.is_none() {
        return Ok(());
    }
    paragraph(out, "", "There was no room for the report.")
}

fn places(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let (Some(folder), Some(report)) = (&told.options.output, &told.outcome.report) else {
        return no_report(out, told);
    };
    let folder = plain(&folder.to_string_lossy());
    writeln!(out, "\nWhere it lies:")?;
    if told.options.dry_run {
        writeln!(out, "  {}  the report", plain(&report.to_string_lossy()))?;
        return writeln!(out, "  This was a dry run: no photo was written.");
    }
    let (whole, incomplete) = (told.of_grade(false), told.of_grade(true));
    if whole.sum() > 0 {
        writeln!(out, "  {folder}/photos       {}", kinds(whole))?;
    }
    if incomplete.sum() > 0 {
        writeln!(out, "  {folder}/partial      {}, partial or damaged", kinds(incomplete))?;
    }
    let embedded = told.outcome.summary.embedded;
    if told.options.embedded && embedded > 0 {
        let pictures = count(embedded, "picture", "pictures");
        writeln!(out, "  {folder}/embedded     {pictures}: thumbnails and previews")?;
    }
    writeln!(out, "  {folder}/report.json  where each lay, what was proven, its hashes")?;
    for warning in &told.outcome.warnings {
        paragraph(out, "  Note: ", &plain(warning))?;
    }
    Ok(())
}
