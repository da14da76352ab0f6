//! All lists of a run, and what can be asked of them.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::PathBuf;

use super::failure::ListFailure;
use super::photo::ListedPhoto;
use super::read::{self, List};
use crate::model::{Algorithm, DigestKind, Digests, KnownDigest, Listed, Lost, LostState};

/// Photos of all lists together that are kept; a hundred bytes each or so.
const MOST_PHOTOS: usize = 2_000_000;

/// Lists of digests of photos that were lost.
#[derive(Clone)]
pub struct LostHashes {
    lists: Vec<List>,
    /// For each digest the list and the photo in it; of several, the first that tells of the photo as it was.
    by_digest: HashMap<KnownDigest, (usize, usize)>,
    /// The lengths that the lists give, in order, once each.
    sizes: Vec<u64>,
    /// The kinds of digests on the lists.
    kinds: BTreeSet<DigestKind>,
    /// Those of photos whose lengths the lists do not give.
    unsized_kinds: BTreeSet<DigestKind>,
}

impl LostHashes {
    /// Reads lists.
    ///
    /// # Errors
    ///
    /// When one cannot be read, or gives no digest.
    pub fn read(paths: &[PathBuf]) -> Result<Self, ListFailure> {
        let (mut lists, mut left) = (Vec::<List>::new(), MOST_PHOTOS);
        for path in paths {
            let mut list = read::list(path, left)?;
            left -= list.photos.len();
            if lists.iter().any(|known| known.title == list.title) {
                list.title = path.to_string_lossy().into_owned();
            }
            lists.push(list);
        }
        Ok(Self::of(lists))
    }

    /// The lists that [`LostHashes::kept`] gave; nothing where they are damaged.
    pub fn restored(kept: &[u8]) -> Option<Self> {
        serde_json::from_slice(kept).ok().map(Self::of)
    }

    fn of(lists: Vec<List>) -> Self {
        let mut by_digest = HashMap::<KnownDigest, (usize, usize)>::new();
        let (mut kinds, mut unsized_kinds) = (BTreeSet::new(), BTreeSet::new());
        let mut sizes = BTreeSet::new();
        for (at, list) in lists.iter().enumerate() {
            for (nth, photo) in list.photos.iter().enumerate() {
                sizes.extend(photo.size.filter(|_| photo.is_witness));
                for digest in &photo.digests {
                    kinds.insert(digest.kind());
                    if photo.size.is_none() && photo.is_witness {
                        unsized_kinds.insert(digest.kind());
                    }
                    let known = by_digest.entry(*digest).or_insert((at, nth));
                    if photo.is_witness && !lists[known.0].photos[known.1].is_witness {
                        *known = (at, nth);
                    }
                }
            }
        }
        let sizes = sizes.into_iter().collect();
        LostHashes { lists, by_digest, sizes, kinds, unsized_kinds }
    }

    /// All that is on the lists, to be kept and given to [`LostHashes::restored`].
    pub fn kept(&self) -> Vec<u8> {
        serde_json::to_vec(&self.lists).expect("lists serialise")
    }

    /// What tells these lists from others: BLAKE3 of what is kept of them.
    pub fn identity(&self) -> String {
        blake3::hash(&self.kept()).to_hex().to_string()
    }

    /// How many photos are on the lists.
    pub fn len(&self) -> usize {
        self.lists.iter().map(|list| list.photos.len()).sum()
    }

    /// The photos on them.
    pub(crate) fn photos(&self) -> impl Iterator<Item = &ListedPhoto> {
        self.lists.iter().flat_map(|list| &list.photos)
    }

    /// Whether no photo is on them.
    pub fn is_empty(&self) -> bool {
        self.lists.iter().all(|list| list.photos.is_empty())
    }

    /// The digests beside BLAKE3 that have to be computed to know what is on them.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> + '_ {
        self.kinds.iter().filter_map(|kind| kind.algorithm())
    }

    /// The kinds of digests on them.
    pub fn kinds(&self) -> impl Iterator<Item = DigestKind> + '_ {
        self.kinds.iter().copied()
    }

    /// The kinds of digests of photos whose lengths are not given.
    pub fn unsized_kinds(&self) -> impl Iterator<Item = DigestKind> + '_ {
        self.unsized_kinds.iter().copied()
    }

    /// The lengths in bytes that they give of photos, in order.
    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// Whether a file of `len` bytes with that digest is a photo of the lists as it was.
    pub fn has_witness(&self, digest: &KnownDigest, len: u64) -> bool {
        self.by_digest.get(digest).is_some_and(|&(list, nth)| {
            let photo = &self.lists[list].photos[nth];
            photo.is_witness && photo.size.is_none_or(|size| size == len)
        })
    }

    /// What they say of a file with one of these digests.
    pub fn find(&self, digests: &Digests) -> Option<Listed> {
        let known = digests.all().filter_map(|(kind, digits)| KnownDigest::parse(kind, &digits));
        let found = known.filter_map(|digest| Some((digest, *self.by_digest.get(&digest)?)));
        // What tells of the photo as it was counts before what a scan made of it.
        let photo = |&(list, nth): &(usize, usize)| &self.lists[list].photos[nth];
        let (digest, at) = found.min_by_key(|(_, at)| !photo(at).is_witness)?;
        let ListedPhoto { entry, path, albums, date, is_witness, .. } = photo(&at).clone();
        Some(Listed {
            list: self.lists[at.0].title.clone(),
            entry,
            path,
            albums,
            date,
            kind: digest.kind(),
            digest: digest.digits(),
            is_witness,
        })
    }

    /// The photos of the lists, as photos that are known to have existed.
    pub fn lost(&self) -> Vec<Lost> {
        let lost = |list: &List, photo: &ListedPhoto| Lost {
            by: list.title.clone(),
            path: photo.path.clone(),
            state: LostState::NameOnly,
            size: photo.size,
            taken: photo.date,
            deleted_at: None,
            albums: photo.albums.clone(),
            digests: photo.digests.iter().map(|one| (one.kind().name(), one.digits())).collect(),
            note: photo.note.clone(),
        };
        let of =
            |list: &'_ List| list.photos.iter().map(|photo| lost(list, photo)).collect::<Vec<_>>();
        self.lists.iter().flat_map(of).collect()
    }

    /// What is to be known of the lists, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for List { title, photos, passed_over, damage } in &self.lists {
            if let Some(damage) = damage {
                let known = photos.len();
                notes.push(format!("{title} is damaged after its first {known} digests: {damage}"));
            }
            if *passed_over > 0 {
                notes.push(format!(
                    "{passed_over} lines or entries of {title} give no digest of a whole photo"
                ));
            }
            if photos.iter().any(is_ambiguous) {
                notes.push(format!(
                    "{title} does not say whether its digests of 64 digits are SHA-256 or BLAKE3; both are tried"
                ));
            }
            let former = photos.iter().filter(|photo| !photo.is_witness).count();
            if former > 0 {
                notes.push(format!(
                    "{former} photos of {title} were carved by the scan that it is of: they give names, and prove \
                     nothing"
                ));
            }
        }
        if self.len() >= MOST_PHOTOS {
            notes.push(format!(
                "the lists hold more than {MOST_PHOTOS} photos; the first of them count"
            ));
        }
        notes
    }
}

/// Whether the digits of a photo may be of two kinds.
fn is_ambiguous(photo: &ListedPhoto) -> bool {
    let digits = |kind| photo.digests.iter().find(|one| one.kind() == kind).map(|one| one.digits());
    let sha256 = digits(DigestKind::Sha256);
    sha256.is_some() && sha256 == digits(DigestKind::Blake3)
}

impl fmt::Debug for LostHashes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("LostHashes").field("photos", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Hasher;

    fn lists(texts: &[(&str, String)]) -> LostHashes {
        let folder = tempfile::tempdir().unwrap();
        let write = |(name, text): &(&str, String)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let paths: Vec<PathBuf> = texts.iter().map(write).collect();
        LostHashes::read(&paths).unwrap()
    }

    fn digests(bytes: &[u8], lists: &LostHashes) -> Digests {
        let mut hasher = Hasher::new(&lists.algorithms().collect::<Vec<_>>());
        hasher.update(bytes);
        hasher.finish()
    }

    #[test]
    fn a_file_is_found_by_any_of_its_digests() {
        let blake3 = blake3::hash(b"abc").to_hex();
        let found = lists(&[
            ("a.txt", "a9993e364706816aba3e25717850c26c9cd0d89d  one.jpg\n".to_owned()),
            ("b.txt", format!("{blake3}  two.jpg\n")),
        ]);
        assert_eq!(found.algorithms().collect::<Vec<_>>(), [Algorithm::Sha256, Algorithm::Sha1]);
        let listed = found.find(&digests(b"abc", &found)).unwrap();
        assert_eq!((listed.name(), listed.kind), (Some("two.jpg"), DigestKind::Blake3));
        assert_eq!(found.find(&digests(b"abd", &found)), None);
        assert!(found.notes()[0].contains("both are tried"), "{:?}", found.notes());
        assert_eq!((found.len(), found.lost().len()), (2, 2));
    }

    #[test]
    fn lists_are_kept_and_restored() {
        let of = lists(&[(
            "a.csv",
            format!("md5,name,size,date\n{},a,7,2023-11-14\n", "ab".repeat(16)),
        )]);
        let again = LostHashes::restored(&of.kept()).unwrap();
        assert_eq!((again.identity(), again.sizes()), (of.identity(), &[7][..]));
        assert!(LostHashes::restored(b"[{}").is_none());
        let other = lists(&[("a.csv", format!("md5,name\n{},a\n", "ac".repeat(16)))]);
        assert_ne!(other.identity(), of.identity());
    }
}
