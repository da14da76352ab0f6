//! Made backups, read back.

use std::collections::BTreeMap;
use std::sync::Arc;

use afterimage_testdata::places::backup::{Backup, Content, Manifest, PhoneFile};
use zeroize::Zeroizing;

use super::PhoneBackups;
use crate::control::progress::Progress;
use crate::places::findings::Findings;
use crate::places::place::{Context, Passwords, Place};
use crate::places::tree::tests::MemoryTree;
use crate::places::tree::{NodeKind, Tree};

/// Passwords that are tried one after the other.
struct Given(&'static [&'static str]);

impl Passwords for Given {
    fn password(&self, _title: &str, attempt: u32) -> Option<Zeroizing<String>> {
        self.0.get(attempt as usize).map(|word| Zeroizing::new((*word).to_owned()))
    }
}

const PASSWORD: &str = "pässwörd 1";

fn read(parts: &[(String, Vec<u8>)], passwords: &'static [&'static str]) -> Findings {
    let files = parts.iter().map(|(path, bytes)| (&**path, bytes.clone()));
    let tree: Arc<dyn Tree> = Arc::new(MemoryTree::new(files));
    let progress = Progress::default();
    let context = Context { passwords: &Given(passwords), progress: &progress, now: 0 };
    let mut findings = Findings::default();
    PhoneBackups.read(&tree, &context, &mut findings);
    findings
}

/// The content of every file of the phone.
fn contents(findings: &Findings) -> BTreeMap<String, Vec<u8>> {
    let tree = &findings.trees[0].tree;
    let mut found = BTreeMap::new();
    for (at, node) in tree.nodes().iter().enumerate().filter(|(_, node)| node.is_file()) {
        let bytes = tree.open(at).unwrap();
        assert_eq!(bytes.len(), node.len, "{}", node.path);
        let mut content = vec![0; node.len as usize];
        bytes.read_at(0, &mut content);
        found.insert(node.path.clone(), content);
    }
    found
}

fn photo(number: u32) -> PhoneFile {
    let len = 900 + number as usize * 37;
    let bytes = (0..len).map(|at| (at as u32 * 31 + number) as u8).collect();
    PhoneFile::camera_roll(&format!("Media/DCIM/100APPLE/IMG_{number:04}.HEIC"), bytes)
}

fn photos() -> Vec<PhoneFile> {
    let mut files: Vec<PhoneFile> = (1..=12).map(photo).collect();
    files.push(PhoneFile::of("CameraRollDomain", "", Content::Folder));
    files.push(PhoneFile::of("CameraRollDomain", "Media/DCIM", Content::Folder));
    files.push(PhoneFile::of("HomeDomain", "Library/link", Content::Link("/etc/passwd".into())));
    files.push(PhoneFile::of("", "", Content::Odd));
    files.push(PhoneFile::camera_roll("Media/DCIM/100APPLE/EMPTY.JPG", Vec::new()));
    files.push(PhoneFile::camera_roll("Media/DCIM/100APPLE/BLOCKS.JPG", vec![7; 1600]));
    files
}

fn expected(files: &[PhoneFile]) -> BTreeMap<String, Vec<u8>> {
    let content = |file: &PhoneFile| match &file.content {
        Content::File(bytes) => Some((format!("{}/{}", file.domain, file.path), bytes.clone())),
        _ => None,
    };
    files.iter().filter_map(content).collect()
}

fn said(findings: &Findings, what: &str) -> bool {
    findings.notes.iter().any(|note| note.contains(what))
}

/// Every kind that phones and programs write.
fn kinds() -> Vec<(&'static str, Backup)> {
    let (plain, closed) = (Backup::new(photos()), Backup::encrypted(photos(), PASSWORD));
    let mbdb = |backup: &Backup| Backup {
        manifest: Manifest::Mbdb,
        is_flat: true,
        first_rounds: 0,
        version: "9.3.5".to_owned(),
        ..backup.clone()
    };
    vec![
        ("plain", plain.clone()),
        ("encrypted", closed.clone()),
        ("mbdb", mbdb(&plain)),
        ("encrypted mbdb", mbdb(&closed)),
        ("mbdb with odd properties", Backup { has_binary_properties: true, ..mbdb(&plain) }),
        ("one derivation", Backup { first_rounds: 0, ..closed.clone() }),
        ("flat", Backup { is_flat: true, ..closed.clone() }),
        ("no Status.plist", Backup { has_status: false, ..closed.clone() }),
        ("no Info.plist", Backup { has_info: false, ..closed }),
        ("no Manifest.plist", Backup { has_manifest_plist: false, ..plain }),
    ]
}

#[test]
fn every_kind_of_backup_gives_all_its_files_back() {
    for (name, backup) in kinds() {
        let findings = read(&backup.parts(), &[PASSWORD]);
        assert_eq!(contents(&findings), expected(&backup.files), "{name}: {:?}", findings.notes);
        assert!(findings.lost.is_empty() && said(&findings, "14 of the 14 files"), "{name}");
        let tree = &findings.trees[0].tree;
        let photo =
            &tree.nodes()[tree.at("CameraRollDomain/Media/DCIM/100APPLE/IMG_0001.HEIC").unwrap()];
        assert_eq!(photo.modified.unwrap().to_string(), "2024-05-17T16:03:22Z", "{name}");
        assert_eq!(photo.created.unwrap().to_string(), "2024-05-16T16:03:22Z", "{name}");
        let link = tree.at("HomeDomain/Library/link").unwrap();
        assert_eq!(tree.nodes()[link].kind, NodeKind::Link("/etc/passwd".to_owned()), "{name}");
        assert!(tree.open(link).is_err());
        assert_eq!(findings.trees[0].made_of.len(), backup.parts().len(), "{name}");
    }
}

#[test]
fn a_wrong_password_is_told_as_just_that() {
    let parts = Backup::encrypted(photos(), PASSWORD).parts();
    let wrong = read(&parts, &["no", "nor this"]);
    assert!(said(&wrong, "the password is wrong"), "{:?}", wrong.notes);
    assert!(contents(&wrong).is_empty());
    let none = read(&parts, &[]);
    assert!(said(&none, "no password was given") && !said(&none, "wrong"), "{:?}", none.notes);
    // The third one is right.
    assert_eq!(contents(&read(&parts, &["no", "nor this", PASSWORD])).len(), 14);
}

#[test]
fn rounds_without_end_are_told_and_not_run() {
    let backup = Backup::encrypted(photos(), PASSWORD);
    let mut parts = backup.parts();
    let list = parts.iter_mut().find(|(path, _)| path == "Manifest.plist").unwrap();
    let tag = list.1.windows(8).position(|bytes| bytes == b"DPIC\0\0\0\x04").unwrap();
    list.1[tag + 8..tag + 12].fill(0xFF);
    let findings = read(&parts, &[PASSWORD]);
    assert!(said(&findings, "4294967295 rounds"), "{:?}", findings.notes);
}

#[test]
fn what_is_missing_odd_or_unlisted_is_told_and_the_rest_comes_back() {
    for password in [None, Some(PASSWORD)] {
        let mut files = photos();
        files[0].is_missing = true;
        files[1].said_size = Some(400);
        files[2].said_size = Some(files[2].said_size.unwrap_or(100_000));
        files[3].is_orphan = true;
        files[4].cut = 20;
        let backup = Backup { password: password.map(str::to_owned), ..Backup::new(files.clone()) };
        let findings = read(&backup.parts(), &[PASSWORD]);
        let (found, whole) = (contents(&findings), expected(&files));
        let path = |at: usize| format!("CameraRollDomain/{}", files[at].path);
        assert_eq!(findings.lost.len(), 1);
        let lost = &findings.lost[0];
        assert_eq!(lost.path.as_deref(), Some("DCIM/100APPLE/IMG_0001.HEIC"));
        assert_eq!(lost.size, Some(937));
        assert!(said(&findings, "12 of the 13 files"), "{:?}", findings.notes);
        assert!(said(&findings, "it does not list 1 file that it holds"), "{:?}", findings.notes);
        // Content is never cut off for a size that is said.
        for at in [1, 2, 5, 6] {
            assert!(found[&path(at)] == whole[&path(at)], "{password:?} {at}");
        }
        let cut = &found[&path(4)];
        assert!(whole[&path(4)].starts_with(cut) && cut.len() >= whole[&path(4)].len() - 32);
        // The name of a file of the camera roll is found by its digest; in an encrypted backup its key is lost.
        assert_eq!(found.get(&path(3)) == whole.get(&path(3)), password.is_none());
        assert!(said(&findings, "the longer content was kept"), "{:?}", findings.notes);
    }
}

#[test]
fn a_plain_backup_without_its_list_gives_its_files_by_their_digests() {
    let mut files = photos();
    files.push(PhoneFile::new("AppDomain-x", "Documents/a.jpg", vec![1; 77]));
    let other = files.last().unwrap().id();
    let backup = Backup {
        manifest: Manifest::None,
        has_manifest_plist: false,
        has_info: false,
        has_status: false,
        ..Backup::new(files)
    };
    let findings = read(&backup.parts(), &[]);
    let found = contents(&findings);
    assert_eq!(found[&format!("orphans/{other}")], [1; 77]);
    assert_eq!(found["CameraRollDomain/Media/DCIM/100APPLE/IMG_0007.HEIC"].len(), 900 + 7 * 37);
    assert!(said(&findings, "list of files is lost"), "{:?}", findings.notes);
}

#[test]
fn an_encrypted_backup_without_its_list_or_its_keybag_is_impossible() {
    let closed = Backup::encrypted(photos(), PASSWORD);
    let no_list = Backup { manifest: Manifest::None, ..closed.clone() };
    let findings = read(&no_list.parts(), &[PASSWORD]);
    assert!(said(&findings, "nothing can decrypt them"), "{:?}", findings.notes);
    let no_keybag = Backup { has_manifest_plist: false, ..closed.clone() };
    let findings = read(&no_keybag.parts(), &[PASSWORD]);
    assert!(said(&findings, "keybag is lost"), "{:?}", findings.notes);
    let nothing = Backup { manifest: Manifest::None, has_manifest_plist: false, ..closed };
    let findings = read(&nothing.parts(), &[PASSWORD]);
    assert!(said(&findings, "keybag is lost"), "{:?}", findings.notes);
    assert!(findings.trees.iter().all(|one| one.tree.nodes().is_empty()));
}

#[test]
fn hostile_paths_are_data() {
    let paths = [
        "../../etc/passwd",
        "/abs/a.jpg",
        "a/../../b.jpg",
        "C:\\x\\y.jpg",
        "nul\u{0}l.jpg",
        "x\n.jpg",
    ];
    let files: Vec<PhoneFile> =
        paths.iter().map(|path| PhoneFile::new("../Domain", path, vec![5; 40])).collect();
    let findings = read(&Backup::new(files.clone()).parts(), &[]);
    assert_eq!(contents(&findings), expected(&files));
}

#[test]
fn two_rows_of_one_path_are_one_file() {
    let files = vec![photo(1), photo(1)];
    let mut parts = Backup { manifest: Manifest::Mbdb, ..Backup::new(files) }.parts();
    parts.dedup();
    assert_eq!(contents(&read(&parts, &[])).len(), 1);
}

#[test]
fn a_stored_file_is_not_given_to_a_second_path() {
    let files = vec![photo(1), photo(2)];
    let mut parts = Backup::new(files.clone()).parts();
    let list = parts.iter_mut().find(|(path, _)| path == "Manifest.db").unwrap();
    let (first, second) = (files[0].id(), files[1].id());
    while let Some(at) = memchr::memmem::find(&list.1, second.as_bytes()) {
        list.1[at..at + second.len()].copy_from_slice(first.as_bytes());
    }
    let findings = read(&parts, &[]);
    let why = findings.lost[0].note.as_deref().unwrap();
    assert!(findings.lost.len() == 1 && why.contains("that of another path"), "{why}");
    // Its own file is found by its digest.
    assert_eq!(contents(&findings), expected(&files));
}

#[test]
fn a_damaged_list_gives_what_lies_on_sound_pages() {
    let files: Vec<PhoneFile> = (1..=200).map(photo).collect();
    let backup = Backup::new(files.clone());
    let mut random = afterimage_testdata::random::Random::new(5);
    let mut parts = backup.parts();
    let list = parts.iter_mut().find(|(path, _)| path == "Manifest.db").unwrap();
    for _ in 0..10 {
        let at = 4096 + random.below(list.1.len() - 4096);
        list.1[at] ^= 0x55;
    }
    let found = contents(&read(&parts, &[]));
    // Names that the list lost are found by their digests.
    let whole = expected(&files);
    let same = whole.iter().filter(|(path, bytes)| found.get(*path) == Some(bytes)).count();
    assert_eq!(same, whole.len());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    /// Whatever stands in its lists, a backup is read in bounded time, and its tree is one.
    #[test]
    fn changed_lists_are_read_or_told(
        kind in 0..4_usize,
        changes in proptest::collection::vec((proptest::prelude::any::<u32>(), proptest::prelude::any::<u8>()), 1..40),
    ) {
        let (_, backup) = &kinds()[kind];
        let mut parts = backup.parts();
        // What no row lists is searched for among all names, which takes its time.
        parts.retain(|(path, _)| path.starts_with("Manifest") || path.ends_with("plist"));
        let mut len: usize = 0;
        parts.iter().for_each(|(_, bytes)| len += bytes.len());
        for (at, value) in changes {
            let mut at = at as usize % len;
            for (_, bytes) in &mut parts {
                match bytes.get_mut(at) {
                    Some(byte) => {
                        *byte = value;
                        break;
                    }
                    None => at -= bytes.len(),
                }
            }
        }
        let findings = read(&parts, &[PASSWORD]);
        for one in &findings.trees {
            let paths: Vec<&str> = one.tree.nodes().iter().map(|node| &*node.path).collect();
            proptest::prop_assert!(paths.is_sorted_by(|one, other| one < other));
        }
    }
}
