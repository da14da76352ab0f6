//! Photos that are known to have existed and of which nothing was found.

use std::io::{self, Write};

use afterimage_engine::report::{LostState, ReportLost};
use afterimage_engine::words::{is_gap, known_line};

use crate::text::count;

/// Rows that are shown; all are counted.
const MOST_SHOWN: usize = 20;

/// What the rows say of whom directory entries tell, which are listed by their volumes.
const BY_ENTRIES: &str = "directory entries of ";

/// Writes those that lists of digests name, then those that may be missing in the numbering of a camera.
pub(super) fn write(out: &mut dyn Write, lost: &[ReportLost]) -> io::Result<()> {
    let open = || lost.iter().filter(|row| row.file.is_none() && row.state != LostState::Whole);
    let listed = || open().filter(|row| !is_gap(row) && !row.by.starts_with(BY_ENTRIES));
    write_some(out, "On a list, and not found:", listed())?;
    write_some(
        out,
        "No photo has these numbers; some may have existed:",
        open().filter(|row| is_gap(row)),
    )
}

fn write_some<'r>(
    out: &mut dyn Write,
    title: &str,
    rows: impl Iterator<Item = &'r ReportLost>,
) -> io::Result<()> {
    let rows: Vec<&ReportLost> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    rows.iter().take(MOST_SHOWN).try_for_each(|row| writeln!(out, "  {}", known_line(row)))?;
    match rows.len().saturating_sub(MOST_SHOWN) as u64 {
        0 => Ok(()),
        more => writeln!(out, "  and {}", count(more, "other", "others")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn some_rows_are_shown_and_all_are_counted() {
        let row = |by: &str, nth: usize, state: &str| {
            let row = json!({ "by": by, "path": format!("x/{nth}.jpg"), "state": state });
            serde_json::from_value(row).unwrap()
        };
        let mut rows: Vec<ReportLost> = (0..25).map(|nth| row("a.csv", nth, "name-only")).collect();
        rows.push(row("a.csv", 99, "whole"));
        rows.push(row("directory entries of the fat16 volume", 98, "name-only"));
        rows.push(row("gap in the numbering of x", 97, "name-only"));
        let mut out = Vec::new();
        write(&mut out, &rows).unwrap();
        let out = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!((lines[1], lines[2]), ("On a list, and not found:", "  x/0.jpg  a.csv"));
        assert_eq!(lines[22], "  and 5 others");
        assert_eq!(lines[25..], ["  x/97.jpg  gap in the numbering of x"]);
    }
}
