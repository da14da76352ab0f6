//! Phones and libraries on disk, with fifty photos each: whatever the database lists is found with its name, also when
//! bytes of the database are damaged.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use afterimage_engine::places::photos_db::assets;
use afterimage_engine::places::sqlite::Database;
use afterimage_engine::places::{Context, Findings, FolderTree, NoPasswords, PLACES, Tree};
use afterimage_engine::progress::Progress;
use afterimage_testdata::cameras::Shot;
use afterimage_testdata::places::photo_trees::{Kind, PHOTOS, PhotoTree, kind, library, phone};
use afterimage_testdata::places::photos_sqlite::{Generation, PhotoRow, photos_sqlite};
use afterimage_testdata::random::Random;

fn photo(number: usize, what: &str) -> Vec<u8> {
    let seed = number as u64 * 8 + what.len() as u64;
    Shot::new(seed, (64, 48), "iPhone 0", "2023:11:14 22:13:20").canon()
}

fn write(folder: &Path, made: &PhotoTree) {
    for (path, content) in &made.files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

fn look(folder: &Path) -> (Arc<dyn Tree>, Findings) {
    let progress = Progress::default();
    let tree: Arc<dyn Tree> = Arc::new(FolderTree::walk(folder, &|_| false, &progress));
    let context = Context { passwords: &NoPasswords, progress: &progress, now: 800_000_000 };
    let mut findings = Findings::default();
    for place in PLACES {
        place.read(&tree, &context, &mut findings);
    }
    (tree, findings)
}

/// How many of the photos with files have their own names, and how many of the others are told of.
#[track_caller]
fn check(made: &PhotoTree, root: &str) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), made);
    let (tree, findings) = look(folder.path());
    let names: BTreeMap<&str, &str> = findings
        .labels
        .iter()
        .map(|label| {
            let name = label.original_path.as_deref().unwrap_or_default();
            (&*tree.nodes()[label.node].path, name.rsplit('/').next().unwrap())
        })
        .collect();
    let lost: Vec<&str> = findings.lost.iter().filter_map(|lost| lost.path.as_deref()).collect();
    for (number, row) in made.photos.iter().enumerate() {
        let path = format!("{root}{}/{}", row.directory, row.filename);
        let is_gone = matches!(kind(number), Kind::CloudOnly | Kind::Missing | Kind::Removed);
        let expected = (!is_gone).then_some(&*row.original_filename);
        assert_eq!(names.get(&*path).copied(), expected, "{path}");
        let is_told = lost.iter().any(|path| path.ends_with(&*row.original_filename));
        assert_eq!(is_told, is_gone, "{path}: {lost:?}");
    }
    assert_eq!(made.photos.len(), PHOTOS);
}

#[test]
fn phones_and_libraries_are_read_from_disk() {
    for generation in Generation::ALL {
        let root = "backup/CameraRollDomain/Media/";
        check(&phone(generation, root, &photo), root);
        let root = "Pictures/Photos Library.photoslibrary/";
        check(&library(generation, root, &photo), &format!("{root}originals/"));
    }
}

fn rows(count: usize) -> Vec<PhotoRow> {
    let row = |number: usize| PhotoRow {
        uuid: format!("{:08X}-1111-4222-8333-{number:012X}", number * 7919),
        directory: format!("DCIM/{}APPLE", 100 + number / 1000),
        filename: format!("IMG_{number:04}.HEIC"),
        original_filename: format!("IMG_{number:04}.HEIC"),
        created: 7e8 + number as f64,
        ..PhotoRow::default()
    };
    (0..count).map(row).collect()
}

/// The page that holds the row of each photo: its folder and name stand side by side there alone.
fn pages_of(photos: &[PhotoRow], main: &[u8]) -> Vec<usize> {
    let pages: Vec<&[u8]> = main.chunks(4096).collect();
    let mut at = 0;
    let page_of = |photo: &PhotoRow| {
        let text = format!("{}{}", photo.directory, photo.filename).into_bytes();
        let holds =
            |page: &&[u8]| page[0] == 13 && page.windows(text.len()).any(|here| here == text);
        at += pages[at..].iter().position(holds).unwrap();
        at
    };
    photos.iter().map(page_of).collect()
}

#[test]
fn photos_on_sound_pages_keep_their_names_when_two_hundred_bytes_are_flipped() {
    let photos = rows(1500);
    for generation in Generation::ALL {
        let (main, log) = photos_sqlite(generation, &photos);
        let pages = pages_of(&photos, &main);
        for seed in 0..8 {
            let mut random = Random::new(seed);
            let (mut damaged, mut bad) = (main.clone(), Vec::new());
            for _ in 0..200 {
                let at = random.below(main.len());
                damaged[at] ^= 1 + random.below(255) as u8;
                bad.push(at / 4096);
            }
            let database = Database::open(&*damaged, Some(&log)).unwrap();
            let found: BTreeMap<String, String> = assets(&database)
                .into_iter()
                .filter_map(|asset| Some((asset.uuid?, asset.filename)))
                .collect();
            let sound = photos.iter().zip(&pages).filter(|(_, page)| !bad.contains(*page));
            let missing: Vec<_> = sound
                .filter(|(photo, _)| found.get(&photo.uuid) != Some(&photo.filename))
                .map(|(photo, _)| &photo.filename)
                .collect();
            assert!(missing.is_empty(), "{generation:?}, seed {seed}: {missing:?}");
        }
    }
}
