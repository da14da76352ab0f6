//! Where it lies that was found.

use std::io::{self, Write};

use super::told::Told;
use crate::text::{count, kinds, paragraph, plain};

/// Writes where it lies.
pub fn write(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let facts = told.facts();
    if !facts.has_any() {
        return Ok(());
    }
    let Some(folder) = &told.options.output else { return Ok(()) };
    let Some(report) = &told.outcome.report else {
        return paragraph(out, "", "There was no room for the report.");
    };
    let folder = plain(&folder.to_string_lossy());
    writeln!(out, "\nWhere it lies:")?;
    let mut row =
        |name: &str, what: &str| paragraph(out, &format!("  {folder}/{name:<11}  "), what);
    if report.with_file_name("report.html").exists() {
        row("report.html", "to look and choose: open it in a browser")?;
    }
    if told.options.dry_run {
        return row("report.json", "the report");
    }
    let (whole, incomplete) = (facts.of_grade(false), facts.of_grade(true));
    if whole.sum() > 0 {
        row("photos", &kinds(whole))?;
    }
    if incomplete.sum() > 0 {
        row("partial", &format!("{}, partial or damaged", kinds(incomplete)))?;
    }
    let embedded = facts.head.summary.embedded;
    if told.options.embedded && embedded > 0 {
        let pictures = count(embedded, "picture", "pictures");
        row("embedded", &format!("{pictures}: thumbnails and previews"))?;
    }
    row("report.json", "where each lay, what was proven, its hashes")
}
