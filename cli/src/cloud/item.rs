//! A file in the trash of a cloud drive.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::failure::one_line;

/// What a service says of a file or folder that was deleted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// What the service knows it by: the id of Drive, the path in lower case of Dropbox.
    pub id: String,
    /// Its name, as it was; hostile.
    pub name: String,
    /// What the file was called where it came from, if it is called otherwise now; hostile.
    pub original_name: Option<String>,
    /// Where it was, with `/` between the parts, as far as that is known; hostile.
    pub path: String,
    /// Its MIME type.
    pub mime: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// When it was deleted.
    pub deleted: Option<Timestamp>,
    /// When its content was last changed.
    pub modified: Option<Timestamp>,
    /// When it was made or uploaded.
    pub created: Option<Timestamp>,
    /// When the photo was taken, by the clock of the camera.
    pub taken: Option<DateTime>,
    /// MD5, lower-case hex.
    pub md5: Option<String>,
    /// SHA-256, lower-case hex.
    pub sha256: Option<String>,
    /// Dropbox's content hash, lower-case hex.
    pub content_hash: Option<String>,
    /// The revision that is restored.
    pub rev: Option<String>,
    /// The deleted folder that it was deleted with, by its id, and is restored with.
    pub comes_with: Option<String>,
    /// Why it cannot be restored by itself.
    pub no_restore: Option<String>,
    /// Why it cannot be downloaded.
    pub no_download: Option<String>,
}

impl Item {
    /// Its path in one line that steers no terminal.
    pub fn shown(&self) -> String {
        one_line(&self.path)
    }
}

/// What a trash holds.
#[derive(Debug, Default)]
pub struct Listing {
    /// The files that are wanted, in the order of their paths.
    pub items: Vec<Item>,
    /// How many entries were left out, since they are of another type or name.
    pub left_out: u64,
    /// How many were left out by their date, or for want of one.
    pub by_date: u64,
    /// What the user has to know of the list.
    pub notes: Vec<String>,
}

impl Listing {
    /// Sorts by path, which makes a list the same whatever order the service chose.
    pub fn sort(&mut self) {
        self.items.sort_by(|one, other| (&one.path, &one.id).cmp(&(&other.path, &other.id)));
    }
}
