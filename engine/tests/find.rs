//! Copies that survive: what is found in folders, archives and images, and what is written.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::Disposition;
use afterimage_engine::options::Options;
use afterimage_engine::places::{NoPasswords, Passwords};
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{LostState, Origin, ReportFile, Status};
use afterimage_engine::run::{Find, Survivors, find};
use afterimage_testdata::places::backup::{Backup, PhoneFile};
use afterimage_testdata::places::photo_trees::{self, Kind};
use afterimage_testdata::places::photos_sqlite::Generation;
use afterimage_testdata::places::takeout::Export;
use afterimage_testdata::places::{kept_photo, trash};
use afterimage_testdata::{card, samples};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// One password for all.
struct Password(&'static str);

impl Passwords for Password {
    fn password(&self, _title: &str, attempt: u32) -> Option<Zeroizing<String>> {
        (attempt == 0).then(|| Zeroizing::new(self.0.to_owned()))
    }
}

fn look(paths: &[&Path], options: &Options) -> Survivors {
    look_with(paths, options, &NoPasswords)
}

fn look_with(paths: &[&Path], options: &Options, passwords: &dyn Passwords) -> Survivors {
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    let asked = Find { passwords, choice: None, now: 1_800_000_000 };
    find(&paths, options, &asked, &Progress::default()).unwrap()
}

/// A folder with these files.
fn on_disk(files: &[(String, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// The files of a report by their BLAKE3.
fn by_hash(found: &Survivors) -> HashMap<String, Vec<&ReportFile>> {
    let mut all: HashMap<String, Vec<&ReportFile>> = HashMap::new();
    for (file, _) in found.files.iter().filter(|(file, _)| file.parent.is_none()) {
        all.entry(file.blake3.clone()).or_default().push(file);
    }
    all
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
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

#[test]
fn photos_of_every_trash_folder_come_back_with_their_names() {
    let kinds = [
        trash::recycle_bin("", 50),
        trash::recycler(5, 50),
        trash::recycler(4, 50),
        trash::free_desktop(".Trash-1000", "", 50),
        trash::mac(".Trashes/501", 50),
        trash::android(50),
    ];
    for made in kinds {
        let folder = on_disk(&made.files);
        let output = tempfile::tempdir().unwrap();
        let output = output.path().join("out");
        let options = Options { output: Some(output.clone()), ..Options::default() };
        let found = look(&[folder.path()], &options);
        let files = by_hash(&found);
        assert_eq!(files.len(), made.photos.len(), "{:?}", made.photos.first());
        for photo in &made.photos {
            let bytes = fs::read(folder.path().join(&photo.path)).unwrap();
            let file = files[&hash(&bytes)][0];
            assert_eq!(file.from.as_deref(), Some(&*photo.path));
            assert_eq!((file.origin, file.status), (Origin::Trash, Status::Deleted), "{photo:?}");
            if let Some(original) = &photo.original {
                assert_eq!(file.original_path.as_ref(), Some(original));
            }
            let written = fs::read(output.join(file.path.as_ref().unwrap())).unwrap();
            assert_eq!(written, bytes);
        }
    }
}

#[test]
fn an_encrypted_backup_gives_photos_names_dates_and_what_is_deleted() {
    let content = |number: usize, what: &str| match what {
        "video" | "live" => samples::live_photo()[1].bytes.clone(),
        _ => {
            let salt = what.bytes().map(u64::from).sum::<u64>();
            kept_photo::photo(number as u64 * 4096 + salt)
        }
    };
    let tree = photo_trees::phone(Generation::Ios17, "Media/", &content);
    let phone = tree.files.iter();
    let phone = phone.map(|(path, bytes)| PhoneFile::camera_roll(path, bytes.clone())).collect();
    let folder = tempfile::tempdir().unwrap();
    Backup::encrypted(phone, "secret").write_to(folder.path()).unwrap();
    let wrong = look_with(&[folder.path()], &Options::default(), &Password("wrong"));
    assert!(wrong.files.is_empty());
    assert!(wrong.notes.iter().any(|note| note.contains("wrong")), "{:?}", wrong.notes);
    let found = look_with(&[folder.path()], &Options::default(), &Password("secret"));
    let files = by_hash(&found);
    for (number, row) in tree.photos.iter().enumerate() {
        let kind = photo_trees::kind(number);
        let here = !matches!(
            kind,
            Kind::CloudOnly | Kind::Missing | Kind::Removed | Kind::Video | Kind::Live
        );
        if !here {
            continue;
        }
        let file = files[&hash(&content(number, "original"))][0];
        assert_eq!(file.origin, Origin::Backup);
        let is_deleted = matches!(kind, Kind::Trashed | Kind::Orphan);
        assert_eq!(file.status == Status::Deleted, is_deleted, "{kind:?} {row:?}");
        if kind == Kind::Trashed {
            assert!(file.deleted_at.is_some());
            assert!(file.place.as_ref().unwrap().expires_at.is_some());
        }
    }
    let cloud = tree.photos.iter().enumerate();
    let cloud = cloud.filter(|(number, _)| photo_trees::kind(*number) == Kind::CloudOnly).count();
    // Of each a preview is here.
    let told = found.outcome.head.lost.iter();
    let told =
        told.filter(|one| matches!(one.state, LostState::CloudOnly | LostState::PreviewOnly));
    assert_eq!(told.count(), cloud);
}

#[test]
fn an_export_in_archives_gives_every_photo_its_name() {
    let export = Export::new();
    let folder = on_disk(&export.archives(3));
    let found = look(&[folder.path()], &Options::default());
    let files = by_hash(&found);
    for photo in &export.photos {
        let file = files[&hash(&photo.bytes)][0];
        assert_eq!(file.origin, Origin::Export);
        assert_eq!(file.status == Status::Deleted, photo.is_deleted, "{photo:?}");
        if let Some(original) = &photo.original {
            let name = original.rsplit('/').next().unwrap();
            assert_eq!(file.name.as_deref(), Some(name));
        }
    }
}

#[test]
fn one_photo_in_three_places_is_one_photo() {
    let photo = kept_photo::photo(1);
    let folder = on_disk(&[
        ("card/DCIM/100CANON/IMG_0001.JPG".to_owned(), photo.clone()),
        ("card/.Trash-1000/files/IMG_0001.JPG".to_owned(), photo.clone()),
        (
            "card/.Trash-1000/info/IMG_0001.JPG.trashinfo".to_owned(),
            b"[Trash Info]\nPath=DCIM/IMG_0001.JPG\nDeletionDate=2024-05-17T18:03:22\n".to_vec(),
        ),
    ]);
    let phone = vec![PhoneFile::camera_roll("Media/DCIM/100APPLE/IMG_0001.JPG", photo.clone())];
    Backup::new(phone).write_to(&folder.path().join("backup")).unwrap();
    let found = look(&[folder.path()], &Options::default());
    let own: Vec<_> = found.files.iter().filter(|(file, _)| file.parent.is_none()).collect();
    assert_eq!(own.len(), 3);
    let distinct: Vec<_> = own.iter().filter(|(file, _)| file.duplicate_of.is_none()).collect();
    assert_eq!(distinct.len(), 1);
    assert_eq!(distinct[0].1, Disposition::Live, "it is still there, and no copy is written");
}
