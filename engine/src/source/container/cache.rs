//! Blocks that were unpacked lately, of all containers of the process together: the memory does not grow with the
//! number of images.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes that are kept; one block is, however long it is.
const CAPACITY: usize = 64 << 20;

/// The number of the next container.
static NEXT: AtomicU64 = AtomicU64::new(0);

static CACHE: Mutex<Option<Blocks>> = Mutex::new(None);

/// Tells those who wait for a block that one was unpacked.
static UNPACKED: Condvar = Condvar::new();

/// What tells a block from others: the container, the number of its layer, and where it begins in the disk.
type Key = (u64, usize, u64);

#[derive(Default)]
struct Blocks {
    blocks: HashMap<Key, Block>,
    /// In the order in which they came, or got a second chance.
    order: VecDeque<Key>,
    /// Blocks that are being unpacked.
    claimed: HashSet<Key>,
    bytes: usize,
}

struct Block {
    /// Nothing for one that does not unpack.
    bytes: Option<Arc<Vec<u8>>>,
    /// Whether somebody asked for it since it came or was looked at.
    is_used: bool,
}

/// The blocks of one container.
pub(super) struct Cache(u64);

impl Cache {
    pub(super) fn new() -> Self {
        Cache(NEXT.fetch_add(1, Relaxed))
    }

    /// The block that begins at `at` in a layer, where it is kept; where it is not, whoever `claims` it is to unpack it,
    /// and others who do so wait until it is there.
    pub(super) fn get_or_claim(&self, layer: usize, at: u64, claims: bool) -> Claim {
        let key = (self.0, layer, at);
        let mut cache = lock();
        loop {
            let blocks = cache.get_or_insert_default();
            if let Some(block) = blocks.blocks.get_mut(&key) {
                block.is_used = true;
                return Claim::Known(block.bytes.clone());
            }
            if !claims {
                return Claim::Open(None);
            }
            if blocks.claimed.insert(key) {
                return Claim::Open(Some(Claimed(key)));
            }
            cache = UNPACKED.wait(cache).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// What is known of a block that is asked for.
pub(super) enum Claim {
    /// It is kept; nothing for one that does not unpack.
    Known(Option<Arc<Vec<u8>>>),
    /// It is not; who claimed it is to unpack it.
    Open(Option<Claimed>),
}

/// A block that is being unpacked: others wait for it until this is dropped.
pub(super) struct Claimed(Key);

impl Claimed {
    /// Keeps the block, and lets others go.
    pub(super) fn keep(self, bytes: Option<Arc<Vec<u8>>>) {
        lock().get_or_insert_default().add(self.0, bytes);
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        lock().get_or_insert_default().claimed.remove(&self.0);
        UNPACKED.notify_all();
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
    fn add(&mut self, key: Key, bytes: Option<Arc<Vec<u8>>>) {
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
fn cost(bytes: Option<&Arc<Vec<u8>>>) -> usize {
    const ENTRY: usize = 128;
    ENTRY + bytes.map_or(0, |bytes| bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_let_go_when_there_are_too_many_and_those_in_use_last() {
        let mut blocks = Blocks::default();
        let block = || Some(Arc::new(vec![0u8; CAPACITY / 4]));
        blocks.add((0, 0, 0), block());
        blocks.add((0, 0, 1), block());
        blocks.blocks.get_mut(&(0, 0, 0)).unwrap().is_used = true;
        for at in 2..5 {
            blocks.add((0, 0, at), block());
        }
        assert!(blocks.bytes <= CAPACITY && blocks.blocks.contains_key(&(0, 0, 0)));
        assert!(!blocks.blocks.contains_key(&(0, 0, 1)));
        blocks.add((1, 0, 9), Some(Arc::new(vec![0u8; CAPACITY * 2])));
        blocks.add((0, 0, 0), None);
        assert!(blocks.blocks.contains_key(&(0, 0, 0)) && blocks.blocks.len() == 1);
        blocks.forget(0);
        assert_eq!((blocks.bytes, blocks.order.len()), (0, 0));
    }

    fn claim(cache: &Cache, layer: usize, at: u64) -> Claimed {
        match cache.get_or_claim(layer, at, true) {
            Claim::Open(Some(claimed)) => claimed,
            _ => panic!("it is there"),
        }
    }

    fn known(cache: &Cache, layer: usize, at: u64) -> Option<Option<Arc<Vec<u8>>>> {
        match cache.get_or_claim(layer, at, false) {
            Claim::Known(block) => Some(block),
            Claim::Open(_) => None,
        }
    }

    #[test]
    fn each_container_has_blocks_of_its_own_until_it_is_closed() {
        let (one, other) = (Cache::new(), Cache::new());
        claim(&one, 0, 512).keep(Some(Arc::new(vec![1u8, 2])));
        assert_eq!(known(&one, 0, 512), Some(Some(Arc::new(vec![1u8, 2]))));
        assert_eq!((known(&one, 1, 512), known(&other, 0, 512)), (None, None));
        claim(&other, 0, 0).keep(None);
        assert_eq!(known(&other, 0, 0), Some(None));
        let number = one.0;
        drop(one);
        assert_eq!(known(&Cache(number), 0, 512), None);
    }

    #[test]
    fn a_block_is_unpacked_once_by_all_who_want_it_at_once() {
        let (cache, made) = (Cache::new(), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| match cache.get_or_claim(0, 7, true) {
                    Claim::Open(Some(claimed)) => {
                        made.fetch_add(1, Relaxed);
                        std::thread::yield_now();
                        claimed.keep(Some(Arc::new(vec![3])));
                    }
                    Claim::Known(block) => assert_eq!(block, Some(Arc::new(vec![3]))),
                    Claim::Open(None) => panic!("it was claimed"),
                });
            }
        });
        assert_eq!(made.load(Relaxed), 1);
        // Who gives up leaves it to the next.
        drop(claim(&cache, 0, 8));
        drop(claim(&cache, 0, 8));
    }
}
