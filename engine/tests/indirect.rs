//! Files of ext2 and ext3 of which nothing is left but their bytes, with the lists of their blocks between.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bench;

use afterimage_engine::options::Options;
use afterimage_engine::report::{Grade, Origin};
use afterimage_testdata::cameras::Shot;
use afterimage_testdata::ext::lists;
use afterimage_testdata::png::Png;
use afterimage_testdata::random::Random;
use afterimage_testdata::scene::Picture;

use bench::{Bench, check_runs, own, tree};

/// A BMP of 24 bits with rows of random bytes.
fn bitmap(seed: u64, width: u32, height: u32) -> Vec<u8> {
    let row = (width * 3).next_multiple_of(4);
    let len = 54 + row * height;
    let mut out = b"BM".to_vec();
    out.extend([len, 0, 54, 40, width, height].map(u32::to_le_bytes).concat());
    out.extend([1u16, 24].map(u16::to_le_bytes).concat());
    out.extend([0, row * height, 2835, 2835, 0, 0].map(u32::to_le_bytes).concat());
    out.extend(Random::new(seed).bytes((row * height) as usize));
    out
}

fn jpeg(seed: u64, pixels: (usize, usize)) -> Vec<u8> {
    Shot::new(seed, pixels, "Canon EOS 0D", "2024:05:17 18:03:22").canon()
}

/// Scans a volume that begins at `at`, in blocks of `block` bytes, of which the `files` are left, and checks
/// that they come back as they were, with what grades.
#[track_caller]
fn check(files: &[(Vec<u8>, Grade)], at: usize, block: usize, spoil: impl Fn(&mut Vec<u8>, usize)) {
    let mut image = vec![0; at + 5 * block];
    let mut starts = Vec::new();
    for (file, _) in files {
        // Blocks of others between them.
        image.extend(Random::new(image.len() as u64).bytes(3 * block));
        starts.push(image.len());
        lists::append(&mut image, at, block, file);
        spoil(&mut image, starts[starts.len() - 1]);
    }
    image.resize(image.len() + (64 << 10), 0);
    let bench = Bench::new(&image);
    let (_, report) = bench.scan("out", Options::default());
    let found: Vec<_> = own(&report).filter(|file| file.grade >= Grade::Structural).collect();
    assert_eq!(tree(&bench.output("out").join("photos")).len(), files.len());
    assert_eq!(found.len(), files.len(), "{block} at {at}: {found:#?}");
    for ((file, (bytes, grade)), start) in found.iter().zip(files).zip(starts) {
        assert_eq!(file.runs[0].offset, Some(start as u64));
        assert!(check_runs(&image, file) == *bytes, "{block} at {at}: {file:#?}");
        assert_eq!(file.origin, Origin::Reassembled, "{file:#?}");
        assert!(file.grade >= *grade, "{file:#?}");
        assert!(file.proof.contains("ext2"), "{}", file.proof);
    }
}

fn files(block: usize) -> Vec<(Vec<u8>, Grade)> {
    let scale = block / 1024;
    let png = Png::default().encode(&Picture::scene(3, 300 * scale, 150 * scale));
    let files = vec![
        (jpeg(1, (480 * scale, 300 * scale)), Grade::Verified),
        (png, Grade::Verified),
        (bitmap(5, 120 * scale as u32, 90 * scale as u32), Grade::Structural),
    ];
    for (file, _) in &files {
        assert!(file.len() > 13 * block, "{} bytes in blocks of {block}", file.len());
    }
    files
}

#[test]
fn files_with_lists_of_blocks_between_come_back_exact() {
    for block in [1024, 2048, 4096] {
        for at in [0, 63 * 512, 1 << 20] {
            check(&files(block), at, block, |_, _| {});
        }
    }
}

#[test]
fn files_with_lists_of_lists_come_back_exact() {
    let large = vec![
        (bitmap(6, 400, 300), Grade::Structural),
        (jpeg(2, (2400, 1600)), Grade::Verified),
        (bitmap(7, 800, 700), Grade::Structural),
    ];
    assert!(large.iter().all(|(file, _)| file.len() > (12 + 256 + 2) << 10));
    check(&large, 1 << 20, 1024, |_, _| {});
}

#[test]
fn what_proves_itself_comes_back_though_its_lists_were_wiped() {
    for block in [1024, 4096] {
        let proven = files(block).into_iter().filter(|(_, grade)| *grade == Grade::Verified);
        // Nothing says any more where the data goes on: only checksums are enough.
        let is_png = |file: &[u8]| file.starts_with(b"\x89PNG");
        let graded = |(file, grade): (Vec<u8>, _)| {
            let least = if is_png(&file) { grade } else { Grade::Structural };
            (file, least)
        };
        let files: Vec<_> = proven.map(graded).collect();
        check(&files, 0, block, |image, start| {
            image[start + 12 * block..start + 13 * block].fill(0);
        });
    }
}

#[test]
fn a_bitmap_without_a_list_in_it_stays_as_it_is() {
    let bytes = bitmap(9, 200, 120);
    let mut image = vec![0; 8192];
    image.extend(&bytes);
    image.resize(image.len() + 8192, 0);
    let (_, report) = Bench::new(&image).scan("out", Options::default());
    let found: Vec<_> = own(&report).collect();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].origin, found[0].size), (Origin::Carved, bytes.len() as u64));
}

#[test]
fn a_bitmap_that_holds_a_list_is_not_passed_for_whole() {
    const BLOCK: usize = 1024;
    let bytes = bitmap(10, 400, 300);
    let mut image = vec![0; 8 * BLOCK];
    lists::append(&mut image, 0, BLOCK, &bytes);
    // The list of lists is another's by now, so that the rest is nowhere.
    let second = 8 * BLOCK + (12 + 1 + 256) * BLOCK;
    image[second..second + BLOCK].copy_from_slice(&Random::new(1).bytes(BLOCK));
    image.resize(image.len() + 8192, 0);
    let (_, report) = Bench::new(&image).scan("out", Options::default());
    let found: Vec<_> = own(&report).collect();
    assert_eq!((found.len(), found[0].grade), (1, Grade::Damaged), "{found:#?}");
    let list = found[0].issues.iter().find(|issue| issue.offset == 12 * BLOCK as u64);
    assert!(list.is_some_and(|issue| issue.what.contains("ext2")), "{:#?}", found[0].issues);
}
