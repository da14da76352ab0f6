//! Whole scans of made volumes: what file systems know of photos comes back with them, and what they
//! say wrongly costs none.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bench;
mod cards;
#[path = "bench/of_run.rs"]
mod of_run;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use afterimage_engine::options::Options;
use afterimage_engine::options::Select;
use afterimage_engine::report::{Grade, Origin, Report, ReportFile, Status};
use afterimage_testdata::fat::Stamp;
use afterimage_testdata::random::Random;
use afterimage_testdata::samples;
use afterimage_testdata::scene::Picture;
use afterimage_testdata::{canvas, exfat, ext, fat, ntfs};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::sample::Index;

use bench::{Bench, check_runs, own, tree};
use cards::{Card, Fate, Photo, photo};
use of_run::is_of_run;

/// The only file of its own whose bytes are those of the photo.
#[track_caller]
fn find<'r>(image: &[u8], report: &'r Report, photo: &Photo) -> &'r ReportFile {
    let is_it = |file: &&ReportFile| {
        file.size == photo.bytes.len() as u64 && check_runs(image, file) == photo.bytes
    };
    let found: Vec<&ReportFile> = own(report).filter(is_it).collect();
    let [file] = found[..] else {
        panic!("{} of {}: not one of {:#?}", photo.path, photo.bytes.len(), lines(report))
    };
    file
}

/// A sample of a format.
fn sample(format: &str) -> Vec<u8> {
    let samples = samples::all().into_iter().filter(|one| one.format == format);
    samples.map(|one| one.bytes).min_by_key(Vec::len).unwrap()
}

/// What matters of a file, in a line.
fn line(file: &ReportFile) -> String {
    let runs: Vec<_> = file.runs.iter().map(|run| (run.offset, run.length)).collect();
    let ReportFile { format, grade, origin, status, size, name_hint, original_path, path, .. } =
        file;
    format!(
        "{format} {grade:?} {origin:?} {status:?} of {size} in {runs:?}, hint {name_hint:?}, \
         from {original_path:?}, at {path:?}"
    )
}

fn lines(report: &Report) -> Vec<String> {
    own(report).map(line).collect()
}

/// Scans a card and checks each of its photos: what is said of it, and whether it is written.
#[track_caller]
fn check(card: &Card, all: bool) -> Report {
    let bench = Bench::new(&card.image);
    let (_, report) = bench.scan("out", Options { all, ..Options::default() });
    for photo in &card.photos {
        let file = find(&card.image, &report, photo);
        assert_eq!(file.original_path.as_deref(), Some(photo.path.as_str()), "{}", card.name);
        assert_eq!(file.name.as_deref(), photo.path.rsplit('/').next());
        assert_eq!(file.modified.as_deref(), Some(photo.modified), "{} {}", card.name, photo.path);
        let (status, written) = match photo.fate {
            Fate::Live => (Status::Live, all),
            Fate::Deleted => (Status::Deleted, true),
        };
        assert_eq!((file.status, file.path.is_some()), (status, written), "{file:#?}");
        let (origin, pieces) = (file.origin, photo.pieces.len());
        assert_eq!(file.runs.len(), pieces, "{} {}", card.name, photo.path);
        assert_eq!(origin == Origin::Undeleted, pieces > 1, "{origin:?} of {pieces} pieces");
        if let Some(path) = &file.path {
            assert!(fs::read(bench.output("out").join(path)).unwrap() == photo.bytes, "{path}");
        }
    }
    report
}

#[test]
fn deleted_photos_come_back_with_their_names_and_dates_and_live_ones_are_only_listed() {
    for card in cards::all() {
        let report = check(&card, false);
        let [volume] = &report.head.sources[0].volumes[..] else {
            panic!("{:#?}", report.head.sources[0].volumes)
        };
        assert_eq!((volume.kind.as_str(), volume.offset), (card.name, 0));
        assert_eq!(volume.faults, [""; 0], "{}", card.name);
        assert_eq!(volume.deleted, 2, "{}", card.name);
    }
}

#[test]
fn live_photos_are_written_when_all_are_asked_for() {
    for card in cards::all() {
        check(&card, true);
    }
}

#[test]
fn only_what_fat_forgets_of_a_name_is_inferred() {
    for card in cards::all() {
        let bench = Bench::new(&card.image);
        let (_, report) = bench.scan("out", Options::default());
        for photo in &card.photos {
            let inferred = card.name == "fat32" && photo.fate == Fate::Deleted;
            assert_eq!(find(&card.image, &report, photo).name_inferred, inferred, "{}", card.name);
        }
    }
}

#[test]
fn a_volume_behind_a_partition_table_is_found_and_offsets_count_from_the_start_of_the_device() {
    const START: usize = 1 << 20;
    for table in [cards::mbr, cards::gpt] {
        for card in cards::all() {
            let card = card.behind(START, table);
            let report = check(&card, false);
            let volumes = &report.head.sources[0].volumes;
            let found: Vec<_> = volumes.iter().map(|one| (one.offset, one.partition)).collect();
            assert_eq!(found, [(START as u64, Some(1))], "{}", card.name);
            assert_eq!(report.head.sources[0].table_faults, [""; 0]);
        }
    }
}

#[test]
fn one_partition_alone_is_scanned_when_it_is_asked_for() {
    let [one, other] = [cards::fat16(1), cards::ntfs()];
    let (first, second) = (one.photos[0].clone(), other.photos[0].clone());
    let mut disk = one.behind(1 << 20, cards::mbr);
    let start = disk.image.len().next_multiple_of(1 << 20);
    disk.image.resize(start, 0);
    disk.image.extend(&other.image);
    cards::add_mbr_entry(&mut disk.image, 1, start, other.image.len());
    let bench = Bench::new(&disk.image);
    for (number, there, gone) in [(1, &first, &second), (2, &second, &first)] {
        let options = Options { volume: Some(number), ..Options::default() };
        let (_, report) = bench.scan(&format!("out-{number}"), options);
        find(&disk.image, &report, there);
        assert!(own(&report).all(|file| file.size != gone.bytes.len() as u64));
        assert_eq!(report.head.sources[0].volumes.len(), 1);
    }
}

/// Checks that of a photo with more after it than cameras add all is found, with its name.
#[track_caller]
fn check_long_tail(name: &str, image: &[u8], path: &str, bytes: &[u8], picture: usize) {
    let (_, report) = Bench::new(image).scan("out", Options::default());
    let is_it = |file: &&ReportFile| file.original_path.as_deref() == Some(path);
    let file = own(&report).find(is_it).unwrap_or_else(|| panic!("{name}: {:#?}", lines(&report)));
    assert!(check_runs(image, file) == bytes, "{name}: {}", line(file));
    assert_eq!((file.grade, file.status), (Grade::Verified, Status::Deleted), "{name}");
    let tail = file.unchecked.last().unwrap();
    assert_eq!((tail.offset, tail.length), (picture as u64, (bytes.len() - picture) as u64));
}

/// A photo with 300 KiB of zeros after it, or of the rest of a longer one.
fn long_tails(seed: u64) -> [(Vec<u8>, usize); 2] {
    let (old, new) = (photo(seed, (1280, 960)), photo(seed + 1, (160, 120)));
    assert!(old.len() > new.len() + (64 << 10), "more than a trailer");
    let picture = new.len();
    let rewritten = [&new[..], &old[picture..]].concat();
    [([&new[..], &[0; 300 << 10]].concat(), picture), (rewritten, picture)]
}

#[test]
fn what_only_the_entry_knows_to_follow_a_picture_is_part_of_the_photo() {
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    for (bytes, picture) in long_tails(140) {
        let path = "DCIM/100CANON/IMG_0009.JPG";
        let mut volume = cards::Fat16::new();
        volume.write(path, &bytes, 60);
        volume.delete(path);
        check_long_tail("fat16", &volume.image(), path, &bytes, picture);
        let mut volume = exfat::Volume::new(600, "CARD");
        volume.write("IMG_0009.JPG", &bytes, stamp, 60);
        volume.delete("IMG_0009.JPG");
        check_long_tail("exfat", volume.image(), "IMG_0009.JPG", &bytes, picture);
        for most in [90, 2] {
            let mut volume = ntfs::Volume::new(256);
            let clusters = bytes.len().div_ceil(ntfs::CLUSTER) as u64;
            let first = most.min(clusters - 1);
            volume.write("IMG_0009.JPG", &bytes, &[first, clusters - first], 1_715_961_802);
            volume.delete("IMG_0009.JPG");
            check_long_tail("ntfs", volume.image(), "IMG_0009.JPG", &bytes, picture);
        }
        let mut volume = ext::Volume::new(ext::Kind::Ext4);
        volume.write("IMG_0009.JPG", &bytes, 1_715_961_802, 200);
        volume.delete("IMG_0009.JPG", 1_715_961_862);
        let path = format!("{}/IMG_0009.JPG", ext::FOLDER_NAME);
        check_long_tail("ext4", volume.image(), &path, &bytes, picture);
    }
}

#[test]
fn a_tail_that_another_file_took_is_left_to_it() {
    let [(bytes, picture), _] = long_tails(150);
    let (path, other) = ("DCIM/100CANON/IMG_0009.JPG", "DCIM/100CANON/IMG_0010.JPG");
    let shot = photo(152, (320, 240));
    for is_live in [true, false] {
        let mut volume = cards::Fat16::new();
        let pieces = volume.write(path, &bytes, 60);
        volume.delete(path);
        let taken = 60 + (100 << 10) / cards::Fat16::CLUSTER;
        let next = volume.write(other, &shot, taken);
        assert!(pieces[0].contains(&next[0].start) && next[0].start > pieces[0].start + picture);
        if !is_live {
            volume.delete(other);
        }
        let image = volume.image();
        let (_, report) =
            Bench::new(&image).scan("out", Options { all: true, ..Options::default() });
        for (path, bytes) in [(path, &bytes[..picture]), (other, &shot[..])] {
            let is_it = |file: &&ReportFile| file.original_path.as_deref() == Some(path);
            let file = own(&report).find(is_it).unwrap_or_else(|| panic!("{:#?}", lines(&report)));
            assert!(check_runs(&image, file) == bytes, "{}", line(file));
            assert_eq!(file.grade, Grade::Verified);
        }
    }
}

#[test]
fn a_photo_that_was_moved_is_not_lost_where_it_was() {
    let (old, new) = ("DCIM/100CANON/IMG_0009.JPG", "MISC/IMG_0009.JPG");
    for is_deleted in [false, true] {
        let mut volume = cards::Fat16::new();
        let bytes = photo(160, (320, 240));
        volume.write(old, &bytes, 60);
        volume.move_file(old, new);
        if is_deleted {
            volume.delete(new);
        }
        let mut image = volume.image();
        for is_there in [true, false] {
            if !is_there {
                let at = image.windows(bytes.len()).position(|one| one == bytes).unwrap();
                image[at..at + bytes.len()].fill(b'x');
            }
            let (_, report) = Bench::new(&image).scan(&format!("{is_there}"), Options::default());
            // Where nothing is left of it, one photo is lost and not two.
            let expected = u64::from(is_deleted && !is_there);
            assert_eq!(report.head.sources[0].volumes[0].gone, expected, "{is_deleted} {is_there}");
            if is_there {
                let hint = find(
                    &image,
                    &report,
                    &Photo {
                        path: new.to_owned(),
                        bytes: bytes.clone(),
                        pieces: Vec::new(),
                        modified: "",
                        fate: Fate::Live,
                    },
                );
                assert!(hint.name_hint.is_some(), "{}", line(hint));
            }
        }
    }
}

#[test]
fn a_live_file_that_is_called_as_photos_are_is_copied_whatever_it_holds() {
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    let noise = Random::new(170).bytes(9000);
    let trailed = [&photo(171, (160, 120))[..], &Random::new(172).bytes(200 << 10)].concat();
    let files = [
        ("IMG_0001.JPG", vec![0; 5000], "unknown"),
        ("IMG_0002.RWZ", noise.clone(), "unknown"),
        ("IMG_0003.CAP", trailed, "jpeg"),
        ("NOTE.TXT", noise.clone(), ""),
        ("CLIP.TS", noise, ""),
    ];
    for kind in ["fat16", "exfat"] {
        let (mut fat, mut exfat) = (
            fat::Volume::new(fat::Kind::Fat16, 5 << 11, 1024, "CARD"),
            exfat::Volume::new(600, "CARD"),
        );
        for (name, bytes, _) in &files {
            fat.write(name, bytes, stamp, 60);
            exfat.write(name, bytes, stamp, 60);
        }
        let image = if kind == "fat16" { fat.image() } else { exfat.image() };
        let bench = Bench::new(image);
        let (_, report) = bench.scan("out", Options { all: true, ..Options::default() });
        for (name, bytes, format) in &files {
            let file = own(&report).find(|file| file.original_path.as_deref() == Some(*name));
            let Some(file) = file else {
                assert!(format.is_empty(), "{kind}: {name}: {:#?}", lines(&report));
                continue;
            };
            assert!(check_runs(image, file) == *bytes, "{}", line(file));
            assert_eq!((file.format.as_str(), file.status), (*format, Status::Live), "{name}");
            let path = file.path.as_deref().unwrap();
            assert!(path.ends_with(name), "{path}");
            assert!(fs::read(bench.output("out").join(path)).unwrap() == *bytes);
            assert_eq!(file.grade == Grade::Damaged, *format == "unknown", "{}", line(file));
        }
        let png = Options { formats: vec!["png"], all: true, ..Options::default() };
        let (_, report) = bench.scan("png", png);
        assert_eq!(lines(&report), [""; 0], "other photos were not asked for");
    }
}

#[test]
fn of_copies_the_one_with_a_name_is_written() {
    let mut volume = cards::Fat16::new();
    let (path, shot) = ("DCIM/100CANON/IMG_0009.JPG", photo(180, (320, 240)));
    let pieces = volume.write(path, &shot, 400);
    volume.delete(path);
    let mut image = volume.image();
    // The same photo further to the front, of which no record tells.
    let at = pieces[0].start - 200 * cards::Fat16::CLUSTER;
    image[at..at + shot.len()].copy_from_slice(&shot);
    let (_, report) = Bench::new(&image).scan("out", Options::default());
    let written: Vec<_> = own(&report).filter_map(|file| file.path.as_deref()).collect();
    assert_eq!(written, [format!("photos/{path}")]);
}

#[test]
fn a_volume_alone_gives_the_names_that_the_whole_scan_gives() {
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    let mut volume = fat::Volume::new(fat::Kind::Fat16, 6 << 11, 1024, "CARD");
    volume.make_folder("HOLIDAY", 70, stamp);
    let shot = |seed: u64| photo(seed, (160, 120));
    let paths: Vec<String> = (10..80).map(|number| format!("HOLIDAY/{number}.JPG")).collect();
    for (path, seed) in paths.iter().zip(200..) {
        volume.write(path, &shot(seed), stamp, 300);
    }
    paths.iter().for_each(|path| volume.delete(path));
    volume.delete_folder("HOLIDAY");
    let mut disk = vec![0; 1 << 20];
    cards::mbr(&mut disk, 1 << 20, volume.image().len());
    disk.extend(volume.image());
    let bench = Bench::new(&disk);
    let names = |volume: Option<u32>| {
        let (_, report) =
            bench.scan(&format!("{volume:?}"), Options { volume, ..Options::default() });
        assert_eq!(report.head.sources[0].volumes.len(), 1);
        own(&report).map(|file| file.original_path.clone()).collect::<Vec<_>>()
    };
    let whole = names(None);
    assert_eq!(whole.len(), paths.len());
    let is_in_folder =
        |path: &Option<String>| path.as_deref().is_some_and(|path| path.starts_with("_OLIDAY/"));
    assert!(whole.iter().all(is_in_folder), "{whole:#?}");
    assert_eq!(names(Some(1)), whole);
}

#[test]
fn a_photo_of_another_format_than_its_entry_says_has_a_hint_of_a_name_only() {
    let mut volume = cards::Fat16::new();
    let (old, new) = (photo(40, (1024, 768)), sample("png"));
    let pieces = volume.write("DCIM/100CANON/IMG_0009.JPG", &old, 60);
    volume.delete("DCIM/100CANON/IMG_0009.JPG");
    let mut image = volume.image();
    let at = pieces[0].start;
    assert!(old.len() > new.len());
    // A shorter photo of which no record tells took the place of the other.
    image[at..at + new.len()].copy_from_slice(&new);
    let bench = Bench::new(&image);
    let (_, report) = bench.scan("out", Options::default());
    let file = own(&report).find(|file| file.runs[0].offset == Some(at as u64)).unwrap();
    assert!(check_runs(&image, file) == new, "the bytes are the new photo's");
    assert_eq!(file.name_hint.as_deref(), Some("DCIM/100CANON/IMG_0009.JPG"));
    assert_eq!((&file.name, &file.original_path, &file.modified), (&None, &None, &None));
    assert_eq!((file.status, file.origin), (Status::Deleted, Origin::Carved));
}

#[test]
fn a_carved_photo_that_nothing_proves_ends_before_a_live_file() {
    let mut volume = cards::Fat16::new();
    let bitmap = samples::all().into_iter().find(|one| one.format == "bmp").unwrap().bytes;
    let cluster = cards::Fat16::CLUSTER;
    assert!(bitmap.len() > cluster);
    let (lost, live) = ("DCIM/100CANON/IMG_0001.BMP", "DCIM/100CANON/NOTE.TXT");
    let pieces = volume.write(lost, &bitmap[..cluster], 60);
    volume.write(live, &vec![b'n'; bitmap.len()], 60);
    volume.delete(lost);
    let image = volume.image();
    let (_, report) = Bench::new(&image).scan("out", Options::default());
    let at = pieces[0].start as u64;
    let file = own(&report).find(|file| file.runs[0].offset == Some(at)).unwrap();
    assert_eq!((file.size, file.grade), (cluster as u64, Grade::Partial), "{}", line(file));
}

/// Checks that a whole photo whose live entry says a smaller size is written whole, with all files or without.
#[track_caller]
fn check_outgrown(path: &str, bytes: &[u8], size: u32, grade: Grade) {
    let mut volume = cards::Fat16::new();
    volume.write(path, bytes, 60);
    volume.resize(path, size);
    let image = volume.image();
    for all in [false, true] {
        let (_, report) = Bench::new(&image).scan("out", Options { all, ..Options::default() });
        let files: Vec<_> = own(&report).collect();
        let [file] = files[..] else { panic!("{path}: {:#?}", lines(&report)) };
        assert!(check_runs(&image, file) == bytes, "{}", line(file));
        assert_eq!((file.grade, file.status), (grade, Status::Unknown), "{}", line(file));
        assert!(file.path.is_some(), "{}", line(file));
        // What the entry says stays in the report.
        assert_eq!((file.name_hint.as_deref(), &file.original_path), (Some(path), &None));
        assert!(file.issues.iter().any(|issue| issue.offset == u64::from(size)), "{file:#?}");
    }
}

#[test]
fn a_whole_photo_is_no_shorter_than_it_is_whatever_its_live_entry_says() {
    let sample = |format: &str| {
        let all = samples::all().into_iter().filter(|one| one.format == format);
        all.max_by_key(|one| one.bytes.len()).unwrap().bytes
    };
    let png = sample("png");
    check_outgrown("DCIM/100CANON/IMG_0001.PNG", &png, 512, Grade::Verified);
    check_outgrown("DCIM/100CANON/IMG_0001.PNG", &png, 0x64, Grade::Verified);
    let jpeg = photo(48, (320, 240));
    let len = jpeg.len() as u32;
    for size in [len - 1, len - 2, len / 2, 70] {
        check_outgrown("DCIM/100CANON/IMG_0002.JPG", &jpeg, size, Grade::Verified);
    }
    let bmp = sample("bmp");
    for size in [512, bmp.len() as u32 - 1] {
        check_outgrown("DCIM/100CANON/IMG_0003.BMP", &bmp, size, Grade::Structural);
    }
}

#[test]
fn a_live_bitmap_that_ends_early_does_not_reach_into_the_file_after_it() {
    let mut volume = cards::Fat16::new();
    let bitmap = samples::all().into_iter().find(|one| one.format == "bmp").unwrap().bytes;
    let (path, kept) = ("DCIM/100CANON/IMG_0001.BMP", cards::Fat16::CLUSTER - 100);
    volume.write(path, &bitmap[..kept], 60);
    volume.write("DCIM/100CANON/NOTE.TXT", &vec![b'n'; bitmap.len()], 60);
    let image = volume.image();
    let (_, report) = Bench::new(&image).scan("out", Options { all: true, ..Options::default() });
    let files: Vec<_> = own(&report).collect();
    let [file] = files[..] else { panic!("{:#?}", lines(&report)) };
    assert!(check_runs(&image, file) == bitmap[..kept], "{}", line(file));
    assert_eq!((file.original_path.as_deref(), file.status), (Some(path), Status::Live));
}

#[test]
fn a_live_photo_is_copied_whole_however_broken_it_is() {
    let mut volume = cards::Fat16::new();
    let path = "DCIM/100CANON/IMG_0003.JPG";
    let mut broken = photo(47, (640, 480));
    let half = broken.len() / 2;
    broken[half..].fill(0);
    volume.write(path, &broken, 60);
    let image = volume.image();
    let all = Options { all: true, ..Options::default() };
    let (_, report) = Bench::new(&image).scan("out", all);
    let file = own(&report).find(|file| file.original_path.as_deref() == Some(path)).unwrap();
    assert!(file.grade < Grade::Structural, "{}", line(file));
    assert!(check_runs(&image, file) == broken, "{}", line(file));
}

#[test]
fn a_photo_of_which_nothing_is_left_is_listed_by_its_name() {
    let mut volume = cards::Fat16::new();
    let (path, kept) = ("DCIM/100CANON/IMG_0009.JPG", "DCIM/100CANON/IMG_0010.JPG");
    let pieces = volume.write(path, &photo(45, (320, 240)), 60);
    volume.write(kept, &photo(46, (320, 240)), 60);
    volume.write("DCIM/100CANON/NOTE.TXT", &[b'n'; 900], 60);
    for path in [path, kept, "DCIM/100CANON/NOTE.TXT"] {
        volume.delete(path);
    }
    let mut image = volume.image();
    pieces.iter().for_each(|piece| image[piece.start..piece.end].fill(b'x'));
    let gone = |name, options| {
        let (_, report) = Bench::new(&image).scan(name, options);
        let volume = &report.head.sources[0].volumes[0];
        let paths = volume.gone_files.iter().map(|gone| gone.path.clone());
        (volume.gone, paths.collect::<Vec<_>>())
    };
    assert_eq!(gone("out", Options::default()), (1, vec![path.to_owned()]));
    let png = Options { formats: vec!["png"], ..Options::default() };
    assert_eq!(gone("png", png), (0, Vec::new()));
    let since = Some("2100-01-01".parse().unwrap());
    let select = Select { since, ..Select::default() };
    assert_eq!(gone("late", Options { select, ..Options::default() }), (0, Vec::new()));
}

#[test]
fn an_entry_across_which_another_photo_begins_gives_a_hint_of_a_name_only() {
    let mut volume = cards::Fat16::new();
    let [one, other] = [43, 44].map(|seed| photo(seed, (160, 120)));
    let path = "DCIM/100CANON/IMG_0009.JPG";
    let pieces = volume.write(path, &vec![7; one.len() + other.len() + 4000], 60);
    volume.delete(path);
    let mut image = volume.image();
    let next = pieces[0].start + one.len().next_multiple_of(cards::Fat16::CLUSTER);
    for (at, shot) in [(pieces[0].start, &one), (next, &other)] {
        image[at..at + shot.len()].copy_from_slice(shot);
    }
    let bench = Bench::new(&image);
    let (_, report) = bench.scan("out", Options::default());
    for (at, shot, hint) in [(pieces[0].start, &one, Some(path)), (next, &other, None)] {
        let file = own(&report).find(|file| file.runs[0].offset == Some(at as u64)).unwrap();
        assert!(check_runs(&image, file) == *shot, "{}", line(file));
        assert_eq!((file.name.as_deref(), file.name_hint.as_deref()), (None, hint));
    }
}

#[test]
fn no_file_reaches_beyond_the_end_of_the_source() {
    for deleted in [false, true] {
        let mut volume = cards::Fat16::new();
        for (number, sample) in samples::all().into_iter().enumerate().step_by(3) {
            let path = format!("DCIM/100CANON/{number:04}.{}", sample.format);
            if sample.bytes.len() < 40_000 && sample.format.len() < 4 && number < 150 {
                volume.write(&path, &sample.bytes, 400);
                volume.resize(&path, 4 << 20);
                if deleted {
                    volume.delete(&path);
                }
            }
        }
        let mut image = volume.image();
        image.truncate(2 << 20);
        check_hostile(&image);
    }
}

#[test]
fn where_pieces_are_joined_by_guess_and_no_check_covers_them_the_report_says_so() {
    let tiff = afterimage_testdata::scanner::tiff(&Picture::scene(9, 120, 90), 0);
    let mut volume = cards::Fat16::new();
    volume.write("MISC/LOG.TXT", &[b'x'; 3000], 70);
    let pieces = volume.write("MISC/SCAN.TIF", &tiff, 60);
    volume.delete("MISC/SCAN.TIF");
    let image = volume.image();
    let bench = Bench::new(&image);
    let (_, report) = bench.scan("out", Options::default());
    let is_it = |file: &&ReportFile| file.origin == Origin::Undeleted;
    let file = own(&report).find(is_it).unwrap_or_else(|| panic!("{:#?}", lines(&report)));
    assert!(check_runs(&image, file) == tiff);
    assert_eq!((pieces.len(), file.grade), (2, Grade::Structural));
    let said: Vec<_> = file.issues.iter().map(|issue| issue.offset).collect();
    assert_eq!(said, [pieces[0].len() as u64]);
}

#[test]
fn a_quick_formatted_fat_volume_still_gives_names() {
    let mut volume = cards::Fat16::new();
    let shots = [50, 51, 52].map(|seed| photo(seed, (320, 240)));
    for (number, shot) in shots.iter().enumerate() {
        volume.write(&format!("DCIM/100CANON/IMG_000{number}.JPG"), shot, 60 + 200 * number);
    }
    volume.format();
    let image = volume.image();
    let bench = Bench::new(&image);
    let (_, report) = bench.scan("out", Options::default());
    for (number, shot) in shots.iter().enumerate() {
        let file = own(&report).find(|file| file.size == shot.len() as u64).unwrap();
        assert!(check_runs(&image, file) == *shot);
        let path = file.original_path.as_deref().unwrap();
        assert!(path.ends_with(&format!("IMG_000{number}.JPG")), "{path}");
        assert_eq!((file.status, file.path.is_some()), (Status::Deleted, true));
    }
}

#[test]
fn a_photo_inside_a_live_document_is_written_only_when_all_are_asked_for() {
    let shot = photo(60, (320, 240));
    let text = canvas::text(&mut Random::new(60), 9000);
    let document = [&text[..], &shot, &text].concat();
    let mut volume = cards::Fat16::new();
    let pieces = volume.write("MISC/LETTER.DOC", &document, 60);
    let image = volume.image();
    let at = (pieces[0].start + text.len()) as u64;
    let bench = Bench::new(&image);
    for all in [false, true] {
        let options = Options { all, embedded: true, ..Options::default() };
        let (_, report) = bench.scan(&format!("out-{all}"), options);
        let file = own(&report).find(|file| file.runs[0].offset == Some(at)).unwrap();
        assert_eq!(file.name_hint.as_deref(), Some("MISC/LETTER.DOC"));
        assert_eq!((file.status, file.path.is_some()), (Status::Live, all));
        let inner: Vec<_> = report.files.iter().filter(|one| one.parent.is_some()).collect();
        assert_eq!(inner.len(), 1, "the thumbnail");
        assert_eq!(inner[0].path.is_some(), all, "what lies in a live file is there as well");
    }
}

#[test]
fn pictures_inside_live_photos_are_written_only_when_all_are_asked_for() {
    for card in cards::all() {
        let bench = Bench::new(&card.image);
        for all in [false, true] {
            let options = Options { all, embedded: true, ..Options::default() };
            let (_, report) = bench.scan(&format!("out-{all}"), options);
            for photo in &card.photos {
                let parent = find(&card.image, &report, photo).id;
                let inner = report.files.iter().find(|file| file.parent == Some(parent)).unwrap();
                let written = all || photo.fate != Fate::Live;
                assert_eq!(inner.path.is_some(), written, "{} {}", card.name, photo.path);
            }
        }
    }
}

/// SHA-256 of the files of their own that are written and show something.
fn written(report: &Report) -> BTreeSet<String> {
    let ids: BTreeSet<u64> =
        own(report).filter(|file| file.path.is_some()).map(|file| file.id).collect();
    let is_kept = |file: &&ReportFile| {
        file.path.is_some() || file.duplicate_of.is_some_and(|first| ids.contains(&first))
    };
    own(report).filter(is_kept).map(|file| file.sha256.clone().unwrap()).collect()
}

/// Checks that asking the file systems of a damaged card loses no photo that carving finds.
#[track_caller]
fn check_nothing_is_lost(name: &str, image: &[u8]) -> usize {
    let bench = Bench::new(image);
    let (_, plain) = bench.scan("plain", Options { filesystems: false, ..Options::default() });
    let (_, asked) = bench.scan("asked", Options { all: true, ..Options::default() });
    let (before, after) = (written(&plain), written(&asked));
    for file in own(&plain).filter(|file| file.path.is_some()) {
        let start = file.runs[0].offset;
        // What was a beginning, or held foreign bytes, may have become the whole.
        let better =
            || own(&asked).any(|one| one.runs[0].offset == start && one.grade > file.grade);
        let kept = after.contains(file.sha256.as_ref().unwrap());
        let known = kept || file.grade < Grade::Structural && better();
        assert!(known, "{name}: lost {}, among {:#?}", line(file), lines(&asked));
    }
    for file in &asked.files {
        check_runs(image, file);
    }
    before.len()
}

#[test]
fn where_a_beginning_and_its_tables_are_noise_no_carved_photo_is_lost() {
    for (seed, card) in (0..).zip(cards::all()) {
        let mut image = card.image.clone();
        for part in [0..512, 512..card.metadata, 0..card.metadata] {
            let len = part.len();
            image[part].copy_from_slice(&Random::new(seed).bytes(len));
            assert!(check_nothing_is_lost(card.name, &image) >= 2, "{}", card.name);
        }
    }
}

#[test]
fn where_the_first_mebibyte_is_zero_no_carved_photo_is_lost() {
    for card in cards::all().into_iter().chain([cards::fat16(1)]) {
        for gone in [64 << 10, 1 << 20] {
            let mut image = card.image.clone();
            let gone = gone.min(image.len() / 2);
            image[..gone].fill(0);
            check_nothing_is_lost(card.name, &image);
        }
    }
}

#[test]
fn the_result_does_not_depend_on_threads_or_chunks() {
    let mut formatted = cards::fat16(1);
    formatted.image[..64 << 10].fill(0);
    for card in cards::all().into_iter().chain([cards::fat16(1), formatted]) {
        let bench = Bench::new(&card.image);
        let mut first = None;
        for threads in [1, 2, 7] {
            for chunk_len in [64 << 10, (1 << 20) + 512, 16 << 20] {
                let options = Options { threads, chunk_len, ..Options::default() };
                let (_, report) = bench.scan("out", options);
                let said = (
                    serde_json::to_string(&report.head.sources).unwrap(),
                    serde_json::to_string(&report.head.summary).unwrap(),
                    serde_json::to_string(&report.files).unwrap(),
                    tree(&bench.output("out").join("photos")),
                );
                fs::remove_dir_all(bench.output("out")).unwrap();
                let first = first.get_or_insert_with(|| said.clone());
                assert!(*first == said, "{}: {threads} threads, {chunk_len}", card.name);
            }
        }
    }
}

#[test]
fn every_file_of_the_demo_card_is_its_runs_and_what_is_written_is_in_the_report() {
    let card = afterimage_testdata::card::demo();
    let bench = Bench::new(&card.image);
    let options = Options { embedded: true, all: true, ..Options::default() };
    let (_, report) = bench.scan("out", options);
    let mut written = tree(&bench.output("out"));
    for file in &report.files {
        let bytes = check_runs(&card.image, file);
        if let Some(path) = &file.path {
            assert!(written.remove(Path::new(path)) == Some(bytes), "{path}");
        }
        if let Some(thumb) = &file.thumb {
            assert!(written.remove(Path::new(thumb)).is_some(), "{thumb}");
        }
    }
    written.retain(|path, _| !is_of_run(path));
    assert_eq!(written.keys().collect::<Vec<_>>(), [] as [&Path; 0]);
    let kept = card
        .photos
        .iter()
        .filter(|photo| photo.fate != afterimage_testdata::card::Fate::Overwritten);
    for photo in kept {
        // Of a short name that was deleted the first letter is gone.
        let same = |path: &str| {
            let (folder, name) = photo.path.rsplit_once('/').unwrap();
            path == photo.path || path == format!("{folder}/_{}", &name[1..])
        };
        let is_it = |file: &&ReportFile| file.original_path.as_deref().is_some_and(same);
        let file = own(&report)
            .find(is_it)
            .unwrap_or_else(|| panic!("{} lost among {:#?}", photo.path, lines(&report)));
        assert!(check_runs(&card.image, file) == photo.bytes, "{}", photo.path);
    }
}

/// Scans an image that may say anything: there is a report, and its runs are its files.
fn check_hostile(image: &[u8]) {
    let bench = Bench::new(image);
    for all in [false, true] {
        let options = Options { all, embedded: true, threads: 2, ..Options::default() };
        let (_, report) = bench.scan(&format!("out-{all}"), options);
        for file in &report.files {
            check_runs(image, file);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn a_hostile_card_ends_with_a_report_whose_runs_are_its_files(
        flips in vec((any::<Index>(), 0..512usize, any::<u8>()), 1..60),
        copies in vec((any::<Index>(), any::<Index>()), 0..4),
    ) {
        for mut card in [cards::fat16(1), cards::ntfs(), cards::ext4(), cards::exfat()] {
            let records = card.records();
            for (sector, byte, value) in &flips {
                card.image[records[sector.index(records.len())] + byte] = *value;
            }
            for (from, to) in &copies {
                let from = records[from.index(records.len())];
                let to = records[to.index(records.len())];
                card.image.copy_within(from..from + 512, to);
            }
            check_hostile(&card.image);
        }
    }
}
