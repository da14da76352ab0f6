//! What a batch keeps of itself in its output folder: which folder is whose, and how it was asked for.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::control::error::Error;
use crate::ledger::ScanSettings;
use crate::model::hex;
use crate::output::destination::BATCH;
use crate::source::absolute;
use crate::system::folder::Folder;

/// The version that this program writes, and the only one that it reads.
const VERSION: u32 = 1;

/// The longest state that is read, in bytes: a million images.
const LONGEST: u64 = 1 << 30;

/// What a batch keeps of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct BatchState {
    version: u32,
    /// The command line, to be typed again.
    pub(super) command: Vec<String>,
    /// What decides what a scan finds.
    pub(super) settings: ScanSettings,
    /// The images, in the order in which they got their folders.
    pub(super) images: Vec<KeptImage>,
}

/// An image and its folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptImage {
    /// Where it lies, from the root.
    key: PathKey,
    /// Its folder below the output folder.
    pub(super) folder: String,
    /// What its file was when its scan was begun.
    pub(super) stamp: Option<FileStamp>,
}

/// A path as JSON keeps it: its text, or in hex what is no Unicode.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PathKey {
    Text(String),
    Hex(String),
}

/// What tells that a file was changed: its length, and when it was modified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileStamp {
    len: u64,
    seconds: u64,
    nanoseconds: u32,
}

impl FileStamp {
    /// That of the file at `path`; nothing where the system does not say, and for what is no file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let found = path.metadata().ok().filter(|found| found.is_file())?;
        let modified = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let (seconds, nanoseconds) = (modified.as_secs(), modified.subsec_nanos());
        Some(FileStamp { len: found.len(), seconds, nanoseconds })
    }
}

impl PathKey {
    /// That of `path`, from the root.
    pub(super) fn of(path: &Path) -> Self {
        let path = absolute(path).unwrap_or_else(|_| path.to_path_buf());
        match path.to_str() {
            Some(text) => PathKey::Text(text.to_owned()),
            None => PathKey::Hex(hex::encode(path.as_os_str().as_encoded_bytes())),
        }
    }
}

impl KeptImage {
    /// Where it lay; nothing where what is kept of that is no path here.
    pub(super) fn path(&self) -> Option<PathBuf> {
        match &self.key {
            PathKey::Text(text) => Some(text.into()),
            PathKey::Hex(digits) => hex::decode(digits).and_then(path_of),
        }
    }

    /// The same for people, as far as text tells: another file may have that path.
    pub(super) fn shown(&self) -> PathBuf {
        match &self.key {
            PathKey::Text(text) => text.into(),
            PathKey::Hex(digits) => {
                let bytes = hex::decode(digits).unwrap_or_default();
                String::from_utf8_lossy(&bytes).into_owned().into()
            }
        }
    }

    pub(super) fn new(path: &Path, folder: String) -> Self {
        KeptImage { key: PathKey::of(path), folder, stamp: FileStamp::of(path) }
    }
}

/// The path of such bytes.
#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(std::ffi::OsString::from_vec(bytes).into())
}

/// The path of such bytes: what is no text has no safe way back.
#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

impl BatchState {
    pub(super) fn new(command: Vec<String>, settings: ScanSettings) -> Self {
        BatchState { version: VERSION, command, settings, images: Vec::new() }
    }

    /// The state in `folder`; nothing where there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is damaged.
    pub(super) fn read(folder: &Folder) -> Result<Option<Self>, Error> {
        let path = || folder.path().join(BATCH);
        if folder.kind(BATCH).is_ok_and(|kind| kind.is_none()) {
            return Ok(None);
        }
        let mut text = Vec::new();
        let read = folder.read(BATCH).and_then(|file| file.take(LONGEST).read_to_end(&mut text));
        read.map_err(|error| Error::output("read", &path(), error))?;
        let state: Option<Self> = serde_json::from_slice(&text).ok();
        let state = state.filter(|state| state.version == VERSION);
        let why = "it is damaged, or of another version of this program";
        state.map(Some).ok_or_else(|| Error::Replay { path: path(), why })
    }

    /// Keeps it in `folder`, on the disk itself.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub(super) fn write(&self, folder: &Folder) -> Result<(), Error> {
        const NEW: &str = "batch.new";
        let written = folder.replace(NEW).and_then(|mut file| {
            file.write_all(&serde_json::to_vec(self)?)?;
            file.sync_all()
        });
        let named = written.and_then(|()| folder.rename(NEW, folder, BATCH));
        let path: PathBuf = folder.path().join(BATCH);
        named.and_then(|()| folder.sync()).map_err(|error| Error::output("write", &path, error))
    }

    /// By their paths, where its images stand.
    pub(super) fn places(&self) -> HashMap<PathKey, usize> {
        self.images.iter().enumerate().map(|(place, image)| (image.key.clone(), place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_kept_as_it_is_or_not_taken_for_one() {
        let kept = |key| KeptImage { key, folder: String::new(), stamp: None };
        let text = kept(PathKey::of(Path::new("/a/b.img")));
        assert_eq!(text.path().as_deref(), Some(Path::new("/a/b.img")));
        assert_eq!(kept(PathKey::Hex("2f6".to_owned())).path(), None);
        let odd = kept(PathKey::Hex("2f61ff".to_owned()));
        assert_eq!(odd.shown(), Path::new("/a\u{fffd}"));
        assert!(odd.path().is_none_or(|path| PathKey::of(&path) == odd.key && path != odd.shown()));
    }
}
