//! Makes an output folder as a scan of a large card leaves it, with photos that have small pictures in them, to measure
//! `afterimage report` with:
//!
//! ```text
//! cargo run -p afterimage-benches --bin shown -- FOLDER [NUMBER]
//! /usr/bin/time -v afterimage report FOLDER
//! ```
//!
//! Photos are short, and the report says that they are as long as photos are: what `report` reads of each is what it
//! would read of a long one.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use afterimage_engine::Hasher;
use afterimage_testdata::cameras::{Shot, thumbnail};
use anyhow::{Context, bail};
use serde_json::{Value, json};

/// Photos, unless a number is given.
const NUMBER: u64 = 100_000;

/// Photos in one folder, as cameras number them.
const FOLDER: u64 = 1000;

/// Bytes that a photo takes on the card, by the word of the report.
const LEN: u64 = 4 << 20;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().context("usage: shown FOLDER [NUMBER]")?;
    let number = arguments.next().map_or(Ok(NUMBER), |number| number.parse())?;
    let folder = Path::new(&folder);
    if folder.join("report.json").exists() {
        bail!("{} holds a report already", folder.display());
    }
    fs::create_dir_all(folder)?;
    let shot = Shot::new(1, (240, 180), "Canon EOS R6", "2024:05:17 18:03:22");
    let (photo, small) = (shot.canon(), thumbnail(&shot.picture()));
    let at = photo.windows(small.len()).position(|bytes| bytes == small);
    let at = at.context("the photo has no thumbnail")? as u64;
    let mut out = BufWriter::new(File::create(folder.join("report.json"))?);
    write!(out, "{}", head(number))?;
    for index in 0..number {
        let path = format!("photos/DCIM/{}CANON/IMG_{index:06}.JPG", 100 + index / FOLDER);
        let whole = folder.join(&path);
        if index % FOLDER == 0 {
            fs::create_dir_all(whole.parent().context("a photo lies in a folder")?)?;
        }
        fs::write(&whole, &photo)?;
        let files = files(index, &path, &photo, (at, &small));
        let comma = if index == 0 { "" } else { "," };
        write!(out, "{comma}{},{}", files[0], files[1])?;
    }
    out.write_all(b"]}\n")?;
    out.flush()?;
    Ok(())
}

/// What stands before the files, up to their bracket.
fn head(number: u64) -> String {
    let head = json!({
        "schema": "afterimage-report/1",
        "tool": { "name": "afterimage", "version": "0", "command": ["afterimage", "scan", "card.img"] },
        "started": "2026-01-01T00:00:00Z",
        "finished": "2026-01-01T00:10:00Z",
        "sources": [{ "path": "card.img", "kind": "image", "size": number * LEN, "sector_size": 512,
            "hashes": {}, "unreadable": [], "erased_bytes": 0, "volumes": [] }],
        "summary": { "files": 2 * number, "bytes": number * LEN, "by_format": { "jpeg": 2 * number },
            "by_grade": { "verified": 2 * number },
            "by_origin": { "undeleted": number, "embedded": number },
            "duplicates": 0, "photos": number, "inside": number },
    });
    let mut text = head.to_string();
    // The brace that closes it comes after the files.
    text.pop();
    text + ",\"files\":["
}

/// A photo and the thumbnail in it, as a report lists them.
fn files(index: u64, path: &str, photo: &[u8], (at, small): (u64, &[u8])) -> [Value; 2] {
    let (first, id) = (index * LEN, 2 * index + 1);
    let taken = format!(
        "20{:02}-{:02}-{:02}T10:{:02}:00",
        10 + index % 15,
        1 + index % 12,
        1 + index % 28,
        index % 60
    );
    let own = json!({
        "id": id, "source": 0, "origin": "undeleted", "status": "deleted", "format": "jpeg",
        "mime": "image/jpeg", "size": LEN, "end": "exact", "grade": "verified",
        "proof": "every coded block decodes",
        "runs": [{ "offset": first, "length": photo.len(), "origin": "source" }],
        "blake3": digest(photo), "name": path.rsplit('/').next(),
        "original_path": path.trim_start_matches("photos/"), "modified": format!("{taken}Z"),
        "exif": { "make": "Canon", "model": "Canon EOS R6", "taken": taken, "width": 6000,
            "height": 4000, "orientation": 6, "latitude": 47.1, "longitude": 11.2 },
        "width": 6000, "height": 4000, "disposition": "recovered", "path": path,
    });
    let inner = json!({
        "id": id + 1, "source": 0, "origin": "embedded", "status": "deleted", "format": "jpeg",
        "mime": "image/jpeg", "size": small.len(), "end": "exact", "grade": "verified",
        "proof": "every coded block decodes",
        "runs": [{ "offset": first + at, "length": small.len(), "origin": "source" }],
        "blake3": digest(small), "parent": id, "kinship": "thumbnail", "width": 160, "height": 120,
        "disposition": "recovered",
    });
    [own, inner]
}

/// The BLAKE3 of bytes, as a report gives it.
fn digest(bytes: &[u8]) -> String {
    let mut hasher = Hasher::new(&[]);
    hasher.update(bytes);
    hasher.finish().blake3.to_hex().to_string()
}
