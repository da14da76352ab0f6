//! The files that images are made of.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::as_it_is::open_file_or_parts;
use super::io::Io;
use super::one::open_one;
use crate::source::container::{self, ContainerPart};
use crate::source::definition::Source;
use crate::source::later_part::LaterPart;
use crate::source::split;

/// The files that the image at `path` is made of, itself first, as far as they can be found. Nothing of it is unpacked.
pub fn parts_of(path: &Path) -> Vec<PathBuf> {
    several(path).map_or_else(|| vec![path.to_path_buf()], |source| source.parts())
}

/// The same, and the files of the images that it is a difference to.
pub fn files_of(path: &Path) -> Vec<PathBuf> {
    several(path).map_or_else(|| vec![path.to_path_buf()], |source| source.files())
}

/// Those of `paths` that are parts of an image for which another one of them stands: its first part does, of parts any of
/// which can be opened the first in order, and of an image that cannot be put together the first one that is there.
pub fn later_parts(paths: &[PathBuf]) -> HashSet<PathBuf> {
    let of = |path: &PathBuf| several(path).map(|source| source.parts());
    let all: HashMap<&PathBuf, Option<Vec<PathBuf>>> =
        paths.iter().map(|path| (path, of(path))).collect();
    let others = |path: &PathBuf| all.get(path)?.as_deref()?.split_first().map(|(_, rest)| rest);
    let stands_for = |path: &PathBuf, other: &PathBuf| {
        let is_mutual = others(other).is_some_and(|parts| parts.contains(path));
        !is_mutual || path < other
    };
    let mut later = HashSet::new();
    for path in paths {
        let parts = others(path).into_iter().flatten();
        later.extend(parts.filter(|other| stands_for(path, other)).cloned());
    }
    let mut of_first: BTreeMap<PathBuf, BTreeSet<(u32, &PathBuf, bool)>> = BTreeMap::new();
    for path in paths.iter().filter(|path| !later.contains(*path)) {
        let Some((part, is_of_container)) = later_part(path) else { continue };
        // One that nothing is missing before is read by itself, unless its first part is named and says what is.
        let is_of_gap = || all.contains_key(&part.first) && split::missing(&part.first).is_some();
        if is_of_container || part.missing.is_some() || is_of_gap() {
            let LaterPart { first, number, .. } = part;
            of_first.entry(first).or_default().insert((number, path, is_of_container));
        }
    }
    for (first, mut parts) in of_first {
        // The first one tells of them all, unless it is whole without them.
        let is_told = all.get(&first).is_some_and(Option::is_none);
        let head =
            if is_told { Some(first) } else { parts.pop_first().map(|(_, path, _)| path.clone()) };
        let Some(head) = head else { continue };
        let last = parts.last().map(|(_, path, _)| *path);
        let belongs = |path: &PathBuf, is_of_container: bool| {
            is_of_container || is_as_long(&head, path, last == Some(path))
        };
        let own = parts.into_iter().filter(|(_, path, is)| belongs(path, *is));
        later.extend(own.map(|(_, path, _)| path.clone()));
    }
    later
}

/// Whether a file is as long as the part of a raw image at `head`; the last part may be shorter. Not every file with a
/// number is a part.
fn is_as_long(head: &Path, path: &Path, is_last: bool) -> bool {
    let len = |path: &Path| path.metadata().map(|found| found.len());
    match (len(head), len(path)) {
        (Ok(head), Ok(len)) => len == head || is_last && len < head,
        _ => false,
    }
}

/// Which later part of an image the file at `path` is, and whether that is a container, which is never read by a later one.
fn later_part(path: &Path) -> Option<(LaterPart, bool)> {
    if !path.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    let source = open_one(path, Io::Read).ok()?;
    let by_content = split::later_part_by_content(path, source.as_ref());
    match container::container_part(path, source, Io::Read) {
        Some(ContainerPart::Later(part)) => Some((part, true)),
        Some(ContainerPart::First) => None,
        None => by_content.map(|part| (part, false)),
    }
}

/// What is at `path`, where that is a file that may be only one of several.
fn several(path: &Path) -> Option<Box<dyn Source>> {
    // A device is never opened for this: another may be reading it, past the cache.
    if !path.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    let source = open_file_or_parts(path, Io::Read).ok()?;
    match source.parts().len() {
        0 | 1 => container::open_several(path, source, Io::Read),
        _ => Some(source),
    }
}
