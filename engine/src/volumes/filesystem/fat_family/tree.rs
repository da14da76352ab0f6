//! The directories and files of a volume, and the paths to them.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::volumes::filesystem::entry::Entry;
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::limits::{MOST_DEPTH, MOST_ENTRIES};
use crate::volumes::filesystem::location::Location;
use crate::volumes::filesystem::path;

/// Directories of one volume that are kept.
pub(crate) const MOST_DIRECTORIES: usize = 1 << 20;

/// Bytes of all paths of a volume together.
const MOST_TEXT: usize = 512 << 20;

/// Number of the root in [`DirectoryTree::directories`].
pub(crate) const ROOT: usize = 0;

/// A directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    /// The directory it lies in. The root lies in none, and of others it may not be known which.
    pub parent: Option<usize>,
    /// What names it; nothing for the root, and for one whose name is lost.
    pub record: Option<FileRecord>,
    /// How many directories it is known to lie in.
    depth: usize,
    /// Number of its first cluster, by which it goes while its name is lost.
    number: u32,
}

/// A file.
#[derive(Clone, Debug)]
pub(crate) struct TreeFile {
    /// Number of the directory that it lies in.
    pub directory: usize,
    /// What names it.
    pub record: FileRecord,
    /// Where its bytes may lie.
    pub locations: Vec<Location>,
}

/// A directory that was found by its clusters, not by its path.
#[derive(Clone, Debug)]
pub(crate) struct FoundDirectory {
    /// Its first cluster.
    pub cluster: u32,
    /// The first cluster of the directory that it lies in, zero for the root, where that is known.
    pub parent: Option<u32>,
    /// What names it, where that is known.
    pub record: Option<FileRecord>,
}

/// All directories and files.
#[derive(Clone, Debug)]
pub(crate) struct DirectoryTree {
    /// The root, and directories in the order in which they were found.
    pub directories: Vec<Directory>,
    /// The files.
    pub files: Vec<TreeFile>,
}

impl Default for DirectoryTree {
    /// A root with nothing in it.
    fn default() -> Self {
        DirectoryTree { directories: vec![Directory::default()], files: Vec::new() }
    }
}

impl DirectoryTree {
    /// The tree of directories that were found, and of files with the first cluster of their
    /// directory, zero for the root. A directory that was not found has no name.
    pub fn of_found(
        found: Vec<FoundDirectory>,
        files: impl IntoIterator<Item = (u32, FileRecord)>,
    ) -> Self {
        let mut tree = DirectoryTree::default();
        let mut numbers: HashMap<u32, usize> = HashMap::from([(0, ROOT)]);
        for (index, directory) in found.iter().take(MOST_DIRECTORIES - 1).enumerate() {
            numbers.entry(directory.cluster).or_insert(index + 1);
        }
        for directory in found.into_iter().take(MOST_DIRECTORIES - 1) {
            let number = tree.directories.len();
            let parent = directory.parent.and_then(|parent| numbers.get(&parent).copied());
            let (parent, record) = (parent.filter(|&parent| parent != number), directory.record);
            tree.directories.push(Directory {
                parent,
                record,
                depth: 0,
                number: directory.cluster,
            });
        }
        for (cluster, record) in files {
            let number = match numbers.get(&cluster) {
                Some(&number) => Some(number),
                None => tree.add_nameless(cluster),
            };
            if let Some(number) = number {
                numbers.insert(cluster, number);
                tree.add_file(number, record);
            }
        }
        tree
    }

    /// Adds a directory of which nothing but its first cluster is known, unless there are too many.
    fn add_nameless(&mut self, number: u32) -> Option<usize> {
        if self.directories.len() >= MOST_DIRECTORIES {
            return None;
        }
        self.directories.push(Directory { number, ..Directory::default() });
        Some(self.directories.len() - 1)
    }

    /// Adds a directory inside another and says its number, unless there are too many.
    pub fn add(&mut self, parent: usize, record: FileRecord) -> Option<usize> {
        let depth = self.directories.get(parent)?.depth + 1;
        if depth > MOST_DEPTH || self.directories.len() >= MOST_DIRECTORIES {
            return None;
        }
        let number = record.cluster;
        self.directories.push(Directory {
            parent: Some(parent),
            record: Some(record),
            depth,
            number,
        });
        Some(self.directories.len() - 1)
    }

    /// Adds a file, unless there are too many.
    pub fn add_file(&mut self, directory: usize, record: FileRecord) {
        if self.files.len() < MOST_ENTRIES {
            self.files.push(TreeFile { directory, record, locations: Vec::new() });
        }
    }

    /// The first cluster of a directory; zero for the root.
    pub fn cluster(&self, directory: usize) -> u32 {
        let directory = self.directories.get(directory);
        directory.and_then(|one| one.record.as_ref()).map_or(0, |record| record.cluster)
    }

    /// The first cluster of the directory that a directory lies in; zero for the root.
    pub fn parent_cluster(&self, directory: usize) -> Option<u32> {
        Some(self.cluster(self.directories.get(directory)?.parent?))
    }

    /// Whether the record of one directory is newer than that of another.
    pub fn is_newer(&self, one: usize, other: usize) -> bool {
        let [one, other] = [one, other].map(|number| {
            let record = self.directories.get(number).and_then(|one| one.record.as_ref());
            record.and_then(|record| record.modified).map(|moment| moment.civil)
        });
        one > other
    }

    /// Gives two directories the name and the place of each other, unless one would come to lie in itself.
    pub fn exchange_names(&mut self, one: usize, other: usize) {
        if self.lies_in(one, other) || self.lies_in(other, one) || one == other {
            return;
        }
        self.directories.swap(one, other);
    }

    /// Whether a directory lies in another one, at any depth.
    fn lies_in(&self, directory: usize, outer: usize) -> bool {
        let parent = |&number: &usize| self.directories.get(number)?.parent;
        let up = std::iter::successors(Some(directory), parent).skip(1).take(MOST_DEPTH + 1);
        up.into_iter().any(|number| number == outer)
    }

    /// The directories that are named, as if they had been found by their clusters.
    pub fn found(&self) -> Vec<FoundDirectory> {
        let found = self.directories.iter().filter(|directory| directory.record.is_some());
        let found = found.map(|directory| FoundDirectory {
            cluster: directory.record.as_ref().map_or(0, |record| record.cluster),
            parent: directory.parent.map(|parent| self.cluster(parent)),
            record: directory.record.clone(),
        });
        found.collect()
    }

    /// The path of a directory, with a `/` behind it, and whether all of it is recorded.
    fn path(&self, directory: usize) -> (String, bool) {
        let (mut names, mut certain, mut here) = (Vec::new(), true, Some(directory));
        for _ in 0..=MOST_DEPTH {
            let Some(number) = here.filter(|&here| here != ROOT) else { break };
            let Some(directory) = self.directories.get(number) else { break };
            let record = directory.record.as_ref();
            certain &= record.is_none_or(|record| record.certain);
            names.push(record.map_or_else(
                || Cow::from(path::nameless_folder(directory.number)),
                |record| Cow::from(&record.name),
            ));
            here = directory.parent;
        }
        let path = names.iter().rev().flat_map(|name| [name.as_ref(), "/"]).collect();
        (path, certain)
    }

    /// The files, as all file systems tell of them.
    pub fn entries(&mut self) -> Vec<Entry> {
        let files = std::mem::take(&mut self.files);
        let (mut entries, mut text) = (Vec::with_capacity(files.len()), 0);
        let mut last = (usize::MAX, (String::new(), true));
        for TreeFile { directory, record, locations } in files {
            if last.0 != directory {
                last = (directory, self.path(directory));
            }
            let (path, certain) = &last.1;
            let path = format!("{path}{}", record.name);
            text += path.len();
            if text > MOST_TEXT {
                break;
            }
            entries.push(Entry {
                path,
                certain: record.certain && *certain,
                deleted: record.deleted,
                erased: record.erased,
                size: record.size,
                written: record.written,
                locations,
                modified: record.modified,
                deleted_at: None,
                record: record.at,
                coded: None,
            });
        }
        entries
    }
}
