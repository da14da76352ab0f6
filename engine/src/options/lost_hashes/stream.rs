//! Lists that are longer than memory: digests one after the other.

use std::io::{BufRead, Read};

use super::photo::ListedPhoto;
use super::read::{MOST_BEFORE_HEADER, guess};
use super::table::Header;
use super::{fields, lines};

/// The longest line that is read, in bytes; what is longer gives no digest.
const LONGEST_LINE: u64 = 64 << 10;

/// Calls `visit` with each photo of a text with a digest a line, or of a table: what `sha256sum` and its like print, the
/// text of NSRL. `name` is what the file is called. Gives how many lines gave no digest.
///
/// # Errors
///
/// When it cannot be read, or is no text, in one clause.
pub(crate) fn each_photo(
    mut text: impl BufRead,
    name: &str,
    visit: &mut dyn FnMut(ListedPhoto),
) -> Result<u64, String> {
    let guess = guess(name);
    let (mut line, mut number, mut passed_over) = (Vec::new(), 0_u64, 0_u64);
    // Lines before a header, which are read as lines where none follows.
    let (mut before, mut header) = (Vec::new(), None::<Header>);
    let mut one = |entry: u64, line: &str, header: Option<&Header>| {
        let photo = match header {
            _ if fields::is_comment(line) => return,
            Some(header) => header.photos(line, entry, guess).next().flatten(),
            None => lines::photo(line, guess).map(|photo| ListedPhoto { entry, ..photo }),
        };
        match photo {
            Some(photo) => visit(photo),
            None => passed_over += 1,
        }
    };
    while next_line(&mut text, &mut line)? {
        number += 1;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}').trim_end();
        if header.is_none() && number <= MOST_BEFORE_HEADER as u64 {
            header = Header::of(text);
            match &header {
                // What stands before a header is no list.
                Some(_) => before.clear(),
                None => before.push((number, text.to_owned())),
            }
            continue;
        }
        before.drain(..).for_each(|(entry, line)| one(entry, &line, None));
        one(number, text, header.as_ref());
    }
    before.drain(..).for_each(|(entry, line)| one(entry, &line, None));
    Ok(passed_over)
}

/// The next line, without what is longer than any; false at the end.
fn next_line(text: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, String> {
    line.clear();
    let read = text.by_ref().take(LONGEST_LINE).read_until(b'\n', line);
    if read.map_err(|error| error.to_string())? == 0 {
        return Ok(false);
    }
    if memchr::memchr(0, line).is_some() {
        return Err("it is no text".to_owned());
    }
    if line.last() != Some(&b'\n') && line.len() as u64 == LONGEST_LINE {
        skip_line(text).map_err(|error| error.to_string())?;
    }
    Ok(true)
}

/// Reads on to the next line, and keeps nothing.
fn skip_line(text: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let bytes = text.fill_buf()?;
        let (end, len) = (memchr::memchr(b'\n', bytes), bytes.len());
        text.consume(end.map_or(len, |end| end + 1));
        if end.is_some() || len == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DigestKind;

    const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";
    const SHA1: &str = "A9993E364706816ABA3E25717850C26C9CD0D89D";

    fn read(name: &str, text: &str) -> (Vec<(u64, DigestKind)>, u64) {
        let mut found = Vec::new();
        let visit = &mut |photo: ListedPhoto| found.push((photo.entry, photo.digests[0].kind()));
        let passed_over = each_photo(text.as_bytes(), name, visit).unwrap();
        (found, passed_over)
    }

    #[test]
    fn the_text_of_nsrl_is_read_row_by_row() {
        let head = "\"SHA-1\",\"MD5\",\"CRC32\",\"FileName\",\"FileSize\",\"ProductCode\",\"OpSystemCode\",\"SpecialCode\"\r\n";
        let row = format!("\"{SHA1}\",\"{MD5}\",\"8C2DAD1C\",\"a,b.jpg\",3,1,\"189\",\"\"\r\n");
        let (found, passed_over) = read("NSRLFile.txt", &format!("{head}{}", row.repeat(3)));
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(passed_over, 0);
    }

    #[test]
    fn lines_of_sums_are_read_with_their_numbers() {
        let text = format!("\u{feff}# mine\n{MD5}  a.jpg\n\nnothing\n{SHA1}\n");
        let expected = vec![(2, DigestKind::Md5), (5, DigestKind::Sha1)];
        assert_eq!(read("sums", &text), (expected, 1));
        let many = format!("{MD5}\n").repeat(100);
        assert_eq!(read("sums", &many).0.len(), 100);
    }

    #[test]
    fn long_lines_and_bytes_cost_nothing() {
        let text = format!("{}\n{MD5}\n", "x".repeat(300_000));
        assert_eq!(read("a", &text), (vec![(2, DigestKind::Md5)], 1));
        assert_eq!(each_photo(&b"a\0b"[..], "a", &mut |_| {}), Err("it is no text".to_owned()));
    }
}
