//! What was found, and where it lies.

use std::io::{self, Write};

use afterimage_engine::report::Grade;

use super::told::{CUT_SHORT, Told};
use crate::text::{bytes, count, duration, paragraph, plain};

/// Writes what was found and where it lies.
pub fn write(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    headline(out, told)?;
    if told.photos() > 0 {
        grades(out, told)?;
    }
    others(out, told)?;
    if told.photos() > 0 || told.outcome.live > 0 {
        places(out, told)?;
    }
    Ok(())
}

fn headline(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let outcome = told.outcome;
    let photos = match told.photos() {
        0 if outcome.live > 0 => "no deleted photos".to_owned(),
        0 => "no photos".to_owned(),
        n => count(n, "photo", "photos"),
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
        paragraph(out, &format!("{n:7}  "), meaning(grade, told.options.quick))?;
    }
    let formats = told.outcome.formats.iter().map(|(name, n)| format!("{n} {name}"));
    writeln!(out)?;
    paragraph(out, "By format: ", &formats.collect::<Vec<_>>().join(", "))
}

/// What a grade means to somebody who hopes for a photo.
fn meaning(grade: Grade, quick: bool) -> &'static str {
    match grade {
        Grade::Verified => "complete and proven: a check covers all of the picture, and it holds",
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
    let live = told.outcome.live;
    if live > 0 {
        let text = count(live, "photo is", "photos are");
        let text = format!("{text} still there and only listed; --all copies them too.");
        paragraph(out, "", &text)?;
    }
    let copies = told.copies();
    if copies > 0 && told.photos() + live > 0 {
        let text = count(copies, "exact copy was", "exact copies were");
        paragraph(out, "", &format!("{text} found too; a photo is written once only."))?;
    }
    let inner = told.outcome.inner;
    if inner > 0 && told.photos() + live > 0 {
        let text = count(inner, "picture lies", "pictures lie");
        let hint = if told.options.embedded { "" } else { "; --embedded writes them too" };
        let text = format!("{text} inside these photos (thumbnails, previews){hint}.");
        paragraph(out, "", &text)?;
    }
    Ok(())
}

fn places(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let (Some(folder), Some(report)) = (&told.options.output, &told.outcome.report) else {
        return Ok(());
    };
    let folder = plain(&folder.to_string_lossy());
    writeln!(out, "\nWhere it lies:")?;
    if told.options.dry_run {
        writeln!(out, "  {}  the report", plain(&report.to_string_lossy()))?;
        return writeln!(out, "  This was a dry run: no photo was written.");
    }
    let incomplete = told.incomplete();
    let whole = told.photos() - incomplete;
    // Where the disk filled up, not all of them are there.
    let number = |n| match told.outcome.failure {
        Some(_) => "as many as could be written".to_owned(),
        None => count(n, "photo", "photos"),
    };
    if whole > 0 {
        writeln!(out, "  {folder}/photos       {}", number(whole))?;
    }
    if incomplete > 0 {
        writeln!(out, "  {folder}/partial      {}, partial or damaged", number(incomplete))?;
    }
    if told.options.embedded && told.outcome.inner > 0 {
        writeln!(out, "  {folder}/embedded     thumbnails and previews")?;
    }
    writeln!(out, "  {folder}/report.json  where each lay, what was proven, its hashes")?;
    for warning in &told.outcome.warnings {
        paragraph(out, "  Note: ", warning)?;
    }
    Ok(())
}
