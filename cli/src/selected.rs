//! The files of a report that a file selects.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use afterimage_engine::run::Selection;
use anyhow::Context;

use crate::text::plain;

/// The longest selection, in bytes.
const LONGEST: u64 = 64 << 20;

/// The selection in a file.
pub fn selection(path: &Path) -> anyhow::Result<Selection> {
    let cannot = || format!("cannot read the selection in {}", path.display());
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text));
    read.with_context(cannot)?;
    if text.len() as u64 > LONGEST {
        anyhow::bail!("{}: it is longer than 64 MiB", cannot());
    }
    Selection::parse(&text).map_err(|why| anyhow::anyhow!("{}: {why}", cannot()))
}
/// So many photos that were not written are told one by one.
const MOST_TOLD: usize = 20;

/// Says which lines of a selection name nothing, and which photos could not be had, by their number in the report: what
/// could not be done to them is the `verb`.
pub fn complain(
    err: &mut dyn Write,
    verb: &str,
    unknown: &[(usize, String)],
    refused: &[(u64, String)],
) -> io::Result<()> {
    for (line, what) in unknown {
        let what = plain(what);
        writeln!(
            err,
            "afterimage: line {line} of the selection names nothing in the report: {what}"
        )?;
    }
    for (id, why) in refused.iter().take(MOST_TOLD) {
        writeln!(err, "afterimage: cannot {verb} photo {id} of the report: {}", plain(why))?;
    }
    if let Some(more) = refused.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
        writeln!(err, "afterimage: cannot {verb} {more} more photos of the report")?;
    }
    Ok(())
}
