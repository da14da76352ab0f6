//! What lies already in the folder that photos are exported to: a photo that is there is not copied again.

use std::collections::{HashMap, HashSet};

use super::export_identity::Identity;
use crate::ledger::hash_of;
use crate::system::folder::Folder;

/// Files of one folder whose names differ in their number alone: the path without that number, and the extension,
/// both in lower case.
type Stem = (String, String);

/// A file of that folder.
struct Known {
    /// The number in its name; 1 where it has none.
    number: u32,
    path: String,
    len: u64,
}

/// The files in the folder, listed one folder after the other as somebody asks for them. Each is read once at most.
pub(super) struct Existing<'t> {
    to: &'t Folder,
    listed: HashSet<String>,
    /// Paths of all that is there, in lower case.
    paths: HashSet<String>,
    files: HashMap<Stem, Vec<Known>>,
    digests: HashMap<String, Option<blake3::Hash>>,
}

impl<'t> Existing<'t> {
    pub(super) fn new(to: &'t Folder) -> Self {
        Existing {
            to,
            listed: HashSet::new(),
            paths: HashSet::new(),
            files: HashMap::new(),
            digests: HashMap::new(),
        }
    }

    /// The numbers at which a photo lies already that would go to `stem` or to it with a number.
    pub(super) fn numbers(&mut self, stem: &str, photo: &Identity) -> Vec<u32> {
        self.list(folder_of(stem));
        let key = (stem.to_lowercase(), photo.extension.to_lowercase());
        let Some(files) = self.files.get(&key) else { return Vec::new() };
        let (to, digests) = (self.to, &mut self.digests);
        let alike = files.iter().filter(|file| file.len == photo.len);
        let same = alike.filter(|file| digest(to, digests, &file.path) == Some(photo.hash));
        same.map(|file| file.number).collect()
    }

    /// Whether something is at `path`, or at one that differs in the case of letters alone.
    pub(super) fn has(&mut self, path: &str) -> bool {
        self.list(folder_of(path));
        self.paths.contains(&path.to_lowercase())
    }

    /// Whether the file at `path` holds a photo.
    pub(super) fn holds(&mut self, path: &str, photo: &Identity) -> bool {
        digest(self.to, &mut self.digests, path) == Some(photo.hash)
    }

    /// Lists a folder below, where it is there.
    fn list(&mut self, folder: &str) {
        if !self.listed.insert(folder.to_owned()) {
            return;
        }
        let below = if folder.is_empty() { Ok(self.to.clone()) } else { self.to.below(folder) };
        let Ok(below) = below else { return };
        for name in below.names().unwrap_or_default() {
            let Some(name) = name.to_str() else { continue };
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            self.paths.insert(path.to_lowercase());
            let len = below.read(name).and_then(|file| file.metadata()).map(|found| found.len());
            let Ok(len) = len else { continue };
            for (stem, number) in stems(&path) {
                let known = Known { number, path: path.clone(), len };
                self.files.entry(stem).or_default().push(known);
            }
        }
    }
}

/// The folder of a path below; nothing for one at its top.
fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The digest of what is at a path, which is read the first time.
fn digest(
    to: &Folder,
    digests: &mut HashMap<String, Option<blake3::Hash>>,
    path: &str,
) -> Option<blake3::Hash> {
    if let Some(known) = digests.get(path) {
        return *known;
    }
    let read = to.read_below(path).and_then(|mut file| hash_of(&mut file)).ok();
    digests.insert(path.to_owned(), read);
    read
}

/// What a path may be a number of: itself, and the path before a number in it as we give them.
fn stems(path: &str) -> Vec<(Stem, u32)> {
    let lower = path.to_lowercase();
    let name = lower.rfind('/').map_or(0, |at| at + 1);
    let dot = lower[name..].rfind('.').map(|at| name + at);
    let (stem, extension) = match dot {
        Some(at) => (&lower[..at], &lower[at + 1..]),
        None => (&lower[..], ""),
    };
    let mut stems = vec![((stem.to_owned(), extension.to_owned()), 1)];
    if let Some((before, number)) = stem.rsplit_once('_')
        && let Ok(n) = number.parse::<u32>()
        && n > 1
        && n.to_string() == number
    {
        stems.push(((before.to_owned(), extension.to_owned()), n));
    }
    stems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_counts_as_one_only_as_we_give_them() {
        let numbers = |path: &str| {
            stems(path).into_iter().map(|((stem, _), n)| (stem, n)).collect::<Vec<_>>()
        };
        let one = |stem: &str, n| (stem.to_owned(), n);
        assert_eq!(numbers("A/IMG_2.jpg"), [one("a/img_2", 1), one("a/img", 2)]);
        for path in ["a/img_1.jpg", "a/img_02.jpg", "a/img.jpg", "a_2/img", "a/img_x.jpg"] {
            assert_eq!(numbers(path).len(), 1, "{path}");
        }
        assert_eq!(stems("a.b/c"), [((String::from("a.b/c"), String::new()), 1)]);
    }
}
