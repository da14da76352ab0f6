//! Names that are free in the folder that photos are exported to.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::export_existing::Existing;
use crate::system::folder::{EntryKind, Folder};

/// So many names are tried for a photo.
const MOST_TRIED: u32 = 100_000;

/// What a photo will be: its extension, without the dot, its length and the digest of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) extension: String,
    pub(super) len: u64,
    pub(super) hash: blake3::Hash,
}

/// Where a photo goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its path below the folder.
    pub(super) path: String,
    /// Whether the same bytes are there already.
    pub(super) is_there: bool,
}

/// Names that are given away below a folder.
pub(super) struct Names<'t> {
    to: &'t Folder,
    existing: Existing<'t>,
    /// Paths of this run, in lower case: on many disks that is all that counts.
    taken: HashSet<String>,
    /// For each stem, likewise, the number that is tried next.
    next: HashMap<String, u32>,
}

impl<'t> Names<'t> {
    pub(super) fn new(to: &'t Folder) -> Self {
        let existing = Existing::new(to);
        Names { to, existing, taken: HashSet::new(), next: HashMap::new() }
    }

    /// Places for photos that keep one name and differ in their extensions: where one of them lies already, else at
    /// `stem` or, where other bytes have that, at it with a number. Nothing where none is free.
    pub(super) fn choose(&mut self, stem: &str, photos: &[Identity]) -> Option<Vec<Place>> {
        let places = self.there(stem, photos).or_else(|| self.free(stem, photos))?;
        self.taken.extend(places.iter().map(|place| place.path.to_lowercase()));
        Some(places)
    }

    /// The places with the lowest number at which one of the photos lies already.
    fn there(&mut self, stem: &str, photos: &[Identity]) -> Option<Vec<Place>> {
        let known = photos.iter().flat_map(|photo| self.existing.numbers(stem, photo));
        let numbers: BTreeSet<u32> = known.collect();
        let there = |places: &Vec<Place>| places.iter().any(|place| place.is_there);
        numbers
            .into_iter()
            .find_map(|number| self.places(&numbered(stem, number), photos).filter(there))
    }

    /// The places with the lowest number that nobody has tried yet and all are free at.
    fn free(&mut self, stem: &str, photos: &[Identity]) -> Option<Vec<Place>> {
        let key = stem.to_lowercase();
        let first = self.next.get(&key).copied().unwrap_or(1);
        let tried = (first..first.saturating_add(MOST_TRIED))
            .find_map(|number| Some((number, self.places(&numbered(stem, number), photos)?)));
        let (number, places) = tried?;
        self.next.insert(key, number + 1);
        Some(places)
    }

    /// The places with that stem, if all are free or hold what goes there.
    fn places(&mut self, stem: &str, photos: &[Identity]) -> Option<Vec<Place>> {
        let mut places = Vec::with_capacity(photos.len());
        for photo in photos {
            let path = match photo.extension.as_str() {
                "" => stem.to_owned(),
                extension => format!("{stem}.{extension}"),
            };
            if self.taken.contains(&path.to_lowercase()) {
                return None;
            }
            let is_there = match self.to.kind(&path) {
                Ok(None) => false,
                Ok(Some(EntryKind::File(_))) if self.holds(&path, photo) => true,
                _ => return None,
            };
            places.push(Place { path, is_there });
        }
        Some(places)
    }

    fn holds(&mut self, path: &str, photo: &Identity) -> bool {
        let len =
            self.to.read_below(path).and_then(|file| file.metadata()).map(|found| found.len());
        len.is_ok_and(|len| len == photo.len) && self.existing.holds(path, photo)
    }
}

/// A path with a number, without its extension.
fn numbered(stem: &str, number: u32) -> String {
    if number == 1 { stem.to_owned() } else { format!("{stem}_{number}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::folder::Owner;

    fn photo(extension: &str, bytes: &[u8]) -> Identity {
        let (len, hash) = (bytes.len() as u64, blake3::hash(bytes));
        Identity { extension: extension.to_owned(), len, hash }
    }

    #[test]
    fn what_is_there_is_not_written_again_and_nothing_is_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(home.path()).unwrap();
        let to = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        std::fs::create_dir(path.join("a")).unwrap();
        std::fs::write(path.join("a/x.jpg"), b"mine").unwrap();
        std::fs::write(path.join("a/x_2.jpg"), b"same").unwrap();
        let mut names = Names::new(&to);
        let place = |path: &str, is_there| Place { path: path.to_owned(), is_there };
        let (same, other) = (photo("jpg", b"same"), photo("JPG", b"other"));
        assert_eq!(names.choose("a/x", &[same]), Some(vec![place("a/x_2.jpg", true)]));
        assert_eq!(names.choose("A/X", &[other]), Some(vec![place("A/X_3.JPG", false)]));
        let pair = [photo("heic", b"1"), photo("mov", b"2")];
        let expected = vec![place("b.heic", false), place("b.mov", false)];
        assert_eq!(names.choose("b", &pair), Some(expected));
        let expected = vec![place("b_2.heic", false), place("b_2.mov", false)];
        assert_eq!(names.choose("b", &pair), Some(expected), "both move on");
    }

    #[test]
    fn what_is_there_is_found_in_any_order() {
        let home = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(home.path()).unwrap();
        let to = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        std::fs::create_dir(path.join("a")).unwrap();
        for (name, bytes) in [("x.jpg", b"one"), ("x_2.jpg", b"two"), ("x_4.jpg", b"two")] {
            std::fs::write(path.join("a").join(name), bytes).unwrap();
        }
        let mut names = Names::new(&to);
        let mut choose = |bytes: &[u8]| {
            let places = names.choose("a/x", &[photo("jpg", bytes)]).unwrap();
            (places[0].path.clone(), places[0].is_there)
        };
        // New ones first, so that numbers after those that are there are given away.
        assert_eq!(choose(b"new"), ("a/x_3.jpg".to_owned(), false));
        assert_eq!(choose(b"two"), ("a/x_2.jpg".to_owned(), true));
        assert_eq!(choose(b"one"), ("a/x.jpg".to_owned(), true));
        assert_eq!(choose(b"two"), ("a/x_4.jpg".to_owned(), true), "another of the same bytes");
        assert_eq!(choose(b"two"), ("a/x_5.jpg".to_owned(), false));
    }
}
