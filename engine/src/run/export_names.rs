//! Names that are free in the folder that photos are exported to.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;

use super::export_existing::Existing;
use super::export_identity::Identity;
use crate::system::folder::{EntryKind, Folder};

/// So many names are tried for a photo.
const MOST_TRIED: u32 = 100_000;

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
    /// Those of them at which a photo lay already, as they are.
    held: HashSet<String>,
    /// For each stem, likewise, the number that is tried next.
    next: HashMap<String, u32>,
}

impl<'t> Names<'t> {
    pub(super) fn new(to: &'t Folder) -> Self {
        let existing = Existing::new(to);
        Names { to, existing, taken: HashSet::new(), held: HashSet::new(), next: HashMap::new() }
    }

    /// Places for photos that keep one name and differ in their extensions: where one of them lies already, else at
    /// `stem` or, where other bytes have that, at it with a number. Nothing where none is free.
    ///
    /// # Errors
    ///
    /// When the system does not say what is there, as where a file has the name of a folder.
    pub(super) fn choose(
        &mut self,
        stem: &str,
        photos: &[Identity],
    ) -> io::Result<Option<Vec<Place>>> {
        let places = match self.there(stem, photos)? {
            None => self.free(stem, photos)?,
            there => there,
        };
        let given = places.iter().flatten();
        self.taken.extend(given.clone().map(|place| place.path.to_lowercase()));
        self.held.extend(given.filter(|place| place.is_there).map(|place| place.path.clone()));
        Ok(places)
    }

    /// The places with the lowest number at which one of the photos lies already.
    fn there(&mut self, stem: &str, photos: &[Identity]) -> io::Result<Option<Vec<Place>>> {
        let known = photos.iter().flat_map(|photo| self.existing.numbers(stem, photo));
        let numbers: BTreeSet<u32> = known.collect();
        for number in numbers {
            let places = self.places(&numbered(stem, number), photos)?;
            if places.iter().flatten().any(|place| place.is_there) {
                return Ok(places);
            }
        }
        Ok(None)
    }

    /// The places with the lowest number that nobody has tried yet and all are free at.
    fn free(&mut self, stem: &str, photos: &[Identity]) -> io::Result<Option<Vec<Place>>> {
        let key = stem.to_lowercase();
        let first = self.next.get(&key).copied().unwrap_or(1);
        let last = first.saturating_add(MOST_TRIED);
        let (mut next, mut found) = (first, None);
        while next < last && found.is_none() {
            found = self.places(&numbered(stem, next), photos)?;
            next += 1;
        }
        // Numbers that were tried are not tried again for the next photo.
        self.next.insert(key, next);
        Ok(found)
    }

    /// The places with that stem, if all are free or hold what goes there.
    fn places(&mut self, stem: &str, photos: &[Identity]) -> io::Result<Option<Vec<Place>>> {
        let mut places = Vec::with_capacity(photos.len());
        for photo in photos {
            let path = match photo.extension.as_str() {
                "" => stem.to_owned(),
                extension => format!("{stem}.{extension}"),
            };
            let is_there = match self.to.kind(&path)? {
                None => false,
                Some(EntryKind::File(_)) if self.holds(&path, photo) => true,
                Some(_) => return Ok(None),
            };
            let is_used = match is_there {
                true => self.held.contains(&path),
                false => self.taken.contains(&path.to_lowercase()) || self.existing.has(&path),
            };
            if is_used {
                return Ok(None);
            }
            places.push(Place { path, is_there });
        }
        Ok(Some(places))
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
        assert_eq!(names.choose("a/x", &[same]).unwrap(), Some(vec![place("a/x_2.jpg", true)]));
        assert_eq!(names.choose("a/X", &[other]).unwrap(), Some(vec![place("a/X_3.JPG", false)]));
        let pair = [photo("heic", b"1"), photo("mov", b"2")];
        let expected = vec![place("b.heic", false), place("b.mov", false)];
        assert_eq!(names.choose("b", &pair).unwrap(), Some(expected));
        let expected = vec![place("b_2.heic", false), place("b_2.mov", false)];
        assert_eq!(names.choose("b", &pair).unwrap(), Some(expected), "both move on");
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
            let places = names.choose("a/x", &[photo("jpg", bytes)]).unwrap().unwrap();
            (places[0].path.clone(), places[0].is_there)
        };
        // New ones first, so that numbers after those that are there are given away.
        assert_eq!(choose(b"new"), ("a/x_3.jpg".to_owned(), false));
        assert_eq!(choose(b"two"), ("a/x_2.jpg".to_owned(), true));
        assert_eq!(choose(b"one"), ("a/x.jpg".to_owned(), true));
        assert_eq!(choose(b"two"), ("a/x_4.jpg".to_owned(), true), "another of the same bytes");
        assert_eq!(choose(b"two"), ("a/x_5.jpg".to_owned(), false));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_in_place_of_a_folder_ends_the_search() {
        let home = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(home.path()).unwrap();
        let to = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        std::fs::write(path.join("2024"), b"mine").unwrap();
        let mut names = Names::new(&to);
        assert!(names.choose("2024/x", &[photo("jpg", b"one")]).is_err());
        assert_eq!(std::fs::read(path.join("2024")).unwrap(), b"mine");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_differ_in_case_alone_are_given_to_nobody_and_found_again() {
        let home = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(home.path()).unwrap();
        let to = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        for (name, bytes) in [("x.jpg", b"one"), ("x.JPG", b"two")] {
            std::fs::write(path.join(name), bytes).unwrap();
        }
        let mut names = Names::new(&to);
        let mut choose = |extension: &str, bytes: &[u8]| {
            let places = names.choose("x", &[photo(extension, bytes)]).unwrap().unwrap();
            (places[0].path.clone(), places[0].is_there)
        };
        assert_eq!(choose("jpg", b"one"), ("x.jpg".to_owned(), true));
        assert_eq!(choose("JPG", b"two"), ("x.JPG".to_owned(), true));
        assert_eq!(choose("Jpg", b"new"), ("x_2.Jpg".to_owned(), false));
    }
}
