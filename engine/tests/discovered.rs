//! What lies in a folder of images: what is scanned, what is skipped since it is whole and no image, and what has failed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "what other tests need of it")]
mod writers;

use std::fs;
use std::path::Path;

use afterimage_engine::progress::Progress;
use afterimage_engine::run::batch::{Discovered, Looking, discover};
use afterimage_engine::source::{Io, open};
use miniz_oxide::deflate::compress_to_vec;
use proptest::prelude::*;
use writers::archives::{deflated_zip, tar_of, zip_of};
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
    look(
        folder.path(),
        discover(&[folder.path().to_path_buf()], false, Looking::unseen(&Progress::default())),
    );
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

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut out = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
    out.extend(compress_to_vec(content, 6));
    out.extend(crc32fast::hash(content).to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out
}

fn zstd(content: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(zstd_safe::compress_bound(content.len()));
    zstd_safe::compress(&mut packed, content, zstd_safe::CLEVEL_DEFAULT).unwrap();
    packed
}

#[test]
fn archives_that_are_whole_are_skipped() {
    let (letter, book) = (text(3, 3000), text(4, 90_000));
    let tar = tar_of(&[("a.txt", &letter), ("b.txt", &book)]);
    let stored = zip_of(&[("a.txt", &letter, false), ("b.txt", &book, true)]);
    let many: Vec<(&str, &[u8])> = vec![("a.txt", &letter); 300];
    let many = tar_of(&many);
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
    let tar = tar_of(&[("a.txt", &letter), ("b.txt", &book)]);
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
fn an_archive_with_several_disk_images_has_failed() {
    let disk = text(5, 70_000);
    let files = [("one.img", &disk[..]), ("two.dd", &disk)];
    let zip = zip_of(&[("one.img", &disk, true), ("two.dd", &disk, false)]);
    for (name, bytes) in
        [("two.zip", &zip), ("two.tar", &tar_of(&files)), ("two.tar.gz", &gzip(&tar_of(&files)))]
    {
        fails(name, bytes, "with 2 disk images in it");
    }
}

#[test]
fn what_comes_out_of_a_container_in_part_may_be_a_disk_of_any_length() {
    let noise: Vec<u8> = (0..400_000u32)
        .flat_map(|at| (at.wrapping_mul(2_654_435_761) >> 7).to_le_bytes())
        .collect();
    let packed = gzip(&noise);
    assert_eq!(told("backup.gz", &packed[..packed.len() / 2 + 77]), Told::Image);
    assert_eq!(told("odd.gz", &gzip(&noise[..100_001])), Told::Other);
}

/// What of a folder has failed, by the names of the files, and why.
fn failed(files: &[(&str, &[u8])]) -> Vec<(String, String)> {
    let mut failed = Vec::new();
    in_folder(files, |_, found| {
        for image in found.images {
            let name = image.path.file_name().unwrap().to_str().unwrap().to_owned();
            failed.push((name, image.error.map(|error| error.to_string()).unwrap_or_default()));
        }
    });
    failed
}

/// The parts of an E01 image in several files, by their numbers; none but the first has anything in it.
fn e01_part(number: u8) -> Vec<u8> {
    let made = writers::all().into_iter().find(|made| made.name == "x.E01").unwrap();
    let mut bytes = made.bytes;
    let done = bytes.windows(5).position(|part| part == b"done\0").unwrap();
    if number < 4 {
        bytes[done..done + 4].copy_from_slice(b"next");
    }
    bytes[9] = number;
    (made.mend)(&mut bytes);
    bytes
}

#[test]
fn a_part_of_another_e01_is_not_taken_for_one_of_this() {
    let [first, mut second, third, last] = [1, 2, 3, 4].map(e01_part);
    let said = second.windows(7).position(|part| part == b"volume\0").unwrap() + 76;
    // Sectors of the disk.
    second[said + 16] ^= 1;
    let mend = writers::all().into_iter().find(|made| made.name == "x.E01").unwrap().mend;
    mend(&mut second);
    let files = [("a.E01", &first[..]), ("a.E02", &second), ("a.E03", &third), ("a.E04", &last)];
    let all = failed(&files);
    assert!(all.iter().any(|(_, why)| why.contains("a.E02 is of another image")), "{all:?}");
}

#[test]
fn an_image_of_which_a_part_is_missing_has_failed_once() {
    let parts = [1, 2, 3, 4].map(e01_part);
    let [one, two, three, four] = parts.each_ref().map(Vec::as_slice);
    let all = failed(&[("a.E01", one), ("a.E02", two), ("a.E03", three), ("a.E04", four)]);
    assert_eq!(all, [("a.E01".to_owned(), String::new())]);
    for (files, name, why) in [
        (
            &[("a.E01", one), ("a.E03", three), ("a.E04", four)][..],
            "a.E01",
            "its part a.E02 is missing",
        ),
        (
            &[("a.E03", three), ("a.E04", four)],
            "a.E03",
            "part 3 of one whose first part, a.E01, is missing",
        ),
        (&[("a.E02", two)], "a.E02", "part 2 of one whose first part, a.E01, is missing"),
        // One that is damaged is told of for all of them.
        (
            &[("a.E01", &[7; 5000]), ("a.E02", two), ("a.E03", three)],
            "a.E01",
            "does not begin as a disk",
        ),
    ] {
        let all = failed(files);
        assert!(all.len() == 1 && all[0].0 == name && all[0].1.contains(why), "{all:?}");
        assert!(!all[0].1.contains('\n'));
    }
    // A part of another image, by the name of a part of this one, is told of by itself.
    let last = {
        let mut last = e01_part(4);
        last[9] = 1;
        last
    };
    let all = failed(&[("a.E01", &last), ("a.E03", three)]);
    assert!(all.len() == 2 && all[1].1.contains("but part 3 of one"), "{all:?}");
}

#[test]
fn a_part_of_a_raw_image_is_not_taken_for_the_image() {
    let noise: Vec<u8> =
        (0..65_536u32).flat_map(|at| (at.wrapping_mul(2_654_435_761) >> 7).to_le_bytes()).collect();
    let part = &noise[..];
    for (files, name, why) in [
        (&[("a.001", part), ("a.003", part)][..], "a.001", "its part a.002 is missing"),
        (
            &[("a.001", part), ("a.002", part), ("a.004", part), ("a.005", part)],
            "a.001",
            "a.003 is missing",
        ),
        (&[("a.000", part), ("a.002", part)], "a.000", "its part a.001 is missing"),
        (&[("a.002", part), ("a.003", part)], "a.002", "whose first part, a.001, is missing"),
        (&[("a.003", part)], "a.003", "whose first part, a.001, is missing"),
        (&[("a.ab", part), ("a.ac", part)], "a.ab", "whose first part, a.aa, is missing"),
    ] {
        let all = failed(files);
        assert!(all.len() == 1 && all[0].0 == name && all[0].1.contains(why), "{all:?}");
        assert!(all[0].1.contains("give it another name, such as a-"), "{all:?}");
    }
    let image = [("a.001".to_owned(), String::new())];
    assert_eq!(failed(&[("a.001", part), ("a.002", part), ("a.003", part)]), image);
    // Whole cards may be numbered, and begin as disks do.
    let mut card = part.to_vec();
    card[510..512].copy_from_slice(&[0x55, 0xaa]);
    card[0x52..0x5a].copy_from_slice(b"FAT32   ");
    let cards = failed(&[("c.101", &card), ("c.102", &card), ("c.103", &card)]);
    assert!(cards.len() == 3 && cards.iter().all(|(_, error)| error.is_empty()), "{cards:?}");
    // Not every file with a number is a part of an image.
    let text = text(9, 100_352);
    assert_eq!(told("messages.003", &text), Told::Other);
    assert_eq!(told("notes.001", &text), Told::Other);
    // Parts of any length are, of which nothing else is known.
    let odd = &part[1..];
    let all = failed(&[("a.002", odd), ("a.003", odd), ("a.004", &odd[..100_000])]);
    assert!(all.len() == 1 && all[0].1.contains("whose first part, a.001, is missing"), "{all:?}");
    assert_eq!(told("docs.007", &documents()), Told::Archive);
    let all = failed(&[("a.001", part), ("a.003", &part[..1000])]);
    assert_eq!(all.len(), 1, "the last part may be shorter: {all:?}");
    let own = deflated_zip().bytes;
    let images = failed(&[("a.004", &own), ("a.005", &own)]);
    assert!(images.len() == 2 && images.iter().all(|(_, error)| error.is_empty()), "{images:?}");
    in_folder(
        &[("log.003", &text), ("log.004", &text[..70_001]), ("log.005", b"a")],
        |_, found| {
            assert_eq!(
                (found.images.len(), found.skipped.others),
                (0, 2),
                "one is as the last part"
            );
        },
    );
    // Sources that are named are looked at in the same way.
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a.001", "a.002", "a.003"].map(|name| folder.path().join(name));
    paths.iter().for_each(|path| fs::write(path, part).unwrap());
    assert_eq!(
        discover(&paths, false, Looking::unseen(&Progress::default())).paths(),
        [paths[0].clone()]
    );
    fs::remove_file(&paths[1]).unwrap();
    assert_eq!(
        discover(&paths[2..], false, Looking::unseen(&Progress::default())).paths(),
        [paths[2].clone()]
    );
    assert!(open(&paths[2], Io::Auto).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However short an archive is cut, it is never taken for a whole one of documents.
    #[test]
    fn an_archive_that_is_cut_is_not_skipped(cut in any::<prop::sample::Index>(), kind in 0..2) {
        let letter = text(5, 3000);
        let whole = match kind {
            0 => documents(),
            _ => tar_of(&[("a.txt", &letter), ("b.txt", &letter)]),
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
            _ => tar_of(&[("a.txt", &letter), ("b.txt", &letter)]),
        };
        writers::change(&mut bytes, &changes);
        told("docs", &bytes);
    }
}
