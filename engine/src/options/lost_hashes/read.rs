//! A list in a file, whatever its form.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::failure::ListFailure;
use super::fields::{self, Guess};
use super::json;
use super::lines;
use super::photo::ListedPhoto;
use super::table::Header;
use crate::model::DigestKind;

/// The longest list that is read, in bytes: a million photos.
const LONGEST: u64 = 256 << 20;

/// Lines that are looked at for a header.
pub(super) const MOST_BEFORE_HEADER: usize = 32;

/// A list of photos.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct List {
    /// What it is called.
    pub(super) title: String,
    /// Its photos.
    pub(super) photos: Vec<ListedPhoto>,
    /// Lines, rows or files in it that give no digest.
    pub(super) passed_over: u64,
    /// Why it was not read to its end, where it was not.
    pub(super) damage: Option<String>,
}

/// Reads a list with `most` photos at the most.
pub(super) fn list(path: &Path, most: usize) -> Result<List, ListFailure> {
    let refused = |why: String| ListFailure { path: path.to_path_buf(), why };
    let bytes = bounded(path).map_err(refused)?;
    let text = decoded(&bytes).map_err(|why| refused(why.to_owned()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let found = parse(&text, guess(&name), most);
    if found.photos.is_empty() {
        return Err(refused(match found.damage {
            Some(damage) => format!("it holds no digest, and is damaged: {damage}"),
            None => "it holds no MD5, SHA-1, SHA-256 or BLAKE3 of a photo".to_owned(),
        }));
    }
    Ok(List { title: name, ..found })
}

/// The bytes of a file that is not longer than [`LONGEST`], whatever its length says.
fn bounded(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("it is longer than {} MiB", LONGEST >> 20));
    }
    Ok(bytes)
}

/// The text of a list: UTF-8 or UTF-16, as PowerShell writes it.
fn decoded(bytes: &[u8]) -> Result<String, &'static str> {
    let units = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => Ok(units(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Ok(units(rest, u16::from_be_bytes)),
        _ if memchr::memchr(0, bytes).is_some() => Err("it is no text"),
        [0xef, 0xbb, 0xbf, rest @ ..] => Ok(String::from_utf8_lossy(rest).into_owned()),
        _ => Ok(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// What 64 digits are in a list of that name: `SHA256SUMS`, `card.b3`.
pub(super) fn guess(name: &str) -> Guess {
    let name = name.to_lowercase();
    let kinds = [
        ("sha256", DigestKind::Sha256),
        ("blake3", DigestKind::Blake3),
        ("b3", DigestKind::Blake3),
        ("dropbox", DigestKind::Dropbox),
    ];
    let of_64 = kinds.into_iter().find(|(word, _)| name.contains(word)).map(|(_, kind)| kind);
    Guess { of_64 }
}

/// The photos of a text, in the form that its beginning tells.
fn parse(text: &str, guess: Guess, most: usize) -> List {
    let mut list = List::default();
    if text.trim_start().starts_with(['{', '[']) {
        let found = json::photos(text, guess, most);
        list.photos = found.photos;
        (list.passed_over, list.damage) = (found.passed_over, found.damage);
        return list;
    }
    let mut add = |photo: Option<ListedPhoto>| match photo {
        Some(photo) if list.photos.len() < most => list.photos.push(photo),
        _ => list.passed_over += 1,
    };
    if let Some((header, after, first)) = header(text) {
        header.photos(after, first, guess).for_each(add);
        return list;
    }
    for (entry, line) in (1..).zip(text.lines()) {
        let line = line.trim_start();
        if fields::is_comment(line) {
            continue;
        }
        add(lines::photo(line, guess).map(|photo| ListedPhoto { entry, ..photo }));
    }
    list
}

/// The header of a table, what follows it, and the number of the line after it, from 1.
fn header(text: &str) -> Option<(Header, &str, u64)> {
    let mut rest = text;
    for number in 1..=MOST_BEFORE_HEADER as u64 {
        let (line, after) = rest.split_once('\n')?;
        if let Some(header) = Header::of(line.trim_end_matches('\r')) {
            return Some((header, after, number + 1));
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";

    fn read(name: &str, bytes: &[u8]) -> Result<List, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        list(&path, 1000).map_err(|failure| failure.why)
    }

    #[test]
    fn the_form_of_a_list_is_told_by_its_beginning() {
        let count = |name: &str, text: &str| {
            let list = read(name, text.as_bytes()).unwrap();
            (list.photos.len(), list.passed_over)
        };
        assert_eq!(count("a", &format!("# x\n\n{MD5}  a.jpg\nnothing\n")), (1, 1));
        assert_eq!(count("a", &format!("name,md5\r\na.jpg,{MD5}\r\nb.jpg,\r\n")), (1, 1));
        assert_eq!(count("a", &format!(" [{{\"md5\": \"{MD5}\"}}]")), (1, 0));
        assert_eq!(count("a", MD5), (1, 0));
    }

    #[test]
    fn digits_without_a_kind_are_what_the_name_of_the_list_says() {
        let kinds = |name: &str| {
            let list = read(name, format!("{MD5}{MD5}  a.jpg\n").as_bytes()).unwrap();
            list.photos[0].digests.iter().map(|digest| digest.kind()).collect::<Vec<_>>()
        };
        assert_eq!(kinds("SHA256SUMS"), [DigestKind::Sha256]);
        assert_eq!(kinds("card.b3"), [DigestKind::Blake3]);
        assert_eq!(kinds("list.txt"), [DigestKind::Sha256, DigestKind::Blake3]);
    }

    #[test]
    fn texts_of_windows_are_read_and_what_is_no_text_is_refused() {
        let text = format!("Hash,Path\r\n{MD5},C:\\ä.jpg\r\n");
        let wide: Vec<u8> =
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(read("a.csv", &wide).unwrap().photos[0].path.as_deref(), Some("ä.jpg"));
        let marked = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
        assert_eq!(read("a.csv", &marked).unwrap().photos.len(), 1);
        assert_eq!(read("a", &[0; 100]).unwrap_err(), "it is no text");
        assert!(read("a", b"hello").unwrap_err().starts_with("it holds no MD5"));
        assert!(read("a", b"[{").unwrap_err().contains("damaged"));
        assert!(read("a", b"").is_err());
    }
}
