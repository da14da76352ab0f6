//! Photos that are known to have existed, and what is left of them.

use std::io::{self, Write};

use afterimage_engine::report::{LostState, ReportLost};

use super::told::Told;
use crate::text::{count, paragraph, plain};

/// Every state, the best first, with its meaning to somebody who misses a photo.
const STATES: [(LostState, &str); 5] = [
    (LostState::Whole, "found whole"),
    (LostState::Partial, "found in part"),
    (LostState::PreviewOnly, "found as a smaller picture only"),
    (LostState::CloudOnly, "not here: a service or another device has them"),
    (LostState::NameOnly, "still lost: nothing of them was found"),
];

/// Names that are given of one state.
const MOST_NAMED: usize = 3;

/// Writes what became of photos that lists of digests or gaps in a numbering tell of. Directory entries without
/// their photos are told of by their volumes.
pub fn write(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let outcome = told.outcome;
    if told.options.lost_hashes.is_some() {
        rows(out, "Photos that are known to have existed:", &outcome.lost)?;
        if !told.is_all() {
            let text = "Not all was asked for: what options leave out counts as lost here.";
            paragraph(out, "", text)?;
        }
    }
    let gaps = outcome.lost.iter().filter(|row| is_gap(row)).count() as u64;
    if gaps > 0 && outcome.failure.is_none() {
        let photos = count(gaps, "number is", "numbers are");
        let text = format!(
            "{photos} missing in the numbering of the camera{}: photos may have had them of which nothing is left, \
             or they were deleted long ago. The report lists them.",
            such_as(outcome.lost.iter().filter(|row| is_gap(row)))
        );
        writeln!(out)?;
        paragraph(out, "", &text)?;
    }
    Ok(())
}

/// Whether a row is of a number that no photo has.
pub fn is_gap(row: &ReportLost) -> bool {
    row.by.starts_with("gap in ")
}

fn rows(out: &mut dyn Write, title: &str, rows: &[ReportLost]) -> io::Result<()> {
    writeln!(out, "\n{title}")?;
    for (state, meaning) in STATES {
        let of = || rows.iter().filter(move |row| row.state == state && !is_gap(row));
        let n = of().count();
        if n > 0 {
            let names = match state {
                LostState::Whole => String::new(),
                _ => such_as(of()),
            };
            paragraph(out, &format!("{n:7}  "), &format!("{meaning}{names}"))?;
        }
    }
    Ok(())
}

/// Some names of rows, to be said after what they are.
fn such_as<'r>(rows: impl Iterator<Item = &'r ReportLost>) -> String {
    let named = rows.filter_map(|row| row.path.as_deref());
    let names: Vec<String> = named.take(MOST_NAMED).map(plain).collect();
    if names.is_empty() { String::new() } else { format!(", such as {}", names.join(", ")) }
}

/// What a row says in a list: its name, when it was taken, who tells of it.
pub fn line(row: &ReportLost) -> String {
    let name = row.path.as_deref().or(row.name.as_deref()).unwrap_or("(without a name)");
    let day = row.taken.as_deref().and_then(|when| when.get(..10));
    [Some(plain(name)), day.map(str::to_owned), Some(plain(&row.by))]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(by: &str, path: &str, state: &str) -> ReportLost {
        serde_json::from_value(json!({
            "by": by, "path": path, "state": state, "taken": "2023-11-14T22:13:20"
        }))
        .unwrap()
    }

    #[test]
    fn what_became_of_photos_is_counted_by_what_is_left() {
        let all = [
            row("a.csv", "x/1.jpg", "whole"),
            row("a.csv", "x/2.jpg", "whole"),
            row("a.csv", "x/3\u{1b}.jpg", "name-only"),
            row("gap in the numbering of DCIM/100CANON", "DCIM/100CANON/IMG_0002.JPG", "name-only"),
        ];
        let mut out = Vec::new();
        rows(&mut out, "Known:", &all).unwrap();
        let out = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = out.trim().lines().map(str::trim).collect();
        let lost = "1  still lost: nothing of them was found, such as x/3?.jpg";
        assert_eq!(lines, ["Known:", "2  found whole", lost]);
        assert_eq!(line(&all[0]), "x/1.jpg  2023-11-14  a.csv");
        assert!(is_gap(&all[3]) && !is_gap(&all[0]));
    }
}
