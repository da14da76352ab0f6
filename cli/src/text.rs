//! Numbers and paragraphs as people read them.

use std::io::{self, Write};
use std::time::Duration;

use afterimage_engine::report::Kinds;
use serde::Serialize;

/// Columns of a paragraph.
const WIDTH: usize = 80;

/// `1 photo`, `2 photos`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `15 photos`, `1 video`, `15 photos and 2 videos`.
pub fn kinds(n: Kinds) -> String {
    let (photos, videos) = (count(n.photos, "photo", "photos"), count(n.videos, "video", "videos"));
    match (n.photos, n.videos) {
        (_, 0) => photos,
        (0, _) => videos,
        _ => format!("{photos} and {videos}"),
    }
}

/// `1 photo is`, `1 photo and 1 video are`.
pub fn kinds_are(n: Kinds) -> String {
    format!("{} {}", kinds(n), if n.sum() == 1 { "is" } else { "are" })
}

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

/// Bytes in the decimal units that are printed on cards and disks.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if n < 1000 {
        return count(n, "byte", "bytes");
    }
    let mut value = n as f64 / 1000.0;
    let mut unit = 0;
    // 999.95 would be printed as 1000.0.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A share in per cent. Only all of it is 100 %, and something is never 0 %.
pub fn percent(part: u64, whole: u64) -> String {
    let floor = u128::from(part) * 100 / u128::from(whole.max(1));
    match floor {
        0 if part > 0 => "less than 1 %".to_owned(),
        _ => format!("{floor} %"),
    }
}

/// A time as a person would say it.
pub fn duration(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// A text from a source as it may be shown: what would steer a terminal, or turn the direction of what
/// follows, becomes a question mark.
pub fn plain(text: &str) -> String {
    text.chars().map(|letter| if steers(letter) { '?' } else { letter }).collect()
}

/// Whether a letter would steer a terminal, or turn the direction of what follows.
fn steers(letter: char) -> bool {
    let turns = ['\u{200e}', '\u{200f}', '\u{061c}', '\u{2028}', '\u{2029}'];
    letter.is_control()
        || turns.contains(&letter)
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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

/// Writes a paragraph that begins with `mark` and whose lines stand in line behind it.
pub fn paragraph(out: &mut dyn Write, mark: &str, text: &str) -> io::Result<()> {
    let mut line = mark.to_owned();
    let indent = " ".repeat(mark.chars().count());
    let mut begun = false;
    for word in text.split_whitespace() {
        if begun && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{line}")?;
            line.clone_from(&indent);
            begun = false;
        }
        if begun {
            line.push(' ');
        }
        line.push_str(word);
        begun = true;
    }
    writeln!(out, "{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_decimal_in_the_unit_that_fits() {
        let table = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (31_914_983_424, "31.9 GB"),
            (u64::MAX, "18.4 EB"),
        ];
        for (n, said) in table {
            assert_eq!(bytes(n), said);
        }
    }

    #[test]
    fn photos_and_videos_are_counted_apart() {
        let said = |photos, videos| kinds(Kinds { photos, videos });
        assert_eq!(said(0, 0), "0 photos");
        assert_eq!(said(1, 0), "1 photo");
        assert_eq!(said(0, 2), "2 videos");
        assert_eq!(said(15, 1), "15 photos and 1 video");
        assert_eq!(kinds_are(Kinds { photos: 1, videos: 0 }), "1 photo is");
        assert_eq!(kinds_are(Kinds { photos: 1, videos: 1 }), "1 photo and 1 video are");
    }

    #[test]
    fn json_cannot_speak_to_the_terminal() {
        let mut said = Vec::new();
        json(&mut said, &["\u{1b}[2J\u{9b}2J\u{202e}\n", "ä"]).unwrap();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(said, "[\n  \"\\u001b[2J\\u009b2J\\u202e\\n\",\n  \"ä\"\n]\n");
    }

    #[test]
    fn only_all_of_it_is_all_of_it() {
        assert_eq!(percent(0, 10), "0 %");
        assert_eq!(percent(1, 1000), "less than 1 %");
        assert_eq!(percent(999, 1000), "99 %");
        assert_eq!(percent(1000, 1000), "100 %");
        assert_eq!(percent(0, 0), "0 %");
        assert_eq!(percent(u64::MAX, u64::MAX), "100 %");
    }

    #[test]
    fn paragraphs_break_between_words_and_stand_in_line() {
        let mut out = Vec::new();
        paragraph(&mut out, "  - ", &"word ".repeat(20)).unwrap();
        let out = String::from_utf8(out).unwrap();
        let lines: Vec<_> = out.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("  - word") && lines[0].len() <= WIDTH);
        assert!(lines[1].starts_with("    word"));
    }

    #[test]
    fn a_word_that_is_too_long_stands_on_a_line_of_its_own() {
        let (mut out, long) = (Vec::new(), "x".repeat(100));
        paragraph(&mut out, "- ", &format!("{long} y")).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), format!("- {long}\n  y\n"));
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

    #[test]
    fn times_are_rounded_to_what_matters() {
        assert_eq!(duration(Duration::from_millis(1234)), "1.2 s");
        assert_eq!(duration(Duration::from_secs(72)), "1 min 12 s");
        assert_eq!(duration(Duration::from_secs(7380)), "2 h 3 min");
    }
}
