//! All that is known to be there already, and what can be asked of it.

use std::collections::BTreeSet;

use super::list::KnownList;
use crate::model::{Algorithm, DigestKind, Digests, KnownDigest, KnownFrom};

/// Files that somebody has already.
#[derive(Clone, Debug, Default)]
pub struct KnownHashes {
    lists: Vec<KnownList>,
}

impl KnownHashes {
    /// The files of these lists; of several, the first that knows a file counts.
    pub fn new(lists: Vec<KnownList>) -> Self {
        KnownHashes { lists }
    }

    /// The digests beside BLAKE3 that have to be computed to know what is on them.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        let kinds: BTreeSet<DigestKind> = self.lists.iter().flat_map(KnownList::kinds).collect();
        kinds.into_iter().filter_map(DigestKind::algorithm)
    }

    /// Where a file with one of these digests is known from.
    pub fn find(&self, digests: &Digests) -> Option<KnownFrom> {
        let digests: Vec<KnownDigest> =
            digests.all().filter_map(|(kind, digits)| KnownDigest::parse(kind, &digits)).collect();
        let found = |list: &KnownList| {
            let known = |digest: &KnownDigest| Some((digest.kind(), list.find(digest)?));
            let (kind, entry) = digests.iter().find_map(known)?;
            let path = list.path(entry).map(str::to_owned);
            let entry = path.is_none().then_some(u64::from(entry));
            Some(KnownFrom { by: list.title().to_owned(), path, entry, kind })
        };
        self.lists.iter().find_map(found)
    }

    /// What tells these lists from others: BLAKE3 of their digests.
    pub fn identity(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        self.lists.iter().for_each(|list| list.feed(&mut hasher));
        hasher.finalize().to_hex().to_string()
    }

    /// What the lists are called.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        self.lists.iter().map(KnownList::title)
    }

    /// What is to be known of the lists, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for list in &self.lists {
            let title = list.title();
            if list.passed_over > 0 {
                notes.push(format!(
                    "{} entries of {title} give no digest of a file",
                    list.passed_over
                ));
            }
            if list.is_cut() {
                notes.push(format!(
                    "{title} gives more digests than are kept; the first {} of them count",
                    list.len()
                ));
            }
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(kind: DigestKind, bytes: &[u8]) -> KnownDigest {
        let digests = Digests::of(bytes);
        let (_, digits) = digests.all().find(|(one, _)| *one == kind).unwrap();
        KnownDigest::parse(kind, &digits).unwrap()
    }

    #[test]
    fn a_file_is_known_by_its_digest_and_from_the_first_list() {
        let mut folder = KnownList::new("photos".to_owned());
        folder.add_file(&digest(DigestKind::Blake3, b"a"), "2023/a.jpg".to_owned());
        folder.add_file(&digest(DigestKind::Blake3, b"b"), "2023/b.jpg".to_owned());
        let mut list = KnownList::new("list.txt".to_owned());
        for (line, bytes) in [(3, b"b"), (9, b"c"), (12, b"c")] {
            list.add(&digest(DigestKind::Blake3, bytes), line);
        }
        list.finish();
        folder.finish();
        let known = KnownHashes::new(vec![folder, list]);
        let find = |bytes: &[u8]| known.find(&Digests::of(bytes));
        let from = find(b"b").unwrap();
        assert_eq!(
            (from.by.as_str(), from.path.as_deref(), from.entry),
            ("photos", Some("2023/b.jpg"), None)
        );
        let from = find(b"c").unwrap();
        assert_eq!((from.by.as_str(), from.path, from.entry), ("list.txt", None, Some(9)));
        assert_eq!(find(b"d"), None);
        assert_eq!(known.algorithms().count(), 0, "BLAKE3 is computed anyway");
        assert_ne!(known.identity(), KnownHashes::default().identity());
    }
}
