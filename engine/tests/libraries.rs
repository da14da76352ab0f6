//! Exports, versions, snapshots and picture caches of 50 photos each: all are found, exact, with what their place
//! knows of them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use afterimage_engine::places::{
    Context, Fidelity, Findings, FolderTree, Label, Lost, LostState, NoPasswords, PLACES, Tree,
};
use afterimage_engine::progress::Progress;
use afterimage_testdata::places::kept_photo::{Files, KeptPhoto, photo};
use afterimage_testdata::places::{
    android_cache, file_history, takeout, thumb_cache, thumbs_db, time_machine, xdg_cache,
};

/// What places say of a folder and of all that lies in it.
#[derive(Default)]
struct Told {
    /// By the path in the innermost tree: content, and the first label.
    files: Vec<(String, Vec<u8>, Option<Label>)>,
    lost: Vec<Lost>,
    notes: Vec<String>,
}

fn ask(folder: &Path) -> Told {
    let progress = Progress::default();
    let context = Context { passwords: &NoPasswords, progress: &progress, now: 1_700_000_000 };
    let tree: Arc<dyn Tree> = Arc::new(FolderTree::walk(folder, &|_| false, &progress));
    let (mut told, mut waiting) = (Told::default(), vec![tree]);
    while let Some(tree) = waiting.pop() {
        let mut findings = Findings::default();
        PLACES.iter().for_each(|place| place.read(&tree, &context, &mut findings));
        let mut labels: BTreeMap<usize, Label> = BTreeMap::new();
        for label in findings.labels {
            labels.entry(label.node).or_insert(label);
        }
        let inside = findings.trees.iter().flat_map(|one| one.made_of.iter().copied());
        let left: Vec<usize> = inside.chain(findings.repeats.iter().copied()).collect();
        for (at, node) in tree.nodes().iter().enumerate().filter(|(at, _)| !left.contains(at)) {
            if node.is_file() {
                let content = tree.content(at, 1 << 24).unwrap();
                assert_eq!(content.len() as u64, node.len, "{}", node.path);
                told.files.push((node.path.clone(), content, labels.remove(&at)));
            }
        }
        waiting.extend(findings.trees.into_iter().map(|one| Arc::from(one.tree)));
        told.lost.extend(findings.lost);
        told.notes.extend(findings.notes);
    }
    told
}

fn write(folder: &Path, files: &Files) {
    for (path, bytes) in files {
        let at = folder.join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, bytes).unwrap();
    }
}

/// Holds all photos to what is told of them, and tells whether any other file with a label is none of the kind.
#[track_caller]
fn check(told: &Told, kept: &[KeptPhoto], place: &str) {
    assert_eq!(kept.len(), 50);
    let deleted = "Deleted";
    for photo in kept {
        let of_it = |(path, bytes, _): &&(String, Vec<u8>, Option<Label>)| {
            *path == photo.path && *bytes == photo.bytes
        };
        let found: Vec<_> = told.files.iter().filter(of_it).collect();
        assert_eq!(found.len(), 1, "{}", photo.path);
        let label = found[0].2.as_ref().unwrap_or_else(|| panic!("{} has no label", photo.path));
        assert_eq!(label.place, place);
        assert_eq!(label.original_path, photo.original, "{}", photo.path);
        assert_eq!(label.taken.and_then(|at| at.instant()), photo.taken, "{}", photo.path);
        assert_eq!(label.copied_at.map(|at| at.to_string()), photo.copied, "{}", photo.path);
        assert_eq!(format!("{:?}", label.status) == deleted, photo.is_deleted, "{}", photo.path);
        assert_eq!(label.fidelity == Fidelity::Edited, photo.is_edited, "{}", photo.path);
        assert_eq!(label.albums, photo.albums, "{}", photo.path);
        assert_eq!(label.marks, photo.marks, "{}", photo.path);
        assert_eq!(label.shows, photo.shows, "{}", photo.path);
    }
}

fn lost_paths(told: &Told) -> Vec<(String, LostState)> {
    let mut paths: Vec<_> =
        told.lost.iter().map(|lost| (lost.path.clone().unwrap(), lost.state)).collect();
    paths.sort();
    paths
}

#[track_caller]
fn check_takeout(told: &Told, export: &takeout::Export) {
    check(told, &export.photos, "Google Takeout");
    let lost: Vec<_> =
        export.lost.iter().map(|path| (path.clone(), LostState::CloudOnly)).collect();
    assert_eq!(lost_paths(told), lost);
    assert_eq!(told.notes, [""; 0]);
}

#[test]
fn an_export_of_google_is_read_as_a_folder() {
    let (folder, export) = (tempfile::tempdir().unwrap(), takeout::Export::new());
    write(folder.path(), &export.files);
    check_takeout(&ask(folder.path()), &export);
}

#[test]
fn an_export_of_google_is_read_as_archives_whose_parts_belong_together() {
    let export = takeout::Export::new();
    for parts in [1, 3] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &export.archives(parts));
        check_takeout(&ask(folder.path()), &export);
    }
}

#[test]
fn parts_of_an_export_that_were_unpacked_apart_belong_together() {
    let (folder, export) = (tempfile::tempdir().unwrap(), takeout::Export::new());
    let mut apart = export.clone();
    let part = |path: &str| usize::from(path.ends_with(".json"));
    for (path, _) in &mut apart.files {
        *path = format!("part {}/{path}", part(path));
    }
    for photo in &mut apart.photos {
        photo.path = format!("part 0/{}", photo.path);
    }
    write(folder.path(), &apart.files);
    check_takeout(&ask(folder.path()), &apart);
}

#[test]
fn photos_of_a_part_without_json_are_of_an_export_all_the_same() {
    let (folder, mut export) = (tempfile::tempdir().unwrap(), takeout::Export::new());
    export.files.retain(|(path, _)| path.ends_with(".jpg"));
    write(folder.path(), &export.archives(1));
    let told = ask(folder.path());
    assert_eq!(told.files.len(), export.photos.len());
    for (path, _, label) in &told.files {
        let label = label.as_ref().unwrap();
        let is_in_trash = path.contains("/Papierkorb/");
        assert_eq!(
            (label.place, format!("{:?}", label.status) == "Deleted"),
            ("Google Takeout", is_in_trash)
        );
    }
}

#[test]
fn a_download_that_broke_off_gives_the_files_that_it_has() {
    let (folder, export) = (tempfile::tempdir().unwrap(), takeout::Export::new());
    let mut archives = export.archives(1);
    let whole = archives[0].1.len();
    archives[0].1.truncate(whole * 3 / 5);
    write(folder.path(), &archives);
    let told = ask(folder.path());
    assert!(told.notes.iter().any(|note| note.contains("directory of the archive is missing")));
    let exact = export.photos.iter().filter(|photo| {
        told.files.iter().any(|(path, bytes, label)| {
            *path == photo.path && *bytes == photo.bytes && label.is_some()
        })
    });
    // A last one may be cut.
    assert!(exact.count() >= 25);
}

#[test]
fn versions_of_file_history_are_told_apart() {
    let (folder, kept) = (tempfile::tempdir().unwrap(), file_history::versions());
    let files = kept.iter().map(|photo| (photo.path.clone(), photo.bytes.clone()));
    write(folder.path(), &files.collect());
    check(&ask(folder.path()), &kept, "Windows File History");
}

#[test]
fn a_photo_in_many_snapshots_of_time_machine_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let kept = time_machine::write(folder.path()).unwrap();
    let told = ask(folder.path());
    check(&told, &kept, "Time Machine");
    assert_eq!(told.files.len(), kept.len());
}

#[test]
fn pictures_of_all_caches_of_the_explorer_are_found() {
    for version in [20, 21, 30, 31, 32] {
        let folder = tempfile::tempdir().unwrap();
        let pictures: Vec<_> = (0..50)
            .map(|nth| (format!("{:016x}", nth * 0x0123_4567_89ab), photo(4000 + nth)))
            .collect();
        let cache = thumb_cache::cache(version, 4, 1280, &pictures);
        write(folder.path(), &vec![("Explorer/thumbcache_1280.db".to_owned(), cache)]);
        let told = ask(folder.path());
        let mut found: Vec<_> =
            told.files.iter().map(|(path, bytes, _)| (path.clone(), bytes.clone())).collect();
        let mut truth: Vec<_> =
            pictures.iter().map(|(name, bytes)| (format!("{name}.jpg"), bytes.clone())).collect();
        found.sort();
        truth.sort();
        assert!(found == truth, "version {version}");
        let labels = told.files.iter().map(|(_, _, label)| label.as_ref().unwrap());
        assert!(labels.into_iter().all(|label| label.fidelity == Fidelity::Preview));
    }
}

#[test]
fn pictures_of_a_thumbs_db_have_the_names_and_dates_of_their_photos() {
    let folder = tempfile::tempdir().unwrap();
    let pictures: Vec<_> =
        (0..50).map(|nth| (format!("Bild {nth} ü.jpg"), photo(5000 + nth))).collect();
    let xp = thumbs_db::of_xp(&pictures, 133_444_736_005_000_000);
    // Half of the photos are still there.
    let mut files = vec![("Fotos/Thumbs.db".to_owned(), xp)];
    files.extend((0..25).map(|nth| (format!("Fotos/Bild {nth} ü.jpg"), photo(6000 + nth))));
    write(folder.path(), &files);
    let told = ask(folder.path());
    for (name, bytes) in &pictures {
        let found = told.files.iter().find(|(path, found, _)| path == name && found == bytes);
        let label = found.and_then(|(_, _, label)| label.as_ref()).unwrap();
        assert_eq!(label.shows.as_deref(), Some(&*format!("Fotos/{name}")));
        assert_eq!(label.modified.unwrap().to_string(), "2023-11-14T22:13:20Z");
        assert_eq!(label.fidelity, Fidelity::Thumbnail);
    }
    let mut gone: Vec<_> =
        (25..50).map(|nth| (format!("Fotos/Bild {nth} ü.jpg"), LostState::PreviewOnly)).collect();
    gone.sort();
    assert_eq!(lost_paths(&told), gone);

    let folder = tempfile::tempdir().unwrap();
    let pictures: Vec<_> =
        (0..50).map(|nth| (0x0102_0304_0506_0700 + nth, photo(7000 + nth))).collect();
    write(folder.path(), &vec![("Thumbs.db".to_owned(), thumbs_db::of_vista(&pictures))]);
    let told = ask(folder.path());
    for (hash, bytes) in &pictures {
        let name = format!("256_{hash:016x}");
        assert!(
            told.files
                .iter()
                .any(|(path, found, label)| { *path == name && found == bytes && label.is_some() })
        );
    }
    assert!(told.lost.is_empty());
}

#[test]
fn thumbnails_of_linux_tell_which_photos_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("anna");
    let path = |nth: u64| format!("/home/anna/Bilder/Foto {nth} ü.jpg");
    let mut files: Files = (0..50)
        .map(|nth| xdg_cache::thumbnail(&path(nth), 1_700_000_000 + nth as i64, nth))
        .collect();
    files.extend((0..20).map(|nth| (format!("Bilder/Foto {nth} ü.jpg"), photo(8000 + nth))));
    write(&home, &files);
    for nth in 0..20 {
        // At the path of the last of them lies another photo now.
        let modified = if nth < 19 { 1_700_000_000 + nth } else { 1_750_000_000 };
        let file =
            fs::File::options().write(true).open(home.join(format!("Bilder/Foto {nth} ü.jpg")));
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(modified);
        file.unwrap().set_modified(time).unwrap();
    }
    let told = ask(&home);
    for nth in 0..50 {
        let shows = |label: &&Label| {
            let shown = if nth < 19 { &label.shows } else { &label.original_path };
            shown.as_deref() == Some(&*path(nth))
        };
        let labels = told.files.iter().filter_map(|(_, _, label)| label.as_ref());
        let label = labels.into_iter().find(shows).unwrap();
        assert_eq!(label.modified.unwrap().instant(), Some(1_700_000_000 + nth as i64));
    }
    let mut gone: Vec<_> = (19..50).map(|nth| (path(nth), LostState::PreviewOnly)).collect();
    gone.sort();
    assert_eq!(lost_paths(&told), gone);
}

#[test]
fn thumbnails_of_android_are_found_in_its_databases_and_folders() {
    let folder = tempfile::tempdir().unwrap();
    let pictures: Vec<_> = (0..50).map(|nth| photo(9000 + nth)).collect();
    let data = android_cache::thumb_data(&pictures[..30]);
    let mut files = vec![("DCIM/.thumbnails/.thumbdata3--1967290299".to_owned(), data)];
    for (nth, picture) in pictures.iter().enumerate().skip(30) {
        let path = match nth % 2 {
            0 => format!("Pictures/.thumbnails/{nth}.jpg"),
            _ => format!("Android/data/app/cache/image_manager_disk_cache/{nth:x}.0"),
        };
        files.push((path, picture.clone()));
    }
    write(folder.path(), &files);
    let told = ask(folder.path());
    assert_eq!(told.files.len(), 50);
    for picture in &pictures {
        let found = told.files.iter().find(|(_, bytes, _)| bytes == picture);
        assert!(found.is_some_and(|(_, _, label)| label.is_some()));
    }
}
