//! Photos for an image: made, or from a folder that the user names.

use std::path::{Path, PathBuf};
use std::{fs, io};

use afterimage_signatures::formats;
use afterimage_testdata::cameras::Shot;
use afterimage_testdata::jpeg::{Jpeg, Process, Sampling};
use afterimage_testdata::png::Png;
use afterimage_testdata::scene::Picture;
use clap::ValueEnum;
use rayon::prelude::*;
use serde::Serialize;

/// Smaller files are icons more often than photos.
const LEAST: usize = 40_000;

/// Widths that cameras and phones write; heights are three quarters.
const WIDTHS: [usize; 5] = [4000, 2592, 3264, 2048, 3648];

/// How many photos are made. Each of them is laid several times, with a comment of its own.
const MADE: u64 = 32;

/// Every so many of them is a PNG, as screenshots are.
const PNGS: u64 = 8;

/// What the photos of an image are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Made {
    /// JPEG as five kinds of cameras and a program write them, and PNG.
    #[default]
    Mixed,
    /// Progressive JPEG of several qualities.
    Progressive,
    /// PNG.
    Png,
}

/// Photos of that kind, all of different scenes.
pub fn made(kind: Made) -> Vec<Vec<u8>> {
    let one = match kind {
        Made::Mixed => photo,
        Made::Progressive => progressive,
        Made::Png => png,
    };
    (0..MADE).into_par_iter().map(one).collect()
}

fn progressive(seed: u64) -> Vec<u8> {
    let width = WIDTHS[seed as usize % WIDTHS.len()];
    let sampling = if seed.is_multiple_of(4) { Sampling::S444 } else { Sampling::S420 };
    let quality = [75, 85, 92, 96][seed as usize / 2 % 4];
    let jpeg = Jpeg { quality, sampling, process: Process::Progressive, ..Jpeg::default() };
    jpeg.encode(&Picture::scene(seed, width, width * 3 / 4))
}

fn png(seed: u64) -> Vec<u8> {
    let width = 640 + 16 * seed as usize;
    Png::default().encode(&Picture::scene(seed, width, width * 9 / 16))
}

fn photo(seed: u64) -> Vec<u8> {
    if seed % PNGS == PNGS - 1 {
        return png(seed);
    }
    let width = WIDTHS[seed as usize % WIDTHS.len()];
    let shot = |model| Shot::new(seed, (width, width * 3 / 4), model, "2024:05:17 18:03:22");
    match seed % 6 {
        0 => shot("Canon EOS 0D").canon(),
        1 => shot("NIKON Z 0").nikon(),
        2 => shot("ILCE-0").sony(),
        3 => shot("Pixel 0").ultra_hdr(),
        4 => shot("SM-S000").samsung(None),
        _ => shot("").web(),
    }
}

/// The JPEG and PNG files of a folder and those below it, in the order of their paths.
///
/// # Errors
///
/// When something cannot be read.
pub fn below(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut photos = Vec::new();
    for path in files(folder)? {
        let bytes = fs::read(path)?;
        if bytes.len() >= LEAST && (bytes.starts_with(JPEG) || bytes.starts_with(PNG)) {
            photos.push(bytes);
        }
    }
    Ok(photos)
}

/// Whether a file of that name is a photo or a video, if its extension says so.
pub fn is_photo_name(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, extension)| formats::by_extension(extension).next().is_some())
}

/// Every file below a folder, in the order of paths. Links are not followed.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut waiting, mut found) = (vec![folder.to_path_buf()], Vec::new());
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                waiting.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

const JPEG: &[u8] = b"\xff\xd8\xff";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Length of a PNG's signature and its first chunk. Source: PNG (Third Edition), 5.2 and 11.2.1.
const PNG_HEAD: usize = 33;

/// The photo with a comment that numbers it, so that no two photos of an image are the same file.
/// The comment of a JPEG stands behind its first segment: what some tools know a JPEG by stays
/// where it was, and so does all that is counted from a place behind the comment.
pub fn numbered(photo: &[u8], number: usize) -> Vec<u8> {
    let mark = format!("number {number:09}");
    if photo.starts_with(JPEG) {
        let at = first_segment(photo).filter(|&end| end <= photo.len()).unwrap_or(2);
        let head = [0xff, 0xfe, 0, 2 + mark.len() as u8];
        return [&photo[..at], &head, mark.as_bytes(), &photo[at..]].concat();
    }
    let at = PNG_HEAD.min(photo.len());
    let chunk = [b"tEXtComment\0", mark.as_bytes()].concat();
    let len = (chunk.len() as u32 - 4).to_be_bytes();
    let crc = crc32fast::hash(&chunk).to_be_bytes();
    [&photo[..at], &len, &chunk, &crc, &photo[at..]].concat()
}

/// The first byte behind the application segment that a JPEG begins with, if it does.
/// Source: ITU-T T.81, B.1.1.4.
fn first_segment(photo: &[u8]) -> Option<usize> {
    let head = photo.get(2..6)?;
    (head[0] == 0xff && head[1] & 0xf0 == 0xe0)
        .then(|| 4 + usize::from(u16::from_be_bytes([head[2], head[3]])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_signatures::{Buffer, Effort, Grade, Runs, View};
    use afterimage_testdata::samples;

    #[test]
    fn a_numbered_photo_is_still_sound() {
        let every = [samples::jpegs(), samples::pngs()].concat();
        for sample in every.iter().filter(|sample| sample.name != "many-segments") {
            let bytes = numbered(&sample.bytes, 17);
            let format = formats::by_name(sample.format).unwrap();
            let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
            let slice = bytes.as_slice();
            let mut view = View::new(&slice, &runs, &mut buffer);
            let verdict = format.measure(&mut view, Effort::Proof).unwrap();
            assert_eq!(verdict.len, bytes.len() as u64, "{}", sample.path());
            assert!(
                matches!(verdict.grade, Grade::Verified | Grade::Structural),
                "{}",
                sample.path()
            );
        }
    }
}
