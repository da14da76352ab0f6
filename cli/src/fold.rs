//! Lines that are wider than the terminal break between words, where the terminal would break them anywhere.

use std::io::{self, Write};

use crate::screen::columns_of;

/// A stream whose lines are no wider than `width`, as far as their words let them.
pub struct Folded<W: Write> {
    inner: W,
    width: usize,
    /// The line that has no end yet.
    begun: Vec<u8>,
}

/// Columns that what is left of a line is moved in, more than its beginning.
const MORE: usize = 2;

impl<W: Write> Folded<W> {
    /// A stream on `inner`.
    pub fn new(inner: W, width: usize) -> Self {
        Folded { inner, width, begun: Vec::new() }
    }
}

impl<W: Write> Write for Folded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.begun);
                let text = String::from_utf8_lossy(&line);
                for line in folded(text.trim_end_matches('\n'), self.width) {
                    writeln!(self.inner, "{line}")?;
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // What has no end yet is a question, or the end of all.
        let begun = std::mem::take(&mut self.begun);
        self.inner.write_all(&begun)?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Folded<W> {
    fn drop(&mut self) {
        drop(self.flush());
    }
}

/// A line in lines of `width` columns. A command stays whole: it is there to be copied.
fn folded(line: &str, width: usize) -> Vec<String> {
    let bare = line.trim_start_matches(' ');
    let is_command = bare.starts_with("afterimage ") || bare.starts_with("sudo afterimage ");
    if columns_of(line) <= width || is_command {
        return vec![line.to_owned()];
    }
    let indent = " ".repeat((line.len() - bare.len() + MORE).min(width / 4));
    let (mut lines, mut rest, mut start) = (Vec::new(), line.to_owned(), line.len() - bare.len());
    while columns_of(&rest) > width {
        let Some(at) = gap(&rest, start, width) else { break };
        lines.push(rest[..at].trim_end().to_owned());
        rest = format!("{indent}{}", rest[at..].trim_start());
        start = indent.len();
    }
    lines.push(rest);
    lines
}

/// The last gap between words after `start` up to which a line fits, else the first one.
fn gap(line: &str, start: usize, width: usize) -> Option<usize> {
    let gaps = line.match_indices(' ').map(|(at, _)| at).filter(|at| *at > start);
    let gaps: Vec<usize> = gaps.filter(|at| !line[*at..].trim_start().is_empty()).collect();
    let fits = |at: &&usize| columns_of(line[..**at].trim_end()) <= width;
    gaps.iter().take_while(fits).last().or(gaps.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_keep_their_indentation() {
        let row = "    IMG_0001.JPG       2024-05-04 10:12    2.0 kB  deleted      whole, proven";
        assert_eq!(
            folded(row, 40),
            ["    IMG_0001.JPG       2024-05-04 10:12", "      2.0 kB  deleted      whole, proven"]
        );
        assert_eq!(folded(row, 80), [row]);
        let long = "x".repeat(50);
        assert_eq!(
            folded(&format!("  {long} y z"), 40),
            [format!("  {long}"), "    y z".to_owned()]
        );
    }

    #[test]
    fn a_command_stays_whole() {
        let command = format!("     sudo afterimage scan /dev/sdb --output {}", "x".repeat(40));
        assert_eq!(folded(&command, 40), std::slice::from_ref(&command));
    }

    #[test]
    fn a_stream_folds_whole_lines_and_hands_on_the_rest() {
        let mut out = Vec::new();
        let mut stream = Folded::new(&mut out, 10);
        stream.write_all(b"one two ").unwrap();
        stream.write_all("dr\u{e4}i four\nlast".as_bytes()).unwrap();
        drop(stream);
        assert_eq!(String::from_utf8(out).unwrap(), "one two\n  dr\u{e4}i\n  four\nlast");
    }
}
