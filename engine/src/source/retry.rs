//! Reading round what cannot be read: from large reads down to single sectors.
//!
//! A large read that fails is tried again with smaller ones, down to the smallest unit that the
//! device can give; only a unit is believed to be bad. Reading goes on after it and returns to
//! larger reads where they succeed.
//!
//! A device that was pulled out fails everywhere, and a dying one takes seconds for each failure.
//! So after [`GIVE_UP`] failures in a row reading jumps ahead, twice as far each time, as long as
//! nothing succeeds. Where something does, it goes back over the last jump, up to what is bad. What is
//! jumped over else counts as unreadable although nobody tried it: a scan
//! that ends is worth more than those sectors, and imaging the device first is the way to get at
//! them. What has failed as a unit is not tried again.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

use afterimage_signatures::verdict::Span;

use crate::control::os_error::{is_device_gone, is_server_gone, is_without_medium};
use crate::control::progress::Stop;
use crate::source::unreadable::UnreadableRanges;

/// Lengths of reads that are tried before the smallest, in bytes: what is lost together when a larger read
/// fails, and is read again by the second, a page.
const STEPS: [u64; 2] = [CAREFUL, 4 << 10];
/// The longest read of a device that has failed not long ago, in bytes: each failure costs what a failed read
/// asked for besides.
const CAREFUL: u64 = 16 << 10;
/// Farther from the last failure reads grow, to such a part of what was read since: no more than that is
/// wasted when the next one fails.
const GROWTH: u64 = 64;
/// After so many bytes without a failure reads are as long as at first.
const CALM: u64 = 128 << 20;
/// The step of a device without failures: all that is asked for.
const WHOLE: u64 = u64::MAX;
/// Units that fail one after the other before reading jumps ahead.
const GIVE_UP: u32 = 64;
/// How often a probe is repeated that a signal interrupts.
const MOST_PROBES: u32 = 8;
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

    /// The same for a unit that was read before, from the device itself and not from memory.
    fn probe(&self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        self.read_unit(at, out)
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
    /// Bytes that may still be read with care only, since a read has failed.
    care: AtomicU64,
    /// A byte that was read, to be read again when nothing else is.
    good: AtomicU64,
    /// Whether the device is shorter than it was.
    shrunk: AtomicBool,
    /// Whether it is not there any more.
    gone: AtomicBool,
    /// When nothing is to be read any more.
    stop: Stop,
}

impl Retry {
    /// A device of `len` bytes that fails by units of `unit` bytes.
    pub(super) fn new(len: u64, unit: u32) -> Self {
        let unit = u64::from(unit.max(1));
        Retry {
            len,
            unit,
            unreadable: UnreadableRanges::default(),
            failures: AtomicU32::new(0),
            care: AtomicU64::new(0),
            good: AtomicU64::new(u64::MAX),
            shrunk: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            stop: Stop::default(),
        }
    }

    /// From now on ends soon after `stop` is over.
    pub(super) fn heed(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }

    /// Whether the device is not there any more, or shorter than it was.
    pub(super) fn is_gone(&self) -> bool {
        self.gone.load(Relaxed) || self.shrunk.load(Relaxed)
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
        let (mut done, mut jumped) = (0, 0..0);
        let mut step = if self.gave_up() { self.unit } else { self.longest() };
        while done < out.len() {
            let at = start.saturating_add(done as u64);
            if self.stop.is_over() {
                out[done..].fill(0);
                break;
            }
            if self.gone.load(Relaxed) {
                self.give_up(at, (out.len() - done) as u64);
                out[done..].fill(0);
                break;
            }
            match self.attempt(device, at, &mut out[done..], step) {
                ReadOutcome::Read(len) => {
                    if jumped.end == done && !jumped.is_empty() {
                        self.go_back(device, start, &mut out[..done], jumped);
                        jumped = 0..0;
                    }
                    step = self.larger_step(step, at.saturating_add(len));
                    done += len as usize;
                }
                ReadOutcome::Unreadable { len, jump } => {
                    self.give_up_jump(start, std::mem::replace(&mut jumped, 0..0));
                    let from = done + len as usize;
                    jumped = from..from + jump as usize;
                    out[done..jumped.end].fill(0);
                    done = jumped.end;
                }
                ReadOutcome::Again(smaller) => step = smaller,
            }
        }
        self.give_up_jump(start, jumped);
    }

    /// Reads what was jumped over, from its end back to what is bad: after it something succeeded.
    fn go_back(&self, device: &impl RawDevice, start: u64, out: &mut [u8], jumped: Range<usize>) {
        let (mut end, mut step) = (jumped.end, CAREFUL.max(self.unit));
        while end > jumped.start && !self.stop.is_over() && !self.gone.load(Relaxed) {
            let last = start.saturating_add(end as u64);
            let len = (step - (step - last % step) % step).min((end - jumped.start) as u64);
            let from = end - len as usize;
            match device.read(last - len, &mut out[from..end]) {
                Ok(read) if read as u64 == len => end = from,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                _ => {
                    out[from..end].fill(0);
                    match self.smaller_step(step, len) {
                        Some(smaller) => step = smaller,
                        None => break,
                    }
                }
            }
        }
        self.give_up_jump(start, jumped.start..end);
    }

    /// Gives up what was jumped over and not read since; both ends count from `start`.
    fn give_up_jump(&self, start: u64, jumped: Range<usize>) {
        let at = start.saturating_add(jumped.start as u64);
        self.unreadable.add(Span { at, len: jumped.len() as u64 });
    }

    /// Reads once, up to the next multiple of `step`.
    fn attempt(&self, device: &impl RawDevice, at: u64, rest: &mut [u8], step: u64) -> ReadOutcome {
        let left = rest.len() as u64;
        let want = (step - at % step).min(left);
        let (head, _) = rest.split_at_mut(want as usize);
        let read =
            if step == self.unit { device.read_unit(at, head) } else { device.read(at, head) };
        match read {
            Ok(0) => {
                self.shrunk.store(true, Relaxed);
                ReadOutcome::Unreadable { len: self.give_up(at, left), jump: 0 }
            }
            Ok(read) => {
                let read = want.min(read as u64);
                self.succeeded(at, read);
                ReadOutcome::Read(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => ReadOutcome::Again(step),
            Err(error) if is_disconnected(&error) => {
                self.gone.store(true, Relaxed);
                ReadOutcome::Unreadable { len: self.give_up(at, left), jump: 0 }
            }
            Err(_) => match self.smaller_step(self.failed(step), want) {
                Some(smaller) => ReadOutcome::Again(smaller),
                None => self.give_up_unit(device, at, left),
            },
        }
    }

    /// Takes note of bytes that were read.
    fn succeeded(&self, at: u64, len: u64) {
        if self.failures.load(Relaxed) > 0 {
            self.failures.store(0, Relaxed);
        }
        if self.good.load(Relaxed) == u64::MAX {
            self.good.store(at, Relaxed);
        }
        let care = self.care.load(Relaxed);
        if care > 0 {
            self.care.store(care.saturating_sub(len), Relaxed);
        }
    }

    /// Takes note that a read failed; gives its step.
    fn failed(&self, step: u64) -> u64 {
        self.care.store(CALM, Relaxed);
        step
    }

    /// The longest step that is taken now.
    fn longest(&self) -> u64 {
        match self.care.load(Relaxed) {
            0 => WHOLE,
            care => {
                let since = (CALM.saturating_sub(care) / GROWTH).max(CAREFUL);
                (1u64 << since.ilog2()).max(self.unit)
            }
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
        let larger = larger.min(self.longest()).max(step);
        if larger == WHOLE || at.is_multiple_of(larger) { larger } else { step }
    }

    /// Gives up all that is asked for, since the device does not have it; returns its length.
    fn give_up(&self, at: u64, rest: u64) -> u64 {
        self.unreadable.add(Span { at, len: rest });
        rest
    }

    /// Gives up the unit at `at`, and tells how many of the `rest` bytes that are asked for from there on are
    /// to be jumped over after many failures in a row.
    fn give_up_unit(&self, device: &impl RawDevice, at: u64, rest: u64) -> ReadOutcome {
        let start = at - at % self.unit;
        let end = start.saturating_add(self.unit).min(self.len);
        self.unreadable.add(Span::between(start, end));
        let asked_end = at.saturating_add(rest);
        let unit_end = start.saturating_add(self.unit).min(asked_end);
        let len = unit_end - at;
        let failures = self.failures.fetch_add(1, Relaxed).saturating_add(1).min(2 * GIVE_UP);
        self.failures.fetch_min(2 * GIVE_UP, Relaxed);
        let Some(excess) = failures.checked_sub(GIVE_UP) else {
            return ReadOutcome::Unreadable { len, jump: 0 };
        };
        if excess == 0 && !self.still_reads(device) {
            // A device that was pulled out may say no more than one with bad sectors.
            self.gone.store(true, Relaxed);
            return ReadOutcome::Unreadable { len: self.give_up(at, rest), jump: 0 };
        }
        let jump = FIRST_JUMP.saturating_mul(1 << excess.min(32));
        ReadOutcome::Unreadable { len, jump: jump.min(asked_end - unit_end) }
    }

    /// Whether a byte that was read can be read still; true where none was yet.
    fn still_reads(&self, device: &impl RawDevice) -> bool {
        let good = self.good.load(Relaxed);
        let mut out = vec![0; usize::try_from(self.unit).unwrap_or(0)];
        let asked = |read: io::Result<usize>| match read {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
            read => Some(read.is_ok_and(|len| len > 0)),
        };
        let at = good - good % self.unit;
        good == u64::MAX
            || (0..MOST_PROBES).find_map(|_| asked(device.probe(at, &mut out))).unwrap_or(true)
    }

    fn gave_up(&self) -> bool {
        self.failures.load(Relaxed) >= GIVE_UP
    }
}

/// What came of one read.
enum ReadOutcome {
    /// So many bytes, at least one.
    Read(u64),
    /// So many bytes were given up, and so many after them are to be jumped over.
    Unreadable {
        /// What was given up, at least one byte.
        len: u64,
        /// What nobody has tried.
        jump: u64,
    },
    /// Nothing yet: try again with this step.
    Again(u64),
}

/// Whether an error says that the whole device is not there any more.
fn is_disconnected(error: &io::Error) -> bool {
    is_device_gone(error) || is_server_gone(error) || is_without_medium(error)
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
