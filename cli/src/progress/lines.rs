//! What is shown of a scan, in lines that fit the terminal.

use std::time::Duration;

use afterimage_engine::run::batch::BatchSight;

use super::batch;
use crate::screen::{columns_of, shortened};
use crate::text::{bytes, duration, percent};

/// A look at a scan.
#[derive(Clone, Debug, Default)]
pub struct Sight<'s> {
    /// Bytes scanned, and bytes to scan.
    pub scanned: u64,
    pub total: u64,
    /// Bytes a second, by now.
    pub speed: u64,
    /// What is left, where it can be told.
    pub left: Option<Duration>,
    /// Photos by format, copies included.
    pub counts: Vec<(&'s str, u64)>,
    /// The last names found, the last one first.
    pub latest: Vec<&'s str>,
    /// Of a batch, its images.
    pub batch: Option<&'s BatchSight>,
}

/// What stands between two things on a line.
const GAP: &str = "  ";

/// The lines, none wider than `width`.
pub fn lines(sight: &Sight<'_>, width: usize) -> Vec<String> {
    let mut lines = packed(&figures(sight), width);
    lines.extend(sight.batch.into_iter().flat_map(|batch| batch::at_work(batch, width)));
    lines.push(found(&sight.counts, width));
    // All names on a line; on a narrow terminal, the last one.
    let names = sight.latest.join(", ");
    let last = "last: ";
    match sight.latest.first() {
        Some(_) if columns_of(&names) + last.len() <= width => lines.push(format!("{last}{names}")),
        Some(name) => {
            lines.push(format!("{last}{}", shortened(name, width.saturating_sub(last.len()))));
        }
        None => {}
    }
    lines
}

fn figures(sight: &Sight<'_>) -> Vec<String> {
    let mut parts: Vec<String> = sight.batch.map(batch::count).into_iter().collect();
    parts.extend([
        format!("{:>4}", percent(sight.scanned, sight.total)),
        format!("{} of {}", bytes(sight.scanned), bytes(sight.total)),
    ]);
    if sight.speed > 0 {
        parts.push(format!("{}/s", bytes(sight.speed)));
    }
    parts.extend(sight.left.map(|left| format!("{} left", duration(left))));
    parts
}

/// Parts on as many lines as they need.
fn packed(parts: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if columns_of(line) + GAP.len() + columns_of(part) <= width => {
                line.push_str(GAP);
                line.push_str(part);
            }
            _ => lines.push(part.clone()),
        }
    }
    lines
}

/// Counts by format, the most frequent first, as many as there is room for; the others are summed up.
fn found(counts: &[(&str, u64)], width: usize) -> String {
    let mut counts = counts.to_vec();
    counts.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
    let all: u64 = counts.iter().map(|(_, count)| *count).sum();
    if all == 0 {
        return "nothing found yet".to_owned();
    }
    let (mut said, mut rest) = (format!("{all} found:"), all);
    for (name, count) in counts {
        let more = format!("{said}{GAP}{name} {count}");
        let left = rest - count;
        let sum = if left > 0 { GAP.len() + 1 + left.to_string().len() } else { 0 };
        if columns_of(&more) + sum > width {
            break;
        }
        (said, rest) = (more, left);
    }
    match rest {
        0 => said,
        rest if rest == all => format!("{all} found"),
        rest => format!("{said}{GAP}+{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight() -> Sight<'static> {
        Sight {
            scanned: 13_700_000_000,
            total: 31_914_983_424,
            speed: 85_300_000,
            left: Some(Duration::from_secs(214)),
            counts: vec![("cr3", 12), ("jpeg", 1204), ("mp4", 3)],
            latest: vec!["IMG_0042.CR3", "IMG_0041.JPG", "IMG_0040.JPG"],
            batch: None,
        }
    }

    #[test]
    fn a_wide_terminal_shows_all_on_three_lines() {
        assert_eq!(
            lines(&sight(), 80),
            [
                "42 %  13.7 GB of 31.9 GB  85.3 MB/s  3 min 34 s left",
                "1219 found:  jpeg 1204  cr3 12  mp4 3",
                "last: IMG_0042.CR3, IMG_0041.JPG, IMG_0040.JPG",
            ]
        );
    }

    #[test]
    fn nothing_is_cut_off_or_broken_on_a_narrow_one() {
        assert_eq!(
            lines(&sight(), 40),
            [
                "42 %  13.7 GB of 31.9 GB  85.3 MB/s",
                "3 min 34 s left",
                "1219 found:  jpeg 1204  cr3 12  mp4 3",
                "last: IMG_0042.CR3",
            ]
        );
        let names: Vec<_> = crate::wanted::signatures().map(|signature| signature.name).collect();
        let mut counts = Vec::new();
        for (index, &name) in names.iter().enumerate() {
            counts.push((name, index as u64 + 1));
            for width in [20, 40, 80] {
                let sight = Sight {
                    counts: counts.clone(),
                    latest: vec!["写真".repeat(40).leak()],
                    ..sight()
                };
                for line in lines(&sight, width) {
                    assert!(columns_of(&line) <= width.max(18), "{line}");
                }
            }
        }
        assert!(found(&counts, 40).contains("  +"), "{}", found(&counts, 40));
        assert_eq!(found(&[], 40), "nothing found yet");
    }
}
