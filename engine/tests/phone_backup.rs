//! Photos in backups of phones: all of them come back, exact, with their names and dates, and nothing else does.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::Disposition;
use afterimage_engine::options::Options;
use afterimage_engine::places::Passwords;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Origin, ReportFile};
use afterimage_engine::run::{Find, Survivors, find};
use afterimage_testdata::places::backup::{Backup, Content, Manifest, PhoneFile};
use afterimage_testdata::png::Png;
use afterimage_testdata::samples;
use afterimage_testdata::scene::Picture;
use zeroize::Zeroizing;

const PASSWORD: &str = "correct horse";

struct Given(&'static str);

impl Passwords for Given {
    fn password(&self, _title: &str, attempt: u32) -> Option<Zeroizing<String>> {
        (attempt == 0).then(|| Zeroizing::new(self.0.to_owned()))
    }
}

/// Fifty photos of many formats in the camera roll, and files that are none.
fn phone() -> Vec<PhoneFile> {
    let mut files: Vec<PhoneFile> =
        photos().into_iter().map(|(path, bytes)| PhoneFile::camera_roll(&path, bytes)).collect();
    files.push(PhoneFile::of("CameraRollDomain", "Media/DCIM", Content::Folder));
    files.push(PhoneFile::of("HomeDomain", "Library/x", Content::Link("/etc".to_owned())));
    for number in 0..10_u8 {
        let text = format!("no photo, number {number}, whatever its name says").into_bytes();
        files.push(PhoneFile::new("HomeDomain", &format!("Library/{number}.jpg"), text));
    }
    files
}

fn photos() -> BTreeMap<String, Vec<u8>> {
    let mut known = std::collections::BTreeSet::new();
    let samples = samples::all().into_iter().map(|sample| sample.bytes);
    let scenes = (0..).map(|seed| Png::default().encode(&Picture::scene(seed, 64, 48)));
    let different = samples.chain(scenes).filter(|bytes| known.insert(bytes.clone()));
    let path = |number| format!("Media/DCIM/{}APPLE/IMG_{number:04}.HEIC", 100 + number / 20);
    (1..=50).map(path).zip(different).collect()
}

struct Recovered {
    found: Survivors,
    output: tempfile::TempDir,
}

impl Recovered {
    fn own(&self) -> impl Iterator<Item = &(ReportFile, Disposition)> {
        self.found.files.iter().filter(|(file, _)| file.parent.is_none())
    }
}

fn recover(folder: &Path, password: &'static str) -> Recovered {
    let output = tempfile::tempdir().unwrap();
    let options = Options { output: Some(output.path().join("out")), ..Options::default() };
    let asked = Find { passwords: &Given(password), choice: None, now: 1_800_000_000 };
    let paths = [PathBuf::from(folder)];
    let found = find(&paths, &options, &asked, &Progress::default()).unwrap();
    Recovered { found, output }
}

#[track_caller]
fn check(backup: &Backup) {
    let folder = tempfile::tempdir().unwrap();
    backup.write_to(&folder.path().join("MobileSync/Backup/00008030-001A2B3C4D5E6F70")).unwrap();
    let recovered = recover(folder.path(), PASSWORD);
    let mut missing = photos();
    for (file, becomes) in recovered.own() {
        let path = format!("Media/{}", file.original_path.as_deref().unwrap());
        let bytes =
            missing.remove(&path).unwrap_or_else(|| panic!("{path} is no photo of the phone"));
        assert_eq!((file.size, file.origin), (bytes.len() as u64, Origin::Backup), "{path}");
        assert_eq!(*becomes, Disposition::Recovered, "{path}");
        let written = recovered.output.path().join("out").join(file.path.as_deref().unwrap());
        assert!(fs::read(&written).unwrap() == bytes, "{path}");
        let name = written.file_stem().unwrap().to_str().unwrap();
        assert!(path.contains(name), "{path}: {name}");
        assert_eq!(file.modified.as_deref(), Some("2024-05-17T16:03:22Z"), "{path}");
    }
    let missing: Vec<&String> = missing.keys().collect();
    assert!(missing.is_empty(), "{missing:?} {:?}", recovered.found.notes);
    assert!(recovered.found.outcome.head.lost.is_empty());
}

#[test]
fn fifty_photos_come_back_of_a_plain_backup() {
    check(&Backup::new(phone()));
}

#[test]
fn fifty_photos_come_back_of_an_encrypted_backup() {
    check(&Backup::encrypted(phone(), PASSWORD));
}

#[test]
fn fifty_photos_come_back_of_backups_of_old_phones() {
    let old = Backup { manifest: Manifest::Mbdb, is_flat: true, ..Backup::new(phone()) };
    check(&old);
    check(&Backup { password: Some(PASSWORD.to_owned()), first_rounds: 0, ..old });
}

/// Takes seconds: asked for by the variable `AFTERIMAGE_SLOW_TESTS`.
#[test]
fn a_password_is_stretched_as_often_as_on_a_phone() {
    if std::env::var_os("AFTERIMAGE_SLOW_TESTS").is_none() {
        eprintln!("left out: set AFTERIMAGE_SLOW_TESTS for it");
        return;
    }
    check(&Backup { first_rounds: 10_000_000, ..Backup::encrypted(phone(), PASSWORD) });
}

#[test]
fn a_wrong_password_gives_nothing_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    Backup::encrypted(phone(), PASSWORD).write_to(folder.path()).unwrap();
    let recovered = recover(folder.path(), "wrong");
    assert_eq!(recovered.own().count(), 0);
    assert!(recovered.found.notes.iter().any(|note| note.contains("the password is wrong")));
}

#[test]
fn previews_of_photos_that_are_there_are_only_listed() {
    let scene = |seed| Png::default().encode(&Picture::scene(seed, 64, 48));
    let thumbnails = "Media/PhotoData/Thumbnails/V2/DCIM/100APPLE";
    let folder = tempfile::tempdir().unwrap();
    let backup = Backup::new(vec![
        PhoneFile::camera_roll("Media/DCIM/100APPLE/IMG_0001.PNG", scene(1)),
        PhoneFile::camera_roll(&format!("{thumbnails}/IMG_0001.PNG/5005.JPG"), scene(2)),
        PhoneFile::camera_roll(&format!("{thumbnails}/IMG_0002.PNG/5005.JPG"), scene(3)),
    ]);
    backup.write_to(folder.path()).unwrap();
    let recovered = recover(folder.path(), PASSWORD);
    let by = |what: Disposition| recovered.own().filter(|(_, becomes)| *becomes == what).count();
    assert_eq!((by(Disposition::Recovered), by(Disposition::Surpassed)), (2, 1));
}

#[test]
fn nothing_is_written_outside_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let paths =
        ["../../../../evil.png", "/tmp/afterimage-evil.png", "C:/evil.png", "a/../../b.png"];
    let files = (0..).zip(paths).map(|(seed, path)| {
        let bytes = Png::default().encode(&Picture::scene(seed, 64, 48));
        PhoneFile::new("../../Domain", path, bytes)
    });
    Backup::new(files.collect()).write_to(folder.path()).unwrap();
    let recovered = recover(folder.path(), PASSWORD);
    assert_eq!(recovered.own().count(), paths.len());
    for (file, becomes) in recovered.own() {
        assert_eq!(*becomes, Disposition::Recovered);
        let path = file.path.as_deref().unwrap();
        assert!(!path.split('/').any(|part| part == ".." || part.contains(':')), "{path}");
        let written = recovered.output.path().join("out").join(path);
        assert_eq!(fs::metadata(written).unwrap().len(), file.size);
    }
    assert!(!Path::new("/tmp/afterimage-evil.png").exists());
}
