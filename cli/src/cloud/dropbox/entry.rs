//! What Dropbox says of a file.

use jiff::Timestamp;
use serde::Deserialize;

use crate::cloud::item::Item;

/// A page of a list.
#[derive(Deserialize)]
pub struct Page {
    pub entries: Vec<Entry>,
    pub cursor: String,
    pub has_more: bool,
}

/// An entry of a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// `file`, `folder` or `deleted`.
    #[serde(rename = ".tag")]
    pub tag: String,
    pub name: String,
    /// Absent of what is in a folder that is not mounted.
    pub path_lower: Option<String>,
    path_display: Option<String>,
    /// Of files and folders that are there.
    pub id: Option<String>,
}

/// The revisions of a path, the newest first.
#[derive(Deserialize)]
pub struct Revisions {
    /// Whether it was deleted or moved.
    pub is_deleted: bool,
    server_deleted: Option<String>,
    pub entries: Vec<Revision>,
}

/// A revision of a file.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Revision {
    pub id: String,
    rev: String,
    path_display: Option<String>,
    size: Option<u64>,
    content_hash: Option<String>,
    client_modified: Option<String>,
    server_modified: Option<String>,
    is_downloadable: Option<bool>,
    is_restorable: Option<bool>,
}

impl Entry {
    /// Where it lay.
    pub fn path(&self) -> &str {
        self.path_display.as_deref().or(self.path_lower.as_deref()).unwrap_or(&self.name)
    }

    fn item(&self) -> Item {
        Item {
            id: self.path_lower.clone().unwrap_or_default(),
            name: self.name.clone(),
            path: self.path().to_owned(),
            ..Item::default()
        }
    }

    /// As an item of which no revision is to be had.
    pub fn without_revision(&self, why: &str) -> Item {
        let why = Some(format!("no revision of it is kept ({why})"));
        Item { no_restore: why.clone(), no_download: why, ..self.item() }
    }
}

impl Revisions {
    /// The last one, as an item of the trash at `entry`.
    pub fn item(&self, entry: &Entry) -> Item {
        let Some(last) = self.entries.first() else {
            return entry.without_revision("the list of them is empty");
        };
        let time = |text: &Option<String>| text.as_deref()?.parse::<Timestamp>().ok();
        let is_kept = last.is_restorable != Some(false);
        Item {
            // Only the last part of a list's path has its letters right.
            path: last.path_display.clone().unwrap_or_else(|| entry.path().to_owned()),
            size: last.size,
            deleted: time(&self.server_deleted),
            modified: time(&last.client_modified).or_else(|| time(&last.server_modified)),
            created: time(&last.server_modified),
            content_hash: last.content_hash.clone(),
            rev: Some(last.rev.clone()),
            no_restore: (!is_kept).then(|| "Dropbox does not keep it any longer".to_owned()),
            no_download: (last.is_downloadable == Some(false))
                .then(|| "it is a document of Dropbox's own, which has no file".to_owned()),
            ..entry.item()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn item(revisions: serde_json::Value) -> Item {
        let entry = json!({ ".tag": "deleted", "name": "A.jpg", "path_lower": "/d/a.jpg",
            "path_display": "/d/A.jpg" });
        let entry: Entry = serde_json::from_value(entry).unwrap();
        let revisions: Revisions = serde_json::from_value(revisions).unwrap();
        revisions.item(&entry)
    }

    #[test]
    fn the_last_revision_is_what_comes_back() {
        let item = item(json!({ "is_deleted": true, "server_deleted": "2026-11-20T08:00:00Z",
            "entries": [{ ".tag": "file", "name": "A.jpg", "id": "id:x", "rev": "a1", "size": 3,
                "path_display": "/D/A.jpg", "content_hash": "00", "client_modified":
                "2024-05-31T18:00:00Z", "server_modified": "2024-06-01T00:00:00Z" }] }));
        assert_eq!((item.path.as_str(), item.id.as_str()), ("/D/A.jpg", "/d/a.jpg"));
        assert_eq!((item.rev.as_deref(), item.size), (Some("a1"), Some(3)));
        assert_eq!(item.modified, "2024-05-31T18:00:00Z".parse().ok());
        assert!(item.deleted.is_some() && item.no_restore.is_none() && item.no_download.is_none());
    }

    #[test]
    fn what_is_not_kept_is_told() {
        let none = item(json!({ "is_deleted": true, "entries": [] }));
        assert!(none.no_restore.is_some() && none.no_download.is_some());
        let old = item(
            json!({ "is_deleted": true, "entries": [{ "rev": "a", "is_restorable": false }] }),
        );
        assert_eq!(old.no_restore.as_deref(), Some("Dropbox does not keep it any longer"));
        let paper =
            json!({ "is_deleted": true, "entries": [{ "rev": "a", "is_downloadable": false }] });
        assert!(item(paper).no_download.is_some());
    }
}
