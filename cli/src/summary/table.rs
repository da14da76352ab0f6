//! What was found, by format and grade.

use std::io::{self, Write};

use afterimage_engine::report::{Grade, ReportRecovered};

use crate::screen::columns_of;
use crate::text::{bytes, wrapped};

/// Grades, the best first, as the head of the table has them.
const GRADES: [(Grade, &str); 5] = [
    (Grade::Verified, "verified"),
    (Grade::Structural, "structural"),
    (Grade::Repaired, "repaired"),
    (Grade::Damaged, "damaged"),
    (Grade::Partial, "partial"),
];

/// Columns between two cells.
const GAP: usize = 2;

/// Writes the table, no wider than `width`; where it does not fit, a line for each format.
pub fn write(out: &mut dyn Write, rows: &[ReportRecovered], width: usize) -> io::Result<()> {
    lines(rows, width).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn lines(rows: &[ReportRecovered], width: usize) -> Vec<String> {
    let grades: Vec<(Grade, &str)> = GRADES
        .into_iter()
        .filter(|(grade, _)| rows.iter().any(|row| row.grade == *grade))
        .collect();
    let mut formats: Vec<&str> = rows.iter().map(|row| row.format.as_str()).collect();
    formats.dedup();
    let heads = ["format"].into_iter().chain(grades.iter().map(|(_, name)| *name)).chain(["size"]);
    let mut table = vec![heads.map(str::to_owned).collect::<Vec<String>>()];
    for format in &formats {
        table.push(cells(format, rows.iter().filter(|row| row.format == **format), &grades));
    }
    if formats.len() > 1 {
        table.push(cells("all", rows.iter(), &grades));
    }
    let laid_out = laid_out(&table);
    if laid_out.iter().all(|line| columns_of(line) <= width) {
        return laid_out;
    }
    let (heads, body) =
        table.split_first().map_or((&[][..], &[][..]), |(head, body)| (&head[..], body));
    body.iter().flat_map(|cells| narrow(heads, cells, width)).collect()
}

fn cells<'r>(
    name: &str,
    rows: impl Iterator<Item = &'r ReportRecovered>,
    grades: &[(Grade, &str)],
) -> Vec<String> {
    let rows: Vec<&ReportRecovered> = rows.collect();
    let of = |grade| rows.iter().filter(|row| row.grade == grade).map(|row| row.files).sum::<u64>();
    let counts = grades.iter().map(|(grade, _)| match of(*grade) {
        0 => "-".to_owned(),
        n => n.to_string(),
    });
    let size = rows.iter().map(|row| row.bytes).fold(0, u64::saturating_add);
    [name.to_owned()].into_iter().chain(counts).chain([bytes(size)]).collect()
}

/// The first column to the left, all others to the right.
fn laid_out(table: &[Vec<String>]) -> Vec<String> {
    let count = table.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..count)
        .map(|at| table.iter().filter_map(|row| row.get(at)).map(|cell| columns_of(cell)).max())
        .map(|width| width.unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let mut line = " ".repeat(GAP);
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(width - columns_of(cell));
            match at {
                0 => line += &format!("{cell}{pad}"),
                _ => line += &format!("{:GAP$}{pad}{cell}", ""),
            }
        }
        line.trim_end().to_owned()
    };
    table.iter().map(line).collect()
}

/// A row as a line of prose.
fn narrow(heads: &[String], cells: &[String], width: usize) -> Vec<String> {
    let Some((name, counts)) = cells.split_first() else { return Vec::new() };
    let size = counts.last().map(String::as_str).unwrap_or_default();
    let counts = heads.iter().skip(1).zip(counts).filter(|(head, n)| *head != "size" && *n != "-");
    let counts: Vec<String> = counts.map(|(head, n)| format!("{n} {head}")).collect();
    wrapped(&format!("  {name}: "), &format!("{}; {size}", counts.join(", ")), width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(format: &str, grade: Grade, files: u64, bytes: u64) -> ReportRecovered {
        ReportRecovered { format: format.to_owned(), video: false, grade, files, bytes }
    }

    fn rows() -> Vec<ReportRecovered> {
        vec![
            row("cr3", Grade::Structural, 2, 50_000_000),
            row("jpeg", Grade::Partial, 1, 1_000_000),
            row("jpeg", Grade::Verified, 1204, 4_000_000_000),
        ]
    }

    #[test]
    fn formats_stand_by_grades_with_sizes() {
        assert_eq!(
            lines(&rows(), 80),
            [
                "  format  verified  structural  partial     size",
                "  cr3            -           2        -  50.0 MB",
                "  jpeg        1204           -        1   4.0 GB",
                "  all         1204           2        1   4.1 GB",
            ]
        );
    }

    #[test]
    fn a_narrow_terminal_gets_a_line_for_each_format() {
        let lines = lines(&rows(), 40);
        assert_eq!(
            lines[..2],
            ["  cr3: 2 structural; 50.0 MB", "  jpeg: 1204 verified, 1 partial; 4.0 GB"]
        );
        assert!(lines.iter().all(|line| columns_of(line) <= 40), "{lines:?}");
    }
}
