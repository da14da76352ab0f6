//! Blocks that were unpacked lately, of all containers of the process together: the memory does not grow with the
//! number of images.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that are kept; one block is, however long it is.
const CAPACITY: usize = 64 << 20;

/// The number of the next container.
static NEXT: AtomicU64 = AtomicU64::new(0);

static CACHE: Mutex<Option<Blocks>> = Mutex::new(None);

/// What tells a block from others: the container, the number of its layer, and where it begins in the disk.
type Key = (u64, usize, u64);

#[derive(Default)]
struct Blocks {
    blocks: HashMap<Key, Block>,
    /// In the order in which they came, or got a second chance.
    order: VecDeque<Key>,
    bytes: usize,
}

struct Block {
    /// Nothing for one that does not unpack.
    bytes: Option<Arc<[u8]>>,
    /// Whether somebody asked for it since it came or was looked at.
    is_used: bool,
}

/// The blocks of one container.
pub(super) struct Cache(u64);

impl Cache {
    pub(super) fn new() -> Self {
        Cache(NEXT.fetch_add(1, Relaxed))
    }

    /// The block that begins at `at` in a layer, where it is kept.
    pub(super) fn get(&self, layer: usize, at: u64) -> Option<Option<Arc<[u8]>>> {
        let mut cache = lock();
        let block = cache.as_mut()?.blocks.get_mut(&(self.0, layer, at))?;
        block.is_used = true;
        Some(block.bytes.clone())
    }

    /// Keeps a block, and lets others go.
    pub(super) fn keep(&self, layer: usize, at: u64, bytes: Option<Arc<[u8]>>) {
        let mut cache = lock();
        cache.get_or_insert_default().add((self.0, layer, at), bytes);
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        if let Some(blocks) = lock().as_mut() {
            blocks.forget(self.0);
        }
    }
}

// Every change to the cache is whole before the next can panic.
fn lock() -> MutexGuard<'static, Option<Blocks>> {
    CACHE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Blocks {
    fn add(&mut self, key: Key, bytes: Option<Arc<[u8]>>) {
        let len = cost(bytes.as_ref());
        if let Some(old) = self.blocks.insert(key, Block { bytes, is_used: false }) {
            self.bytes -= cost(old.bytes.as_ref());
        } else {
            self.order.push_back(key);
        }
        self.bytes += len;
        while self.bytes > CAPACITY && self.order.len() > 1 {
            self.shrink();
        }
    }

    /// Lets the first block go, unless somebody asked for it: then it gets a second chance.
    fn shrink(&mut self) {
        let Some(key) = self.order.pop_front() else { return };
        match self.blocks.get_mut(&key) {
            Some(block) if block.is_used => {
                block.is_used = false;
                self.order.push_back(key);
            }
            _ => {
                let gone = self.blocks.remove(&key);
                self.bytes -= gone.map_or(0, |block| cost(block.bytes.as_ref()));
            }
        }
    }

    fn forget(&mut self, container: u64) {
        self.order.retain(|key| key.0 != container);
        self.blocks.retain(|key, _| key.0 != container);
        self.bytes = self.blocks.values().map(|block| cost(block.bytes.as_ref())).sum();
    }
}

/// Bytes that a block takes: one that does not unpack costs something too.
fn cost(bytes: Option<&Arc<[u8]>>) -> usize {
    const ENTRY: usize = 128;
    ENTRY + bytes.map_or(0, |bytes| bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_let_go_when_there_are_too_many_and_those_in_use_last() {
        let mut blocks = Blocks::default();
        let block = || Some(Arc::from(vec![0u8; CAPACITY / 4]));
        blocks.add((0, 0, 0), block());
        blocks.add((0, 0, 1), block());
        blocks.blocks.get_mut(&(0, 0, 0)).unwrap().is_used = true;
        for at in 2..5 {
            blocks.add((0, 0, at), block());
        }
        assert!(blocks.bytes <= CAPACITY && blocks.blocks.contains_key(&(0, 0, 0)));
        assert!(!blocks.blocks.contains_key(&(0, 0, 1)));
        blocks.add((1, 0, 9), Some(Arc::from(vec![0u8; CAPACITY * 2])));
        blocks.add((0, 0, 0), None);
        assert!(blocks.blocks.contains_key(&(0, 0, 0)) && blocks.blocks.len() == 1);
        blocks.forget(0);
        assert_eq!((blocks.bytes, blocks.order.len()), (0, 0));
    }

    #[test]
    fn each_container_has_blocks_of_its_own_until_it_is_closed() {
        let (one, other) = (Cache::new(), Cache::new());
        one.keep(0, 512, Some(Arc::from([1u8, 2])));
        assert_eq!(one.get(0, 512), Some(Some(Arc::from([1u8, 2]))));
        assert_eq!((one.get(1, 512), other.get(0, 512)), (None, None));
        other.keep(0, 0, None);
        assert_eq!(other.get(0, 0), Some(None));
        let number = one.0;
        drop(one);
        assert_eq!(Cache(number).get(0, 512), None);
    }
}
