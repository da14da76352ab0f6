//! Where to put files of a trash folder back.

use std::collections::BTreeMap;

use super::block_store::BlockStore;
use super::record::Record;
use super::{record_tree, remains};

/// Bytes of a file of notes that is read.
pub const MOST_DS_STORE: usize = 64 << 20;

/// Where to put a file back.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PutBack {
    /// What it is called in the trash folder.
    pub name: String,
    /// The folder that it was in, from the root of its volume. Hostile.
    pub folder: Option<String>,
    /// What it was called there. Hostile.
    pub original: Option<String>,
}

impl PutBack {
    /// Where it was, from the root of its volume; nothing where only its name is known.
    pub fn path(&self) -> Option<String> {
        let folder = self.folder.as_ref()?.trim_end_matches('/');
        let name = self.original.as_ref().unwrap_or(&self.name).replace('/', ":");
        Some(if folder.is_empty() { name } else { format!("{folder}/{name}") })
    }
}

/// What a file of notes says of what lies in its folder, or lay there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutBacks {
    /// What the tree of its records says, by name.
    pub current: Vec<PutBack>,
    /// What records say that no tree reaches, by name: of other names, or of the same.
    pub old: Vec<PutBack>,
}

impl PutBacks {
    /// Reads a file of notes. What is damaged costs the notes that it hides; other files have none.
    pub fn read(bytes: &[u8]) -> Self {
        let current = BlockStore::open(bytes).map(|store| record_tree::records(&store));
        let current = joined(current.unwrap_or_default());
        let mut old = joined(remains::records(bytes));
        old.retain(|one| current.binary_search(one).is_err());
        PutBacks { current, old }
    }
}

/// The records of each file together, by its name.
fn joined(records: Vec<Record>) -> Vec<PutBack> {
    let mut files: BTreeMap<String, PutBack> = BTreeMap::new();
    for Record { name, code, text } in records {
        let wanted = matches!(&code, b"ptbL" | b"ptbN");
        let Some(text) = text.filter(|text| wanted && !text.contains('\0')) else { continue };
        let file =
            files.entry(name.clone()).or_insert_with(|| PutBack { name, ..PutBack::default() });
        let slot = if code == *b"ptbL" { &mut file.folder } else { &mut file.original };
        slot.get_or_insert(text);
    }
    files.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_testdata::places::ds_store::{Note, ds_store};

    fn notes(count: usize) -> Vec<Note> {
        let each = (0..count).flat_map(|nth| {
            let [folder, name] =
                Note::put_back(&format!("IMG {nth}.jpg"), "Users/zoë/", &format!("Bild {nth}.jpg"));
            [Note::blob(&format!("IMG {nth}.jpg"), b"Iloc", &[0; 16]), folder, name]
        });
        each.collect()
    }

    #[test]
    fn all_records_of_a_tree_are_read() {
        for count in [0, 1, 10, 200] {
            let found = PutBacks::read(&ds_store(&notes(count), &[]));
            assert_eq!((found.current.len(), found.old), (count, Vec::new()));
            let paths: Vec<_> = found.current.iter().filter_map(PutBack::path).collect();
            assert_eq!(paths.len(), count);
            assert!(paths.iter().all(|path| path.starts_with("Users/zoë/Bild ")), "{paths:?}");
        }
    }

    #[test]
    fn records_in_free_blocks_are_told_apart() {
        let old = Note::put_back("old.jpg", "Users/a", "older.jpg");
        let found = PutBacks::read(&ds_store(&notes(3), &old));
        assert_eq!(found.current.len(), 3);
        assert_eq!(
            found.old.iter().filter_map(PutBack::path).collect::<Vec<_>>(),
            ["Users/a/older.jpg"]
        );
    }

    #[test]
    fn a_file_without_its_head_gives_what_is_left() {
        let mut bytes = ds_store(&notes(50), &[]);
        bytes[..32].fill(0);
        let found = PutBacks::read(&bytes);
        assert_eq!((found.current.len(), found.old.len()), (0, 50));
    }

    #[test]
    fn a_tree_that_points_at_itself_ends() {
        let mut bytes = ds_store(&notes(1), &[]);
        // The only node, and its rightmost child is itself.
        let node = 4 + 2 * 4096;
        bytes[node..node + 4].copy_from_slice(&2u32.to_be_bytes());
        assert!(PutBacks::read(&bytes).current.len() <= 1);
    }

    #[test]
    fn any_bytes_are_read_without_panic() {
        let whole = ds_store(&notes(30), &Note::put_back("old.jpg", "a", "b"));
        bolero::check!().with_type::<(Vec<u8>, Vec<(u16, u8)>)>().for_each(|(bytes, flips)| {
            PutBacks::read(bytes);
            let mut damaged = whole.clone();
            for (at, byte) in flips {
                let at = usize::from(*at) % damaged.len();
                damaged[at] = *byte;
            }
            let found = PutBacks::read(&damaged);
            assert!(found.current.len() + found.old.len() <= damaged.len() / 16);
        });
    }
}
