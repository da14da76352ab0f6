//! Exports of Google Photos, as folders and as archives in parts.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::kept_photo::{Files, KeptPhoto, photo};

/// Seconds since 1970 of the first photo; each other was taken a minute after the one before.
const FIRST: i64 = 1_700_000_000;

/// Where all folders lie, in the language of its user.
const ROOT: &str = "Takeout/Google Fotos";

/// Characters of a name of JSON before its extension.
const LONGEST_JSON: usize = 46;

/// An export with 50 photos.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// All files.
    pub files: Files,
    /// The photos among them.
    pub photos: Vec<KeptPhoto>,
    /// Paths of photos of which only the JSON is there.
    pub lost: Vec<String>,
}

/// What Google says of a photo.
#[derive(Clone, Copy, Default)]
struct Said<'a> {
    is_trashed: bool,
    is_archived: bool,
    album: Option<&'a str>,
}

impl Export {
    /// An export with names of all kinds.
    pub fn new() -> Self {
        let mut export = Export::default();
        let plain = Said::default();
        for nth in 0..10 {
            export.add(
                "Fotos von 2023",
                &format!("IMG_{nth:04}.jpg"),
                ".supplemental-metadata",
                plain,
            );
        }
        for nth in 10..16 {
            // As exports were before the end of 2024.
            export.add("Fotos von 2023", &format!("IMG_{nth:04}.jpg"), "", plain);
        }
        for _ in 0..6 {
            export.add("Fotos von 2022", "Bild.jpg", ".supplemental-metadata", plain);
        }
        for nth in 0..6 {
            let title =
                format!("Ein sehr langer Name, den ein Programm vergeben hat, Nummer {nth}.jpg");
            export.add("Fotos von 2021", &title, ".supplemental-metadata", plain);
        }
        for nth in 0..4 {
            let title = format!("PXL_2023{nth}.jpg");
            export.add("Fotos von 2023", &title, ".supplemental-metadata", plain);
            export.edited("Fotos von 2023", &title);
        }
        for nth in 0..4 {
            let said = Said { is_trashed: true, ..plain };
            export.add("Papierkorb", &format!("weg_{nth}.jpg"), ".supplemental-meta", said);
        }
        for nth in 0..4 {
            let said = Said { is_archived: true, ..plain };
            export.add(
                "Fotos von 2023",
                &format!("Beleg: {nth}?.jpg"),
                ".supplemental-metadata",
                said,
            );
        }
        let album = Said { album: Some("Sommer: 2023/Meer"), ..plain };
        let folder = "Sommer_ 2023_Meer";
        for nth in 0..6 {
            export.add(folder, &format!("Meer {nth}.jpg"), ".s", album);
        }
        let metadata = r#"{"title":"Sommer: 2023/Meer","description":"","access":"protected","date":{"timestamp":"1700000000"}}"#;
        export.file(folder, "Metadaten.json", metadata.into());
        for name in ["verloren.jpg", "weg.heic"] {
            let json = json(name, FIRST - 1000, plain);
            export.file("Fotos von 2023", &format!("{name}.supplemental-metadata.json"), json);
            export.lost.push(format!("Fotos von 2023/{name}"));
        }
        export.files.push(("Takeout/archive_browser.html".into(), b"<html></html>".to_vec()));
        export.files.push((format!("{ROOT}/print-subscriptions.json"), b"{}".to_vec()));
        export
    }

    fn file(&mut self, folder: &str, name: &str, bytes: Vec<u8>) -> String {
        let path = format!("{ROOT}/{folder}/{name}");
        self.files.push((path.clone(), bytes));
        path
    }

    /// A photo and its JSON, under the first names that are free.
    fn add(&mut self, folder: &str, title: &str, suffix: &str, said: Said<'_>) {
        let nth = self.photos.len();
        let taken = FIRST + 60 * nth as i64;
        let name: String = title.chars().map(allowed).collect();
        let stem = name.trim_end_matches(".jpg");
        let stem: String = stem.chars().take(47).collect();
        let json_stem: String = format!("{name}{suffix}").chars().take(LONGEST_JSON).collect();
        let is_free = |name: &str| {
            let path = format!("{ROOT}/{folder}/{name}");
            self.files.iter().all(|(known, _)| *known != path)
        };
        let counters = || (0..).map(|n| if n == 0 { String::new() } else { format!("({n})") });
        let mut photos = counters().map(|counter| format!("{stem}{counter}.jpg"));
        let photo_name = photos.find(|name| is_free(name)).expect("counters do not end");
        let mut jsons = counters().map(|counter| format!("{json_stem}{counter}.json"));
        let json_name = jsons.find(|name| is_free(name)).expect("counters do not end");
        let bytes = photo(1000 + nth as u64);
        let path = self.file(folder, &photo_name, bytes.clone());
        self.file(folder, &json_name, json(title, taken, said));
        self.photos.push(KeptPhoto {
            path,
            bytes,
            original: Some(format!("{folder}/{}", title.replace('/', "_"))),
            taken: Some(taken),
            is_deleted: said.is_trashed,
            albums: said.album.map(str::to_owned).into_iter().collect(),
            marks: if said.is_archived { vec!["archived"] } else { Vec::new() },
            ..KeptPhoto::default()
        });
    }

    /// The edited copy of the photo that was added last, which has no JSON.
    fn edited(&mut self, folder: &str, title: &str) {
        let nth = self.photos.len();
        let name = title.replace(".jpg", "-bearbeitet.jpg");
        let bytes = photo(1000 + nth as u64);
        let path = self.file(folder, &name, bytes.clone());
        self.photos.push(KeptPhoto {
            path,
            bytes,
            original: Some(format!("{folder}/{name}")),
            taken: self.photos[nth - 1].taken,
            is_edited: true,
            shows: Some(format!("{folder}/{title}")),
            ..KeptPhoto::default()
        });
    }

    /// The export as archives: files go to them in turn, JSON often to another than its photo; every third is stored.
    pub fn archives(&self, parts: usize) -> Files {
        let mut writers: Vec<_> =
            (0..parts).map(|_| ZipWriter::new(Cursor::new(Vec::new()))).collect();
        for (nth, (path, bytes)) in self.files.iter().enumerate() {
            let method = if nth % 3 == 0 {
                zip::CompressionMethod::Stored
            } else {
                zip::CompressionMethod::Deflated
            };
            let options = SimpleFileOptions::default().compression_method(method);
            let writer = &mut writers[nth % parts];
            writer.start_file(path.as_str(), options).expect("in memory");
            writer.write_all(bytes).expect("in memory");
        }
        let archives = writers.into_iter().map(|writer| writer.finish().expect("in memory"));
        let named = archives.enumerate().map(|(nth, archive)| {
            (format!("takeout-20240101T000000Z-{:03}.zip", nth + 1), archive.into_inner())
        });
        named.collect()
    }
}

fn allowed(character: char) -> char {
    if "/\\:*?\"<>|&%'".contains(character) { '_' } else { character }
}

fn json(title: &str, taken: i64, said: Said<'_>) -> Vec<u8> {
    let flag =
        |name: &str, is_set| if is_set { format!(", \"{name}\": true") } else { String::new() };
    let flags = flag("trashed", said.is_trashed) + &flag("archived", said.is_archived);
    format!(
        "{{\n  \"title\": {title:?},\n  \"description\": \"\",\n  \"imageViews\": \"1\",\n  \"creationTime\": \
         {{\"timestamp\": \"1700009999\"}},\n  \"photoTakenTime\": {{\"timestamp\": \"{taken}\", \"formatted\": \"-\"}},\n  \
         \"geoData\": {{\"latitude\": 54.5, \"longitude\": -8.25, \"altitude\": 0.0}}{flags}\n}}"
    )
    .into_bytes()
}
