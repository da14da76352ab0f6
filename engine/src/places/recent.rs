//! What was made last of files in trees, so that it is not made again for the next one who asks.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// The number of a tree, which no other has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TreeId(u64);

impl TreeId {
    /// The next number.
    pub(super) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        TreeId(NEXT.fetch_add(1, Relaxed))
    }
}

/// The last few things that were made, of all trees: trees live as long as a run, and there may be many.
pub(super) struct Recent<T> {
    most: usize,
    made: Mutex<VecDeque<(TreeId, usize, Arc<T>)>>,
}

impl<T> Recent<T> {
    /// Room for `most` of them.
    pub(super) const fn new(most: usize) -> Self {
        Recent { most, made: Mutex::new(VecDeque::new()) }
    }

    /// What was made of a node of a tree, or what `make` makes of it now.
    pub(super) fn get<E>(
        &self,
        tree: TreeId,
        node: usize,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        if let Some(known) = self.known(tree, node) {
            return Ok(known);
        }
        // Without the lock: it may read from a tree around this one, which asks here too.
        let made = Arc::new(make()?);
        let mut all = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        all.truncate(self.most.saturating_sub(1));
        all.push_front((tree, node, Arc::clone(&made)));
        Ok(made)
    }

    fn known(&self, tree: TreeId, node: usize) -> Option<Arc<T>> {
        let mut all = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|(of, at, _)| (*of, *at) == (tree, node))?;
        let known = all.remove(at)?;
        let made = Arc::clone(&known.2);
        all.push_front(known);
        Some(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_is_not_made_again() {
        let (recent, tree) = (Recent::new(2), TreeId::next());
        let get = |node, value: u32| *recent.get(tree, node, || Ok::<_, ()>(value)).unwrap();
        assert_eq!((get(0, 10), get(0, 11), get(1, 20), get(0, 12)), (10, 10, 20, 10));
        // The third pushes out the one that was used before the other.
        assert_eq!((get(2, 30), get(1, 21), get(0, 13)), (30, 21, 13));
        assert_eq!(recent.get(TreeId::next(), 0, || Err::<u32, _>(())), Err(()));
    }
}
