//! Whether what may be found has room where it is to be written, as far as that can be told before a scan.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use afterimage_engine::options::Options;
use afterimage_engine::source::{self, Io};
use afterimage_engine::system::{Disk, disk_for};

use crate::text::bytes;

/// What is to be said of the room for what may be found in `sources`.
pub fn notes(options: &Options, sources: &[PathBuf]) -> Vec<String> {
    let Some(output) = options.output.as_ref().filter(|_| !options.dry_run) else {
        return Vec::new();
    };
    let Ok(disk) = disk_for(output) else { return Vec::new() };
    let held = sources.iter().fold(0u64, |sum, source| sum.saturating_add(held(source)));
    // A part of the sources holds no more than its length.
    let most =
        options.range.map_or(held, |(_, len)| held.min(len.saturating_mul(sources.len() as u64)));
    let wanted = options.registry.wanted(&options.formats);
    let has_videos =
        (0..).zip(wanted).any(|(format, is_wanted)| is_wanted && options.registry.is_video(format));
    of(&disk, output, most, has_videos)
}

fn of(disk: &Disk, output: &Path, most: u64, has_videos: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if disk.free < most {
        notes.push(format!(
            "{} has {} free, and as much as {} could be found; should it fill up, what was found until then \
             is kept, and the scan says so",
            output.display(),
            bytes(disk.free),
            bytes(most)
        ));
    }
    if disk.longest < most && has_videos {
        notes.push(format!(
            "{} is on a disk with FAT, which takes no file longer than {}: longer videos will be listed and \
             not written; a disk with exFAT or another file system takes them",
            output.display(),
            bytes(disk.longest)
        ));
    }
    notes
}

/// Bytes that can be found in a source at the most: sparse holes of an image hold nothing.
fn held(path: &Path) -> u64 {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => match source::open(path, Io::Read) {
            // Packed bytes come to more.
            Ok(source) if source.container().is_some() => source.len(),
            _ => found.len().min(taken(&found)),
        },
        Ok(_) => source::open(path, Io::Read).map_or(0, |source| source.len()),
        Err(_) => 0,
    }
}

/// Bytes that a file takes on its disk, in blocks (stat(3type), `st_blocks`).
#[cfg(unix)]
fn taken(file: &Metadata) -> u64 {
    const BLOCK: u64 = 512;
    std::os::unix::fs::MetadataExt::blocks(file).saturating_mul(BLOCK)
}

/// Bytes that a file takes on its disk: as far as is known here, its length.
#[cfg(windows)]
fn taken(file: &Metadata) -> u64 {
    file.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_card_gives_no_note() {
        let disk = |free, longest| Disk { fat: longest < u64::MAX, longest, free };
        let said = |disk: &Disk, most, videos| of(disk, Path::new("out"), most, videos).len();
        let fat = u64::from(u32::MAX);
        assert_eq!(said(&disk(10 << 30, u64::MAX), 4 << 30, true), 0);
        assert_eq!(said(&disk(10 << 30, fat), 4 << 20, true), 0);
        assert_eq!(said(&disk(3 << 30, u64::MAX), 32 << 30, true), 1);
        assert_eq!(said(&disk(3 << 30, fat), 32 << 30, true), 2);
        assert_eq!(said(&disk(64 << 30, fat), 32 << 30, false), 0, "no video is asked for");
    }

    #[test]
    #[cfg(unix)]
    fn holes_of_an_image_need_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("card.img");
        fs::File::create(&image).unwrap().set_len(1 << 40).unwrap();
        assert!(held(&image) < 1 << 20);
        assert_eq!(held(&folder.path().join("none")), 0);
    }
}
