//! Made libraries: what the app shows of each photo comes back.

use afterimage_testdata::places::photo_trees::{Kind, PHOTOS, kind, library, uuid};
use afterimage_testdata::places::photos_sqlite::Generation;

use super::PhotosLibrary;
use crate::model::{Fidelity, LostState, Origin, Status};
use crate::places::photos_db::tests::look;
use crate::places::tree::Tree;
use crate::places::tree::tests::MemoryTree;

fn tree(root: &str) -> MemoryTree {
    let made =
        library(Generation::Macos15, root, &|number, what| format!("{number} {what}").into_bytes());
    MemoryTree::new(made.files.iter().map(|(path, content)| (&**path, content.clone())))
}

#[test]
fn every_photo_of_a_library_has_its_name_and_state() {
    for root in ["Users/a/Pictures/Photos Library.photoslibrary/", ""] {
        let tree = tree(root);
        let findings = look(&PhotosLibrary, &tree);
        let mut originals = 0;
        for label in &findings.labels {
            let content = String::from_utf8(tree.content(label.node, 100).unwrap()).unwrap();
            let (number, what) = content.split_once(' ').unwrap();
            let number: usize = number.parse().unwrap();
            let fidelity = match what {
                "edited" => Fidelity::Edited,
                "preview" => Fidelity::Preview,
                "thumbnail" => Fidelity::Thumbnail,
                _ => Fidelity::Original,
            };
            assert_eq!((label.fidelity, label.origin), (fidelity, Origin::Library), "{content}");
            let is_deleted = matches!(kind(number), Kind::Trashed | Kind::Orphan);
            assert_eq!(label.status == Status::Deleted, is_deleted, "{content}");
            let folder = &uuid(number)[..1];
            let name = match what {
                "original" => format!("{folder}/IMG_{number:04}.JPG"),
                "video" => format!("{folder}/IMG_{number:04}.MOV"),
                "live" => format!("{folder}/IMG_{number:04}.mov"),
                _ => format!("{folder}/IMG_{number:04}-{what}.jpeg"),
            };
            assert_eq!(label.original_path.as_deref(), Some(&*name));
            let original = format!("{folder}/IMG_{number:04}.JPG");
            let shows = (fidelity != Fidelity::Original).then_some(&*original);
            assert_eq!(label.shows.as_deref(), shows);
            originals += usize::from(what == "original" || what == "video");
        }
        // All but those that are only in iCloud, missing or removed.
        assert_eq!(originals, PHOTOS / 10 * 7);
        let states = findings.lost.iter().map(|lost| lost.state);
        assert_eq!(states.clone().filter(|state| *state == LostState::CloudOnly).count(), 5);
        assert_eq!(states.filter(|state| *state == LostState::NameOnly).count(), 10);
    }
}

#[test]
fn a_library_of_an_earlier_version_is_read_by_its_folders() {
    let files = [
        "L.photoslibrary/Masters/2015/06/01/20150601-101010/IMG_1.JPG",
        "L.photoslibrary/resources/proxies/derivatives/00/00/1/IMG_1_1024.jpg",
        "L.photoslibrary/Thumbnails/2015/IMG_1.jpg",
        "L.photoslibrary/scopes/syndication/originals/A/A.heic",
        "L.photoslibrary/database/search/a.txt",
        "other/Masters/IMG_2.JPG",
    ];
    let tree = MemoryTree::new(files.map(|path| (path, vec![1])));
    let findings = look(&PhotosLibrary, &tree);
    let labels = findings.labels.iter();
    let labels: Vec<_> =
        labels.map(|label| (tree.nodes()[label.node].name(), label.fidelity)).collect();
    let expected = [
        ("IMG_1.JPG", Fidelity::Original),
        ("IMG_1.jpg", Fidelity::Thumbnail),
        ("IMG_1_1024.jpg", Fidelity::Preview),
        ("A.heic", Fidelity::Original),
    ];
    let mut found = labels.clone();
    found.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
    // Nothing lists the photos, so that none is known to be deleted.
    assert!(findings.labels.iter().all(|label| label.status != Status::Deleted));
}
