//! What is said of a scan that is over.

use std::io::{self, Write};
use std::path::Path;

use afterimage_engine::run::Outcome;
use anyhow::Context;

use crate::status::Status;
use crate::summary::Told;
use crate::tree::Listed;
use crate::{failure, summary, text, tree};

/// Says that a scan that is to be gone on with is finished.
pub(in crate::commands) fn finished(
    out: &mut dyn Write,
    path: &Path,
    json: bool,
) -> anyhow::Result<Status> {
    let more = "`afterimage recover` writes more of the photos that it lists.";
    nothing_left(out, path, ("the scan", more), json)
}

/// The same of a batch, the images of which have reports of their own.
pub(super) fn finished_batch(
    out: &mut dyn Write,
    path: &Path,
    json: bool,
) -> anyhow::Result<Status> {
    let more =
        "It names the folder of each image, from which `afterimage recover` writes more photos.";
    nothing_left(out, path, ("the scan of all images", more), json)
}

/// Says that a scan was stopped before it began, while it opened `what`.
pub(super) fn stopped(err: &mut dyn Write, what: &str) -> anyhow::Result<Status> {
    writeln!(err, "afterimage: stopped while {what} was opened; nothing was written")?;
    Ok(Status::Interrupted)
}

fn nothing_left(
    out: &mut dyn Write,
    path: &Path,
    (what, more): (&str, &str),
    json: bool,
) -> anyhow::Result<Status> {
    let report = path.join("report.json");
    let said = if json {
        text::json(
            out,
            &serde_json::json!({ "report": report.to_string_lossy(), "finished": true }),
        )
    } else {
        let (path, report) = (path.display().to_string(), report.display().to_string());
        let line = format!(
            "Nothing is left to do: {what} into {path} is finished. Its report is {report}. {more}"
        );
        text::paragraph(out, "", &text::plain(&line))
    };
    failure::unless_closed(said).context("cannot print that nothing is left to do")?;
    Ok(Status::Found)
}

/// Prints what a scan came to, or what it would recover.
pub(super) fn tell(
    out: &mut dyn Write,
    told: &Told<'_>,
    listed: Option<Vec<Listed>>,
    json: bool,
) -> io::Result<()> {
    match (listed, json) {
        (None, false) => summary::text(out, told),
        (None, true) => summary::json(out, told),
        (Some(files), false) => tree::text(out, files, told),
        (Some(files), true) => {
            let has_lists = told.options.lost_hashes.is_some();
            let lost = if has_lists { told.outcome.head.lost.as_slice() } else { &[] };
            tree::json(out, &files, lost)
        }
    }
}

/// One line for each thing that went wrong.
pub fn complain(err: &mut dyn Write, outcome: &Outcome) -> anyhow::Result<()> {
    let failures = outcome.failed.iter().map(|(_, error)| error).chain(&outcome.failure);
    for error in failures {
        writeln!(err, "{}", failure::line(error))?;
    }
    Ok(())
}
