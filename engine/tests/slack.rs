//! A live file holds its bytes, not its clusters: photos in the rest are deleted ones, and are written.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bench;

use afterimage_engine::options::Options;
use afterimage_engine::report::{ReportFile, Status};
use afterimage_testdata::cameras::Shot;
use afterimage_testdata::fat::{Kind, Stamp};
use afterimage_testdata::{apfs, exfat, ext, fat, hfsplus, ntfs};

use bench::{Bench, check_runs, own, tree};

/// When every file was written, in seconds since 1970.
const SECONDS: u32 = 1_715_961_802;

fn photo() -> Vec<u8> {
    Shot::new(7, (80, 60), "Canon EOS 0D", "2024:05:17 18:03:22").canon()
}

fn stamp() -> Stamp {
    Stamp::new(2024, 5, 17, 18, 3, 22)
}

/// Checks that the photo at `at` is written as a deleted one, and that nothing else is.
#[track_caller]
fn check(name: &str, image: &[u8], at: usize) {
    let bench = Bench::new(image);
    let (_, report) = bench.scan("out", Options::default());
    assert_eq!(tree(&bench.output("out").join("photos")).len(), 1, "{name}");
    let files: Vec<&ReportFile> = own(&report).collect();
    let [file] = files[..] else { panic!("{name}: {files:#?}") };
    let volume = &report.head.sources[0].volumes[0];
    assert_eq!(volume.faults, [""; 0], "{name}");
    assert_eq!(file.runs[0].offset, Some(at as u64), "{name}");
    assert!(check_runs(image, file) == photo(), "{name}");
    assert_eq!((file.status, file.path.is_some()), (Status::Deleted, true), "{name}: {file:#?}");
}

/// Lays the photo into what a live file of zeros does not hold of its clusters: at `at`.
fn laid(image: &[u8], at: usize) -> Vec<u8> {
    let (mut image, photo) = (image.to_vec(), photo());
    image[at..at + photo.len()].copy_from_slice(&photo);
    image
}

/// The first place after `from` where the image has the bytes.
fn find(image: &[u8], from: usize, bytes: &[u8]) -> usize {
    from + image[from..].windows(bytes.len()).position(|window| window == bytes).unwrap()
}

/// What a live file of `len` bytes holds.
fn note(len: usize) -> Vec<u8> {
    (0..len).map(|at| b"slack! "[at % 7]).collect()
}

#[test]
fn a_photo_after_the_end_of_a_live_file_in_its_last_cluster_was_deleted() {
    assert!(photo().len() < 15 << 10);
    let mut volume = fat::Volume::new(Kind::Fat16, 160 << 10, 16 << 10, "CARD");
    let at = volume.write("NOTE.TXT", &note(1000), stamp(), 5)[0].start + 1024;
    check("fat16", &laid(volume.image(), at), at);
}

#[test]
fn a_photo_in_clusters_after_the_end_of_a_live_file_was_deleted() {
    // The file was longer once: its chain still is.
    let mut volume = fat::Volume::new(Kind::Fat16, 5 << 11, 1024, "CARD");
    let start = volume.write("NOTE.TXT", &note(40 << 10), stamp(), 5)[0].start;
    let mut image = laid(volume.image(), start + 4096);
    let record = volume.record("NOTE.TXT");
    image[record + 28..record + 32].copy_from_slice(&3000u32.to_le_bytes());
    check("fat16", &image, start + 4096);
}

#[test]
fn a_photo_after_what_was_written_of_a_live_file_was_deleted() {
    let mut volume = exfat::Volume::new(400, "CARD");
    let start = volume.write("NOTE.TXT", &note(60 << 10), stamp(), 5)[0].start;
    let record = volume.record("NOTE.TXT");
    for (written, at) in [(3000u64, start + 4096), (5000, start + 8192), (0, start)] {
        let mut image = laid(volume.image(), at);
        image[record + 40..record + 48].copy_from_slice(&written.to_le_bytes());
        exfat::reseal(&mut image, record);
        check("exfat", &image, at);
    }
    let at = start + 512 * 5;
    let mut image = laid(volume.image(), at);
    image[record + 40..record + 48].copy_from_slice(&2222u64.to_le_bytes());
    exfat::reseal(&mut image, record);
    check("exfat, in the cluster that was written last", &image, at);
}

#[test]
fn a_photo_beyond_the_initialised_size_of_a_live_file_was_deleted() {
    let mut volume = ntfs::Volume::new(160);
    volume.write("NOTE.TXT", &note(60 << 10), &[15], SECONDS.into());
    let start = find(volume.image(), 0, &note(2048));
    let record = volume.record_at("NOTE.TXT");
    let size = (60u64 << 10).to_le_bytes();
    let sizes = find(volume.image(), record, &[size, size, size].concat());
    // The sizes that are allocated, told and written.
    for (told, written, at) in [
        (60u64 << 10, 3000u64, start + 4096),
        (60 << 10, 2000, start + 2048),
        (9000, 9000, start + 12288),
        (60 << 10, 0, start),
    ] {
        let mut image = laid(volume.image(), at);
        image[sizes + 8..sizes + 16].copy_from_slice(&told.to_le_bytes());
        image[sizes + 16..sizes + 24].copy_from_slice(&written.to_le_bytes());
        check("ntfs", &image, at);
    }
}

#[test]
fn a_photo_in_blocks_of_a_live_file_that_were_never_written_was_deleted() {
    let mut volume = ext::Volume::new(ext::Kind::Ext4);
    let at = volume.write("NOTE.TXT", &note(60 << 10), SECONDS, 300)[0].start;
    let mut image = laid(volume.image(), at);
    // The extent is marked as reserved.
    let extent = find(&image, 0, &[60, 0, 0, 0, (at / ext::BLOCK % 256) as u8]);
    image[extent..extent + 2].copy_from_slice(&(0x8000u16 + 60).to_le_bytes());
    check("ext4", &image, at);
}

#[test]
fn a_photo_in_the_last_block_of_a_live_file_of_a_mac_was_deleted() {
    // Two blocks, of which the file holds a few bytes.
    let mut volume = hfsplus::Volume::new("CARD");
    volume.write((hfsplus::ROOT, "note.txt"), &note(30_000), SECONDS.into(), 1);
    let start = find(volume.image(), 0, &note(2048));
    for (size, at) in [(100u64, start + 512), (3000, start + 4096)] {
        let mut image = laid(volume.image(), at);
        let sizes = find(&image, 4 * hfsplus::BLOCK, &30_000u64.to_be_bytes());
        image[sizes..sizes + 8].copy_from_slice(&size.to_be_bytes());
        check("hfs+", &image, at);
    }
    let mut container = apfs::Container::new(false);
    container.write("note.txt", &note(30_000), u64::from(SECONDS) * 1_000_000_000, 100);
    container.commit(false);
    let start = find(container.image(), 0, &note(2048));
    let mut image = laid(container.image(), start + 4096);
    // The newest tree is the last one that was written.
    let size = 30_000u64.to_le_bytes();
    let last = image.windows(8).rposition(|window| window == size).unwrap();
    image[last..last + 8].copy_from_slice(&3000u64.to_le_bytes());
    apfs::reseal(&mut image, last / apfs::BLOCK * apfs::BLOCK);
    check("apfs", &image, start + 4096);
}
