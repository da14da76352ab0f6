//! What the grid must know of each file, a column each.

use std::collections::HashMap;

use serde::Serialize;

use crate::output::report::{ReportExif, ReportFile, word};

/// The most characters of a name that the grid gets; details have all of it.
const LONGEST_NAME: usize = 1000;

/// Texts that occur often: each once, and the number of its text for each file.
#[derive(Debug, Default, Serialize)]
pub(super) struct Words {
    words: Vec<String>,
    of: Vec<u32>,
    #[serde(skip)]
    known: HashMap<String, u32>,
}

impl Words {
    fn push(&mut self, word: &str) {
        let number = match self.known.get(word) {
            Some(&number) => number,
            None => {
                let number = self.words.len() as u32; // At most as many as files in a pack.
                self.words.push(word.to_owned());
                self.known.insert(word.to_owned(), number);
                number
            }
        };
        self.of.push(number);
    }
}

/// The columns of a pack. Numbers that do not apply are 0, an offset -1, texts empty.
#[derive(Debug, Default, Serialize)]
pub(super) struct Columns {
    id: Vec<u64>,
    source: Vec<u32>,
    size: Vec<u64>,
    /// The first byte on the source.
    offset: Vec<i64>,
    parent: Vec<u64>,
    /// The file that has the same bytes and stands for this one.
    twin: Vec<u64>,
    pair: Vec<u64>,
    share: Vec<f32>,
    width: Vec<u32>,
    height: Vec<u32>,
    name: Vec<String>,
    path: Vec<String>,
    thumb: Vec<String>,
    /// The date that the written file gets.
    date: Vec<String>,
    mime: Words,
    fate: Words,
    grade: Words,
    format: Words,
    origin: Words,
    camera: Words,
    folder: Words,
    original: Words,
    place: Words,
}

impl Columns {
    /// How many files they hold.
    pub(super) fn len(&self) -> usize {
        self.id.len()
    }

    /// Adds a file.
    pub(super) fn push(&mut self, file: &ReportFile) {
        let offset = file.runs.iter().find_map(|run| run.offset);
        self.id.push(file.id);
        self.source.push(file.source);
        self.size.push(file.size);
        self.offset.push(offset.and_then(|offset| offset.try_into().ok()).unwrap_or(-1));
        self.parent.push(file.parent.unwrap_or(0));
        self.twin.push(file.duplicate_of.unwrap_or(0));
        self.pair.push(file.pair.unwrap_or(0));
        self.share.push(file.share.unwrap_or(0.0));
        self.width.push(file.width.unwrap_or(0));
        self.height.push(file.height.unwrap_or(0));
        self.name.push(cut(&name(file, offset)));
        self.path.push(file.path.clone().unwrap_or_default());
        self.thumb.push(file.thumb.clone().unwrap_or_default());
        self.date.push(file.dated().unwrap_or_default().to_owned());
        self.push_words(file);
    }

    fn push_words(&mut self, file: &ReportFile) {
        let original = file.original_path.as_deref().or(file.from.as_deref()).unwrap_or_default();
        let exif = file.exif.as_ref();
        self.mime.push(&file.mime);
        self.fate.push(&file.fate());
        self.grade.push(&word(file.grade));
        self.format.push(&file.format);
        self.origin.push(&word(file.origin));
        self.camera.push(&exif.and_then(ReportExif::camera).unwrap_or_default());
        self.folder.push(&cut(folder_of(original)));
        self.original.push(&cut(original));
        let place = exif.and_then(|exif| Some(rounded(exif.latitude?, exif.longitude?)));
        self.place.push(&place.unwrap_or_default());
    }
}

/// What a file is called: its name, the last part of a path, else its format and where it lay.
fn name(file: &ReportFile, offset: Option<u64>) -> String {
    let last = |path: &Option<String>| {
        let part = path.as_deref()?.rsplit('/').next()?;
        (!part.is_empty()).then(|| part.to_owned())
    };
    let known = file.name.clone().filter(|name| !name.is_empty());
    let known = known.or_else(|| last(&file.original_path)).or_else(|| last(&file.from));
    known.or_else(|| last(&file.path)).unwrap_or_else(|| match offset {
        Some(offset) => format!("{} at {offset:#x}", file.format),
        None => format!("{} number {}", file.format, file.id),
    })
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}

/// Degrees north and east to two places after the point, some hundred metres up to a kilometre.
fn rounded(latitude: f64, longitude: f64) -> String {
    // Adding zero turns what would be printed as -0.00.
    let part = |angle: f64| (angle * 100.0).round() / 100.0 + 0.0;
    format!("{:.2} {:.2}", part(latitude), part(longitude))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn file(more: serde_json::Value) -> ReportFile {
        let mut file = json!({
            "id": 4, "source": 0, "origin": "carved", "status": "deleted", "format": "jpeg",
            "mime": "image/jpeg", "size": 3, "end": "exact", "grade": "verified", "proof": "",
            "blake3": "", "runs": [{ "offset": 4096, "length": 3, "origin": "source" }]
        });
        file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(file).unwrap()
    }

    fn columns(files: &[serde_json::Value]) -> serde_json::Value {
        let mut columns = Columns::default();
        files.iter().for_each(|more| columns.push(&file(more.clone())));
        assert_eq!(columns.len(), files.len());
        serde_json::to_value(columns).unwrap()
    }

    #[test]
    fn a_file_has_a_name_whatever_is_known_of_it() {
        let long = "\u{e4}".repeat(10_000);
        let held = columns(&[
            json!({ "name": "a.jpg", "original_path": "x/b.jpg" }),
            json!({ "original_path": "x/y/b.jpg" }),
            json!({ "path": "photos/undated/0x1000.jpg" }),
            json!({}),
            json!({ "runs": [] }),
            json!({ "name": long }),
        ]);
        let names = held["name"].as_array().unwrap();
        let expected = ["a.jpg", "b.jpg", "0x1000.jpg", "jpeg at 0x1000", "jpeg number 4"];
        assert_eq!(names[..5], expected);
        assert_eq!(names[5].as_str().unwrap().chars().count(), LONGEST_NAME);
        assert_eq!(held["offset"], json!([4096, 4096, 4096, 4096, -1, 4096]));
        assert_eq!(held["folder"]["words"], json!(["x", "x/y", ""]));
    }

    #[test]
    fn what_becomes_of_pictures_inside_others_is_said_as_such() {
        let held = columns(&[
            json!({ "parent": 3, "disposition": "recovered" }),
            json!({ "disposition": "live" }),
            json!({ "disposition": "live" }),
        ]);
        assert_eq!(held["fate"], json!({ "words": ["inside", "live"], "of": [0, 1, 1] }));
    }

    #[test]
    fn places_are_rounded() {
        let place = |latitude: f64, longitude: f64| json!({ "exif": { "latitude": latitude, "longitude": longitude } });
        let held = columns(&[place(48.13743, 11.57549), place(-0.001, -33.4561), json!({})]);
        assert_eq!(held["place"]["words"], json!(["48.14 11.58", "0.00 -33.46", ""]));
    }
}
