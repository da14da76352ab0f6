//! What lies in a folder of images: what is scanned, what is skipped since it is whole and no image, and what has failed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "what other tests need of it")]
mod writers;

use std::fs;
use std::path::Path;

use afterimage_engine::run::batch::{Discovered, discover};
use miniz_oxide::deflate::compress_to_vec;
use proptest::prelude::*;
use writers::archives::{deflated_zip, tar_header, zip_of};
use writers::streams::text;

/// What becomes of a file.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Image,
    Archive,
    Other,
    Failed(String),
}

fn in_folder(files: &[(&str, &[u8])], look: impl FnOnce(&Path, Discovered)) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    look(folder.path(), discover(&[folder.path().to_path_buf()], false, &|| false));
}

fn told(name: &str, bytes: &[u8]) -> Told {
    let mut told = None;
    in_folder(&[(name, bytes)], |_, found| {
        told = Some(match found.images.as_slice() {
            [image] => {
                image.error.as_ref().map_or(Told::Image, |why| Told::Failed(why.with_cause()))
            }
            [] if found.skipped.archives == 1 => Told::Archive,
            [] if found.skipped.others == 1 => Told::Other,
            _ => panic!("{name}: {found:?}"),
        });
    });
    told.unwrap()
}

#[track_caller]
fn fails(name: &str, bytes: &[u8], why: &str) {
    match told(name, bytes) {
        Told::Failed(said) => {
            assert!(said.contains(name) && said.contains(why) && !said.contains('\n'), "{said}");
        }
        other => panic!("{name}: {other:?}"),
    }
}

fn documents() -> Vec<u8> {
    let (one, two) = (text(1, 9000), text(2, 70_000));
    zip_of(&[("letter.txt", &one, true), ("more/book.txt", &two, true)])
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = tar_header("folder/", 0, b'5');
    for (name, content) in files {
        out.extend(tar_header(name, content.len(), b'0'));
        out.extend(*content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut out = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
    out.extend(compress_to_vec(content, 6));
    out.extend(crc32fast::hash(content).to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out
}

fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn archives_that_are_whole_are_skipped() {
    let (letter, book) = (text(3, 3000), text(4, 90_000));
    let tar = tar(&[("a.txt", &letter), ("b.txt", &book)]);
    let stored = zip_of(&[("a.txt", &letter, false), ("b.txt", &book, true)]);
    let many: Vec<(&str, &[u8])> = vec![("a.txt", &letter); 300];
    let many = self::tar(&many);
    for (name, bytes) in [
        ("docs.zip", &documents()[..]),
        ("stored.zip", &stored),
        ("docs", &documents()),
        ("docs.tar", &tar),
        ("many.tar", &many),
        ("docs.tar.gz", &gzip(&tar)),
        ("docs.tgz", &gzip(&tar)),
        ("docs.tar.zst", &zstd(&tar)),
        ("docs.tar.xz", b"\xfd7zXZ\0rest"),
        ("docs.7z", b"7z\xbc\xaf\x27\x1c\0\x04"),
    ] {
        assert_eq!(told(name, bytes), Told::Archive, "{name}");
    }
    assert_eq!(told("notes.txt.gz", &gzip(&letter)), Told::Other);
    assert_eq!(told("card.zip", &deflated_zip().bytes), Told::Image);
}

#[test]
fn archives_that_are_damaged_or_cut_short_have_failed() {
    let zip = documents();
    fails("docs.zip", &zip[..zip.len() - 30], "directory is missing or damaged");
    fails("docs", &zip[..zip.len() / 2], "directory is missing or damaged");
    let mut torn = zip.clone();
    let end = torn.len() - 22;
    torn[end + 16] ^= 1;
    fails("torn.zip", &torn, "directory is missing or damaged");
    let (letter, book) = (text(3, 3000), text(4, 900_000));
    let tar = tar(&[("a.txt", &letter), ("b.txt", &book)]);
    fails("docs.tar", &tar[..tar.len() / 2], "a tar archive that is damaged or cut short");
    let mut torn = tar.clone();
    torn[512] ^= 1;
    fails("torn.tar", &torn, "damaged or cut short");
    for packed in [gzip(&tar), zstd(&tar)] {
        let name = if packed[0] == 0x1f { "docs.tar.gz" } else { "docs.tar.zst" };
        fails(name, &packed[..packed.len() / 2], "damaged or cut short");
        let mut torn = packed.clone();
        // The first block, of which nothing comes out any more.
        torn[10..200].fill(0xff);
        fails(name, &torn, "damaged or cut short");
    }
    let mut checked = gzip(&tar);
    let sum = checked.len() - 8;
    checked[sum] ^= 1;
    fails("docs.tgz", &checked, "damaged or cut short");
}

#[test]
fn a_disk_image_in_an_archive_that_cannot_be_opened_has_failed() {
    let disk = vec![7; 100_000];
    let locked = |bytes: &mut Vec<u8>| {
        let row = bytes.windows(4).position(|part| part == b"PK\x01\x02").unwrap();
        bytes[row + 8] |= 1;
    };
    let mut zip = zip_of(&[("card.img", &disk, true)]);
    locked(&mut zip);
    fails("card.zip", &zip, "encrypted with a password");
    let mut zip = zip_of(&[("a.txt", b"a text", true), ("card.img", &disk, true)]);
    let header = zip.windows(4).skip(4).position(|part| part == b"PK\x03\x04").unwrap() + 4;
    zip[header] ^= 1;
    fails("torn.zip", &zip, "header of card.img is damaged");
}

/// Noise that is no disk by how it begins or ends.
#[test]
fn what_comes_out_of_a_container_in_part_may_be_a_disk_of_any_length() {
    let noise: Vec<u8> = (0..400_000u32)
        .flat_map(|at| (at.wrapping_mul(2_654_435_761) >> 7).to_le_bytes())
        .collect();
    let packed = gzip(&noise);
    assert_eq!(told("backup.gz", &packed[..packed.len() / 2 + 77]), Told::Image);
    assert_eq!(told("odd.gz", &gzip(&noise[..100_001])), Told::Other);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However short an archive is cut, it is never taken for a whole one of documents.
    #[test]
    fn an_archive_that_is_cut_is_not_skipped(cut in any::<prop::sample::Index>(), kind in 0..2) {
        let letter = text(5, 3000);
        let whole = match kind {
            0 => documents(),
            _ => tar(&[("a.txt", &letter), ("b.txt", &letter)]),
        };
        // Blocks of zeros may be missing at the end of a tar archive.
        let end = if kind == 0 { whole.len() } else { whole.len() - 1024 - 72 };
        let told = told("docs", &whole[..cut.index(end)]);
        prop_assert!(matches!(told, Told::Failed(_) | Told::Other), "{told:?}");
    }

    /// Whatever is changed in an archive, it is told as one thing or another.
    #[test]
    fn changed_archives_are_told(
        changes in prop::collection::vec((any::<u16>(), any::<u8>()), 1..6),
        kind in 0..2,
    ) {
        let letter = text(6, 3000);
        let mut bytes = match kind {
            0 => documents(),
            _ => tar(&[("a.txt", &letter), ("b.txt", &letter)]),
        };
        writers::change(&mut bytes, &changes);
        told("docs", &bytes);
    }
}
