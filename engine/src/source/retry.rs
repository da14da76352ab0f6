//! Reading round what cannot be read: from large reads down to single sectors.
//!
//! A large read that fails is tried again with smaller ones, down to the smallest unit that the
//! device can give; only a unit is believed to be bad. Reading goes on after it and returns to
//! larger reads where they succeed.
//!
//! A device that was pulled out fails everywhere, and a dying one takes seconds for each failure.
//! So after [`GIVE_UP`] failures in a row reading jumps ahead, twice as far each time, as long as
//! nothing succeeds. What is jumped over counts as unreadable although nobody tried it: a scan
//! that ends is worth more than those sectors, and imaging the device first is the way to get at
//! them. What has failed as a unit is not tried again.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use afterimage_signatures::verdict::Span;

use crate::control::error::is_without_medium;
use crate::control::progress::Stop;
use crate::source::unreadable::UnreadableRanges;

/// Lengths of reads that are tried before the smallest, in bytes: what a card erases at once at the
/// least, then a page of the page cache.
const STEPS: [u64; 2] = [64 << 10, 4 << 10];
/// The step of a device without failures: all that is asked for.
const WHOLE: u64 = u64::MAX;
/// Units that fail one after the other before reading jumps ahead.
const GIVE_UP: u32 = 64;
/// The first jump, in bytes.
const FIRST_JUMP: u64 = 64 << 10;

/// What is read, and read again.
pub(super) trait RawDevice {
    /// Reads some bytes at `at`, as `pread` does; 0 means that the device ends there.
    fn read(&self, at: u64, out: &mut [u8]) -> io::Result<usize>;

    /// The same for at most one unit, after larger reads of it failed.
    fn read_unit(&self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        self.read(at, out)
    }
}

/// How reads of one device are tried again, and what is known of its failures.
pub(super) struct Retry {
    /// Length of the device in bytes when it was opened.
    len: u64,
    /// Length of the smallest read in bytes; units begin at its multiples.
    unit: u64,
    /// What could not be read.
    pub(super) unreadable: UnreadableRanges,
    /// Units that failed since the last success.
    failures: AtomicU32,
    /// When nothing is to be read any more.
    stop: Stop,
}

impl Retry {
    /// A device of `len` bytes that fails by units of `unit` bytes.
    pub(super) fn new(len: u64, unit: u32) -> Self {
        let unit = u64::from(unit.max(1));
        let (unreadable, failures) = (UnreadableRanges::default(), AtomicU32::new(0));
        Retry { len, unit, unreadable, failures, stop: Stop::default() }
    }

    /// From now on ends soon after `stop` is over.
    pub(super) fn heed(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }

    /// Fills `out` from `at`: with bytes where the device gives them, else with zeros.
    pub(super) fn fill(&self, device: &impl RawDevice, at: u64, out: &mut [u8]) {
        let (mut at, mut rest) = (at, out);
        while !rest.is_empty() {
            let asked = Span { at, len: rest.len() as u64 };
            let (len, known) = match self.unreadable.first_in(asked) {
                Some(range) if range.at <= at => (range.end() - at, true),
                Some(range) => (range.at - at, false),
                None => (asked.len, false),
            };
            let (head, tail) = rest.split_at_mut(len.min(asked.len) as usize);
            if known {
                head.fill(0);
            } else {
                self.fill_unknown(device, at, head);
            }
            at = at.saturating_add(head.len() as u64);
            rest = tail;
        }
    }

    /// Fills `out` from a range of which nothing is known to be unreadable.
    fn fill_unknown(&self, device: &impl RawDevice, start: u64, out: &mut [u8]) {
        let (mut at, mut rest) = (start, out);
        let mut step = if self.gave_up() { self.unit } else { WHOLE };
        while !rest.is_empty() {
            if self.stop.is_over() {
                return rest.fill(0);
            }
            let advance = match self.attempt(device, at, rest, step) {
                ReadOutcome::Read(len) => {
                    step = self.larger_step(step, at.saturating_add(len));
                    len
                }
                ReadOutcome::Unreadable(len) => {
                    let (unreadable, _) = rest.split_at_mut(len as usize);
                    unreadable.fill(0);
                    len
                }
                ReadOutcome::Again(smaller) => {
                    step = smaller;
                    continue;
                }
            };
            at = at.saturating_add(advance);
            (_, rest) = rest.split_at_mut(advance as usize);
        }
    }

    /// Reads once, up to the next multiple of `step`.
    fn attempt(&self, device: &impl RawDevice, at: u64, rest: &mut [u8], step: u64) -> ReadOutcome {
        let left = rest.len() as u64;
        let want = (step - at % step).min(left);
        let (head, _) = rest.split_at_mut(want as usize);
        let read =
            if step == self.unit { device.read_unit(at, head) } else { device.read(at, head) };
        match read {
            Ok(0) => ReadOutcome::Unreadable(self.give_up(at, left)),
            Ok(read) => {
                self.failures.store(0, Relaxed);
                ReadOutcome::Read(want.min(read as u64))
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => ReadOutcome::Again(step),
            Err(error) if is_disconnected(&error) => {
                self.failures.store(GIVE_UP, Relaxed);
                ReadOutcome::Unreadable(self.give_up(at, left))
            }
            Err(_) => match self.smaller_step(step, want) {
                Some(smaller) => ReadOutcome::Again(smaller),
                None => ReadOutcome::Unreadable(self.give_up_unit(at, left)),
            },
        }
    }

    /// The next smaller step after a read of `failed` bytes by `step`; nothing below the unit.
    ///
    /// A read that was short anyway is still tried as a unit: that may be another way to read.
    fn smaller_step(&self, step: u64, failed: u64) -> Option<u64> {
        let shorter = |other: &u64| *other >= self.unit && *other < failed.min(step);
        STEPS.into_iter().find(shorter).or((step > self.unit).then_some(self.unit))
    }

    /// The step to go on with at `at` after a success: the next larger one where it begins.
    fn larger_step(&self, step: u64, at: u64) -> u64 {
        let larger = STEPS.into_iter().rev().find(|other| *other > step).unwrap_or(WHOLE);
        if larger == WHOLE || at.is_multiple_of(larger) { larger } else { step }
    }

    /// Gives up all that is asked for, since the device does not have it; returns its length.
    fn give_up(&self, at: u64, rest: u64) -> u64 {
        self.unreadable.add(Span { at, len: rest });
        rest
    }

    /// Gives up the unit at `at`, and more after many failures in a row.
    ///
    /// Returns how many of the `rest` bytes that are asked for from `at` on are given up.
    fn give_up_unit(&self, at: u64, rest: u64) -> u64 {
        let start = at - at % self.unit;
        let end = start.saturating_add(self.unit).min(self.len);
        self.unreadable.add(Span::between(start, end));
        let asked_end = at.saturating_add(rest);
        let unit_end = start.saturating_add(self.unit).min(asked_end);
        let failures = self.failures.fetch_add(1, Relaxed).saturating_add(1).min(2 * GIVE_UP);
        self.failures.fetch_min(2 * GIVE_UP, Relaxed);
        let Some(excess) = failures.checked_sub(GIVE_UP) else {
            return unit_end - at;
        };
        let jump = FIRST_JUMP.saturating_mul(1 << excess.min(32));
        let end = unit_end.saturating_add(jump).min(asked_end);
        self.unreadable.add(Span::between(unit_end, end));
        end - at
    }

    fn gave_up(&self) -> bool {
        self.failures.load(Relaxed) >= GIVE_UP
    }
}

/// What came of one read.
enum ReadOutcome {
    /// So many bytes, at least one.
    Read(u64),
    /// So many bytes were given up.
    Unreadable(u64),
    /// Nothing yet: try again with this step.
    Again(u64),
}

/// Whether an error says that the whole device is not there any more.
fn is_disconnected(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENODEV | libc::ENXIO)) || is_without_medium(error)
}

#[cfg(test)]
mod tests;
