//! A photo as the page shows it.

use afterimage_engine::options::Sighting;
use afterimage_engine::report::{Grade, ReportDisposition, ReportExif, ReportFile};
use serde::{Serialize, Serializer};

/// The longest picture that a card shows as it is, in bytes.
pub const MOST_SHOWN: u64 = 24 << 20;

/// The longest name or path that is told, in letters: longer ones are cut, and no file has them.
const MOST_LETTERS: usize = 300;

/// Media types that browsers show.
const SHOWN: [&str; 7] =
    ["image/jpeg", "image/png", "image/apng", "image/gif", "image/webp", "image/bmp", "image/avif"];

/// From where a card gets its picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// All of the file.
    Whole,
    /// A smaller picture in it: first byte and length.
    Inner(u64, u64),
    /// A file of the report.
    Thumb(String),
    /// Nowhere: no browser shows it.
    None,
}

impl Serialize for Picture {
    /// The page has to know only whether there is one.
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_bool(*self != Picture::None)
    }
}

/// A photo.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    /// What it is asked for by: its place among those that were found, or its number in the report.
    pub id: u64,
    /// What it is called.
    pub name: String,
    /// The folder that it was in.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub folder: String,
    /// What it is: `jpg`, `cr3`.
    pub kind: String,
    /// Whether it is a video.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub video: bool,
    /// Bytes.
    pub size: u64,
    /// How much is proven.
    pub grade: Grade,
    /// Whether it is still there by a file system, and only listed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub live: bool,
    /// What the report says became of it, where it was not written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fate: Option<&'static str>,
    /// When it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
    /// By what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// Width and height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pixels: Option<(u32, u32)>,
    /// How a smaller picture in it is turned, which does not say so itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<u16>,
    /// From where its picture comes.
    pub picture: Picture,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Card {
    /// Of a photo that a scan has just found.
    pub fn seen(id: u64, seen: &Sighting) -> Self {
        let (folder, name) = split(seen.path().unwrap_or_default());
        let unnamed = || {
            format!("{}.{}", seen.taken().map_or_else(|| "photo".to_owned(), day), seen.extension())
        };
        let picture = match seen.preview() {
            Some((at, len)) if len <= MOST_SHOWN => Picture::Inner(at, len),
            _ if is_shown(seen.mime(), seen.size()) => Picture::Whole,
            _ => Picture::None,
        };
        Card {
            id,
            name: if name.is_empty() { unnamed() } else { name },
            folder,
            kind: seen.extension().to_owned(),
            video: seen.mime().starts_with("video/"),
            size: seen.size(),
            grade: seen.grade(),
            live: seen.is_live(),
            fate: None,
            taken: seen.taken().map(cut),
            camera: seen.camera().as_deref().map(cut),
            pixels: seen.pixels(),
            turn: seen.orientation().filter(|_| matches!(picture, Picture::Inner(..))),
            picture,
            path: None,
        }
    }

    /// Of a file of a report; nothing for one that is no photo of its own.
    pub fn reported(file: &ReportFile) -> Option<Self> {
        if file.parent.is_some() || file.disposition == ReportDisposition::Copy {
            return None;
        }
        let known = file.original_path.as_deref().or(file.path.as_deref()).unwrap_or_default();
        let (folder, name) = split(known.strip_prefix("photos/").unwrap_or(known));
        let exif = file.exif.as_ref();
        let camera = exif.and_then(ReportExif::camera);
        let picture = match (&file.thumb, &file.path) {
            (Some(thumb), _) => Picture::Thumb(thumb.clone()),
            (None, Some(_)) if is_shown(&file.mime, file.size) => Picture::Whole,
            _ => Picture::None,
        };
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        Some(Card {
            id: file.id,
            name: if name.is_empty() { format!("photo {}", file.id) } else { name },
            folder,
            kind: extension.filter(|one| one.len() <= 5).unwrap_or_else(|| file.format.clone()),
            video: file.is_video(),
            size: file.size,
            grade: file.grade,
            live: file.disposition == ReportDisposition::Live,
            fate: fate(file),
            taken: exif.and_then(|exif| exif.taken.as_deref()).map(cut),
            camera: camera.as_deref().map(cut),
            pixels: file.width.zip(file.height),
            turn: None,
            picture,
            path: file.path.clone(),
        })
    }
}

/// What became of a file that was not written.
fn fate(file: &ReportFile) -> Option<&'static str> {
    if file.path.is_some() {
        return None;
    }
    Some(match file.disposition {
        ReportDisposition::Live => "live",
        ReportDisposition::Unseen => "unseen",
        ReportDisposition::Surpassed => "surpassed",
        ReportDisposition::Copy => "copy",
        // Of a dry run, those that would be recovered.
        ReportDisposition::Unwritten | ReportDisposition::Recovered => "unwritten",
    })
}

fn is_shown(mime: &str, size: u64) -> bool {
    SHOWN.contains(&mime) && size <= MOST_SHOWN
}

/// The media type of a picture by its first bytes, when a browser shows it: never that which evidence claims.
pub fn shown_as(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'B', b'M', ..] => Some("image/bmp"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f', ..] => Some("image/avif"),
        _ => None,
    }
}

/// Folder and name of a path.
fn split(path: &str) -> (String, String) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    (cut(folder), cut(name))
}

fn cut(text: &str) -> String {
    text.chars().take(MOST_LETTERS).collect()
}

/// The day of a time as cameras write it.
fn day(taken: &str) -> String {
    taken.chars().take_while(|letter| *letter != 'T').take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_told_by_its_bytes() {
        assert_eq!(shown_as(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(shown_as(b"RIFF1234WEBPVP8 "), Some("image/webp"));
        for no_picture in [&b""[..], b"<svg", b"<html>", b"\xff\xd8", b"%PDF-1.7", b"RIFF1234AVI "]
        {
            assert_eq!(shown_as(no_picture), None);
        }
    }

    #[test]
    fn names_are_cut_and_not_trusted() {
        let (folder, name) = split(&format!("<b>/{}", "ä".repeat(10_000)));
        assert_eq!((folder.as_str(), name.chars().count()), ("<b>", MOST_LETTERS));
        assert_eq!(day("2024-05-17T10:00:00"), "2024-05-17");
    }
}
