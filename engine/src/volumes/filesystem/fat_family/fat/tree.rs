//! The folders and files of a volume, and the paths to them.

use crate::volumes::filesystem::fat_family::fat::folder::Record;
use crate::volumes::filesystem::fat_family::fat::letters::Letters;
use crate::volumes::filesystem::{MOST_DEPTH, MOST_ENTRIES};

/// Folders of one volume that are kept.
pub const MOST_FOLDERS: usize = 1 << 20;

/// Number of the root in [`Tree::folders`].
pub const ROOT: usize = 0;

/// A folder.
#[derive(Clone, Debug)]
pub struct Folder {
    /// The folder it lies in. The root lies in none, and of others it may not be known which.
    pub parent: Option<usize>,
    /// What names it; nothing for the root, and for one whose name is lost.
    pub record: Option<Record>,
    /// Its first cluster; zero where the root has none.
    pub cluster: u32,
    /// How many folders it lies in.
    pub depth: usize,
}

/// A file and the folder it lies in.
#[derive(Clone, Debug)]
pub struct File {
    /// Number of the folder.
    pub folder: usize,
    /// What names it.
    pub record: Record,
}

/// All folders and files.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The root, and folders in the order in which they were found.
    pub folders: Vec<Folder>,
    /// The files.
    pub files: Vec<File>,
}

impl Tree {
    /// Adds a folder inside another and says its number, unless there are too many.
    pub fn add(&mut self, parent: usize, record: Record, cluster: u32) -> Option<usize> {
        let depth = self.folders.get(parent)?.depth + 1;
        if depth > MOST_DEPTH || self.folders.len() >= MOST_FOLDERS {
            return None;
        }
        self.folders.push(Folder { parent: Some(parent), record: Some(record), cluster, depth });
        Some(self.folders.len() - 1)
    }

    /// Adds a file, unless there are too many.
    pub fn add_file(&mut self, folder: usize, record: Record) {
        if self.files.len() < MOST_ENTRIES {
            self.files.push(File { folder, record });
        }
    }

    /// Gives names their lost first letters, as far as others tell.
    pub fn restore_letters(&mut self) {
        let mut letters = Letters::default();
        let folders = self
            .folders
            .iter()
            .filter_map(|folder| Some((folder.parent.unwrap_or(ROOT), folder.record.as_ref()?)));
        let files = self.files.iter().map(|file| (file.folder, &file.record));
        let names = || folders.clone().chain(files.clone());
        names().for_each(|(folder, record)| letters.want(folder, record));
        names().for_each(|(folder, record)| letters.learn(folder, record));
        for folder in &mut self.folders {
            if let Some(record) = &mut folder.record {
                letters.restore(folder.parent.unwrap_or(ROOT), record);
            }
        }
        for file in &mut self.files {
            letters.restore(file.folder, &mut file.record);
        }
    }

    /// The path of a folder, with a `/` behind it, and whether all of it is recorded.
    pub fn path(&self, folder: usize) -> (String, bool) {
        let (mut names, mut certain, mut here) = (Vec::new(), true, Some(folder));
        for _ in 0..=MOST_DEPTH {
            let Some(folder) = here.and_then(|here| self.folders.get(here)) else { break };
            if let Some(record) = &folder.record {
                names.push(record.name.as_str());
                certain &= record.certain;
            }
            here = folder.parent;
        }
        names.reverse();
        let path = names.iter().flat_map(|name| [name, "/"]).collect();
        (path, certain)
    }
}
