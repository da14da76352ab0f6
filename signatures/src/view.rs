//! Bounded, random access to a candidate's bytes: the one place that checks bounds.
//!
//! A [`View`] hides where a file lies. It reads through [`Runs`] of some [`Bytes`], so the code
//! that measures a file in one piece also measures one that was put together from five.

mod runs;

pub use runs::Runs;

use crate::verdict::{Reject, Span};

/// Bytes that can be read at any offset: an image, a device, a slice in a test.
pub trait Bytes: Sync {
    /// Length in bytes.
    fn len(&self) -> u64;

    /// The `len` bytes at `at` if they are in memory already, as in a mapped image.
    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]>;

    /// Fills `out` from `at`, both inside [`Bytes::len`]. What cannot be read becomes zeros; the
    /// implementation remembers where, for the stages that come after the measurement.
    fn read_at(&self, at: u64, out: &mut [u8]);

    /// The first range that shares a byte with `span` and is known by now to be unreadable: what was read of
    /// it are zeros that nobody wrote. Known is what was asked for; a slice has no such range.
    fn unreadable_in(&self, _span: Span) -> Option<Span> {
        None
    }

    /// Whether there is no byte at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Bytes for [u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let start = usize::try_from(at).ok()?;
        self.get(start..start.checked_add(len)?)
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        match self.mapped(at, out.len()) {
            Some(bytes) => out.copy_from_slice(bytes),
            None => out.fill(0),
        }
    }
}

impl Bytes for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        Bytes::mapped(*self, at, len)
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        Bytes::read_at(*self, at, out);
    }
}

/// Byte order of a multi-byte number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first (Intel, "II").
    Little,
    /// Most significant byte first (Motorola, "MM").
    Big,
}

/// The bytes that a worker's views borrow from, reused from candidate to candidate.
#[derive(Debug, Default)]
pub struct Buffer {
    /// Offset of `bytes[0]` from the candidate's first byte.
    at: u64,
    bytes: Vec<u8>,
    lent: u64,
    /// So many more bytes may be lent, where there is a limit; asking for more spends it.
    allowance: Option<u64>,
}

impl Buffer {
    /// How many bytes the views on this buffer have lent so far.
    pub fn lent(&self) -> u64 {
        self.lent
    }

    /// Lets the views on this buffer lend so many bytes from now on, or any number of them. A view
    /// that is asked for more says [`Reject::OverBudget`] to this and every later call.
    pub fn allow(&mut self, most: Option<u64>) {
        self.allowance = most;
    }

    /// Whether a view was asked for more than was allowed: what it said is worth nothing then.
    pub fn is_spent(&self) -> bool {
        self.allowance == Some(0)
    }

    /// Takes note that `len` bytes are asked for; whether they may be lent.
    fn lend(&mut self, len: u64) -> bool {
        self.lent += len;
        match &mut self.allowance {
            None => true,
            Some(left) => {
                *left = left.saturating_sub(len);
                *left > 0
            }
        }
    }
}

/// A bounded window on one candidate, addressed from the window's first byte.
///
/// Reading past its end is a verdict ([`Reject::Truncated`]), never a failure. Verdicts speak of
/// offsets from the candidate's first byte, even out of a nested window.
///
/// ```
/// use afterimage_signatures::{Buffer, Endian, Reject, Runs, Span, View};
///
/// // A file of six bytes in two runs.
/// let disk = &b"..\x00\x2aAB......CD"[..];
/// let runs = Runs::new(vec![Span { at: 2, len: 4 }, Span { at: 12, len: 2 }]);
/// let mut buffer = Buffer::default();
/// let mut view = View::new(&disk, &runs, &mut buffer);
/// assert_eq!(view.u16(0, Endian::Big)?, 42);
/// assert_eq!(view.bytes(2, 4)?, b"ABCD");
///
/// // Nothing beyond its end can be read, nor beyond that of a window inside it.
/// assert_eq!(view.bytes(4, 4), Err(Reject::Truncated { at: 4, missing: 2 }));
/// let mut inner = view.sub(2, 2)?;
/// assert_eq!(inner.u8(2), Err(Reject::Truncated { at: 4, missing: 1 }));
/// # Ok::<(), Reject>(())
/// ```
#[derive(Debug)]
pub struct View<'s> {
    source: Source<'s>,
    runs: &'s Runs,
    /// This window's first byte, from the candidate's first byte.
    base: u64,
    len: u64,
    /// Mapped bytes around those that were asked for last, and where they lie in the candidate.
    held: (u64, &'s [u8]),
    buffer: &'s mut Buffer,
}

/// A reference that can be debugged without printing a disk.
#[derive(Clone, Copy)]
struct Source<'s>(&'s dyn Bytes);

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Source({:#x} bytes)", self.0.len())
    }
}

impl<'s> View<'s> {
    /// The most bytes that one call lends; bounds the buffer whatever the data says.
    pub const LENT: usize = 1 << 20;

    /// Small reads fetch this much at once, since the next one is usually beside it.
    const AHEAD: usize = 4096;

    /// So much of a mapped source is asked for at once: small reads then cost a comparison.
    const HELD: u64 = 64 << 10;

    /// A window on the whole of `runs`, which must lie inside `source`.
    pub fn new(source: &'s dyn Bytes, runs: &'s Runs, buffer: &'s mut Buffer) -> Self {
        buffer.bytes.clear();
        View { source: Source(source), runs, base: 0, len: runs.len(), held: (0, &[]), buffer }
    }

    /// Length of the window in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether the window has no byte.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// This window's first byte, from the candidate's first byte.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// Where runs join inside this window, counted from its first byte; runs that lie beside each other
    /// count as one.
    pub fn joints(&self) -> Vec<u64> {
        let inside = |at: &u64| (self.base + 1..self.base + self.len).contains(at);
        self.runs.joints().filter(inside).map(|at| at - self.base).collect()
    }

    /// Where in the source the byte at `at` of this window lies; nothing beyond its end.
    pub fn place(&self, at: u64) -> Option<u64> {
        (at < self.len).then(|| self.runs.rest_of_run(self.base + at).at)
    }

    /// A window on the `len` bytes at `at` of this one, so that a box cannot read its neighbour.
    pub fn sub(&mut self, at: u64, len: u64) -> Result<View<'_>, Reject> {
        self.check(at, len)?;
        Ok(self.window(at, len))
    }

    /// A window from `at` to this one's end, empty when `at` lies beyond it.
    pub fn from(&mut self, at: u64) -> View<'_> {
        let at = at.min(self.len);
        self.window(at, self.len - at)
    }

    fn window(&mut self, at: u64, len: u64) -> View<'_> {
        View {
            source: self.source,
            runs: self.runs,
            base: self.base + at,
            len,
            held: self.held,
            buffer: self.buffer,
        }
    }

    /// The `len` bytes at `at`: borrowed if they are mapped and lie in one run, else copied into
    /// the worker's buffer.
    pub fn bytes(&mut self, at: u64, len: usize) -> Result<&[u8], Reject> {
        self.check(at, len as u64)?;
        if len > Self::LENT {
            return Err(Reject::OverBudget { at: self.base + at, len: len as u64 });
        }
        if len == 0 {
            return Ok(&[]);
        }
        let at = self.base + at;
        if !self.buffer.lend(len as u64) {
            return Err(Reject::OverBudget { at, len: len as u64 });
        }
        if !self.holds(at, len) {
            self.hold(at, len);
        }
        if self.holds(at, len) {
            let start = (at - self.held.0) as usize;
            return Ok(&self.held.1[start..start + len]);
        }
        Ok(self.buffered(at, len))
    }

    /// Counts work that needs no bytes, such as filling a plane with one colour, as if so many had been
    /// lent. Whether it may go on.
    pub fn work(&mut self, bytes: u64) -> bool {
        self.buffer.lend(bytes)
    }

    fn holds(&self, at: u64, len: usize) -> bool {
        let (start, bytes) = self.held;
        at >= start && at + len as u64 <= start + bytes.len() as u64
    }

    /// Takes hold of mapped bytes from `at` on, if `len` of them lie in one run.
    fn hold(&mut self, at: u64, len: usize) {
        let run = self.runs.rest_of_run(at);
        let most = run.len.min((len as u64).max(Self::HELD)) as usize;
        if most >= len
            && let Some(bytes) = self.source.0.mapped(run.at, most)
        {
            self.held = (at, bytes);
        }
    }

    /// As many bytes at `at` as one call may lend, at most `most`; none at the end of the window.
    pub fn up_to(&mut self, at: u64, most: usize) -> &[u8] {
        let left = self.len.saturating_sub(at);
        let len = most.min(Self::LENT).min(usize::try_from(left).unwrap_or(usize::MAX));
        self.bytes(at, len).unwrap_or(&[])
    }

    /// The `N` bytes at `at`.
    pub fn array<const N: usize>(&mut self, at: u64) -> Result<[u8; N], Reject> {
        let mut out = [0; N];
        out.copy_from_slice(self.bytes(at, N)?);
        Ok(out)
    }

    /// The byte at `at`.
    pub fn u8(&mut self, at: u64) -> Result<u8, Reject> {
        Ok(self.array::<1>(at)?[0])
    }

    /// The 16-bit number at `at`.
    pub fn u16(&mut self, at: u64, endian: Endian) -> Result<u16, Reject> {
        let bytes = self.array(at)?;
        Ok(match endian {
            Endian::Little => u16::from_le_bytes(bytes),
            Endian::Big => u16::from_be_bytes(bytes),
        })
    }

    /// The 32-bit number at `at`.
    pub fn u32(&mut self, at: u64, endian: Endian) -> Result<u32, Reject> {
        let bytes = self.array(at)?;
        Ok(match endian {
            Endian::Little => u32::from_le_bytes(bytes),
            Endian::Big => u32::from_be_bytes(bytes),
        })
    }

    /// The 64-bit number at `at`.
    pub fn u64(&mut self, at: u64, endian: Endian) -> Result<u64, Reject> {
        let bytes = self.array(at)?;
        Ok(match endian {
            Endian::Little => u64::from_le_bytes(bytes),
            Endian::Big => u64::from_be_bytes(bytes),
        })
    }

    /// The verdict that the field `what` at `at` of this window has a forbidden value.
    pub fn malformed(&self, at: u64, what: &'static str) -> Reject {
        Reject::Malformed { at: self.base.saturating_add(at), what }
    }

    /// The first of the `len` bytes at `at` that the source could not deliver, and those after it: the view
    /// has zeros there that say nothing. What was not read yet may turn out to be unreadable later.
    pub fn unreadable_in(&self, at: u64, len: u64) -> Option<Span> {
        let end = at.saturating_add(len).min(self.len);
        let mut at = at;
        while at < end {
            let run = self.runs.rest_of_run(self.base + at);
            let here = Span { at: run.at, len: run.len.min(end - at) };
            if let Some(found) = self.source.0.unreadable_in(here) {
                let from = found.at.max(here.at) - here.at;
                let to = found.end().min(here.end()) - here.at;
                return Some(Span::between(at + from, at + to));
            }
            at += here.len;
        }
        None
    }

    /// The first byte from `at` on that is not known to be unreadable; the window's end where there is none.
    pub fn readable_from(&self, at: u64) -> u64 {
        let mut at = at.min(self.len);
        while let Some(found) = self.unreadable_in(at, u64::MAX).filter(|found| found.at == at) {
            at = found.end();
        }
        at
    }

    /// Whether `len` bytes at `at` lie inside the window.
    pub fn check(&self, at: u64, len: u64) -> Result<(), Reject> {
        let end = at.saturating_add(len);
        if end > self.len {
            let missing = end - self.len;
            return Err(Reject::Truncated { at: self.base.saturating_add(at), missing });
        }
        Ok(())
    }

    /// The bytes from the buffer, which is refilled when it does not hold them. `at` counts from
    /// the candidate's first byte and has been checked.
    fn buffered(&mut self, at: u64, len: usize) -> &[u8] {
        let held = self.buffer.bytes.len() as u64;
        let inside = at >= self.buffer.at && at + len as u64 <= self.buffer.at + held;
        if !inside {
            let left = self.runs.len() - at;
            let want = (len.max(Self::AHEAD) as u64).min(left) as usize;
            self.buffer.at = at;
            self.buffer.bytes.resize(want, 0);
            let mut filled = 0;
            while filled < want {
                let run = self.runs.rest_of_run(at + filled as u64);
                let here = run.len.min((want - filled) as u64) as usize;
                self.source.0.read_at(run.at, &mut self.buffer.bytes[filled..filled + here]);
                filled += here;
            }
        }
        let start = (at - self.buffer.at) as usize;
        &self.buffer.bytes[start..start + len]
    }
}

#[cfg(test)]
pub(crate) mod bad;

#[cfg(test)]
mod tests {
    use super::bad::Bad;
    use super::*;

    /// A source that is not mapped, as a device.
    struct Device(Vec<u8>);

    impl Bytes for Device {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }

        fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
            None
        }

        fn read_at(&self, at: u64, out: &mut [u8]) {
            self.0.as_slice().read_at(at, out);
        }
    }

    #[test]
    fn bytes_are_joined_across_runs_in_the_order_of_the_file() {
        let disk = b"..world..hello ..".to_vec();
        let runs =
            Runs::new(vec![Span { at: 9, len: 6 }, Span { at: 3, len: 0 }, Span { at: 2, len: 5 }]);
        for source in [&disk.as_slice() as &dyn Bytes, &Device(disk.clone())] {
            let mut buffer = Buffer::default();
            let mut view = View::new(source, &runs, &mut buffer);
            assert_eq!(view.len(), 11);
            assert_eq!(view.bytes(0, 11), Ok(b"hello world".as_slice()));
            assert_eq!(view.bytes(4, 4), Ok(b"o wo".as_slice()));
            assert_eq!(view.sub(6, 5).unwrap().array(1), Ok(*b"orl"));
        }
    }

    #[test]
    fn reading_past_the_end_is_a_verdict_that_counts_from_the_candidate() {
        let disk: &[u8] = &[1, 2, 3, 4];
        let (runs, mut buffer) = (Runs::whole(0, 4), Buffer::default());
        let mut view = View::new(&disk, &runs, &mut buffer);
        assert_eq!(view.u32(1, Endian::Big), Err(Reject::Truncated { at: 1, missing: 1 }));
        let mut inner = view.sub(2, 2).unwrap();
        assert_eq!(inner.u16(1, Endian::Big), Err(Reject::Truncated { at: 3, missing: 1 }));
        assert_eq!(inner.u16(u64::MAX, Endian::Big).unwrap_err().at(), u64::MAX);
        assert_eq!(inner.up_to(0, 100), &[3, 4]);
        assert_eq!(inner.up_to(9, 100), &[] as &[u8]);
    }

    #[test]
    fn what_is_unreadable_is_told_by_its_offset_in_the_file() {
        let source = Bad(vec![0; 100], Span { at: 48, len: 10 });
        let runs = Runs::new(vec![Span { at: 50, len: 20 }, Span { at: 10, len: 40 }]);
        let mut buffer = Buffer::default();
        let mut view = View::new(&source, &runs, &mut buffer);
        let span = |at, len| Some(Span { at, len });
        assert_eq!(view.unreadable_in(0, u64::MAX), span(0, 8));
        assert_eq!(view.unreadable_in(5, 2), span(5, 2));
        assert_eq!(view.unreadable_in(8, 50), None);
        assert_eq!(view.unreadable_in(8, 51), span(58, 1));
        assert_eq!((view.readable_from(3), view.readable_from(8)), (8, 8));
        assert_eq!(view.readable_from(58), 60);
        let inner = view.sub(50, 9).unwrap();
        assert_eq!(inner.unreadable_in(0, u64::MAX), span(8, 1));
        assert_eq!(inner.readable_from(8), 9);
    }

    #[test]
    fn no_call_lends_more_than_its_budget() {
        let disk = vec![0u8; View::LENT + 1];
        let disk = disk.as_slice();
        let (runs, mut buffer) = (Runs::whole(0, disk.len() as u64), Buffer::default());
        let mut view = View::new(&disk, &runs, &mut buffer);
        assert!(view.bytes(0, View::LENT).is_ok());
        let over = Reject::OverBudget { at: 0, len: View::LENT as u64 + 1 };
        assert_eq!(view.bytes(0, View::LENT + 1), Err(over));
    }

    #[test]
    fn nothing_is_lent_beyond_an_allowance() {
        let disk: &[u8] = &[7; 100];
        let (runs, mut buffer) = (Runs::whole(0, 100), Buffer::default());
        buffer.allow(Some(60));
        let mut view = View::new(&disk, &runs, &mut buffer);
        assert!(view.bytes(0, 50).is_ok());
        assert_eq!(view.bytes(20, 10), Err(Reject::OverBudget { at: 20, len: 10 }));
        assert!(view.up_to(0, 1).is_empty() && view.u8(0).is_err());
        assert!(buffer.is_spent());
        buffer.allow(None);
        assert!(View::new(&disk, &runs, &mut buffer).bytes(0, 100).is_ok() && !buffer.is_spent());
    }
}
