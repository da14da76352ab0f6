//! JSON of any program: every object that gives a digest is a photo. So listings of cloud drives and photo servers,
//! of rclone and of this program's reports are read alike.
//!
//! A text is read as a stream: memory grows with the photos, not with what else stands there.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::fields::{self, Field, Fields, Guess, field, shortened};
use super::photo::ListedPhoto;

/// Texts of one array that are kept: albums.
const MOST_TEXTS: usize = 32;

/// Objects inside a photo's own that tell of the same photo, in lower case.
const INNER: [&str; 8] = [
    "hashes",
    "imagemediametadata",
    "exifinfo",
    "exif",
    "phototakentime",
    "creationtime",
    "mediametadata",
    "checksums",
];

/// The schema of this program's reports.
const REPORT: &str = "afterimage-report/1";

/// The photos of a JSON text, as far as it is sound.
#[derive(Debug, Default)]
pub(super) struct JsonPhotos {
    pub(super) photos: Vec<ListedPhoto>,
    /// Why the text was not read to its end, where it was not.
    pub(super) damage: Option<String>,
    /// Files of a former report that say nothing of a whole photo: pictures inside others, copies, beginnings.
    pub(super) passed_over: u64,
}

/// Reads one JSON value after the other; `most` photos at the most.
pub(super) fn photos(text: &str, guess: Guess, most: usize) -> JsonPhotos {
    let mut sink = Sink { files: Vec::new(), others: Vec::new(), guess, most, ..Sink::default() };
    let mut values = serde_json::Deserializer::from_str(text);
    while values.end().is_err() {
        let walk = Walk { sink: &mut sink, holds: Holds::Photos };
        match walk.deserialize(&mut values) {
            Ok(Node::Fields(object)) => sink.emit(*object),
            Ok(_) => {}
            Err(error) => {
                sink.damage = Some(error.to_string());
                break;
            }
        }
    }
    sink.finish()
}

/// Where photos go.
#[derive(Default)]
struct Sink {
    /// Files of a report of this program.
    files: Vec<ListedPhoto>,
    /// Photos of other programs; in a report, digests of something else.
    others: Vec<ListedPhoto>,
    guess: Guess,
    most: usize,
    /// Whether the text says that it is a report, wherever in it.
    is_report: bool,
    passed_over: u64,
    damage: Option<String>,
}

impl Sink {
    fn emit(&mut self, mut object: Object) {
        let worth = object.worth();
        if let Some(path) = object.path.take().filter(|_| matches!(worth, Worth::Other)) {
            object.fields.set(Field::Path, &path);
        }
        if matches!(worth, Worth::Nothing) {
            self.passed_over += 1;
            return;
        }
        let is_full = self.files.len() + self.others.len() >= self.most;
        if let Some(photo) = object.fields.photo(self.guess).filter(|_| !is_full) {
            match worth {
                Worth::Other => self.others.push(photo),
                Worth::Witness => self.files.push(photo),
                Worth::Former => self.files.push(ListedPhoto { is_witness: false, ..photo }),
                Worth::Nothing => {}
            }
        }
    }

    fn finish(self) -> JsonPhotos {
        let Sink { files: mut photos, others, is_report, passed_over, damage, .. } = self;
        if !is_report {
            photos.extend(others);
        }
        for (entry, photo) in (1..).zip(&mut photos) {
            photo.entry = entry;
        }
        JsonPhotos { photos, damage, passed_over }
    }
}

/// What an object says.
#[derive(Default)]
struct Object {
    fields: Fields,
    /// Its path: of a file in a report, where it was written, not where it was.
    path: Option<String>,
    /// Of a file in a report: its grade, its proof, its status, its origin.
    grade: Option<String>,
    has_proof: bool,
    status: Option<String>,
    origin: Option<String>,
    /// Whether it lies in another file, or is a copy of one.
    is_second: bool,
}

/// What an object is good for.
#[derive(Clone, Copy)]
enum Worth {
    /// It is no file of a report.
    Other,
    /// It tells of a photo as it was.
    Witness,
    /// It tells of what a scan made of a photo.
    Former,
    /// It tells of no whole photo.
    Nothing,
}

impl Object {
    /// What is told by the object alone: a report that another program sorted is still one.
    fn worth(&self) -> Worth {
        let Some(grade) = self.grade.as_deref().filter(|_| self.has_proof) else {
            return Worth::Other;
        };
        let is_whole = matches!(grade, "verified" | "structural");
        // What a file system or a place had as a file is the photo as it was.
        let was_there = self.status.as_deref() == Some("live")
            || matches!(self.origin.as_deref(), Some("trash" | "backup" | "library" | "export"));
        match (is_whole && !self.is_second, was_there) {
            (false, _) => Worth::Nothing,
            (true, true) => Worth::Witness,
            (true, false) => Worth::Former,
        }
    }

    fn set(&mut self, key: &str, text: &str) {
        match key {
            "grade" => self.grade = Some(text.to_owned()),
            "proof" => self.has_proof = true,
            "status" => self.status = Some(text.to_owned()),
            "origin" => self.origin = Some(text.to_owned()),
            "parent" | "duplicate_of" => self.is_second = true,
            "path" => {
                self.path = Some(text.to_owned());
                return;
            }
            _ => {}
        }
        if let Some(field) = field(key) {
            self.fields.set(field, text);
        }
    }
}

/// What the elements of an array are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Photos,
    Albums,
}

/// What a value came to.
enum Node {
    Text(String),
    Texts(Vec<String>),
    Fields(Box<Object>),
    Nothing,
}

struct Walk<'s> {
    sink: &'s mut Sink,
    holds: Holds,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Node, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Node;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(shortened(text).to_owned()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Text(number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Text(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Text(number.trunc().to_string()))
    }

    fn visit_bool<E: de::Error>(self, yes: bool) -> Result<Node, E> {
        Ok(Node::Text(yes.to_string()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Node, A::Error> {
        let Walk { sink, holds } = self;
        let mut texts = Vec::new();
        while let Some(node) = values.next_element_seed(Walk { sink, holds })? {
            match node {
                Node::Text(text) if holds == Holds::Photos && fields::is_hex(&text) => {
                    let mut object = Object::default();
                    object.fields.set(Field::Digest(None), &text);
                    sink.emit(object);
                }
                Node::Text(text) if texts.len() < MOST_TEXTS => texts.push(text),
                Node::Fields(object) if holds == Holds::Albums => {
                    texts.extend(object.fields.into_name().filter(|_| texts.len() < MOST_TEXTS));
                }
                Node::Fields(object) => sink.emit(*object),
                Node::Text(_) | Node::Texts(_) | Node::Nothing => {}
            }
        }
        Ok(Node::Texts(texts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<Node, A::Error> {
        let sink = self.sink;
        let mut object = Object::default();
        while let Some(key) = values.next_key_seed(Key)? {
            let is_album = field(&key) == Some(Field::Album);
            let holds = if is_album { Holds::Albums } else { Holds::Photos };
            match values.next_value_seed(Walk { sink, holds })? {
                Node::Text(text) if key == "schema" => sink.is_report |= text == REPORT,
                Node::Text(text) => {
                    object.set(&key, &text);
                    named_digest(sink, &key, &text);
                }
                Node::Texts(texts) if is_album => {
                    object.fields.add_albums(texts.iter().map(String::as_str));
                }
                Node::Fields(inner) if is_inner(&key) => {
                    if field(&key) == Some(Field::Date(0)) {
                        // Takeout and Google Photos put a number of seconds into an object of its own.
                        object.fields.merge(inner.fields.dated_as_taken());
                    } else {
                        object.fields.merge(inner.fields);
                    }
                }
                Node::Fields(inner) if is_album => {
                    object.fields.add_albums(inner.fields.into_name().as_deref().into_iter());
                }
                Node::Fields(inner) => sink.emit(*inner),
                Node::Texts(_) | Node::Nothing => {}
            }
        }
        Ok(Node::Fields(Box::new(object)))
    }
}

/// A photo where a map leads from names of files to digests.
fn named_digest(sink: &mut Sink, key: &str, text: &str) {
    if field(key).is_none() && key.contains('.') && fields::is_hex(text) {
        let mut object = Object::default();
        object.fields.set(Field::Path, key);
        object.fields.set(Field::Digest(None), text);
        sink.emit(object);
    }
}

fn is_inner(key: &str) -> bool {
    let letters = key.chars().filter(|letter| letter.is_ascii_alphanumeric());
    let key: String = letters.map(|letter| letter.to_ascii_lowercase()).take(32).collect();
    INNER.contains(&key.as_str())
}

/// A key, not longer than any that is known.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = String;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(shortened(text).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DigestKind;
    use proptest::prelude::*;
    use serde_json::json;

    const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";

    fn read(value: &serde_json::Value) -> JsonPhotos {
        photos(&value.to_string(), Guess::default(), 1000)
    }

    #[track_caller]
    fn one(value: &serde_json::Value) -> ListedPhoto {
        let mut found = read(value);
        assert_eq!((found.photos.len(), found.damage.as_deref()), (1, None), "{found:?}");
        found.photos.remove(0)
    }

    #[test]
    fn a_listing_of_google_drive_is_read() {
        let photo = one(&json!({ "kind": "drive#fileList", "files": [{
            "id": "x", "name": "IMG_0001.JPG", "md5Checksum": MD5, "size": "12345", "trashed": true,
            "createdTime": "2024-01-02T03:04:05.000Z",
            "imageMediaMetadata": { "width": 4000, "time": "2023:11:14 22:13:20" },
        }, { "id": "folder", "name": "DCIM" }]}));
        assert_eq!(photo.path.as_deref(), Some("IMG_0001.JPG"));
        assert_eq!((photo.size, photo.is_witness), (Some(12345), true));
        assert_eq!(photo.digests[0].kind(), DigestKind::Md5);
        assert_eq!(photo.date.unwrap().to_string(), "2023-11-14T22:13:20");
        assert!(photo.note.unwrap().contains("trash"));
    }

    #[test]
    fn a_listing_of_dropbox_is_read() {
        let photo = one(&json!({ "entries": [{
            ".tag": "file", "name": "a.jpg", "path_lower": "/camera/a.jpg", "path_display": "/Camera/A.jpg",
            "client_modified": "2023-11-14T22:13:20Z", "size": 5, "content_hash": MD5.repeat(2),
        }], "cursor": "c", "has_more": false }));
        assert_eq!(photo.path.as_deref(), Some("Camera/A.jpg"));
        assert_eq!(photo.digests[0].kind(), DigestKind::Dropbox);
        assert_eq!((photo.size, photo.digests.len()), (Some(5), 1));
    }

    #[test]
    fn assets_of_immich_are_read() {
        let photo = one(&json!([{
            "id": "u", "checksum": "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "originalFileName": "IMG_1.HEIC",
            "originalPath": "upload/upload/ab/cd/u.heic", "fileCreatedAt": "2023-11-14T22:13:20.000Z",
            "fileModifiedAt": "2024-11-14T22:13:20.000Z",
            "exifInfo": { "fileSizeInByte": 77, "make": "Apple" },
            "albums": [{ "albumName": "Summer" }],
        }]));
        assert_eq!(photo.path.as_deref(), Some("IMG_1.HEIC"));
        assert_eq!(photo.digests[0].digits(), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!((photo.size, photo.albums), (Some(77), vec!["Summer".to_owned()]));
        assert_eq!(photo.date.unwrap().to_string(), "2023-11-14T22:13:20Z");
    }

    #[test]
    fn of_a_former_report_only_what_was_there_is_a_witness() {
        let sha = MD5.repeat(2);
        let file = |grade: &str, status: &str, more: serde_json::Value| {
            let mut file = json!({ "id": 1, "grade": grade, "status": status, "origin": "carved", "size": 9, "proof": "x",
                "blake3": sha, "name": "a.jpg", "original_path": "DCIM/a.jpg", "path": "photos/x.jpg",
                "exif": { "taken": "2023-11-14T22:13:20" } });
            file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            file
        };
        let found = read(&json!({
            "schema": REPORT, "sources": [{ "path": "card.img", "size": 7, "hashes": { "sha256": sha } }],
            "files": [
                file("verified", "live", json!({})), file("structural", "deleted", json!({})),
                file("partial", "deleted", json!({})), file("verified", "live", json!({ "parent": 1 })),
                file("verified", "unknown", json!({ "origin": "backup" })),
            ],
        }));
        let witnesses: Vec<bool> = found.photos.iter().map(|photo| photo.is_witness).collect();
        assert_eq!((witnesses, found.passed_over), (vec![true, false, true], 2));
        let first = &found.photos[0];
        assert_eq!(first.path.as_deref(), Some("DCIM/a.jpg"));
        assert_eq!(first.digests[0].kind(), DigestKind::Blake3);
        assert_eq!(first.date.unwrap().to_string(), "2023-11-14T22:13:20");
    }

    #[test]
    fn other_shapes_are_read_too() {
        assert_eq!(read(&json!([MD5, "x", MD5])).photos.len(), 2);
        assert_eq!(one(&json!({ "a.jpg": MD5 })).path.as_deref(), Some("a.jpg"));
        let rclone = json!([{ "Path": "x/a.jpg", "Name": "a.jpg", "Size": 3, "ModTime": "2023-11-14T22:13:20Z",
            "IsDir": false, "Hashes": { "md5": MD5, "dropbox": MD5.repeat(2) } }]);
        let photo = one(&rclone);
        assert_eq!((photo.path.as_deref(), photo.digests.len()), (Some("x/a.jpg"), 2));
        let lines = format!("{}\n{}\n", json!({ "md5": MD5 }), json!({ "md5": MD5, "title": "b" }));
        assert_eq!(photos(&lines, Guess::default(), 1000).photos.len(), 2);
    }

    #[test]
    fn damage_and_depth_end_a_list_and_lose_nothing_before_them() {
        let deep = format!("[{}, {}", json!({ "md5": MD5 }), "[".repeat(1 << 20));
        let found = photos(&deep, Guess::default(), 1000);
        assert!(found.photos.len() == 1 && found.damage.is_some(), "{:?}", found.damage);
        let many = format!("[{}]", vec![json!({ "md5": MD5 }).to_string(); 50].join(","));
        assert_eq!(photos(&many, Guess::default(), 10).photos.len(), 10);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(
            text in "[\\[\\]{}\":,a-f0-9 \\\\]{0,200}", at in 0usize..200, byte in any::<u8>(),
        ) {
            drop(photos(&text, Guess::default(), 10));
            let mut sound = json!([{ "md5": MD5, "albums": ["x"], "exif": { "taken": "2023" } }])
                .to_string()
                .into_bytes();
            let at = at % sound.len();
            sound[at] = byte;
            drop(photos(&String::from_utf8_lossy(&sound), Guess::default(), 10));
        }
    }
}
