//! Finding the images in folders.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::file_kind::{FileKind, file_kind};
use super::images::{Discovered, EmptyFolder, FoundImage, Looking};
use super::whole_file::WholeFiles;
use crate::control::error::Error;
use crate::output::report::BatchSkipped;
use crate::source::{is_sparse_bundle, later_parts};
use crate::system::folder::FileId;

/// Folders inside each other that are looked into.
const MOST_DEPTH: usize = 64;

/// Files in the folders of one batch: more than any shelf of images holds, and what fits into memory.
const MOST_FILES: usize = 1_000_000;

/// The images that `paths` stand for: in place of a folder those in it, and with `is_recursive` those in the folders
/// below it, without following links to folders. What is no folder is taken for an image, whatever it is. What a run
/// cannot look at is an image that cannot be scanned: it might be one. Ends early where it is stopped; what was found
/// until then is not all.
pub fn discover(paths: &[PathBuf], is_recursive: bool, looking: Looking<'_>) -> Discovered {
    let mut search = Search {
        is_recursive,
        looking,
        whole: WholeFiles::default(),
        known: HashSet::new(),
        named: HashSet::new(),
        found: Discovered::default(),
    };
    // The first part of an image in parts stands for all of them.
    let later = later_parts(paths);
    for path in paths.iter().filter(|path| !later.contains(*path)) {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() && !is_sparse_bundle(path) => search.root(path),
            // What cannot be asked is told of when it is to be opened.
            _ => search.add(FoundImage { path: path.clone(), len: None, error: None }),
        }
    }
    search.found
}

/// A search for images.
struct Search<'s> {
    is_recursive: bool,
    looking: Looking<'s>,
    whole: WholeFiles,
    /// The files of the images so far: one may have several names.
    known: HashSet<FileId>,
    /// Images that have no file here, by their names: addresses.
    named: HashSet<PathBuf>,
    found: Discovered,
}

impl Search<'_> {
    /// Looks for images in a folder that was named, and counts apart what lies in it.
    fn root(&mut self, root: &Path) {
        let known = |found: &Discovered| found.images.len() + found.again.len();
        let (before, images) = (std::mem::take(&mut self.found.skipped), known(&self.found));
        self.folder(root);
        let skipped = self.found.skipped;
        if known(&self.found) == images {
            self.found.empty.push(EmptyFolder { path: root.to_path_buf(), skipped });
        }
        self.found.skipped = sum(before, skipped);
    }

    fn folder(&mut self, root: &Path) {
        let mut files = self.files(root);
        files.sort_unstable();
        // The first part of an image in parts stands for all of them.
        let later = later_parts(&files);
        for path in files.into_iter().filter(|path| !later.contains(path)) {
            if is_sparse_bundle(&path) {
                self.add(FoundImage { path, len: None, error: None });
                continue;
            }
            (self.looking.opening)(Some(&path));
            let kind = file_kind(&path, &self.whole, self.looking.progress);
            (self.looking.opening)(None);
            // What was not opened to its end is nothing yet.
            if self.looking.progress.stopped() {
                return;
            }
            match kind {
                FileKind::Image(len) => self.add(FoundImage { path, len: Some(len), error: None }),
                FileKind::Refused(error) => self.refuse(path, error),
                FileKind::Photo => self.found.skipped.photos += 1,
                FileKind::Archive => self.found.skipped.archives += 1,
                FileKind::Other => self.found.skipped.others += 1,
            }
        }
    }

    /// The regular files in a folder, and those below it where that is asked for. A sparse bundle is one of them.
    fn files(&mut self, root: &Path) -> Vec<PathBuf> {
        let (mut files, mut folders) = (Vec::new(), vec![(root.to_path_buf(), 0)]);
        while let Some((folder, depth)) = folders.pop() {
            if self.looking.progress.stopped() {
                break;
            }
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    let error = Error::open(&folder, error);
                    self.refuse(folder, error);
                    continue;
                }
            };
            for entry in entries {
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(error) => {
                        let error = Error::open(&folder, error);
                        self.refuse(folder.clone(), error);
                        break;
                    }
                };
                let path = entry.path();
                match entry_kind(&entry) {
                    EntryKind::File if files.len() >= MOST_FILES => {
                        let (why, advice) =
                            ("more files lie there than one run takes", "name folders in it");
                        let path = root.to_path_buf();
                        self.refuse(folder, Error::InBatch { path, why, advice });
                        return files;
                    }
                    EntryKind::File => files.push(path),
                    EntryKind::Folder if is_sparse_bundle(&path) => files.push(path),
                    EntryKind::Folder if self.is_recursive && depth < MOST_DEPTH => {
                        folders.push((path, depth + 1));
                    }
                    EntryKind::Folder => self.found.skipped.folders += 1,
                    EntryKind::LinkToFolder => self.found.skipped.links += 1,
                    EntryKind::Hidden => self.found.skipped.hidden += 1,
                    EntryKind::Other => self.found.skipped.others += 1,
                }
            }
        }
        files
    }

    /// Adds an image, unless it is there already by this name or another.
    fn add(&mut self, image: FoundImage) {
        let is_new = match FileId::at(&image.path) {
            Ok(id) => self.known.insert(id),
            Err(_) => self.named.insert(image.path.clone()),
        };
        match is_new {
            true => self.found.images.push(image),
            false => self.found.again.push(image.path),
        }
    }

    fn refuse(&mut self, path: PathBuf, error: Error) {
        self.add(FoundImage { path, len: None, error: Some(error) });
    }
}

fn sum(one: BatchSkipped, other: BatchSkipped) -> BatchSkipped {
    BatchSkipped {
        photos: one.photos + other.photos,
        archives: one.archives + other.archives,
        others: one.others + other.others,
        hidden: one.hidden + other.hidden,
        folders: one.folders + other.folders,
        links: one.links + other.links,
    }
}

enum EntryKind {
    File,
    Folder,
    LinkToFolder,
    Hidden,
    Other,
}

fn entry_kind(entry: &fs::DirEntry) -> EntryKind {
    let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
    match fs::metadata(entry.path()) {
        _ if entry.file_name().as_encoded_bytes().starts_with(b".") => EntryKind::Hidden,
        Ok(found) if found.is_dir() && is_link => EntryKind::LinkToFolder,
        Ok(found) if found.is_dir() => EntryKind::Folder,
        Ok(found) if found.is_file() => EntryKind::File,
        // A link that leads nowhere or to itself.
        Ok(_) | Err(_) if is_link => EntryKind::Other,
        // It is told of when it is to be opened.
        Err(_) => EntryKind::File,
        Ok(_) => EntryKind::Other,
    }
}
