//! What Drive says of a file.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Deserialize;

use super::folders::Folders;
use crate::cloud::failure::one_line;
use crate::cloud::item::Item;

/// What a page is asked for: all that [`File`] knows.
pub const FIELDS: &str = "nextPageToken,incompleteSearch,files(id,name,originalFilename,mimeType,size,\
    md5Checksum,sha256Checksum,explicitlyTrashed,trashedTime,createdTime,modifiedTime,\
    imageMediaMetadata(time),ownedByMe,owners(displayName,emailAddress),driveId,parents,\
    capabilities(canUntrash,canDownload))";

/// The type of folders.
const FOLDER: &str = "application/vnd.google-apps.folder";

/// What the types of all that has no content of its own begin with: documents, shortcuts, folders.
const NO_FILES: &str = "application/vnd.google-apps.";

/// A file or folder.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct File {
    pub id: String,
    pub name: String,
    original_filename: Option<String>,
    pub mime_type: String,
    /// A number in decimal.
    size: Option<String>,
    md5_checksum: Option<String>,
    sha256_checksum: Option<String>,
    /// Not so where a folder above was deleted.
    pub explicitly_trashed: bool,
    /// In shared drives alone.
    trashed_time: Option<String>,
    created_time: Option<String>,
    modified_time: Option<String>,
    image_media_metadata: Option<Image>,
    /// Not in shared drives.
    owned_by_me: Option<bool>,
    #[serde(default)]
    owners: Vec<Owner>,
    /// The shared drive that it is in.
    drive_id: Option<String>,
    #[serde(default)]
    parents: Vec<String>,
    capabilities: Capabilities,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Image {
    /// As in Exif.
    time: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Owner {
    display_name: String,
    email_address: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Capabilities {
    can_untrash: Option<bool>,
    can_download: Option<bool>,
}

impl File {
    /// As an item of a trash, which lay at `path`.
    pub fn item(&self, path: String, folders: &Folders<'_>) -> Item {
        let taken = self.image_media_metadata.as_ref().and_then(|image| image.time.as_deref());
        Item {
            id: self.id.clone(),
            name: self.name.clone(),
            path,
            mime: Some(self.mime_type.clone()),
            size: self.size.as_deref().and_then(|size| size.parse().ok()),
            is_folder: self.mime_type == FOLDER,
            deleted: time(self.trashed_time.as_deref()),
            modified: time(self.modified_time.as_deref()),
            created: time(self.created_time.as_deref()),
            taken: taken.and_then(exif_time),
            md5: self.md5_checksum.clone(),
            sha256: self.sha256_checksum.clone(),
            no_restore: self.no_restore(folders),
            no_download: self.no_download(),
            original_name: self.original_filename.clone().filter(|name| *name != self.name),
            comes_with: folders.deleted_above(self).map(|folder| folder.id.clone()),
            ..Item::default()
        }
    }

    /// The folder that it is in; the service gives one at the most.
    pub fn parent(&self) -> Option<&String> {
        self.parents.first()
    }

    fn no_restore(&self, folders: &Folders<'_>) -> Option<String> {
        if self.owned_by_me == Some(false) {
            return Some(match self.owners.first() {
                Some(Owner { display_name, email_address }) => {
                    let who = one_line(&format!("{display_name} {email_address}"));
                    format!("it belongs to {who}, who alone can restore it")
                }
                None => "it belongs to somebody else, who alone can restore it".to_owned(),
            });
        }
        if !self.explicitly_trashed {
            return Some(match folders.deleted_above(self) {
                Some(folder) => {
                    let name = one_line(&folder.name);
                    format!("it was deleted with the folder '{name}', which has to be restored")
                }
                None => {
                    "it was deleted with a folder that is not in this list; restore that one on \
                         drive.google.com"
                        .to_owned()
                }
            });
        }
        let may = self.capabilities.can_untrash;
        let is_own = self.owned_by_me == Some(true) || self.drive_id.is_some() && may == Some(true);
        (!is_own || may == Some(false)).then(|| "this account may not restore it".to_owned())
    }

    fn no_download(&self) -> Option<String> {
        if self.mime_type == FOLDER {
            Some("it is a folder".to_owned())
        } else if self.mime_type.starts_with(NO_FILES) {
            Some("it is a document of Google's own, which has no file".to_owned())
        } else if self.capabilities.can_download == Some(false) {
            Some("its owner does not let it be downloaded".to_owned())
        } else {
            None
        }
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
        let item = file.item(String::new(), &Folders::of(&files, &[]));
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
