//! What was deleted, of a list of everything.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::entry::Entry;

/// Deleted entries that are kept at the most.
const MOST_ENTRIES: usize = 500_000;

/// Deleted entries by their path, and what is still there.
#[derive(Default)]
pub struct Deleted {
    entries: BTreeMap<String, Entry>,
    /// Hashes of the ids of files that are there: a moved file looks deleted where it was.
    live: HashSet<u64>,
    hasher: RandomState,
    /// Entries of all kinds that were taken in.
    pub looked_at: u64,
    /// Whether there is more than what was looked at.
    pub is_cut: bool,
}

impl Deleted {
    /// Takes in an entry of the list; a later one counts before an earlier one of the same path.
    pub fn add(&mut self, entry: Entry) {
        self.looked_at += 1;
        if let Some(id) = &entry.id {
            self.live.insert(self.hasher.hash_one(id));
        }
        let Some(path) = entry.path_lower.clone() else { return };
        match &*entry.tag {
            "deleted" => drop(self.entries.insert(path, entry)),
            _ => drop(self.entries.remove(&path)),
        }
    }

    /// The deleted entries, by path.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.values()
    }

    /// Whether a file of that id is there, under whatever path.
    pub fn has_live(&self, id: &String) -> bool {
        self.live.contains(&self.hasher.hash_one(id))
    }

    /// Whether no more are taken in.
    pub fn is_full(&self) -> bool {
        self.entries.len() >= MOST_ENTRIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(tag: &str, path: &str, id: Option<&str>) -> Entry {
        serde_json::from_value(serde_json::json!({
            ".tag": tag, "name": path, "path_lower": path, "id": id,
        }))
        .unwrap()
    }

    #[test]
    fn what_is_there_again_is_not_deleted() {
        let mut deleted = Deleted::default();
        for entry in [
            entry("deleted", "/b", None),
            entry("deleted", "/a", None),
            entry("file", "/b", Some("id:1")),
            entry("file", "/c", Some("id:2")),
            entry("deleted", "/c", None),
        ] {
            deleted.add(entry);
        }
        let paths: Vec<&str> = deleted.entries().map(Entry::path).collect();
        assert_eq!(paths, ["/a", "/c"]);
        assert!(deleted.has_live(&"id:1".to_owned()) && !deleted.has_live(&"id:3".to_owned()));
    }
}
