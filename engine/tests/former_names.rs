//! Whole scans of volumes with trash folders: what was deleted through one comes back with the name, the path and
//! the date that it had before.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bench;

use afterimage_engine::options::Options;
use afterimage_engine::report::{Report, ReportFile, Status};
use afterimage_testdata::exfat;
use afterimage_testdata::fat::{self, Kind, Stamp};
use afterimage_testdata::ntfs;
use afterimage_testdata::places::recycle_bin::{filetime, record_1, record_2};
use afterimage_testdata::places::trash::{FIRST, local, photo};

use bench::{Bench, check_runs, own, tree};

const SECONDS: u64 = 1_715_961_802;

const BIN: &str = "$Recycle.Bin/S-1-5-21-1-2-3-1001";

/// The only file with these bytes.
#[track_caller]
fn find<'r>(image: &[u8], report: &'r Report, bytes: &[u8]) -> &'r ReportFile {
    let size = bytes.len() as u64;
    let is_it = |file: &&ReportFile| file.size == size && check_runs(image, file) == bytes;
    let found: Vec<&ReportFile> = own(report).filter(is_it).collect();
    let [file] = found[..] else { panic!("not one of {:#?}", report.files) };
    file
}

/// Scans an image; what the report says is written, and nothing else.
fn scan(image: &[u8]) -> Report {
    let bench = Bench::new(image);
    let (_, report) = bench.scan("out", Options { all: true, ..Options::default() });
    let written = tree(&bench.output("out").join("photos"));
    assert_eq!(written.len(), own(&report).count(), "nothing but photos: {:#?}", report.files);
    report
}

/// A path long enough that a record of it reaches over a word that NTFS replaces on disk, and a shorter one.
fn path(nth: usize) -> String {
    let folder = if nth.is_multiple_of(2) {
        "Bilder"
    } else {
        "Bilder/Ein langer Name, wie ihn Leute Ordnern geben"
    };
    format!("Users/anna/{folder}/IMG_{nth:04}.JPG")
}

fn windows(path: &str) -> String {
    format!("C:\\{}", path.replace('/', "\\"))
}

#[test]
fn records_in_the_file_table_give_deleted_files_their_names() {
    let mut volume = ntfs::Volume::new(256);
    volume.make_folder("$Recycle.Bin");
    volume.make_folder(BIN);
    let name = |kind: char, nth: usize| format!("{BIN}/${kind}ABC00{nth}.JPG");
    for nth in 0..8 {
        let bytes = photo(nth as u64);
        volume.write(&name('R', nth), &bytes, &[1], SECONDS);
        let (len, deleted) = (bytes.len() as u64, filetime(FIRST + nth as i64));
        let record = match nth % 4 {
            // The size is of another file.
            3 => record_2(&windows(&path(nth)), len + 1, deleted),
            2 => record_1(&windows(&path(nth)), len, deleted),
            _ => record_2(&windows(&path(nth)), len, deleted),
        };
        volume.write_resident(&name('I', nth), &record, SECONDS);
    }
    // The first pair is still there.
    for nth in 1..8 {
        volume.delete(&name('R', nth));
        volume.delete(&name('I', nth));
    }
    let report = scan(volume.image());
    for nth in 0..8 {
        let file = find(volume.image(), &report, &photo(nth as u64));
        let status = if nth == 0 { Status::Live } else { Status::Deleted };
        let (known, deleted) = match nth % 4 {
            3 => (name('R', nth), None),
            _ => (path(nth), Some(local(FIRST + nth as i64) + "Z")),
        };
        assert_eq!((file.original_path.as_deref(), file.status), (Some(&*known), status), "{nth}");
        assert_eq!(file.name.as_deref(), known.rsplit('/').next());
        assert_eq!(file.deleted_at, deleted, "{nth}");
        let written = file.path.as_ref().unwrap();
        assert!(written.ends_with(&known), "{written}");
    }
    let gone = &report.head.sources[0].volumes[0].gone_files;
    assert!(gone.is_empty(), "a record is no photo, whatever it is called: {gone:?}");
}

#[test]
fn files_of_a_deleted_folder_were_where_the_folder_was() {
    let mut volume = ntfs::Volume::new(256);
    volume.make_folder("$Recycle.Bin");
    volume.make_folder(BIN);
    volume.make_folder(&format!("{BIN}/$RFOLDER"));
    let inside = format!("{BIN}/$RFOLDER/IMG_1.JPG");
    volume.write(&inside, &photo(1), &[1], SECONDS);
    let record = record_2("D:\\DCIM\\100CANON", photo(1).len() as u64 + 77, filetime(FIRST));
    volume.write_resident(&format!("{BIN}/$IFOLDER"), &record, SECONDS);
    for path in [&inside, &format!("{BIN}/$RFOLDER"), &format!("{BIN}/$IFOLDER")] {
        volume.delete(path);
    }
    let report = scan(volume.image());
    let file = find(volume.image(), &report, &photo(1));
    assert_eq!(file.original_path.as_deref(), Some("DCIM/100CANON/IMG_1.JPG"));
    assert_eq!(file.deleted_at, Some(local(FIRST) + "Z"));
}

#[test]
fn paths_from_a_record_are_hostile() {
    let mut volume = ntfs::Volume::new(256);
    volume.make_folder("$Recycle.Bin");
    volume.write("$Recycle.Bin/$RABC001.JPG", &photo(1), &[1], SECONDS);
    let record = record_2("C:\\..\\..\\etc\\NUL\\a.jpg", photo(1).len() as u64, filetime(FIRST));
    volume.write_resident("$Recycle.Bin/$IABC001.JPG", &record, SECONDS);
    let report = scan(volume.image());
    let file = find(volume.image(), &report, &photo(1));
    let written = file.path.as_ref().unwrap();
    assert!(written.starts_with("photos/") && !written.contains(".."), "{written}");
}

#[test]
fn a_card_gives_what_a_phone_deleted_its_name() {
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    let mut volume = exfat::Volume::new(100, "CARD");
    volume.make_folder("DCIM", stamp);
    volume.write("DCIM/.trashed-1702592000-IMG_1.JPG", &photo(1), stamp, 10);
    volume.write("DCIM/.trashed-1702592000-IMG_2.JPG", &photo(2), stamp, 20);
    volume.write("DCIM/.pending-1702592000-IMG_3.JPG", &photo(3), stamp, 30);
    volume.delete("DCIM/.trashed-1702592000-IMG_2.JPG");
    let report = scan(volume.image());
    for (nth, deleted) in
        [(1, Some("2023-11-14T22:13:20Z")), (2, Some("2023-11-14T22:13:20Z")), (3, None)]
    {
        let file = find(volume.image(), &report, &photo(nth));
        assert_eq!(file.original_path, Some(format!("DCIM/IMG_{nth}.JPG")));
        assert_eq!(file.deleted_at.as_deref(), deleted);
    }
}

#[test]
fn a_bin_on_fat_gives_names_without_their_first_letter_all_of_it() {
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    let mut volume = fat::Volume::new(Kind::Fat16, 5 << 11, 512, "DISK");
    volume.make_folder("$RECYCLE.BIN", 16, stamp);
    let (content, record) = ("$RECYCLE.BIN/$RABC001.JPG", "$RECYCLE.BIN/$IABC001.JPG");
    volume.write(content, &photo(1), stamp, 20);
    let told = record_1(&windows(&path(1)), photo(1).len() as u64, filetime(FIRST));
    volume.write(record, &told, stamp, 40);
    volume.delete(content);
    volume.delete(record);
    let report = scan(volume.image());
    let file = find(volume.image(), &report, &photo(1));
    assert_eq!((file.original_path.as_deref(), file.name_inferred), (Some(&*path(1)), false));
    assert_eq!(file.deleted_at, Some(local(FIRST) + "Z"));
}
