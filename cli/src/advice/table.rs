//! The ways side by side: a table no wider than a terminal, whose cells break between words.

use std::io::{self, Write};

use afterimage_engine::run::advice::Step;

/// Columns of the whole table.
pub const WIDTH: usize = 80;

/// Columns of the terminal that each column takes, but for the first, which numbers the ways.
const WIDTHS: [usize; 4] = [18, 23, 22, 10];

const HEADS: [&str; 4] = ["Method", "Best for", "Risk", "Selective"];

/// Writes the table.
pub fn write(out: &mut dyn Write, steps: &[Step]) -> io::Result<()> {
    row(out, "", HEADS)?;
    for (number, step) in (1..).zip(steps) {
        let means = step.means;
        let cells = [means.method(), means.best_for(), means.risk(), means.selective().name()];
        row(out, &number.to_string(), cells)?;
    }
    Ok(())
}

fn row(out: &mut dyn Write, number: &str, cells: [&str; 4]) -> io::Result<()> {
    let lines: Vec<Vec<String>> =
        cells.iter().zip(WIDTHS).map(|(cell, width)| wrapped(cell, width)).collect();
    let count = lines.iter().map(Vec::len).max().unwrap_or(0);
    for index in 0..count {
        let mut line = format!("{:<2}", if index == 0 { number } else { "" });
        for (cell, width) in lines.iter().zip(WIDTHS) {
            let text = cell.get(index).map_or("", String::as_str);
            line += &format!(" {text:<width$}");
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A text in lines of no more than so many letters; a longer word stands on a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_break_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("incomprehensible a", 5), ["incomprehensible", "a"]);
        let mut out = Vec::new();
        row(&mut out, "1", ["a b", "c", "", "yes"]).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert!(
            line.starts_with("1  a b ") && line.ends_with("yes\n") && line.len() <= 81,
            "{line}"
        );
    }
}
