//! Photos that are known to have existed, and what is left of them.

use super::facts::Facts;
use super::paragraph::{Paragraph, Topic};
use super::plain::plain;
use super::quantities::count;
use crate::model::LostState;
use crate::output::report::ReportLost;

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

/// What became of photos that lists of digests or gaps in a numbering tell of, and which photos survive as a smaller
/// picture only. Directory entries without their photos are told of by their volumes.
pub(super) fn tell(facts: Facts<'_>) -> Vec<Paragraph> {
    let lost = facts.head.lost.as_slice();
    let mut said = Vec::new();
    if facts.head.options.lists {
        said.extend(rows(lost));
        if !facts.is_all() {
            let text = "Not all was asked for: what options leave out counts as lost here.";
            said.push(Paragraph::new(Topic::Known, text));
        }
    } else {
        said.extend(previews(lost).map(|text| Paragraph::new(Topic::Known, text)));
    }
    if !facts.has_failed() {
        said.extend(gaps(lost).map(|text| Paragraph::new(Topic::Known, text)));
    }
    said
}

/// Photos of which a preview or a thumbnail is left.
fn previews(lost: &[ReportLost]) -> Option<String> {
    let of = || lost.iter().filter(|row| row.state == LostState::PreviewOnly && !is_gap(row));
    let n = of().count() as u64;
    let photos = count(n, "photo survives", "photos survive");
    (n > 0).then(|| format!("{photos} as a smaller picture only{}.", such_as(of())))
}

/// Numbers that no photo has.
fn gaps(lost: &[ReportLost]) -> Option<String> {
    let gaps = || lost.iter().filter(|row| is_gap(row));
    let n = gaps().count() as u64;
    let numbers = count(n, "number is", "numbers are");
    (n > 0).then(|| {
        format!(
            "{numbers} missing in the numbering of the camera{}: photos may have had them of which nothing is \
             left, or they were deleted long ago. The report lists them.",
            such_as(gaps())
        )
    })
}

/// Whether a row is of a number that no photo has.
pub fn is_gap(row: &ReportLost) -> bool {
    row.by.starts_with("gap in ")
}

/// How many rows are of each state, but for gaps.
fn rows(rows: &[ReportLost]) -> Vec<Paragraph> {
    let mut said = Vec::new();
    for (state, meaning) in STATES {
        let of = || rows.iter().filter(move |row| row.state == state && !is_gap(row));
        let n = of().count() as u64;
        if n > 0 {
            let names = match state {
                LostState::Whole => String::new(),
                _ => such_as(of()),
            };
            said.push(Paragraph::row(Topic::Known, n, format!("{meaning}{names}")));
        }
    }
    said
}

/// Some names of rows, to be said after what they are.
fn such_as<'r>(rows: impl Iterator<Item = &'r ReportLost>) -> String {
    let named = rows.filter_map(|row| row.path.as_deref());
    let names: Vec<String> = named.take(MOST_NAMED).map(plain).collect();
    if names.is_empty() { String::new() } else { format!(", such as {}", names.join(", ")) }
}

/// What a row says in a list: its name, when it was taken, who tells of it.
pub fn known_line(row: &ReportLost) -> String {
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
        let said = rows(&all);
        let said: Vec<_> = said.iter().map(|row| (row.count, row.text.as_str())).collect();
        let lost = "still lost: nothing of them was found, such as x/3?.jpg";
        assert_eq!(said, [(Some(2), "found whole"), (Some(1), lost)]);
        assert_eq!(known_line(&all[0]), "x/1.jpg  2023-11-14  a.csv");
        assert!(is_gap(&all[3]) && !is_gap(&all[0]));
        let gap = gaps(&all).unwrap();
        assert!(
            gap.starts_with("1 number is missing in the numbering of the camera, such as DCIM")
        );
        assert_eq!(gaps(&all[..3]), None);
    }
}
