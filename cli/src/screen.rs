//! How wide the terminal is, and how many columns a text takes in it.

use std::sync::OnceLock;

use console::Term;

/// Columns where nobody says how many there are.
const USUAL: usize = 80;

/// Columns that text is laid out for at the least.
const LEAST: usize = 20;

/// Columns of a line of prose at the most: longer ones are hard to read.
const MOST_PROSE: usize = 80;

/// The width of prose on stdout.
pub fn prose() -> usize {
    width().min(MOST_PROSE)
}

/// The width of stdout: what `COLUMNS` says, else that of the terminal, else 80.
pub fn width() -> usize {
    static WIDTH: OnceLock<usize> = OnceLock::new();
    *WIDTH.get_or_init(|| of(&Term::stdout()))
}

/// The width of stderr, as it is at this moment.
pub fn width_of_stderr() -> usize {
    of(&Term::stderr())
}

fn of(term: &Term) -> usize {
    let seen = || term.size_checked().map(|(_, columns)| usize::from(columns));
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    said.filter(|columns| *columns > 0).or_else(seen).unwrap_or(USUAL).max(LEAST)
}

/// Columns that a text takes.
pub fn columns_of(text: &str) -> usize {
    console::measure_text_width(text)
}

/// A text of no more than so many columns: of a longer one, its beginning and its end.
pub fn shortened(text: &str, width: usize) -> String {
    if columns_of(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let head = taken(text.chars(), room / 2);
    let tail = taken(text.chars().rev(), room - columns_of(&head));
    let tail: String = tail.chars().rev().collect();
    format!("{head}…{tail}")
}

/// As many letters as fit.
fn taken(letters: impl Iterator<Item = char>, width: usize) -> String {
    let mut taken = String::new();
    for letter in letters {
        let more = format!("{taken}{letter}");
        if columns_of(&more) > width {
            break;
        }
        taken = more;
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_beginning_and_its_end() {
        assert_eq!(shortened("IMG_0001.JPG", 12), "IMG_0001.JPG");
        assert_eq!(shortened("DCIM/100CANON/IMG_0001.JPG", 13), "DCIM/1…01.JPG");
        for width in 1..20 {
            let short = shortened("写真写真写真写真写真.jpg", width);
            assert!(columns_of(&short) <= width, "{short} {width}");
        }
    }
}
