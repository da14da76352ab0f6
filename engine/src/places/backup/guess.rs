//! Names of files that no list names any more: a stored file is called by the digest of its path, and phones call
//! the files of their camera rolls all alike, so that trying all of them finds most.

use std::collections::HashMap;

use data_encoding::HEXLOWER;

use super::manifest::digest_of;
use crate::control::progress::Progress;

/// The domain of the camera roll.
const CAMERA_ROLL: &str = "CameraRollDomain";

/// The first folder of cameras.
///
/// Source: CIPA DC-009, 3.2 (DCF): folders are numbered from 100 to 999, files from 0001 to 9999.
const FOLDERS: std::ops::RangeInclusive<u32> = 100..=999;

/// Folders that are tried after the last in which something was found.
const FOLDERS_IN_VAIN: u32 = 30;

/// Extensions of what phones take, the most frequent first.
const EXTENSIONS: [&str; 9] = ["HEIC", "JPG", "MOV", "PNG", "MP4", "AAE", "DNG", "JPEG", "GIF"];

/// Extensions of edited copies.
const EDITED: [&str; 4] = ["jpg", "heic", "mov", "JPG"];

/// Files that every phone has.
const KNOWN: [(&str, &str); 8] = [
    (CAMERA_ROLL, "Media/PhotoData/Photos.sqlite"),
    (CAMERA_ROLL, "Media/PhotoData/Photos.sqlite-wal"),
    (CAMERA_ROLL, "Media/PhotoData/Photos.sqlite-shm"),
    ("HomeDomain", "Library/SMS/sms.db"),
    ("HomeDomain", "Library/AddressBook/AddressBook.sqlitedb"),
    ("HomeDomain", "Library/Calendar/Calendar.sqlitedb"),
    ("HomeDomain", "Library/Notes/notes.sqlite"),
    ("AppDomainGroup-group.net.whatsapp.WhatsApp.shared", "ChatStorage.sqlite"),
];

/// The paths of stored files, `DOMAIN/PATH` by their digests, as far as they are among those that phones use.
pub fn guess<'i>(
    ids: impl Iterator<Item = &'i str>,
    progress: &Progress,
) -> HashMap<String, String> {
    let digest = |id: &'i str| {
        let bytes = HEXLOWER.decode(id.as_bytes()).ok()?;
        Some((<[u8; 20]>::try_from(bytes).ok()?, id))
    };
    let mut guessing = Guessing { wanted: ids.filter_map(digest).collect(), found: HashMap::new() };
    for (domain, path) in KNOWN {
        guessing.try_path(domain, path);
    }
    let mut last_found = *FOLDERS.start();
    for folder in FOLDERS {
        if progress.stopped() || guessing.wanted.is_empty() || folder > last_found + FOLDERS_IN_VAIN
        {
            break;
        }
        if guessing.folder(folder) {
            last_found = folder;
        }
    }
    guessing.found
}

struct Guessing<'i> {
    /// Digests that no path is known for, with how the files are called.
    wanted: HashMap<[u8; 20], &'i str>,
    found: HashMap<String, String>,
}

impl Guessing<'_> {
    /// Tries a path; says whether it is one of those wanted.
    fn try_path(&mut self, domain: &str, path: &str) -> bool {
        let id = self.wanted.remove(&digest_of(domain.as_bytes(), path.as_bytes()));
        if let Some(id) = id {
            self.found.insert(id.to_owned(), format!("{domain}/{path}"));
        }
        id.is_some()
    }

    /// Tries all names of a folder of the camera roll; says whether one is there.
    fn folder(&mut self, folder: u32) -> bool {
        let mut any = false;
        for number in 1..=9999 {
            let mut path = format!("Media/DCIM/{folder}APPLE/IMG_{number:04}.");
            let stem_len = path.len();
            for extension in EXTENSIONS {
                path.truncate(stem_len);
                path.push_str(extension);
                if self.try_path(CAMERA_ROLL, &path) {
                    any = true;
                    self.copies(folder, number, extension);
                }
            }
        }
        any
    }

    /// Tries the paths of what is made of a photo: edited copies and previews.
    fn copies(&mut self, folder: u32, number: u32, extension: &str) {
        let stem = format!("DCIM/{folder}APPLE/IMG_{number:04}");
        for edited in EDITED {
            let adjustments = format!("Media/PhotoData/Mutations/{stem}/Adjustments");
            self.try_path(CAMERA_ROLL, &format!("{adjustments}/FullSizeRender.{edited}"));
            self.try_path(CAMERA_ROLL, &format!("{adjustments}/Adjustments.plist"));
            let edited = edited.to_ascii_uppercase();
            let path = format!("Media/DCIM/{folder}APPLE/IMG_E{number:04}.{edited}");
            self.try_path(CAMERA_ROLL, &path);
        }
        for size in ["5003", "5005"] {
            let path = format!("Media/PhotoData/Thumbnails/V2/{stem}.{extension}/{size}.JPG");
            self.try_path(CAMERA_ROLL, &path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(path: &str) -> String {
        HEXLOWER.encode(&digest_of(CAMERA_ROLL.as_bytes(), path.as_bytes()))
    }

    #[test]
    fn names_of_the_camera_roll_are_found_by_their_digests() {
        let paths = [
            "Media/PhotoData/Photos.sqlite",
            "Media/DCIM/101APPLE/IMG_0007.HEIC",
            "Media/PhotoData/Mutations/DCIM/101APPLE/IMG_0007/Adjustments/FullSizeRender.jpg",
            "Media/PhotoData/Thumbnails/V2/DCIM/101APPLE/IMG_0007.HEIC/5005.JPG",
        ];
        let ids: Vec<String> = paths.iter().map(|path| id(path)).collect();
        let found = guess(ids.iter().map(String::as_str), &Progress::default());
        for (id, path) in ids.iter().zip(paths) {
            assert_eq!(found.get(id), Some(&format!("{CAMERA_ROLL}/{path}")));
        }
    }

    #[test]
    fn it_ends_when_it_is_told_to() {
        let (progress, id) = (Progress::default(), "0".repeat(40));
        progress.stop();
        assert!(guess([id.as_str()].into_iter(), &progress).is_empty());
    }
}
