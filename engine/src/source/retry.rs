//! Reading round what cannot be read: from large reads down to single sectors.
//!
//! A large read that fails is tried again in smaller pieces, down to the smallest that the device
//! can give; only a piece of that size is believed to be bad. Reading goes on behind it and
//! returns to larger pieces where they succeed.
//!
//! A device that was pulled out fails everywhere, and a dying one takes seconds for each failure.
//! So after [`GIVE_UP`] failures in a row reading jumps ahead, twice as far each time, as long as
//! nothing succeeds. What is jumped over counts as unreadable although nobody tried it: a scan
//! that ends is worth more than those sectors, and imaging the device first is the way to get at
//! them. What has failed once is not tried again.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use afterimage_signatures::verdict::Span;

use crate::error::is_without_medium;
use crate::source::Holes;

/// Lengths to step down to before the smallest, in bytes: what a card erases at once at the
/// least, then a page of the page cache.
const RUNGS: [u64; 2] = [64 << 10, 4 << 10];
/// The step of a device that gives no trouble: all that is asked for.
const WHOLE: u64 = u64::MAX;
/// Smallest pieces that fail one after the other before reading jumps ahead.
const GIVE_UP: u32 = 64;
/// The first jump, in bytes.
const FIRST_JUMP: u64 = 64 << 10;

/// What a descent reads from.
pub(super) trait Device {
    /// Reads some bytes at `at`, as `pread` does; 0 means that the device ends there.
    fn read(&self, at: u64, out: &mut [u8]) -> io::Result<usize>;

    /// The same for at most one smallest piece, after larger reads of it failed.
    fn read_piece(&self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        self.read(at, out)
    }
}

/// What is known about the trouble of one device.
pub(super) struct Descent {
    /// Length of the device in bytes when it was opened.
    len: u64,
    /// Length of the smallest piece in bytes; pieces begin at its multiples.
    piece: u64,
    /// What could not be read.
    pub holes: Holes,
    /// Smallest pieces that failed since the last success.
    streak: AtomicU32,
}

impl Descent {
    /// A device of `len` bytes that fails by pieces of `piece` bytes.
    pub fn new(len: u64, piece: u32) -> Self {
        let piece = u64::from(piece.max(1));
        Descent { len, piece, holes: Holes::default(), streak: AtomicU32::new(0) }
    }

    /// Fills `out` from `at`: with bytes where the device gives them, else with zeros.
    pub fn fill(&self, device: &impl Device, at: u64, out: &mut [u8]) {
        let (mut at, mut rest) = (at, out);
        while !rest.is_empty() {
            let asked = Span { at, len: rest.len() as u64 };
            let (len, known) = match self.holes.first_in(asked) {
                Some(hole) if hole.at <= at => (hole.end() - at, true),
                Some(hole) => (hole.at - at, false),
                None => (asked.len, false),
            };
            let (head, tail) = rest.split_at_mut(len.min(asked.len) as usize);
            match known {
                true => head.fill(0),
                false => self.fill_unknown(device, at, head),
            }
            at = at.saturating_add(head.len() as u64);
            rest = tail;
        }
    }

    /// Fills `out` from a stretch without known holes.
    fn fill_unknown(&self, device: &impl Device, start: u64, out: &mut [u8]) {
        let (mut at, mut rest) = (start, out);
        let mut step = if self.gave_up() { self.piece } else { WHOLE };
        while !rest.is_empty() {
            let advance = match self.attempt(device, at, rest, step) {
                Attempt::Read(len) => {
                    step = self.step_up(step, at.saturating_add(len));
                    len
                }
                Attempt::Lost(len) => {
                    let (lost, _) = rest.split_at_mut(len as usize);
                    lost.fill(0);
                    len
                }
                Attempt::Again(smaller) => {
                    step = smaller;
                    continue;
                }
            };
            at = at.saturating_add(advance);
            (_, rest) = rest.split_at_mut(advance as usize);
        }
    }

    /// Reads once, up to the next multiple of `step`.
    fn attempt(&self, device: &impl Device, at: u64, rest: &mut [u8], step: u64) -> Attempt {
        let left = rest.len() as u64;
        let want = (step - at % step).min(left);
        let (head, _) = rest.split_at_mut(want as usize);
        let read = match step == self.piece {
            true => device.read_piece(at, head),
            false => device.read(at, head),
        };
        match read {
            Ok(0) => Attempt::Lost(self.lose(at, left)),
            Ok(read) => {
                self.streak.store(0, Relaxed);
                Attempt::Read(want.min(read as u64))
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Attempt::Again(step),
            Err(error) if is_gone(&error) => {
                self.streak.store(GIVE_UP, Relaxed);
                Attempt::Lost(self.lose(at, left))
            }
            Err(_) => match self.step_down(step, want) {
                Some(smaller) => Attempt::Again(smaller),
                None => Attempt::Lost(self.lose_piece(at, left)),
            },
        }
    }

    /// The next smaller step after a read of `failed` bytes by `step`; nothing below the piece.
    ///
    /// A read that was short anyway is still tried as a piece: that may be another way to read.
    fn step_down(&self, step: u64, failed: u64) -> Option<u64> {
        let shorter = |rung: &u64| *rung >= self.piece && *rung < failed.min(step);
        RUNGS.into_iter().find(shorter).or((step > self.piece).then_some(self.piece))
    }

    /// The step to go on with at `at` after a success: the next larger one where it begins.
    fn step_up(&self, step: u64, at: u64) -> u64 {
        let larger = RUNGS.into_iter().rev().find(|rung| *rung > step).unwrap_or(WHOLE);
        if larger == WHOLE || at.is_multiple_of(larger) { larger } else { step }
    }

    /// Gives up all that is asked for, since the device does not have it; returns its length.
    fn lose(&self, at: u64, rest: u64) -> u64 {
        self.holes.add(Span { at, len: rest });
        rest
    }

    /// Gives up the piece at `at`, and more when giving up has become a habit.
    ///
    /// Returns how many of the `rest` bytes that are asked for from `at` on are lost.
    fn lose_piece(&self, at: u64, rest: u64) -> u64 {
        let start = at - at % self.piece;
        let end = start.saturating_add(self.piece).min(self.len);
        self.holes.add(Span::between(start, end));
        let asked_end = at.saturating_add(rest);
        let piece_end = start.saturating_add(self.piece).min(asked_end);
        let streak = self.streak.fetch_add(1, Relaxed).saturating_add(1).min(2 * GIVE_UP);
        self.streak.fetch_min(2 * GIVE_UP, Relaxed);
        let Some(habit) = streak.checked_sub(GIVE_UP) else {
            return piece_end - at;
        };
        let jump = FIRST_JUMP.saturating_mul(1 << habit.min(32));
        let end = piece_end.saturating_add(jump).min(asked_end);
        self.holes.add(Span::between(piece_end, end));
        end - at
    }

    fn gave_up(&self) -> bool {
        self.streak.load(Relaxed) >= GIVE_UP
    }
}

/// What came of one read.
enum Attempt {
    /// So many bytes, at least one.
    Read(u64),
    /// So many bytes were given up.
    Lost(u64),
    /// Nothing yet: try again with this step.
    Again(u64),
}

/// Whether an error says that the whole device is not there any more.
fn is_gone(error: &io::Error) -> bool {
    #[cfg(unix)]
    let gone = matches!(error.raw_os_error(), Some(libc::ENODEV | libc::ENXIO));
    #[cfg(not(unix))]
    let gone = false;
    gone || is_without_medium(error)
}

#[cfg(test)]
mod tests;
