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
    if told.options.dry_run {
        return row(out, &plain(&report.to_string_lossy()), "the report");
    }
    let (whole, incomplete) = (facts.of_grade(false), facts.of_grade(true));
    if whole.sum() > 0 {
        row(out, &format!("{folder}/photos     "), &kinds(whole))?;
    }
    if incomplete.sum() > 0 {
        let said = format!("{}, partial or damaged", kinds(incomplete));
        row(out, &format!("{folder}/partial    "), &said)?;
    }
    let embedded = facts.head.summary.embedded;
    if told.options.embedded && embedded > 0 {
        let pictures = count(embedded, "picture", "pictures");
        row(
            out,
            &format!("{folder}/embedded   "),
            &format!("{pictures}: thumbnails and previews"),
        )?;
    }
    row(out, &format!("{folder}/report.json"), "where each lay, what was proven, its hashes")
}

fn row(out: &mut dyn Write, path: &str, what: &str) -> io::Result<()> {
    paragraph(out, &format!("  {path}  "), what)
}
