//! Names that are free in the folder that photos are exported to.

use std::collections::{HashMap, HashSet};

use crate::ledger::hash_of;
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
    /// Paths of this run, in lower case: on many disks that is all that counts.
    taken: HashSet<String>,
    /// For each stem, likewise, the number that is tried next.
    next: HashMap<String, u32>,
}

impl<'t> Names<'t> {
    pub(super) fn new(to: &'t Folder) -> Self {
        Names { to, taken: HashSet::new(), next: HashMap::new() }
    }

    /// Places for photos that keep one name: at `stem` or, where other bytes have that, at it with a number.
    /// Nothing where none is free.
    pub(super) fn choose(&mut self, stem: &str, photos: &[Identity]) -> Option<Vec<Place>> {
        let key = stem.to_lowercase();
        let first = self.next.get(&key).copied().unwrap_or(1);
        let tried = (first..first.saturating_add(MOST_TRIED)).find_map(|number| {
            let stem = if number == 1 { stem.to_owned() } else { format!("{stem}_{number}") };
            Some((number, self.places(&stem, photos)?))
        });
        let (number, places) = tried?;
        self.next.insert(key, number + 1);
        self.taken.extend(places.iter().map(|place| place.path.to_lowercase()));
        Some(places)
    }

    /// The places with that stem, if all are free or hold what goes there.
    fn places(&self, stem: &str, photos: &[Identity]) -> Option<Vec<Place>> {
        let mut own = HashSet::new();
        let place = |photo: &Identity| {
            let path = match photo.extension.as_str() {
                "" => stem.to_owned(),
                extension => format!("{stem}.{extension}"),
            };
            let key = path.to_lowercase();
            if self.taken.contains(&key) || !own.insert(key) {
                return None;
            }
            let is_there = match self.to.kind(&path) {
                Ok(None) => false,
                Ok(Some(EntryKind::File(_))) if self.holds(&path, photo) => true,
                _ => return None,
            };
            Some(Place { path, is_there })
        };
        photos.iter().map(place).collect()
    }

    fn holds(&self, path: &str, photo: &Identity) -> bool {
        let holds = || {
            let mut file = self.to.read_below(path)?;
            std::io::Result::Ok(
                file.metadata()?.len() == photo.len && hash_of(&mut file)? == photo.hash,
            )
        };
        holds().unwrap_or(false)
    }
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
        assert_eq!(names.choose("c", &[photo("jpg", b"1"), photo("JPG", b"2")]), None);
    }
}
