//! Zip archives as sources: what their directories tell, and what is said of those that tell nothing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "what other tests need of it")]
mod writers;

use std::path::PathBuf;

use afterimage_engine::source::{Io, MemorySource, Packed, open, recognise};
use afterimage_testdata::random::Random;
use tempfile::TempDir;
use writers::archives::zip_of;

/// The record at the end of an archive without a file.
const EMPTY: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// What is said of an archive without a disk in it.
fn of(bytes: Vec<u8>) -> Packed {
    recognise(&MemorySource::new("x.zip", bytes)).unwrap()
}

fn written(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zip");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// What the disk in an archive is said to be, and what is wrong with it.
fn opened(bytes: &[u8]) -> (Option<&'static str>, Option<&'static str>) {
    let (_folder, path) = written(bytes);
    let source = open(&path, Io::Read).unwrap();
    (source.container(), source.container_fault())
}

/// An archive of one small file in whose directory stand `rows` rows of 65,000 bytes and more.
fn long_directory(rows: usize) -> Vec<u8> {
    const COMMENT: u16 = 65_000;
    let mut bytes = zip_of(&[("a.jpg", &[7; 100], false)]);
    let mut end = bytes.split_off(bytes.len() - EMPTY.len());
    let start = u32::from_le_bytes(*end[16..].first_chunk().unwrap()) as usize;
    let mut row = bytes.split_off(start);
    row[32..34].copy_from_slice(&COMMENT.to_le_bytes());
    row.resize(row.len() + usize::from(COMMENT), 0);
    let rows = row.repeat(rows);
    end[12..16].copy_from_slice(&(rows.len() as u32).to_le_bytes());
    [bytes, rows, end].concat()
}

#[test]
fn a_directory_that_is_longer_than_is_read_is_not_called_damaged() {
    let read = of(long_directory(900));
    assert!(read.is_scannable && read.what.ends_with("as they are"), "{read:?}");
    let long = of(long_directory(1_100));
    assert!(long.is_scannable && long.what.contains("longer than"), "{long:?}");
    assert!(!long.what.contains("damaged") && !long.advice.contains("zip -FF"), "{long:?}");
    let mut cut = long_directory(1_100);
    cut.drain(200..300);
    assert!(of(cut).what.contains("missing or damaged"));
}

#[test]
fn a_record_inside_of_a_disk_is_not_the_end_of_the_archive_that_it_lies_in() {
    let mut image = Random::new(3).bytes(1 << 20);
    let at = image.len() / 2;
    image[at..at + EMPTY.len()].copy_from_slice(EMPTY);
    let bytes = zip_of(&[("card.img", &image, false)]);
    let is_zip = Some("a zip archive with a disk image in it");
    let cut = Some("it is damaged or cut short");
    assert_eq!(opened(&bytes), (is_zip, None));
    assert_eq!(opened(&bytes[..at + 30_000]), (is_zip, cut));
    // It ends right there.
    let header = bytes.len() - (46 + 8 + EMPTY.len()) - image.len();
    assert_eq!(opened(&bytes[..header + at + EMPTY.len()]), (is_zip, cut));
    // Sectors are filled up.
    assert_eq!(opened(&[&bytes[..], &[0; 700]].concat()), (is_zip, None));
    // A comment is any text.
    let comment = [EMPTY, b" is how an empty archive ends"].concat();
    let mut told = bytes.clone();
    let len = told.len() - 2;
    told[len] = comment.len() as u8;
    told.extend(&comment);
    assert_eq!(opened(&told), (is_zip, None));
}

/// The end of an archive in 64-bit numbers in place of that of `bytes`.
fn in_long_numbers(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut end = bytes.split_off(bytes.len() - EMPTY.len());
    let number = |at: usize| u64::from(u32::from_le_bytes(*end[at..].first_chunk().unwrap()));
    let (size, start, at) = (number(12), number(16), bytes.len() as u64);
    bytes.extend(b"PK\x06\x06");
    bytes.extend([0; 36]);
    bytes.extend([size, start].map(u64::to_le_bytes).concat());
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(at.to_le_bytes());
    bytes.extend([1, 0, 0, 0]);
    end[12..20].fill(0xff);
    bytes.extend(end);
    bytes
}

#[test]
fn an_end_in_long_numbers_is_read_whether_something_follows_or_not() {
    let image = Random::new(4).bytes(1 << 20);
    let bytes = in_long_numbers(zip_of(&[("a.txt", b"text", true), ("card.dd", &image, true)]));
    let expected = (Some("a zip archive with a disk image in it"), None);
    assert_eq!(opened(&bytes), expected);
    assert_eq!(opened(&[&bytes[..], &[0; 300]].concat()), expected);
}

#[test]
fn an_archive_without_a_file_is_not_called_compressed() {
    for empty in [EMPTY.to_vec(), zip_of(&[("folder/", b"", false)])] {
        let said = of(empty);
        assert!(!said.is_scannable && said.what.contains("no file"), "{said:?}");
        assert!(!said.what.contains("compressed") && !said.advice.contains("unzip"), "{said:?}");
    }
}

#[test]
fn disks_are_known_by_the_names_that_they_have_in_folders() {
    let noise = Random::new(5).bytes(200_000);
    for name in ["card.dsk", "a/card.image", "card.qed", "card.avhd", "card.img.zstd"] {
        let bytes = zip_of(&[("read me.txt", b"text", true), (name, &noise, true)]);
        assert!(opened(&bytes).0.is_some(), "{name}");
    }
}

#[test]
fn a_directory_is_read_once() {
    let names: Vec<String> = (0..3_000).map(|number| format!("photo-{number:05}.jpg")).collect();
    let members: Vec<_> = names.iter().map(|name| (&name[..], &b"x"[..], false)).collect();
    let bytes = zip_of(&members);
    let directory_len = names.len() as u64 * 60;
    let (_folder, path) = written(&bytes);
    let first = open(&path, Io::Read).unwrap();
    assert!((directory_len..2 * directory_len).contains(&first.bytes_read()));
    let second = open(&path, Io::Read).unwrap();
    assert!(recognise(second.as_ref()).unwrap().is_scannable);
    assert!(second.bytes_read() < directory_len, "{}", second.bytes_read());
    // Somebody writes to it.
    std::fs::write(&path, [&bytes[..bytes.len() - 200], &[0; 9]].concat()).unwrap();
    let third = open(&path, Io::Read).unwrap();
    assert!(recognise(third.as_ref()).unwrap().what.contains("missing or damaged"));
}
