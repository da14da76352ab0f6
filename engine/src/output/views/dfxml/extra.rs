//! What is known of a file that DFXML has no element for.

use std::io;

use super::element::{Out, hash, optional, text};
use crate::output::report::{ReportFile, word};

/// Writes it, in elements of our own.
pub(super) fn extra(file: &ReportFile, out: &mut Out<'_>) -> io::Result<()> {
    hash(out, 2, ("afterimage:hashdigest", "blake3"), Some(&file.blake3))?;
    text(out, 2, "afterimage:source", &file.source.to_string())?;
    text(out, 2, "afterimage:origin", &word(file.origin))?;
    text(out, 2, "afterimage:status", &word(file.status))?;
    text(out, 2, "afterimage:disposition", &file.fate())?;
    text(out, 2, "afterimage:grade", &word(file.grade))?;
    text(out, 2, "afterimage:proof", &file.proof)?;
    text(out, 2, "afterimage:end", &word(file.end))?;
    text(out, 2, "afterimage:format", &file.format)?;
    text(out, 2, "afterimage:mime", &file.mime)?;
    optional(out, 2, "afterimage:path", file.path.as_deref())?;
    optional(out, 2, "afterimage:from", file.from.as_deref())?;
    for range in &file.unchecked {
        text(out, 2, "afterimage:unchecked", &format!("{}:{}", range.offset, range.length))?;
    }
    for issue in &file.issues {
        text(out, 2, "afterimage:issue", &format!("{}: {}", issue.offset, issue.what))?;
    }
    number(out, "afterimage:kept", file.kept)?;
    number(out, "afterimage:share", file.share)?;
    number(out, "afterimage:duplicate_of", file.duplicate_of)?;
    number(out, "afterimage:parent", file.parent)?;
    optional(out, 2, "afterimage:kinship", file.kinship.as_deref())?;
    number(out, "afterimage:pair", file.pair)?;
    optional(out, 2, "afterimage:name_hint", file.name_hint.as_deref())?;
    number(out, "afterimage:width", file.width)?;
    number(out, "afterimage:height", file.height)?;
    exif(file, out)
}

fn exif(file: &ReportFile, out: &mut Out<'_>) -> io::Result<()> {
    let Some(exif) = &file.exif else { return Ok(()) };
    optional(out, 2, "afterimage:make", exif.make.as_deref())?;
    optional(out, 2, "afterimage:model", exif.model.as_deref())?;
    optional(out, 2, "afterimage:taken", exif.taken.as_deref())?;
    optional(out, 2, "afterimage:utc_offset", exif.utc_offset.as_deref())?;
    number(out, "afterimage:orientation", exif.orientation)?;
    number(out, "afterimage:latitude", exif.latitude)?;
    number(out, "afterimage:longitude", exif.longitude)
}

fn number(out: &mut Out<'_>, name: &str, number: Option<impl ToString>) -> io::Result<()> {
    optional(out, 2, name, number.map(|number| number.to_string()).as_deref())
}
