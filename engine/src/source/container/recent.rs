//! What was found out about files by reading all of them: a program opens a file several times before it scans it.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::files::Files;
use super::opening::Opening;
use super::refusal::Refusal;
use crate::system::folder::FileId;

/// Files of which something is kept.
const MOST: usize = 8;

/// Bytes that what is kept takes in memory and in temporary files: the last one is kept however many those are.
const MOST_BYTES: u64 = 256 << 20;

/// What takes bytes as long as it is kept.
pub(super) trait Weight {
    /// Bytes in memory and in temporary files.
    fn weight(&self) -> u64;
}

/// Bytes by which a stream in a file is told from others in it.
const FIRST: u64 = 4096;

/// What tells a file from others, and from itself when somebody has written to it; then what tells the stream in it:
/// its length and the digest of its first bytes.
#[derive(PartialEq, Eq)]
struct Key {
    file: FileId,
    modified: Option<SystemTime>,
    len: u64,
    first: blake3::Hash,
    /// What of it was read, where that is not all.
    part: Vec<u64>,
}

/// What was found out about the last few files, also that they are refused.
pub(super) struct Recent<T>(Mutex<VecDeque<(Key, Kept<T>)>>);

type Kept<T> = Result<Arc<T>, Refusal>;

impl<T: Weight> Recent<T> {
    pub(super) const fn new() -> Self {
        Recent(Mutex::new(VecDeque::new()))
    }

    /// What is known of a file, or what `make` finds out now.
    pub(super) fn get_or_make(
        &self,
        opening: &Opening<'_>,
        make: impl FnOnce() -> Result<T, Refusal>,
    ) -> Kept<T> {
        self.get_or_make_part((&opening.files, 0), &[], make)
    }

    /// The same of a part of one of `files`, which is told from others by the numbers of `part`.
    pub(super) fn get_or_make_part(
        &self,
        (files, file): (&Files, usize),
        part: &[u64],
        make: impl FnOnce() -> Result<T, Refusal>,
    ) -> Kept<T> {
        let key = files.get(file).and_then(|source| Key::of(files, file, source.path(), part));
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(known, _): &&(Key, Kept<T>)| Some(known) == key.as_ref();
        let known = lock().iter().find(is_it).map(|(_, known)| known.clone());
        if let Some(known) = known {
            return known;
        }
        let made = make().map(Arc::new);
        if let Some(key) = key.filter(|_| made.as_ref().err().is_none_or(|refusal| !refusal.passes))
        {
            let mut recent = lock();
            recent.truncate(MOST - 1);
            recent.push_front((key, made.clone()));
            shrink(&mut recent);
        }
        made
    }
}

/// Lets go of what comes after the first and takes too much together with those before it.
fn shrink<T: Weight>(recent: &mut VecDeque<(Key, Kept<T>)>) {
    let mut taken = 0u64;
    let mut is_first = true;
    recent.retain(|(_, kept)| {
        taken = taken.saturating_add(kept.as_ref().map_or(0, |kept| kept.weight()));
        std::mem::take(&mut is_first) || taken <= MOST_BYTES
    });
}

impl Key {
    /// Nothing for what is no file.
    fn of(files: &Files, file: usize, path: &Path, part: &[u64]) -> Option<Self> {
        let metadata = path.metadata().ok().filter(|metadata| metadata.is_file())?;
        let len = files.len_of(file);
        let first = files.bytes(file, 0, len.min(FIRST))?;
        Some(Key {
            file: FileId::at(path).ok()?,
            modified: metadata.modified().ok(),
            len,
            first: blake3::hash(&first),
            part: part.to_vec(),
        })
    }
}
