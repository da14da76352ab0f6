//! Folders of the Photos app: the media of a phone, and a library of a Mac, with fifty photos each.

use super::photos_sqlite::{Generation, PhotoRow, Rows, photos_sqlite};

/// Photos that a made phone or library lists.
pub const PHOTOS: usize = 50;

/// Half an hour after a whole day, 2023-11-14T22:13:20Z, in seconds since 2001.
const START: f64 = 721_692_800.0;

/// Files by path, and what the database says.
#[derive(Clone, Debug)]
pub struct PhotoTree {
    /// Path and content of each file.
    pub files: Vec<(String, Vec<u8>)>,
    /// The rows of the database.
    pub photos: Vec<PhotoRow>,
}

/// What is special about a photo, by its number: most are several things at once in a real library, one here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A photo as the camera wrote it.
    Plain,
    /// With a film beside it.
    Live,
    /// With a render beside it.
    Edited,
    /// In Recently Deleted.
    Trashed,
    /// Only in iCloud, with a preview here.
    CloudOnly,
    /// Listed, and its file is missing.
    Missing,
    /// Its row was deleted, and its file is still there.
    Orphan,
    /// Its row was deleted, and so was its file.
    Removed,
    /// Downloaded from iCloud, so that its file has another name.
    Downloaded,
    /// A video.
    Video,
}

/// What is special about photo `number`.
pub fn kind(number: usize) -> Kind {
    match number % 10 {
        1 => Kind::Live,
        2 => Kind::Edited,
        3 => Kind::Trashed,
        4 => Kind::CloudOnly,
        5 => Kind::Missing,
        6 => Kind::Orphan,
        7 => Kind::Removed,
        8 => Kind::Downloaded,
        9 => Kind::Video,
        _ => Kind::Plain,
    }
}

/// The identity of photo `number`.
pub fn uuid(number: usize) -> String {
    let spread = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{:08X}-1111-4222-8333-{number:012X}", spread >> 32)
}

/// The row of photo `number`, with its file in `directory`.
fn row(number: usize, directory: String, filename: String) -> PhotoRow {
    let kind = kind(number);
    PhotoRow {
        uuid: uuid(number),
        directory,
        filename,
        original_filename: format!(
            "IMG_{number:04}.{}",
            if kind == Kind::Video { "MOV" } else { "JPG" }
        ),
        original_size: 100_000 + number as i64,
        kind: i64::from(kind == Kind::Video),
        subtype: if kind == Kind::Live { 2 } else { 0 },
        favourite: number % 20 == 0,
        hidden: number % 20 == 10,
        burst: (number % 30 == 20).then(|| uuid(number + 1000)),
        trashed: (kind == Kind::Trashed).then_some(START + 90_000.0 * number as f64),
        created: START + 3600.0 * number as f64,
        offset: (number % 3 != 0).then_some(3600),
        modified: START + 3600.0 * number as f64 + 60.0,
        position: (number % 2 == 0).then_some((52.5, 13.4 + number as f64 / 100.0)),
        edited: kind == Kind::Edited,
        cloud_only: kind == Kind::CloudOnly,
        albums: match number % 4 {
            0 => vec!["Summer".to_owned()],
            1 => vec!["Summer".to_owned(), "Grüße / 1".to_owned()],
            _ => Vec::new(),
        },
        fingerprint: Some(format!("AUx{number:025}")),
        rows: match kind {
            Kind::Orphan | Kind::Removed => Rows::Removed,
            _ if number >= 40 => Rows::InLog,
            _ => Rows::InDatabase,
        },
    }
}

/// The media folder of a phone below `root`, which is empty or ends with `/`. `photo` makes the content of a file from the
/// number of its photo and what it is.
pub fn phone(
    generation: Generation,
    root: &str,
    photo: &dyn Fn(usize, &str) -> Vec<u8>,
) -> PhotoTree {
    let mut tree = PhotoTree { files: Vec::new(), photos: Vec::new() };
    for number in 0..PHOTOS {
        let kind = kind(number);
        let (directory, name) = match kind {
            Kind::Downloaded => ("PhotoData/CPLAssets/group123", format!("{}.JPG", uuid(number))),
            Kind::Video => ("DCIM/100APPLE", format!("IMG_{number:04}.MOV")),
            _ => ("DCIM/100APPLE", format!("IMG_{number:04}.JPG")),
        };
        let mut add = |path: String, what: &str| {
            tree.files.push((format!("{root}{path}"), photo(number, what)));
        };
        let stem = name.split('.').next().unwrap_or_default();
        match kind {
            Kind::CloudOnly => {
                add(format!("PhotoData/Thumbnails/V2/{directory}/{name}/5005.JPG"), "preview")
            }
            Kind::Missing | Kind::Removed => {}
            _ => add(
                format!("{directory}/{name}"),
                if kind == Kind::Video { "video" } else { "original" },
            ),
        }
        match kind {
            Kind::Live => add(format!("{directory}/{stem}.MOV"), "live"),
            Kind::Edited => add(
                format!("PhotoData/Mutations/{directory}/{stem}/Adjustments/FullSizeRender.jpg"),
                "edited",
            ),
            _ => {}
        }
        tree.photos.push(row(number, directory.to_owned(), name));
    }
    let (main, log) = photos_sqlite(generation, &tree.photos);
    tree.files.push((format!("{root}PhotoData/Photos.sqlite"), main));
    tree.files.push((format!("{root}PhotoData/Photos.sqlite-wal"), log));
    tree
}

/// A library package of a Mac below `root`, which is empty or ends with `/`.
pub fn library(
    generation: Generation,
    root: &str,
    photo: &dyn Fn(usize, &str) -> Vec<u8>,
) -> PhotoTree {
    let mut tree = PhotoTree { files: Vec::new(), photos: Vec::new() };
    for number in 0..PHOTOS {
        let (kind, uuid) = (kind(number), uuid(number));
        let directory = uuid[..1].to_owned();
        let name = format!("{uuid}.{}", if kind == Kind::Video { "mov" } else { "jpeg" });
        let mut add = |path: String, what: &str| {
            tree.files.push((format!("{root}{path}"), photo(number, what)));
        };
        if !matches!(kind, Kind::CloudOnly | Kind::Missing | Kind::Removed) {
            let what = if kind == Kind::Video { "video" } else { "original" };
            add(format!("originals/{directory}/{name}"), what);
        }
        match kind {
            Kind::Live => add(format!("originals/{directory}/{uuid}_3.mov"), "live"),
            Kind::Edited => {
                add(format!("resources/renders/{directory}/{uuid}_1_201_a.jpeg"), "edited");
            }
            Kind::CloudOnly => {
                add(format!("resources/derivatives/{directory}/{uuid}_1_105_c.jpeg"), "preview");
                add(
                    format!("resources/derivatives/masters/{directory}/{uuid}_4_5005_c.jpeg"),
                    "thumbnail",
                );
            }
            Kind::Plain => {
                add(format!("resources/derivatives/{directory}/{uuid}_1_105_c.jpeg"), "preview");
            }
            _ => {}
        }
        tree.photos.push(row(number, directory, name));
    }
    let (main, log) = photos_sqlite(generation, &tree.photos);
    tree.files.push((format!("{root}database/Photos.sqlite"), main));
    tree.files.push((format!("{root}database/Photos.sqlite-wal"), log));
    tree
}
