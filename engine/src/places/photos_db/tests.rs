//! Made phones: what the app shows of each photo comes back.

use std::collections::BTreeMap;
use std::sync::Arc;

use afterimage_testdata::places::photo_trees::{Kind, PHOTOS, PhotoTree, kind, phone};
use afterimage_testdata::places::photos_sqlite::{Generation, PhotoRow, photos_sqlite};

use super::{Asset, PhonePhotos, assets};
use crate::control::progress::Progress;
use crate::model::{Fidelity, LostState, Origin, Status};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::place::{Context, NoPasswords, Place};
use crate::places::sqlite::Database;
use crate::places::tree::Tree;
use crate::places::tree::tests::MemoryTree;

fn tree(made: &PhotoTree) -> MemoryTree {
    MemoryTree::new(made.files.iter().map(|(path, content)| (&**path, content.clone())))
}

pub(in crate::places) fn look(place: &dyn Place, tree: &MemoryTree) -> Findings {
    let progress = Progress::default();
    let context = Context { passwords: &NoPasswords, progress: &progress, now: 0 };
    let mut findings = Findings::default();
    let tree: Arc<dyn Tree> = Arc::new(tree.clone());
    place.read(&tree, &context, &mut findings);
    findings
}

fn made(generation: Generation, root: &str) -> (PhotoTree, MemoryTree) {
    let made = phone(generation, root, &|number, what| format!("{number} {what}").into_bytes());
    let tree = tree(&made);
    (made, tree)
}

fn by_path<'f>(tree: &'f MemoryTree, findings: &'f Findings) -> BTreeMap<&'f str, &'f Label> {
    findings.labels.iter().map(|label| (&*tree.nodes()[label.node].path, label)).collect()
}

#[test]
fn every_photo_of_every_generation_has_its_name_date_and_state() {
    for generation in Generation::ALL {
        let (made, tree) = made(generation, "CameraRollDomain/Media/");
        let findings = look(&PhonePhotos, &tree);
        let labels = by_path(&tree, &findings);
        for (number, photo) in made.photos.iter().enumerate() {
            let path = format!("CameraRollDomain/Media/{}/{}", photo.directory, photo.filename);
            let kind = kind(number);
            let Some(label) = labels.get(&*path) else {
                let is_gone = matches!(kind, Kind::CloudOnly | Kind::Missing | Kind::Removed);
                assert!(is_gone, "{generation:?}: {path} has no label");
                continue;
            };
            let name = format!("{}/{}", photo.directory, photo.original_filename);
            assert_eq!(label.original_path.as_deref(), Some(&*name), "{generation:?}");
            assert_eq!((label.origin, label.fidelity), (Origin::Backup, Fidelity::Original));
            let is_gone = matches!(kind, Kind::Trashed | Kind::Orphan);
            assert_eq!(label.status == Status::Deleted, is_gone, "{path}");
            assert_eq!(label.taken.unwrap().instant(), Some(photo.created as i64 + 978_307_200));
            assert_eq!(label.taken.unwrap().offset, Some(photo.offset.unwrap_or(0) as i32));
            let has = |mark| label.marks.contains(&mark);
            assert_eq!((has("favourite"), has("hidden")), (photo.favourite, photo.hidden));
            assert_eq!(
                (has("burst"), has("live-photo")),
                (photo.burst.is_some(), photo.subtype == 2)
            );
            assert_eq!((has("edited"), has("orphan")), (photo.edited, kind == Kind::Orphan));
            if kind == Kind::Orphan {
                continue;
            }
            assert_eq!(label.albums, photo.albums, "{generation:?}: {path}");
            let deleted = label.deleted_at.map(|at| at.instant().unwrap());
            assert_eq!(deleted, photo.trashed.map(|at| at as i64 + 978_307_200));
            let expires = label.expires_at.map(|at| at.instant().unwrap());
            assert_eq!(expires, deleted.map(|at| at + 30 * 86_400));
        }
    }
}

#[test]
fn photos_without_files_are_told_of() {
    for generation in Generation::ALL {
        let (made, tree) = made(generation, "");
        let findings = look(&PhonePhotos, &tree);
        let lost: BTreeMap<&str, _> =
            findings.lost.iter().map(|lost| (lost.path.as_deref().unwrap(), lost)).collect();
        for (number, photo) in made.photos.iter().enumerate() {
            let expected = match kind(number) {
                Kind::CloudOnly => Some(LostState::CloudOnly),
                Kind::Missing | Kind::Removed => Some(LostState::NameOnly),
                _ => None,
            };
            let name = format!("{}/{}", photo.directory, photo.original_filename);
            let found = lost.get(&*name);
            assert_eq!(found.map(|lost| lost.state), expected, "{generation:?}: {name}");
            let Some(found) = found else { continue };
            assert_eq!(found.size, Some(photo.original_size as u64), "{generation:?}: {name}");
            let note = found.note.as_deref().unwrap_or_default();
            assert_eq!(note.contains("iCloud"), expected == Some(LostState::CloudOnly), "{note}");
        }
        assert_eq!(findings.lost.len(), PHOTOS / 10 * 3);
        assert!(findings.notes[0].contains("of 5 of the 40 photos"), "{:?}", findings.notes);
    }
}

#[test]
fn copies_are_named_after_what_they_show() {
    let (_, tree) = made(Generation::Ios17, "Media/");
    let findings = look(&PhonePhotos, &tree);
    let labels = by_path(&tree, &findings);
    let of = |path: &str| {
        let label = labels[path];
        (label.fidelity, label.original_path.as_deref().unwrap(), label.shows.as_deref())
    };
    let edited = "Media/PhotoData/Mutations/DCIM/100APPLE/IMG_0002/Adjustments/FullSizeRender.jpg";
    let expected =
        (Fidelity::Edited, "DCIM/100APPLE/IMG_0002-edited.jpg", Some("DCIM/100APPLE/IMG_0002.JPG"));
    assert_eq!(of(edited), expected);
    let preview = "Media/PhotoData/Thumbnails/V2/DCIM/100APPLE/IMG_0004.JPG/5005.JPG";
    let expected = (
        Fidelity::Preview,
        "DCIM/100APPLE/IMG_0004-preview.JPG",
        Some("DCIM/100APPLE/IMG_0004.JPG"),
    );
    assert_eq!(of(preview), expected);
    assert_eq!(
        of("Media/DCIM/100APPLE/IMG_0001.MOV"),
        (Fidelity::Original, "DCIM/100APPLE/IMG_0001.MOV", None)
    );
    assert_eq!(labels[edited].origin, Origin::Library);
}

#[test]
fn a_file_without_a_row_is_an_orphan_unless_rows_may_be_missing() {
    let (mut made, _) = made(Generation::Ios15, "");
    made.files.push(("DCIM/999APPLE/IMG_9999.JPG".to_owned(), vec![1]));
    let status = |made: &PhotoTree| {
        let tree = tree(made);
        let findings = look(&PhonePhotos, &tree);
        let label = by_path(&tree, &findings)["DCIM/999APPLE/IMG_9999.JPG"].clone();
        assert!(label.marks.contains(&"orphan"));
        label.status
    };
    assert_eq!(status(&made), Status::Deleted);
    let database = made.files.iter_mut().find(|(path, _)| path.ends_with("Photos.sqlite")).unwrap();
    database.1.truncate(4096);
    assert_eq!(status(&made), Status::Unknown);
}

#[test]
fn an_edited_copy_finds_its_original_without_a_database() {
    let edited = "PhotoData/Mutations/DCIM/100APPLE/IMG_0002/Adjustments/FullSizeRender.jpg";
    let files = ["PhotoData/Photos.sqlite", "DCIM/100APPLE/IMG_0002.HEIC", edited];
    let tree = MemoryTree::new(files.map(|path| (path, vec![1; 200])));
    let findings = look(&PhonePhotos, &tree);
    let label = by_path(&tree, &findings)[edited];
    assert_eq!(label.shows.as_deref(), Some("DCIM/100APPLE/IMG_0002.HEIC"));
    assert_eq!(findings.notes.len(), 1, "{:?}", findings.notes);
}

/// Photos as the maker was given them, by identity.
fn rows(count: usize) -> Vec<PhotoRow> {
    (0..count)
        .map(|number| PhotoRow {
            uuid: format!("{:08X}-1111-4222-8333-000000000000", number * 7919),
            directory: format!("DCIM/{}APPLE", 100 + number / 1000),
            filename: format!("IMG_{:04}.HEIC", number % 10_000),
            original_filename: format!("IMG_{:04}.HEIC", number % 10_000),
            created: 7e8 + number as f64,
            albums: if number % 9 == 0 { vec!["Summer".to_owned()] } else { Vec::new() },
            ..PhotoRow::default()
        })
        .collect()
}

/// The page that holds the row of each photo, by looking for its folder and name, which stand side by side there alone.
fn pages_of(photos: &[PhotoRow], main: &[u8]) -> Vec<usize> {
    let pages: Vec<&[u8]> = main.chunks(4096).collect();
    let mut at = 0;
    let page_of = |photo: &PhotoRow| {
        let text = format!("{}{}", photo.directory, photo.filename);
        let holds = |page: &&[u8]| page[0] == 13 && contains(page, text.as_bytes());
        // Rows stand in the order in which they were added.
        at += pages[at..].iter().position(holds).unwrap();
        at
    };
    photos.iter().map(page_of).collect()
}

fn contains(page: &[u8], text: &[u8]) -> bool {
    page.windows(text.len()).any(|window| window == text)
}

fn missing(main: &[u8], photos: &[PhotoRow], sound: &[usize]) -> Vec<String> {
    let database = Database::open(main, None).unwrap();
    let found: BTreeMap<String, Asset> = assets(&database)
        .into_iter()
        .filter_map(|asset| Some((asset.uuid.clone()?, asset)))
        .collect();
    let is_named = |number: &&usize| {
        let photo = &photos[**number];
        found.get(&photo.uuid).is_none_or(|asset| {
            (&*asset.directory, &*asset.filename) != (&*photo.directory, &*photo.filename)
        })
    };
    sound.iter().filter(is_named).map(|number| photos[*number].filename.clone()).collect()
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

#[test]
fn every_photo_on_a_sound_page_keeps_its_name_when_bytes_are_flipped() {
    let photos = rows(2000);
    for generation in [Generation::Ios13, Generation::Macos15] {
        let (main, _) = photos_sqlite(generation, &photos);
        let pages = pages_of(&photos, &main);
        let sound = |bad: &[usize]| -> Vec<usize> {
            (0..photos.len()).filter(|number| !bad.contains(&pages[*number])).collect()
        };
        assert_eq!(missing(&main, &photos, &sound(&[])), [""; 0]);
        // One byte in each of a hundred databases.
        let mut random = Random(5);
        for _ in 0..100 {
            let (at, bits) = (random.below(main.len()), 1 + random.below(255) as u8);
            let mut main = main.clone();
            main[at] ^= bits;
            let missing = missing(&main, &photos, &sound(&[at / 4096]));
            assert!(missing.is_empty(), "{generation:?}: {at:#x} ^ {bits:#x} loses {missing:?}");
        }
        // Two hundred bytes in one, ten times.
        for seed in 0..10 {
            let mut random = Random(seed);
            let mut damaged = main.clone();
            let mut bad = Vec::new();
            for _ in 0..200 {
                let at = random.below(main.len());
                damaged[at] ^= 1 + random.below(255) as u8;
                bad.push(at / 4096);
            }
            let missing = missing(&damaged, &photos, &sound(&bad));
            assert!(missing.is_empty(), "{generation:?}: seed {seed} loses {missing:?}");
        }
    }
}

#[test]
fn a_lost_schema_costs_neither_names_nor_photos() {
    let mut photos = rows(300);
    for photo in &mut photos {
        photo.original_filename = photo.filename.replace("IMG", "DSC");
    }
    let (main, log) = photos_sqlite(Generation::Ios17, &photos);
    let mut damaged = main.clone();
    // The first page is the schema, or the way to all of it.
    damaged[100..4096].fill(0xee);
    let column = b"ZADDITIONALASSETATTRIBUTES (";
    let at = main.windows(column.len()).position(|window| window == column).unwrap();
    let mut cut = main.clone();
    // Two columns become one: all that follow are out of place.
    let comma = at + main[at..].iter().position(|byte| *byte == b',').unwrap();
    cut[comma] = b' ';
    for main in [damaged, cut] {
        let database = Database::open(&*main, Some(&log)).unwrap();
        let found: BTreeMap<String, Asset> = assets(&database)
            .into_iter()
            .filter_map(|asset| Some((asset.uuid.clone()?, asset)))
            .collect();
        for photo in &photos {
            let asset = &found[&photo.uuid];
            assert_eq!(asset.directory, photo.directory);
            assert_eq!(asset.name(), photo.original_filename);
        }
    }
}
