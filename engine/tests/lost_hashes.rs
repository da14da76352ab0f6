//! Digests of photos that were lost prove what is found of them, whatever its format, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests need the rest of it")]
mod bench;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_engine::error::Error;
use afterimage_engine::options::{LostHashes, Options};
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Grade, LostState, Report, ReportFile};
use afterimage_engine::{Algorithm, Digests, Hasher, run};
use afterimage_testdata::cameras::Shot;
use afterimage_testdata::fat::{Kind, Stamp, Volume};
use afterimage_testdata::random::Random;
use afterimage_testdata::{Sample, samples};
use data_encoding::{BASE64, HEXLOWER};
use serde_json::json;

use bench::{Bench, check_runs};

/// Photos of the lists that lie on the image.
const KEPT: usize = 400;

/// Photos of the lists that do not, or with a byte that is another one.
const LOST: usize = 100;

/// Of those, the ones with such a byte.
const CHANGED: usize = 50;

/// Bytes of a cluster.
const CLUSTER: usize = 4096;

/// A photo of the lists.
struct Photo {
    format: &'static str,
    bytes: Vec<u8>,
    digests: Digests,
}

impl Photo {
    fn new(format: &'static str, bytes: Vec<u8>) -> Self {
        let digests = digests(&bytes);
        Photo { format, bytes, digests }
    }
}

fn digests(bytes: &[u8]) -> Digests {
    let all = [Algorithm::ALL.as_slice(), &[Algorithm::Dropbox]].concat();
    let mut hasher = Hasher::new(&all);
    hasher.update(bytes);
    hasher.finish()
}

/// Formats of which several photos are made: what a program appended to each is another text, that no structure
/// announces.
fn is_varied(sample: &Sample) -> bool {
    let raw = ["3fr", "arw", "cr2", "cr3", "dng", "nef", "orf", "pef", "raf", "rw2", "srw", "x3f"];
    matches!(sample.format, "heic" | "heif" | "avif") || raw.contains(&sample.format)
}

fn shot(seed: u64) -> Vec<u8> {
    Shot::new(seed, (64, 48), "Canon EOS 0D", "2024:05:17 18:03:22").canon()
}

/// Photos of every format that can be made, no two of the same bytes.
fn photos() -> Vec<Photo> {
    let mut known = HashSet::new();
    let mut all = Vec::new();
    for sample in samples::all() {
        if !known.insert(sample.bytes.clone()) {
            continue;
        }
        if is_varied(&sample) {
            for nth in 1..=2 {
                let tail = format!("appended by a program, {nth} {}", "x".repeat(nth * 777));
                let bytes = [sample.bytes.as_slice(), tail.as_bytes()].concat();
                all.push(Photo::new(sample.format, bytes));
            }
        } else {
            all.push(Photo::new(sample.format, sample.bytes));
        }
    }
    assert!(all.len() > 100 && all.len() < KEPT, "{} photos of samples", all.len());
    let left = KEPT + LOST - all.len();
    all.extend((0..left as u64).map(|seed| Photo::new("jpeg", shot(1000 + seed))));
    all
}

/// An image with the photos, each from the start of a cluster, and noise between them.
fn image(photos: &[&[u8]]) -> Vec<u8> {
    let mut random = Random::new(7);
    let mut image = vec![0; CLUSTER];
    for bytes in photos {
        image.extend_from_slice(bytes);
        // No photo begins in what has no high bit.
        let slack = image.len().next_multiple_of(CLUSTER) - image.len() + CLUSTER;
        image.extend((0..slack).map(|_| (random.bits() & 0x7f) as u8));
    }
    image
}

/// What a list calls the photo of a number.
fn path(nth: usize, photo: &Photo) -> String {
    format!("Trip/{}/IMG_{nth:04}.{}", nth % 7, photo.format)
}

fn date(nth: usize) -> String {
    format!("2023-11-{:02}T10:{:02}:20Z", 1 + nth % 28, nth % 60)
}

/// Writes the photos to lists of every kind, in turn, and gives these.
fn lists(folder: &Path, photos: &[Photo]) -> Vec<PathBuf> {
    let (mut lines, mut table) = (String::new(), "sha1;path;album;taken;bytes\n".to_owned());
    let (mut drive, mut dropbox, mut immich, mut former) = (vec![], vec![], vec![], vec![]);
    for (nth, photo) in photos.iter().enumerate() {
        let Digests { blake3, sha256, sha1, md5, dropbox: content, .. } = &photo.digests;
        let (path, date, size) = (path(nth, photo), date(nth), photo.bytes.len());
        let name = path.rsplit('/').next().unwrap();
        let sha1 = sha1.as_ref().unwrap();
        let varied = is_varied(&Sample::new(photo.format, "", Vec::new()));
        match nth % 6 {
            // Without sizes: what was appended by a program is found by those that have them.
            0 if !varied => lines += &format!("{}  {path}\n", sha256.as_ref().unwrap()),
            1 => table += &format!("{sha1};{path};Album {};{date};{size}\n", nth % 3),
            2 => drive.push(json!({ "name": name, "md5Checksum": md5, "size": size.to_string(),
                "originalFilename": name, "imageMediaMetadata": { "time": date } })),
            3 => dropbox.push(json!({ ".tag": "file", "name": name, "path_display": format!("/{path}"),
                "content_hash": content, "size": size, "client_modified": date })),
            4 => former.push(json!({ "id": nth, "grade": "verified", "proof": "x", "status": "live", "size": size,
                "origin": "carved", "blake3": blake3.to_hex().as_str(), "name": name, "original_path": path,
                "modified": date })),
            _ => {
                let bytes = HEXLOWER.decode(sha1.as_bytes()).unwrap();
                immich.push(json!({ "checksum": BASE64.encode(&bytes), "originalFileName": name,
                    "originalPath": format!("upload/{nth}"), "fileCreatedAt": date,
                    "albums": [{ "albumName": "Best" }], "exifInfo": { "fileSizeInByte": size } }));
            }
        }
    }
    let texts = [
        ("sums.txt", lines),
        ("table.csv", table),
        ("drive.json", json!({ "files": drive }).to_string()),
        ("dropbox.json", json!({ "entries": dropbox }).to_string()),
        ("report.json", json!({ "schema": "afterimage-report/1", "files": former }).to_string()),
        ("immich.json", json!(immich).to_string()),
    ];
    let write = |(name, text): (&str, String)| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    };
    texts.into_iter().map(write).collect()
}

fn read(paths: &[PathBuf]) -> Options {
    let lists = LostHashes::read(paths).unwrap();
    Options { lost_hashes: Some(Arc::new(lists)), ..Options::default() }
}

/// The files of a report by their BLAKE3, those that prove most last.
fn by_content(report: &Report) -> BTreeMap<&str, &ReportFile> {
    let mut files: Vec<&ReportFile> = report.files.iter().collect();
    files.sort_by_key(|file| (file.duplicate_of.is_none(), file.listed.is_some()));
    files.into_iter().map(|file| (file.blake3.as_str(), file)).collect()
}

#[test]
fn four_hundred_of_five_hundred_photos_are_proven_and_a_hundred_are_still_lost() {
    let photos = photos();
    let (kept, lost) = photos.split_at(KEPT);
    let changed: Vec<Vec<u8>> = lost[..CHANGED]
        .iter()
        .enumerate()
        .map(|(nth, photo)| {
            let mut bytes = photo.bytes.clone();
            let at = bytes.len() * (nth + 1) / (CHANGED + 2);
            bytes[at] ^= 1 << (nth % 8);
            bytes
        })
        .collect();
    let on_image: Vec<&[u8]> = kept
        .iter()
        .map(|photo| photo.bytes.as_slice())
        .chain(changed.iter().map(Vec::as_slice))
        .collect();
    let image = image(&on_image);
    let bench = Bench::new(&image);
    let paths = lists(bench.image.parent().unwrap(), &photos);
    let (outcome, report) = bench.scan("out", read(&paths));
    let files = by_content(&report);
    let mut unproven = Vec::new();
    for (nth, photo) in kept.iter().enumerate() {
        let hash = photo.digests.blake3.to_hex();
        let proven = files.get(hash.as_str()).filter(|file| file.listed.is_some());
        let Some(file) = proven else {
            unproven.push(format!("{nth} {}", photo.format));
            continue;
        };
        let listed = file.listed.as_ref().unwrap();
        assert_eq!((file.grade, file.unchecked.len()), (Grade::Verified, 0), "{file:?}");
        assert!(file.proof.contains(&listed.list) && !listed.former, "{file:?}");
        assert_eq!(check_runs(&image, file), photo.bytes);
        let path = path(nth, photo);
        assert_eq!(listed.name.as_deref(), path.rsplit('/').next(), "{file:?}");
        assert!(path.ends_with(file.original_path.as_deref().unwrap()), "{file:?}");
        let is_dated = listed.list != "sums.txt";
        assert_eq!(listed.date, is_dated.then(|| date(nth)), "{file:?}");
        let has_album = matches!(listed.list.as_str(), "table.csv" | "immich.json");
        assert_eq!(!listed.albums.is_empty(), has_album);
        if file.duplicate_of.is_none() && file.parent.is_none() {
            let written = bench.output("out").join(file.path.as_deref().unwrap());
            assert_eq!(fs::read(written).unwrap(), photo.bytes);
        }
    }
    assert!(unproven.is_empty(), "{} are not proven: {unproven:?}", unproven.len());
    let known: BTreeSet<String> =
        kept.iter().map(|photo| photo.digests.blake3.to_hex().to_string()).collect();
    for file in report.files.iter().filter(|file| file.listed.is_some()) {
        assert!(known.contains(&file.blake3), "{file:?}");
    }
    let summary = &report.head.summary;
    assert_eq!(summary.lost_known as usize, KEPT + LOST);
    assert_eq!(summary.lost_by_state["whole"] as usize, KEPT);
    assert_eq!(summary.lost_by_state["name-only"] as usize, LOST);
    let still_lost: Vec<_> =
        report.head.lost.iter().filter(|row| row.state == LostState::NameOnly).collect();
    let names: BTreeSet<&str> = still_lost.iter().filter_map(|row| row.name.as_deref()).collect();
    let expected: BTreeSet<String> = (KEPT..KEPT + LOST)
        .map(|nth| path(nth, &photos[nth]).rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, expected.iter().map(String::as_str).collect());
    assert!(still_lost.iter().all(|row| row.file.is_none()));
    assert_eq!(outcome.head.lost, report.head.lost);
    // Nothing else is said of what is on no list.
    let (_, plain) = bench.scan("plain", Options::default());
    assert!(plain.head.lost.is_empty() && plain.files.iter().all(|file| file.listed.is_none()));
}

/// The image of a few photos, and a list of them and of one more.
fn small() -> (Bench, PathBuf) {
    let photos: Vec<Photo> = (0..6).map(|seed| Photo::new("jpeg", shot(seed))).collect();
    let on_image: Vec<&[u8]> = photos[..5].iter().map(|photo| photo.bytes.as_slice()).collect();
    let bench = Bench::new(&image(&on_image));
    let list = bench.image.parent().unwrap().join("list.md5");
    let md5 = |photo: &Photo| photo.digests.md5.clone().unwrap();
    let lines = photos.iter().enumerate();
    let text: String = lines.map(|(nth, one)| format!("{}  a/{nth}.jpg\n", md5(one))).collect();
    fs::write(&list, text).unwrap();
    (bench, list)
}

fn said(report: &Report) -> String {
    let parts = (
        &report.files,
        &report.head.summary,
        &report.head.sources,
        &report.head.lost,
        &report.head.incomplete,
    );
    serde_json::to_string_pretty(&parts).unwrap()
}

#[test]
fn a_list_gives_names_back_what_a_card_keeps_of_them_and_the_rest_is_one_row_each() {
    let stamp = Stamp::new(2024, 6, 1, 18, 30, 0);
    let mut volume = Volume::new(Kind::Fat16, 8 << 10, 512, "CARD");
    for folder in ["DCIM", "DCIM/100CANON"] {
        volume.make_folder(folder, 20, stamp);
    }
    let path = |nth: u64| format!("DCIM/100CANON/IMG_{nth:04}.JPG");
    let shots: Vec<Vec<u8>> = (0..8).map(shot).collect();
    for nth in [1, 2, 3, 5, 7] {
        volume.write(&path(nth), &shots[nth as usize], stamp, 1000 * nth as usize);
    }
    // One was deleted; of another one the bytes are gone too; the third is there.
    volume.delete(&path(1));
    volume.delete(&path(2));
    let mut image = volume.image().to_vec();
    let at = memchr::memmem::find(&image, &shots[2]).unwrap();
    image[at..at + shots[2].len()].fill(0);
    let bench = Bench::new(&image);
    let list = bench.image.parent().unwrap().join("list.csv");
    let row = |nth: u64| {
        let (bytes, path) = (&shots[nth as usize], path(nth));
        format!("{},E:/{path},{},Trip\n", digests(bytes).md5.unwrap(), bytes.len())
    };
    let rows: String = [1, 2, 3, 4].map(row).concat();
    fs::write(&list, format!("md5,path,size,album\n{rows}")).unwrap();
    let (_, report) = bench.scan("out", read(&[list]));
    let rows: Vec<(Option<&str>, LostState, &str, bool)> = report
        .head
        .lost
        .iter()
        .map(|row| (row.name.as_deref(), row.state, row.by.as_str(), row.file.is_some()))
        .collect();
    let gap = "gap in the numbering of DCIM/100CANON";
    let entries = "list.csv, directory entries of the fat16 volume";
    assert_eq!(
        rows,
        [
            (Some("IMG_0001.JPG"), LostState::Whole, "list.csv", true),
            (Some("IMG_0002.JPG"), LostState::NameOnly, entries, false),
            (Some("IMG_0003.JPG"), LostState::Whole, "list.csv", true),
            (Some("IMG_0004.JPG"), LostState::NameOnly, &format!("list.csv, {gap}"), false),
            (Some("IMG_0006.JPG"), LostState::NameOnly, gap, false),
        ]
    );
    assert_eq!(report.head.lost[2].note.as_deref(), Some("it is still there"));
    let deleted = report.files.iter().find(|file| file.original_path == Some(path(1)));
    // FAT lost the first letter of its name, and the list has it.
    let deleted = deleted.unwrap();
    assert!(!deleted.name_inferred && deleted.grade == Grade::Verified, "{deleted:?}");
}

#[test]
fn a_run_is_gone_on_with_under_the_same_lists_only() {
    let (bench, list) = small();
    let options = read(std::slice::from_ref(&list));
    let (_, whole) = bench.scan("whole", options.clone());
    assert_eq!(whole.head.summary.lost_by_state["whole"], 5);
    // As a process that was killed leaves it: a log without its end, and no report.
    let output = bench.output("out");
    bench.scan("out", options.clone());
    let interrupt = || {
        fs::remove_file(output.join("report.json")).unwrap();
        let log = output.join(".afterimage/scan.log");
        let text = fs::read(&log).unwrap();
        let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
        fs::write(&log, lines[..lines.len() - 1].concat()).unwrap();
        drop(fs::remove_file(output.join(".afterimage/names.log")));
    };
    interrupt();
    let resume = |options: Options| {
        let options = Options { output: Some(output.clone()), resume: true, ..options };
        run::scan(std::slice::from_ref(&bench.image), &options, &Progress::default())
    };
    for other in [Options::default(), {
        let other = list.with_file_name("other.md5");
        fs::write(&other, format!("{}  x.jpg\n", "ab".repeat(16))).unwrap();
        read(&[other])
    }] {
        match resume(other) {
            Err(Error::Differs { what, .. }) => assert!(what.contains("--lost-hashes"), "{what}"),
            other => panic!("{other:?}"),
        }
    }
    let report = || -> Report {
        serde_json::from_slice(&fs::read(output.join("report.json")).unwrap()).unwrap()
    };
    resume(options).unwrap();
    assert_eq!(said(&report()), said(&whole));
    // Finished without the list at hand: it was kept.
    interrupt();
    fs::remove_file(&list).unwrap();
    let options = Options { output: Some(output.clone()), ..Options::default() };
    let progress = Progress::default();
    run::finish(std::slice::from_ref(&bench.image), &options, &progress).unwrap();
    assert_eq!(report().head.lost, whole.head.lost);
    let names = |report: &Report| -> Vec<_> {
        report.files.iter().map(|file| (file.original_path.clone(), file.grade)).collect()
    };
    assert_eq!(names(&report()), names(&whole));
}

#[test]
fn what_a_former_scan_carved_gives_names_and_proves_nothing() {
    let (bench, _) = small();
    let mut options = Options { quick: true, ..Options::default() };
    let (_, first) = bench.scan("first", options.clone());
    assert!(first.files.iter().all(|file| file.grade == Grade::Structural), "{:?}", first.files);
    let former = bench.output("first").join("report.json");
    options.lost_hashes = Some(Arc::new(LostHashes::read(&[former]).unwrap()));
    let (_, second) = bench.scan("second", options);
    let own = |report: &Report| report.files.iter().filter(|file| file.parent.is_none()).count();
    assert_eq!(own(&second), 5);
    for file in &second.files {
        assert_eq!(file.grade, Grade::Structural);
        assert!(file.parent.is_some() || file.listed.as_ref().is_some_and(|one| one.former));
    }
}
