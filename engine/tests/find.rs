//! Copies that survive: what is found in folders, archives and images, and what is written.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::Disposition;
use afterimage_engine::options::Options;
use afterimage_engine::places::Passwords;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Origin, Status};
use afterimage_engine::run::{Find, Survivors, find};
use afterimage_testdata::{card, samples};
use tempfile::TempDir;
use zeroize::Zeroizing;

struct NoPasswords;

impl Passwords for NoPasswords {
    fn password(&self, _title: &str, _attempt: u32) -> Option<Zeroizing<String>> {
        None
    }
}

fn look(paths: &[&Path], options: &Options) -> Survivors {
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    let asked = Find { passwords: &NoPasswords, choice: None, now: 1_800_000_000 };
    find(&paths, options, &asked, &Progress::default()).unwrap()
}

/// A folder with one file of every format under the names of text files, and others that are no photos.
fn folder() -> (TempDir, usize) {
    let folder = tempfile::tempdir().unwrap();
    let all = samples::all();
    for (number, sample) in all.iter().enumerate() {
        let below = folder.path().join(format!("{}", number % 3));
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join(format!("{number}.txt")), &sample.bytes).unwrap();
    }
    fs::write(folder.path().join("photo.jpg"), b"no photo at all").unwrap();
    fs::write(folder.path().join("empty.jpg"), b"").unwrap();
    fs::write(folder.path().join("zeros.heic"), vec![0; 100_000]).unwrap();
    (folder, all.len())
}

#[test]
fn every_format_is_found_by_its_content_and_nothing_else() {
    let (folder, count) = folder();
    let found = look(&[folder.path()], &Options::default());
    let own: Vec<_> = found.files.iter().filter(|(file, _)| file.parent.is_none()).collect();
    let here: std::collections::BTreeSet<String> =
        own.iter().filter_map(|(file, _)| file.name.clone()).collect();
    let missing: Vec<_> = samples::all()
        .into_iter()
        .enumerate()
        .filter(|(number, _)| !here.contains(&format!("{number}.txt")))
        .map(|(_, sample)| sample.name)
        .collect();
    assert!(missing.is_empty(), "{missing:?} {:?}", found.notes);
    assert_eq!(own.len(), count);
    for (file, becomes) in own {
        assert_eq!((file.status, file.origin), (Status::Live, Origin::Undeleted));
        assert!(matches!(becomes, Disposition::Live | Disposition::Copy), "{file:?}");
        let from = file.from.as_deref().unwrap();
        let bytes = fs::read(folder.path().join(from)).unwrap();
        assert_eq!(blake3::hash(&bytes).to_hex().to_string(), file.blake3);
        assert!(file.runs.is_empty() && file.size == bytes.len() as u64);
    }
}

#[test]
fn what_is_asked_for_is_written_byte_by_byte_and_nothing_is_overwritten() {
    let (folder, count) = folder();
    let output = tempfile::tempdir().unwrap();
    let output = output.path().join("out");
    let options = Options { output: Some(output.clone()), all: true, ..Options::default() };
    let before = fs::read(folder.path().join("photo.jpg")).unwrap();
    let found = look(&[folder.path(), folder.path()], &options);
    let written: Vec<_> = found.files.iter().filter_map(|(file, _)| file.path.as_ref()).collect();
    let distinct: std::collections::BTreeSet<_> =
        found.files.iter().map(|(file, _)| &file.blake3).collect();
    assert_eq!(written.len(), distinct.len());
    assert!(distinct.len() <= count, "the same folder twice has no more photos");
    for (file, _) in found.files.iter().filter(|(file, _)| file.path.is_some()) {
        let bytes = fs::read(output.join(file.path.as_ref().unwrap())).unwrap();
        assert_eq!(blake3::hash(&bytes).to_hex().to_string(), file.blake3);
    }
    assert_eq!(fs::read(folder.path().join("photo.jpg")).unwrap(), before);
}

#[test]
fn what_an_earlier_run_has_recovered_is_left_out() {
    let (folder, _) = folder();
    let inside = folder.path().join("recovered");
    let options = Options { output: Some(inside), all: true, ..Options::default() };
    let first = look(&[folder.path()], &options);
    let again = look(&[folder.path()], &Options::default());
    assert_eq!(again.files.len(), first.files.len());
}

#[test]
fn files_of_a_card_are_found_in_its_image() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("card.img");
    fs::write(&image, card::demo().image).unwrap();
    let found = look(&[&image], &Options::default());
    assert!(!found.files.is_empty());
    assert_eq!(found.images, [image]);
    for (file, _) in &found.files {
        assert_eq!(file.status, Status::Live);
    }
}
