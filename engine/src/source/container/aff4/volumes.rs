//! The files that an image lies in: the one that was named, and those beside it with other parts of it.
//!
//! Source: "AFF4 Standard v1.0a", 7 "Multi-ZIP containers".

use std::path::{Path, PathBuf};

use super::archive::{Archive, Member};
use super::geometry::{Geometry, member_name};
use super::metadata::Metadata;
use crate::source::address::is_address;
use crate::source::container::files::Files;
use crate::source::container::opening::Opening;
use crate::source::container::refusal::Refusal;
use crate::system::folder_of;

/// What files of an image are called.
const NAMES: [&str; 2] = ["aff4", "af4"];

/// Files in the folder that are opened to look for parts, at the most.
const MOST_BESIDE: usize = 256;

/// A file of an image.
struct Volume {
    archive: Archive,
    metadata: Metadata,
}

/// The files of an image, the one that was named first.
pub(super) struct Volumes(Vec<Volume>);

impl Volumes {
    /// The file that was named, alone.
    pub(super) fn first(files: &Files) -> Result<Self, Refusal> {
        let archive = Archive::read(files, 0).ok_or_else(|| Refusal::damaged("directory"))?;
        let metadata = archive.metadata(files).and_then(|text| Metadata::parse(&text));
        let metadata =
            metadata.ok_or_else(|| Refusal::damaged("description (information.turtle)"))?;
        Ok(Volumes(vec![Volume { archive, metadata }]))
    }

    /// What the file that was named says of the image.
    pub(super) fn metadata(&self) -> Option<&Metadata> {
        self.0.first().map(|volume| &volume.metadata)
    }

    /// What is said of a stream that has so many bytes: where its first chunks lie, or else anywhere.
    pub(super) fn describes(&self, stream: &str) -> Option<&Metadata> {
        let says = |volume: &&Volume| {
            volume.metadata.is(stream, "ImageStream")
                && volume.metadata.number(stream, "size").is_some()
        };
        let first = member_name(stream, 0);
        let here = self.0.iter().filter(says).find(|volume| volume.archive.has(&first));
        here.or_else(|| self.0.iter().find(says)).map(|volume| &volume.metadata)
    }

    /// The member of that name in any file.
    pub(super) fn member(&self, name: &str) -> Option<Member> {
        self.0.iter().find_map(|volume| volume.archive.member(name))
    }

    /// Whether something of a stream lies in none of the files.
    fn lacks(&self, stream: &str) -> bool {
        let geometry = self.describes(stream).and_then(|metadata| Geometry::of(metadata, stream));
        let is_here = |name: &str| self.0.iter().any(|volume| volume.archive.has(name));
        geometry.is_none_or(|geometry| {
            (0..geometry.members()).any(|number| !is_here(&member_name(stream, number)))
        })
    }

    /// Opens the files beside the named one in which something of `streams` lies that is missing, until nothing is.
    pub(super) fn complete(
        &mut self,
        opening: &mut Opening<'_>,
        streams: &[String],
    ) -> Result<(), Refusal> {
        let missing = |volumes: &Self| -> Vec<String> {
            streams.iter().filter(|stream| volumes.lacks(stream)).cloned().collect()
        };
        let mut wanted = missing(self);
        let candidates = if wanted.is_empty() { Vec::new() } else { beside(opening.path()) };
        for path in candidates {
            if wanted.is_empty() || opening.stop.is_over() {
                break;
            }
            let file = opening.add(&path)?;
            match Volume::read(&opening.files, file).filter(|volume| volume.holds_any(&wanted)) {
                Some(volume) => {
                    self.0.push(volume);
                    wanted = missing(self);
                }
                None => opening.files.drop_last(),
            }
        }
        Ok(())
    }
}

impl Volume {
    /// What is in a file, where that is one of an image.
    fn read(files: &Files, file: usize) -> Option<Self> {
        files.get(file).filter(|source| Archive::is_one(*source))?;
        let archive = Archive::read(files, file)?;
        let metadata = Metadata::parse(&archive.metadata(files)?)?;
        Some(Volume { archive, metadata })
    }

    fn holds_any(&self, streams: &[String]) -> bool {
        let here = self.archive.streams();
        streams.iter().any(|stream| here.contains(stream.as_str()))
    }
}

/// The other files of such a name in the folder of `path`: those whose names are most like its own first. In a folder on
/// a server nobody can look.
fn beside(path: &Path) -> Vec<PathBuf> {
    if is_address(path) {
        return Vec::new();
    }
    let entries = std::fs::read_dir(folder_of(path)).into_iter().flatten();
    let is_part = |found: &PathBuf| {
        let extension = found.extension().and_then(|extension| extension.to_str());
        let is_called_so =
            |extension: &str| NAMES.iter().any(|name| name.eq_ignore_ascii_case(extension));
        extension.is_some_and(is_called_so) && found.file_name() != path.file_name()
    };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| path.with_file_name(entry.file_name()))
        .filter(is_part)
        .collect();
    let alike = |found: &PathBuf| {
        let letters = |path: &Path| path.file_name().map(|name| name.as_encoded_bytes().to_vec());
        let (own, other) = (letters(path).unwrap_or_default(), letters(found).unwrap_or_default());
        own.iter().zip(&other).take_while(|(own, other)| own == other).count()
    };
    found.sort_by_cached_key(|found| (std::cmp::Reverse(alike(found)), found.clone()));
    found.truncate(MOST_BESIDE);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_beside_an_image_are_tried_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["disk_1.aff4", "disk_2.aff4", "disk_10.AFF4", "a.aff4", "disk_3.img", "z.af4"]
        {
            std::fs::write(folder.path().join(name), b"x").unwrap();
        }
        std::fs::create_dir(folder.path().join("disk_4.aff4")).unwrap();
        let found = beside(&folder.path().join("disk_1.aff4"));
        let names: Vec<_> =
            found.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["disk_10.AFF4", "disk_2.aff4", "a.aff4", "z.af4"]);
        assert_eq!(beside(Path::new("http://host/a.aff4")), Vec::<PathBuf>::new());
    }
}
