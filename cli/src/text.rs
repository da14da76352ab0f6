//! Numbers and paragraphs as people read them.

use std::io::{self, Write};

use afterimage_engine::words::steers;
pub use afterimage_engine::words::{bytes, count, duration, kinds, kinds_are, percent, plain};
use serde::Serialize;

use crate::screen;

/// Writes a value as JSON over several lines that does a terminal no harm: what would steer one stands as `\u`
/// and its number.
pub fn json(out: &mut dyn Write, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        // Control characters of ASCII are escaped already; the line breaks are those of the layout.
        if letter != '\n' && steers(letter) {
            let mut units = [0; 2];
            let units = letter.encode_utf16(&mut units).iter();
            safe.extend(units.map(|unit| format!("\\u{unit:04x}")));
        } else {
            safe.push(letter);
        }
    }
    writeln!(out, "{safe}")
}

/// A stream that shows nothing which would steer a terminal, whatever is written to it, but for the ends of
/// lines.
pub struct PlainWriter<W>(pub W);

impl<W: Write> Write for PlainWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = String::with_capacity(bytes.len());
        // What is written comes as whole strings, so that no letter is cut.
        for chunk in bytes.utf8_chunks() {
            let shown = |letter| if letter != '\n' && steers(letter) { '?' } else { letter };
            text.extend(chunk.valid().chars().map(shown));
            text.extend((!chunk.invalid().is_empty()).then_some('?'));
        }
        self.0.write_all(text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Writes a paragraph that begins with `mark` and whose lines stand in line behind it, no wider than the terminal.
pub fn paragraph(out: &mut dyn Write, mark: &str, text: &str) -> io::Result<()> {
    wrapped(mark, text, screen::prose()).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// The lines of a paragraph of `width` columns that begins with `mark`. They break between words; a word that is
/// wider stands on a line of its own.
pub fn wrapped(mark: &str, text: &str, width: usize) -> Vec<String> {
    let room = screen::columns_of(mark);
    // Behind a mark that takes most of a line, next to nothing would fit.
    let indent = " ".repeat(if 2 * room > width { MOST_NARROW.min(room) } else { room });
    let (mut lines, mut line) = (Vec::new(), mark.to_owned());
    let mut is_begun = !mark.trim().is_empty() && 2 * room > width;
    for word in text.split_whitespace() {
        let space = usize::from(is_begun && !line.ends_with(' '));
        if is_begun && screen::columns_of(&line) + space + screen::columns_of(word) > width {
            lines.push(line.trim_end().to_owned());
            line.clone_from(&indent);
            is_begun = false;
        }
        if is_begun && !line.ends_with(' ') {
            line.push(' ');
        }
        line.push_str(word);
        is_begun = true;
    }
    lines.push(line);
    lines
}

/// Columns that lines are moved in behind a mark that takes most of a line.
const MOST_NARROW: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_cannot_speak_to_the_terminal() {
        let mut said = Vec::new();
        json(&mut said, &["\u{1b}[2J\u{9b}2J\u{202e}\n", "ä"]).unwrap();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(said, "[\n  \"\\u001b[2J\\u009b2J\\u202e\\n\",\n  \"ä\"\n]\n");
    }

    #[test]
    fn paragraphs_break_between_words_and_stand_in_line() {
        let lines = wrapped("  - ", &"word ".repeat(20), 80);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("  - word") && lines[0].len() <= 80);
        assert!(lines[1].starts_with("    word"));
        for width in [20, 40, 80] {
            let lines = wrapped("", &"ein Wört und 写真 ".repeat(9), width);
            assert!(lines.iter().all(|line| screen::columns_of(line) <= width), "{lines:?}");
            assert!(lines.iter().all(|line| !line.ends_with(' ')), "{lines:?}");
        }
    }

    #[test]
    fn a_word_that_is_too_long_stands_on_a_line_of_its_own() {
        let long = "x".repeat(100);
        assert_eq!(
            wrapped("- ", &format!("{long} y"), 80),
            [format!("- {long}"), "  y".to_owned()]
        );
    }

    #[test]
    fn what_follows_a_long_mark_stands_below_it() {
        let mark = "/dev/nvme0n1p1    1.0 TB  nvme  ";
        let lines = wrapped(mark, "Some Model 1000, serial 42", 40);
        assert_eq!(lines, [format!("{mark}Some"), "    Model 1000, serial 42".to_owned()]);
    }

    #[test]
    fn json_is_the_same_to_a_program_and_does_not_steer_a_terminal() {
        let value = serde_json::json!({ "path": "a\u{1b}[2J\u{9b}\u{202e}\u{7f}\nb", "n": [1] });
        let mut out = Vec::new();
        json(&mut PlainWriter(&mut out), &value).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.chars().any(|letter| letter != '\n' && steers(letter)), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_plain_stream_keeps_letters_and_lines() {
        let mut out = Vec::new();
        let mut stream = PlainWriter(&mut out);
        write!(stream, "Été\n\u{1b}]0;x\u{7}\r\n").unwrap();
        stream.write_all(b"\xffa").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "Été\n?]0;x??\n?a");
    }
}
