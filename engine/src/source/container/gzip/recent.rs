//! Indexes that were made lately: a program opens a file several times before it scans it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::index::Index;
use super::member;
use crate::source::container::opening::Opening;
use crate::source::container::refusal::Refusal;
use crate::system::folder::FileId;

/// Indexes that are kept.
const MOST: usize = 8;

/// What tells a file from others, and from itself when somebody has written to it.
type Key = (FileId, u64, Option<SystemTime>);

static RECENT: Mutex<VecDeque<(Key, Arc<Index>)>> = Mutex::new(VecDeque::new());

/// The index of a file: one that was made before, or made now.
pub(super) fn index_of(opening: &Opening<'_>) -> Result<Arc<Index>, Refusal> {
    let key = key(opening);
    let lock = || RECENT.lock().unwrap_or_else(PoisonError::into_inner);
    let known = || {
        lock()
            .iter()
            .find(|(known, _)| Some(known) == key.as_ref())
            .map(|(_, index)| Arc::clone(index))
    };
    if let Some(index) = known() {
        return Ok(index);
    }
    let at = member::header(&opening.files, 0).ok_or_else(|| Refusal::damaged("header"))?;
    let index = Arc::new(Index::build(&opening.files, at, opening.stop)?);
    if let Some(key) = key {
        let mut recent = lock();
        recent.truncate(MOST - 1);
        recent.push_front((key, Arc::clone(&index)));
    }
    Ok(index)
}

/// Nothing for what is no file of its own.
fn key(opening: &Opening<'_>) -> Option<Key> {
    let is_file = opening.files.get(0)?.container().is_none();
    let metadata =
        opening.path().metadata().ok().filter(|metadata| is_file && metadata.is_file())?;
    let id = FileId::at(opening.path()).ok()?;
    (metadata.len() == opening.len()).then(|| (id, metadata.len(), metadata.modified().ok()))
}
