use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::*;

/// First byte and the first byte after it.
type Bounds = (u64, u64);

/// A device with bad sectors of 512 bytes, whose reads fail as a whole when they touch one, as with
/// `O_DIRECT`, or end before it, as through the page cache.
struct Fake {
    data: Vec<u8>,
    bad: Vec<Bounds>,
    short: bool,
    errno: i32,
    reads: AtomicUsize,
}

impl Fake {
    fn new(len: usize, bad: &[Bounds]) -> Self {
        let data = (0..len).map(|at| (at % 251) as u8 + 1).collect();
        let whole = |&(at, end): &Bounds| (at / 512 * 512, end.next_multiple_of(512));
        let bad = bad.iter().map(whole).collect();
        Fake { data, bad, short: false, errno: libc::EIO, reads: AtomicUsize::new(0) }
    }
}

impl RawDevice for Fake {
    fn read(&self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        if self.reads.fetch_add(1, Relaxed).is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let here = self.data.get(at as usize..).unwrap_or_default();
        let mut len = out.len().min(here.len());
        let end = at + len as u64;
        let touched = |bad: &&Bounds| bad.0 < end && at < bad.1;
        if let Some(first) = self.bad.iter().filter(touched).map(|bad| bad.0).min() {
            if !self.short || first <= at {
                return Err(io::Error::from_raw_os_error(self.errno));
            }
            len = (first - at) as usize;
        }
        out[..len].copy_from_slice(&here[..len]);
        Ok(len)
    }
}

/// Reads the whole device in requests of `request` bytes; returns the bytes.
fn read_all(fake: &Fake, len: usize, request: usize, retry: &Retry) -> Vec<u8> {
    let mut out = vec![0xEE; len];
    for (index, part) in out.chunks_mut(request).enumerate() {
        retry.fill(fake, (index * request) as u64, part);
    }
    out
}

#[track_caller]
fn check(bad: &[Bounds], expected: &[Bounds]) {
    const LEN: usize = 1 << 20;
    for short in [false, true] {
        for request in [LEN, 300_000, 4096, 1000] {
            let fake = Fake { short, ..Fake::new(LEN, bad) };
            let retry = Retry::new(LEN as u64, 512);
            let out = read_all(&fake, LEN, request, &retry);
            let unreadable: Vec<_> =
                retry.unreadable.list().iter().map(|span| (span.at, span.end())).collect();
            assert_eq!(unreadable, expected, "short {short}, request {request}");
            for (at, (byte, truth)) in out.iter().zip(&fake.data).enumerate() {
                let lost =
                    expected.iter().any(|range| range.0 <= at as u64 && (at as u64) < range.1);
                assert_eq!(*byte, if lost { 0 } else { *truth }, "at {at}");
            }
        }
    }
}

#[test]
fn only_bad_sectors_are_lost() {
    check(&[], &[]);
    check(&[(512_000, 512_512)], &[(512_000, 512_512)]);
    check(&[(512_000, 516_096)], &[(512_000, 516_096)]);
    check(&[(0, 1)], &[(0, 512)]);
    check(&[(1_048_575, 1_048_576)], &[(1_048_064, 1_048_576)]);
    check(
        &[(700, 701), (3000, 3001), (900_000, 900_001)],
        &[(512, 1024), (2560, 3072), (899_584, 900_096)],
    );
}

#[test]
fn a_device_that_ends_early_gives_zeros_and_an_unreadable_range() {
    let (fake, retry) = (Fake::new(5000, &[]), Retry::new(8192, 512));
    let out = read_all(&fake, 8192, 8192, &retry);
    assert_eq!(out[..5000], fake.data);
    assert!(out[5000..].iter().all(|byte| *byte == 0));
    assert_eq!(retry.unreadable.list(), [Span::between(5000, 8192)]);
}

#[test]
fn a_dead_device_is_given_up_soon() {
    const LEN: usize = 64 << 20;
    for (errno, most) in [(libc::EIO, 250), (libc::ENODEV, 60)] {
        let fake = Fake { errno, ..Fake::new(LEN, &[(0, LEN as u64)]) };
        let retry = Retry::new(LEN as u64, 512);
        let out = read_all(&fake, LEN, 2 << 20, &retry);
        assert!(out.iter().all(|byte| *byte == 0));
        assert_eq!(retry.unreadable.list(), [Span { at: 0, len: LEN as u64 }]);
        let reads = fake.reads.load(Relaxed);
        assert!(reads < most, "{reads} reads");
    }
}

#[test]
fn a_long_bad_stretch_costs_at_most_its_length_again() {
    const LEN: u64 = 8 << 20;
    let bad = (1 << 20, 2 << 20);
    let fake = Fake::new(LEN as usize, &[bad]);
    let retry = Retry::new(LEN, 512);
    read_all(&fake, LEN as usize, LEN as usize, &retry);
    // What was jumped over after it is read on the way back.
    assert_eq!(retry.unreadable.list(), [Span::between(bad.0, bad.1)]);
}

#[test]
fn what_failed_once_is_not_tried_again() {
    let (fake, retry) = (Fake::new(8192, &[(512, 1024)]), Retry::new(8192, 512));
    read_all(&fake, 8192, 8192, &retry);
    let before = fake.reads.load(Relaxed);
    retry.fill(&fake, 600, &mut [0; 100]);
    assert_eq!(fake.reads.load(Relaxed), before);
}

#[test]
fn a_short_read_is_tried_as_a_unit_before_it_is_given_up() {
    /// Fails whenever it is not asked for a unit, as a page cache does near a bad sector.
    struct Units;
    impl RawDevice for Units {
        fn read(&self, _at: u64, _out: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from_raw_os_error(libc::EIO))
        }
        fn read_unit(&self, _at: u64, out: &mut [u8]) -> io::Result<usize> {
            out.fill(7);
            Ok(out.len())
        }
    }
    for (at, len) in [(0, 512), (0, 416), (500, 100), (4000, 9000), (0, 300_000)] {
        let retry = Retry::new(1 << 20, 512);
        let mut out = vec![0; len];
        retry.fill(&Units, at, &mut out);
        assert!(out.iter().all(|byte| *byte == 7), "{len} at {at}");
        assert!(retry.unreadable.is_empty());
    }
}
