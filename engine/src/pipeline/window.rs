//! A bounded window of recent chunks, so that a device is read once.
//!
//! The reader fetches chunks in order; workers carve from those that are still held. A worker that
//! needs a byte a little further on fetches that chunk itself, and the reader finds it there.
//! What lies far away (a directory at the end of a large TIFF) is read directly and not kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::control::metrics::{Metrics, Stage};
use crate::source::Source;

/// What the window may hold, in bytes; at least four chunks of any size. Photos up to half of it
/// are read from the device once.
const CAPACITY: u64 = 96 << 20;

/// A source seen through the window.
pub struct Window<'s> {
    source: &'s dyn Source,
    metrics: &'s Metrics,
    chunk_len: u64,
    /// Bytes after its own that a chunk holds.
    overlap: u64,
    most_chunks: usize,
    state: Mutex<State>,
    loaded: Condvar,
}

#[derive(Default)]
struct State {
    chunks: BTreeMap<u64, Slot>,
    /// Buffers of chunks that were dropped.
    spare: Vec<Vec<u8>>,
    /// The furthest chunk that the reader has asked for.
    head: u64,
}

enum Slot {
    Loading,
    Ready(Arc<Vec<u8>>),
}

impl<'s> Window<'s> {
    /// A window on `source` in chunks of `chunk_len` bytes that overlap by `overlap`.
    pub fn new(source: &'s dyn Source, chunk_len: u64, overlap: u64, metrics: &'s Metrics) -> Self {
        Window {
            source,
            metrics,
            chunk_len,
            overlap,
            most_chunks: usize::try_from(CAPACITY / chunk_len).unwrap_or(usize::MAX).max(4),
            state: Mutex::default(),
            loaded: Condvar::new(),
        }
    }

    /// Whether the source is mapped, as far as its first byte tells.
    pub fn is_mapped(&self) -> bool {
        self.source.mapped(0, 1).is_some()
    }

    /// How many chunks may be on their way to the workers and in work: no more are held by the workers than leave room for
    /// what they fetch ahead of the reader.
    pub fn most_on_their_way(&self) -> usize {
        self.most_chunks / 4
    }

    /// The chunk at `index`, its overlap included, for the reader: what lies far before it is let
    /// go, and all of it when the reader begins anew.
    pub fn read(&self, index: u64) -> Arc<Vec<u8>> {
        let mut state = self.lock();
        if index < state.head {
            state.chunks.retain(|_, slot| matches!(slot, Slot::Loading));
        }
        state.head = index;
        drop(state);
        self.fetch(index)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change to the state is whole before the next can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fetch(&self, index: u64) -> Arc<Vec<u8>> {
        let mut state = self.lock();
        loop {
            match state.chunks.get(&index) {
                Some(Slot::Ready(bytes)) => return Arc::clone(bytes),
                Some(Slot::Loading) => {
                    // Whoever loads it waits for the source only, so this ends.
                    state = self.loaded.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                None => break,
            }
        }
        state.chunks.insert(index, Slot::Loading);
        let mut bytes = state.spare.pop().unwrap_or_default();
        drop(state);
        let loading = Loading { window: self, index };

        let at = index * self.chunk_len;
        let len = (self.chunk_len + self.overlap).min(self.source.len().saturating_sub(at));
        bytes.resize(len as usize, 0);
        self.metrics.time(Stage::Read, len, || self.source.read_at(at, &mut bytes));
        let bytes = Arc::new(bytes);

        let mut state = self.lock();
        state.chunks.insert(index, Slot::Ready(Arc::clone(&bytes)));
        state.shrink(self.most_chunks);
        drop(state);
        drop(loading);
        bytes
    }

    /// The chunk at `index` if it is held, or near enough to be worth fetching whole.
    fn near(&self, index: u64) -> Option<Arc<Vec<u8>>> {
        let state = self.lock();
        let ahead = state.head..=state.head + self.most_chunks as u64 / 2;
        let near = state.chunks.contains_key(&index) || ahead.contains(&index);
        drop(state);
        near.then(|| self.fetch(index))
    }
}

/// Wakes those who wait for a chunk when it is loaded; also when loading it panicked, so that
/// they do not wait for ever.
struct Loading<'w, 's> {
    window: &'w Window<'s>,
    index: u64,
}

impl Drop for Loading<'_, '_> {
    fn drop(&mut self) {
        let mut state = self.window.lock();
        if matches!(state.chunks.get(&self.index), Some(Slot::Loading)) {
            state.chunks.remove(&self.index);
        }
        drop(state);
        self.window.loaded.notify_all();
    }
}

impl State {
    /// Lets the first chunks go until no more than `most` are held; before them those that lie further ahead
    /// than any is fetched, as they do when the reader has begun anew.
    fn shrink(&mut self, most: usize) {
        let far = self.head.saturating_add(most as u64);
        while self.chunks.len() > most {
            let mut ready = self.chunks.iter().filter(|(_, slot)| matches!(slot, Slot::Ready(_)));
            let last = ready.clone().next_back().filter(|(index, _)| **index > far);
            let Some(index) = last.or_else(|| ready.next()).map(|(index, _)| *index) else {
                return;
            };
            if let Some(Slot::Ready(bytes)) = self.chunks.remove(&index)
                && let Some(bytes) = Arc::into_inner(bytes)
                && self.spare.len() < 2
            {
                self.spare.push(bytes);
            }
        }
    }
}

impl Bytes for Window<'_> {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        self.source.mapped(at, len)
    }

    fn read_at(&self, mut at: u64, mut out: &mut [u8]) {
        // What is in memory need not be asked of a chunk that others may hold.
        if let Some(bytes) = self.source.mapped(at, out.len()) {
            return out.copy_from_slice(bytes);
        }
        while !out.is_empty() {
            let index = at / self.chunk_len;
            let skip = at % self.chunk_len;
            let here = (self.chunk_len - skip).min(out.len() as u64) as usize;
            let (now, rest) = out.split_at_mut(here);
            match self.near(index) {
                Some(chunk) => match chunk.get(skip as usize..skip as usize + here) {
                    Some(bytes) => now.copy_from_slice(bytes),
                    None => now.fill(0),
                },
                None => {
                    let len = here as u64;
                    self.metrics.time(Stage::Read, len, || self.source.read_at(at, now));
                }
            }
            out = rest;
            at += here as u64;
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.source.unreadable_in(span)
    }
}
