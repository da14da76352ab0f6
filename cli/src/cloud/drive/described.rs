//! Files of Drive as items of a trash: what can be done with them, and why not.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::file::{File, Owner};
use super::folders::Folders;
use crate::cloud::failure::one_line;
use crate::cloud::item::Item;

/// The type of folders.
const FOLDER: &str = "application/vnd.google-apps.folder";

/// What the types of all that has no content of its own begin with: documents, shortcuts, folders.
const NO_FILES: &str = "application/vnd.google-apps.";

/// A file as an item of a trash, which lay at `path`.
pub fn item(file: &File, path: String, folders: &Folders<'_>) -> Item {
    let taken = file.image_media_metadata.as_ref().and_then(|image| image.time.as_deref());
    Item {
        id: file.id.clone(),
        name: file.name.clone(),
        path,
        mime: Some(file.mime_type.clone()),
        size: file.size.as_deref().and_then(|size| size.parse().ok()),
        is_folder: file.mime_type == FOLDER,
        deleted: time(file.trashed_time.as_deref()),
        modified: time(file.modified_time.as_deref()),
        created: time(file.created_time.as_deref()),
        taken: taken.and_then(exif_time),
        md5: file.md5_checksum.clone(),
        sha256: file.sha256_checksum.clone(),
        no_restore: no_restore(file, folders),
        no_download: no_download(file),
        original_name: file.original_filename.clone().filter(|name| *name != file.name),
        comes_with: folders.deleted_above(file).map(|folder| folder.id.clone()),
        ..Item::default()
    }
}

fn no_restore(file: &File, folders: &Folders<'_>) -> Option<String> {
    if file.owned_by_me == Some(false) {
        return Some(match file.owners.first() {
            Some(Owner { display_name, email_address }) => {
                let who = one_line(&format!("{display_name} {email_address}"));
                format!("it belongs to {who}, who alone can restore it")
            }
            None => "it belongs to somebody else, who alone can restore it".to_owned(),
        });
    }
    if !file.explicitly_trashed {
        return Some(match folders.deleted_above(file) {
            Some(folder) => {
                let name = one_line(&folder.name);
                format!("it was deleted with the folder '{name}', which has to be restored")
            }
            None => "it was deleted with a folder that is not in this list; restore that one on \
                     drive.google.com"
                .to_owned(),
        });
    }
    let may = file.capabilities.can_untrash;
    let is_own = file.owned_by_me == Some(true) || file.drive_id.is_some() && may == Some(true);
    (!is_own || may == Some(false)).then(|| "this account may not restore it".to_owned())
}

fn no_download(file: &File) -> Option<String> {
    if file.mime_type == FOLDER {
        Some("it is a folder".to_owned())
    } else if file.mime_type.starts_with(NO_FILES) {
        Some("it is a document of Google's own, which has no file".to_owned())
    } else if file.capabilities.can_download == Some(false) {
        Some("its owner does not let it be downloaded".to_owned())
    } else {
        None
    }
}

fn time(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

/// A time as cameras write it, `2016:02:19 14:44:02`.
fn exif_time(text: &str) -> Option<DateTime> {
    DateTime::strptime("%Y:%m:%d %H:%M:%S", text).ok().filter(|time| time.year() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(json: serde_json::Value) -> File {
        serde_json::from_value(json).unwrap()
    }

    #[track_caller]
    fn check(json: serde_json::Value, no_restore: Option<&str>) {
        let file = file(json);
        let files = [File { id: "other".to_owned(), ..File::default() }];
        let item = super::item(&file, String::new(), &Folders::of(&files, &[]));
        assert_eq!(item.no_restore.as_deref(), no_restore);
    }

    #[test]
    fn only_what_the_user_deleted_and_owns_can_be_restored() {
        use serde_json::json;
        check(json!({"explicitlyTrashed": true, "ownedByMe": true}), None);
        check(
            json!({"explicitlyTrashed": true, "ownedByMe": false,
                "owners": [{"displayName": "A\nB", "emailAddress": "a@example.com"}]}),
            Some("it belongs to A B a@example.com, who alone can restore it"),
        );
        check(
            json!({"explicitlyTrashed": true, "ownedByMe": true, "capabilities": {"canUntrash": false}}),
            Some("this account may not restore it"),
        );
        let shared = |may: bool| json!({"explicitlyTrashed": true, "driveId": "d", "capabilities": {"canUntrash": may}});
        check(shared(true), None);
        check(shared(false), Some("this account may not restore it"));
        check(json!({"explicitlyTrashed": true}), Some("this account may not restore it"));
        check(
            json!({"ownedByMe": true, "parents": ["gone"]}),
            Some(
                "it was deleted with a folder that is not in this list; restore that one on \
                 drive.google.com",
            ),
        );
    }

    #[test]
    fn times_are_those_of_the_service_and_of_the_camera() {
        assert_eq!(exif_time("2016:02:19 14:44:02"), "2016-02-19T14:44:02".parse().ok());
        for none in ["0000:00:00 00:00:00", "2016:02:30 00:00:00", "", "yesterday"] {
            assert_eq!(exif_time(none), None, "{none}");
        }
        assert!(time(Some("2026-11-20T10:00:00.123Z")).is_some() && time(Some("x")).is_none());
    }
}
