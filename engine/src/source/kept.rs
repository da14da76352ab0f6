//! Bytes that were read from a device, so that nothing of a failing or a slow one is asked for twice.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of a block.
const BLOCK: u64 = 4096;

/// The smallest part of a block that is kept, in bytes: no device has smaller sectors.
const PART: u64 = 512;

/// Blocks that are kept at the most; 128 MiB of bytes.
const MOST_BLOCKS: usize = 32 << 10;

/// Bytes that were read; those that were read first are let go first.
#[derive(Default)]
pub(super) struct Kept(Mutex<Blocks>);

#[derive(Default)]
struct Blocks {
    /// By its number, a block and a bit for each part of it that is there.
    blocks: HashMap<u64, (u8, Box<[u8]>)>,
    /// Numbers in the order in which they came.
    order: VecDeque<u64>,
}

impl Kept {
    /// Fills the beginning of `out` by what is kept from `at` on; tells how much that was.
    pub(super) fn read(&self, at: u64, out: &mut [u8]) -> usize {
        let kept = self.lock();
        let mut done = 0;
        while done < out.len() {
            let here = at + done as u64;
            let (number, inside) = (here / BLOCK, here % BLOCK);
            let Some((parts, bytes)) = kept.blocks.get(&number) else { break };
            if parts >> (inside / PART) & 1 == 0 {
                break;
            }
            let part = (PART - inside % PART).min((out.len() - done) as u64) as usize;
            let from = inside as usize;
            out[done..done + part].copy_from_slice(&bytes[from..from + part]);
            done += part;
        }
        done
    }

    /// Keeps what was read at `at`, as far as it is whole parts.
    pub(super) fn keep(&self, at: u64, bytes: &[u8]) {
        let mut kept = self.lock();
        let skip = (at.next_multiple_of(PART) - at) as usize;
        let mut at = at + skip as u64;
        for part in bytes.get(skip..).unwrap_or_default().chunks_exact(PART as usize) {
            let (number, inside) = (at / BLOCK, (at % BLOCK) as usize);
            if !kept.blocks.contains_key(&number) {
                kept.add(number);
            }
            if let Some((parts, block)) = kept.blocks.get_mut(&number) {
                *parts |= 1 << (inside as u64 / PART);
                block[inside..inside + part.len()].copy_from_slice(part);
            }
            at += PART;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Blocks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Blocks {
    /// Makes room for a block.
    fn add(&mut self, number: u64) {
        let old = if self.order.len() >= MOST_BLOCKS { self.order.pop_front() } else { None };
        let old = old.and_then(|number| self.blocks.remove(&number));
        let bytes = old.map_or_else(|| vec![0; BLOCK as usize].into(), |(_, bytes)| bytes);
        self.blocks.insert(number, (0, bytes));
        self.order.push_back(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_comes_back_up_to_the_first_byte_that_was_not() {
        let (kept, data) = (Kept::default(), (0..20_000u32).map(|at| at as u8).collect::<Vec<_>>());
        kept.keep(1000, &data[1000..9000]);
        let mut out = vec![0; 20_000];
        assert_eq!(kept.read(1000, &mut out), 0, "its part did not come whole");
        assert_eq!(kept.read(1024, &mut out), 7680);
        assert!(out[..7680] == data[1024..8704]);
        kept.keep(8704, &data[8704..9216]);
        assert_eq!(kept.read(1100, &mut out[..9000]), 8116);
        assert_eq!(kept.read(9000, &mut out[..10]), 10);
        assert_eq!(out[..10], data[9000..9010]);
    }

    #[test]
    fn the_first_blocks_are_let_go_first() {
        let kept = Kept::default();
        for number in 0..MOST_BLOCKS as u64 + 2 {
            kept.keep(number * BLOCK, &[number as u8; PART as usize]);
        }
        let mut out = [0; 4];
        assert_eq!(kept.read(BLOCK, &mut out), 0);
        assert_eq!((kept.read(2 * BLOCK, &mut out), out), (4, [2; 4]));
    }
}
