//! What Drive says of a file.

use serde::Deserialize;

/// What a page is asked for: all that [`File`] knows.
pub const FIELDS: &str = "nextPageToken,incompleteSearch,files(id,name,originalFilename,mimeType,size,\
    md5Checksum,sha256Checksum,explicitlyTrashed,trashedTime,createdTime,modifiedTime,\
    imageMediaMetadata(time),ownedByMe,owners(displayName,emailAddress),driveId,parents,\
    capabilities(canUntrash,canDownload))";

/// A file or folder.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct File {
    pub id: String,
    pub name: String,
    pub original_filename: Option<String>,
    pub mime_type: String,
    /// A number in decimal.
    pub size: Option<String>,
    pub md5_checksum: Option<String>,
    pub sha256_checksum: Option<String>,
    /// Not so where a folder above was deleted.
    pub explicitly_trashed: bool,
    /// In shared drives alone.
    pub trashed_time: Option<String>,
    pub created_time: Option<String>,
    pub modified_time: Option<String>,
    pub image_media_metadata: Option<Image>,
    /// Not in shared drives.
    pub owned_by_me: Option<bool>,
    #[serde(default)]
    pub owners: Vec<Owner>,
    /// The shared drive that it is in.
    pub drive_id: Option<String>,
    #[serde(default)]
    pub parents: Vec<String>,
    pub capabilities: Capabilities,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Image {
    /// As in Exif.
    pub time: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Owner {
    pub display_name: String,
    pub email_address: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Capabilities {
    pub can_untrash: Option<bool>,
    pub can_download: Option<bool>,
}

impl File {
    /// The folder that it is in; the service gives one at the most.
    pub fn parent(&self) -> Option<&String> {
        self.parents.first()
    }
}
