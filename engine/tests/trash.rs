//! Trash folders of all kinds, 50 photos each: every one is found, with its path, date and state, and nothing else
//! is said.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use afterimage_engine::Moment;
use afterimage_engine::places::{
    Context, Fidelity, Findings, FolderTree, Label, LostState, NoPasswords, PLACES, ReadFailure,
    Tree,
};
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Origin, Status};
use afterimage_testdata::places::trash::{
    self, TrashTree, TrashedPhoto, android, free_desktop, mac, orphaned, recycle_bin, recycler,
};

/// Photos of each kind.
const COUNT: usize = 50;

/// What all places say of a tree.
fn ask(tree: &Arc<dyn Tree>) -> Findings {
    let (progress, mut findings) = (Progress::default(), Findings::default());
    let context = Context { passwords: &NoPasswords, progress: &progress, now: 1_800_000_000 };
    PLACES.iter().for_each(|place| place.read(tree, &context, &mut findings));
    findings
}

/// A tree on disk, and what all places say of it.
fn found(files: &[(String, Vec<u8>)]) -> (Arc<dyn Tree>, Findings) {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let tree: Arc<dyn Tree> =
        Arc::new(FolderTree::walk(folder.path(), &|_| false, &Progress::default()));
    let findings = ask(&tree);
    for (path, bytes) in files {
        let read: Result<Vec<u8>, ReadFailure> = tree.content(tree.at(path).unwrap(), 1 << 20);
        assert_eq!(read.as_ref(), Ok(bytes), "{path}");
    }
    (tree, findings)
}

/// The first label of each node, by its path.
fn labels<'a>(tree: &'a Arc<dyn Tree>, findings: &'a Findings) -> BTreeMap<&'a str, &'a Label> {
    let mut labels = BTreeMap::new();
    for label in &findings.labels {
        labels.entry(tree.nodes()[label.node].path.as_str()).or_insert(label);
    }
    labels
}

#[track_caller]
fn check(trash: &TrashTree, zone: &str) {
    assert!(trash.photos.len() >= COUNT);
    let (tree, findings) = found(&trash.files);
    let labels = labels(&tree, &findings);
    for TrashedPhoto { path, original, deleted } in &trash.photos {
        let label = labels.get(&**path).unwrap_or_else(|| panic!("{path} has no label"));
        assert_eq!((label.origin, label.fidelity), (Origin::Trash, Fidelity::Original), "{path}");
        assert_eq!(label.status, Status::Deleted, "{path}");
        assert_eq!(label.original_path, *original, "{path}");
        let expected = deleted.map(|seconds| trash::local(seconds) + zone);
        assert_eq!(label.deleted_at.as_ref().map(Moment::to_string), expected, "{path}");
    }
    let photos: BTreeSet<&str> = trash.photos.iter().map(|one| &*one.path).collect();
    let labelled: BTreeSet<&str> = labels.keys().copied().collect();
    assert_eq!(labelled, photos, "nothing but what was deleted has a label");
    let lost: BTreeSet<&str> = findings.lost.iter().filter_map(|one| one.path.as_deref()).collect();
    assert_eq!(lost, trash.gone.iter().map(String::as_str).collect());
    assert!(findings.lost.iter().all(|one| one.state == LostState::NameOnly));
    assert!(findings.trees.is_empty() && findings.notes.is_empty(), "{findings:?}");
}

#[test]
fn the_recycle_bin_of_windows() {
    check(&recycle_bin("", COUNT), "Z");
    check(&recycle_bin("copies/of old PC/C/", COUNT), "Z");
}

#[test]
fn the_recycle_bin_of_windows_xp_and_98() {
    check(&recycler(5, COUNT), "Z");
    check(&recycler(4, COUNT), "Z");
}

#[test]
fn trash_folders_of_linux() {
    check(&free_desktop("home/u/.local/share/Trash", "/home/u/", COUNT), "");
    check(&free_desktop(".Trash-1000", "", COUNT), "");
    check(&free_desktop("media/stick/.Trash/1000", "", COUNT), "");
}

#[test]
fn trash_folders_of_macos() {
    check(&mac(".Trash", COUNT), "");
    check(&mac("Volumes/card/.Trashes/501", COUNT), "");
}

#[test]
fn trash_of_phones_and_their_cards() {
    let trash = android(COUNT);
    check(&trash, "Z");
    let (tree, findings) = found(&trash.files);
    for (path, label) in
        labels(&tree, &findings).into_iter().filter(|(path, _)| path.contains(".trashed-"))
    {
        let term = label.expires_at.unwrap().instant().unwrap()
            - label.deleted_at.unwrap().instant().unwrap();
        assert_eq!(term, 30 * 24 * 60 * 60, "{path}");
    }
}

#[test]
fn files_that_a_check_of_the_file_system_found() {
    check(&orphaned(COUNT), "");
}

#[test]
fn what_android_never_finished_was_not_deleted() {
    let path = "DCIM/Camera/.pending-1702592000-VID_1.mp4".to_owned();
    let (tree, findings) = found(&[(path.clone(), vec![1])]);
    let label = labels(&tree, &findings)[&*path];
    assert_eq!((label.status, label.deleted_at), (Status::Unknown, None));
    assert_eq!(label.original_path.as_deref(), Some("DCIM/Camera/VID_1.mp4"));
    assert_eq!(label.expires_at.unwrap().to_string(), "2023-12-14T22:13:20Z");
}

#[test]
fn a_card_with_several_trash_folders_has_all_of_them() {
    let all = [
        recycle_bin("", 5),
        free_desktop(".Trash-1000", "", 5),
        mac(".Trashes/501", 5),
        android(5),
    ];
    let all = all.into_iter().chain([orphaned(5), recycler(4, 5)]);
    let all = all.fold(TrashTree::default(), |mut sum, one| {
        sum.files.extend(one.files);
        sum.photos.extend(one.photos);
        sum
    });
    let (tree, findings) = found(&all.files);
    let labels = labels(&tree, &findings);
    assert_eq!(labels.len(), all.photos.len());
    for photo in &all.photos {
        assert_eq!(labels[&*photo.path].original_path, photo.original, "{}", photo.path);
    }
}

#[test]
fn a_trash_folder_in_a_deleted_folder_is_labelled_once() {
    let inner = free_desktop(".Trash-1000/files/old/.local/share/Trash", "/", 3);
    let mut files = inner.files;
    files.push((".Trash-1000/info/old.trashinfo".into(), b"[Trash Info]\nPath=old\n".to_vec()));
    let (tree, findings) = found(&files);
    let path = ".Trash-1000/files/old/.local/share/Trash/files/DCIM.2/a/1.jpg";
    let at = tree.at(path).unwrap();
    let of_file = findings.labels.iter().filter(|label| label.node == at).count();
    assert_eq!(of_file, 1);
}

#[test]
fn names_alone_make_no_trash_folder() {
    let files = [
        "$RABC123.jpg",
        "Dc5.jpg",
        "INFO2",
        "info/a.trashinfo",
        "files/b.jpg",
        "Trash/files/c.jpg",
        "x.DS_Store",
    ];
    let files = files.map(|path| (path.to_owned(), b"nothing of that kind".to_vec()));
    let (_, findings) = found(&files);
    assert!(findings.labels.is_empty() && findings.lost.is_empty(), "{findings:?}");
}
