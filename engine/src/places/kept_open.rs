//! A file of a tree that is opened when it is needed, and kept open while few are.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use super::slice::Shared;
use super::tree::{ReadFailure, Tree};

/// Files that are kept open at once: a system allows a process some hundreds.
const MOST_OPEN: usize = 128;

static OPEN: AtomicUsize = AtomicUsize::new(0);

/// The right to keep a file open.
pub(super) struct Slot(());

impl Slot {
    /// A slot, where one is left.
    pub(super) fn take() -> Option<Self> {
        let is_left = OPEN.fetch_add(1, Relaxed) < MOST_OPEN;
        // It gives back on drop what it took, also when there was none left.
        let slot = Slot(());
        is_left.then_some(slot)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Relaxed);
    }
}

/// A file of a tree in which others lie. To open it anew for each of them would be slow where it has to be inflated
/// itself.
pub(super) struct KeptOpen<'t> {
    tree: &'t dyn Tree,
    node: usize,
    kept: Mutex<Option<(Shared<'t>, Slot)>>,
}

impl<'t> KeptOpen<'t> {
    /// The file of `tree` at `node`, not opened yet.
    pub(super) fn new(tree: &'t dyn Tree, node: usize) -> Self {
        KeptOpen { tree, node, kept: Mutex::new(None) }
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> Result<Shared<'t>, ReadFailure> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((bytes, _)) = &*kept {
            return Ok(Shared::clone(bytes));
        }
        let bytes = Shared::from(self.tree.open(self.node)?);
        *kept = Slot::take().map(|slot| (Shared::clone(&bytes), slot));
        Ok(bytes)
    }
}
