//! Which file systems a device holds, from a bounded look at it.
//!
//! The readers of file systems are the same that a scan asks; here they get to see some megabytes, and zeros
//! after those, so that a disk of any size takes a moment. What they say of files is of no use then.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::survey::Survey;

/// Bytes that are read at the most.
const MOST_READ: u64 = 16 << 20;

/// A file system, as its beginning tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glimpse {
    /// Name of the file system, such as `fat32`.
    pub kind: &'static str,
    /// Where it lies, in bytes from the start of the device.
    pub span: Span,
    /// Number of its partition, where a table names it.
    pub partition: Option<u32>,
    /// Its label, where it has one: from an attacker, perhaps.
    pub label: Option<String>,
    /// What its files cannot be read for, such as "encrypted by BitLocker".
    pub encrypted: Option<&'static str>,
}

/// The file systems of `bytes`.
pub fn glimpse(bytes: &dyn Bytes) -> Vec<Glimpse> {
    let survey = Survey::of(&Limited { bytes, left: AtomicU64::new(MOST_READ) });
    let seen = |volume: super::survey::Volume| Glimpse {
        kind: volume.contents.kind,
        span: volume.contents.span,
        partition: volume.partition,
        label: volume.contents.label,
        encrypted: volume.contents.encrypted,
    };
    survey.volumes.into_iter().map(seen).collect()
}

/// Bytes of which so many are read, and zeros after that.
struct Limited<'b> {
    bytes: &'b dyn Bytes,
    left: AtomicU64,
}

impl Bytes for Limited<'_> {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.bytes.unreadable_in(span)
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let len = out.len() as u64;
        let fits = |left: u64| left.checked_sub(len);
        match self.left.fetch_update(Relaxed, Relaxed, fits) {
            Ok(_) => self.bytes.read_at(at, out),
            Err(_) => out.fill(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_testdata::card;

    #[test]
    fn the_demo_card_is_known_by_its_beginning() {
        let image = card::demo().image;
        let seen = glimpse(&image.as_slice());
        let [one] = &seen[..] else { panic!("{seen:?}") };
        assert_eq!((one.kind, one.label.as_deref()), ("fat16", Some("AFTERIMAGE")));
        assert_eq!((one.span.at, one.partition, one.encrypted), (0, None, None));
        assert_eq!(glimpse(&[0u8; 4096].as_slice()), []);
    }

    #[test]
    fn no_more_is_read_than_is_allowed() {
        let image = vec![7u8; 64];
        let limited = Limited { bytes: &image.as_slice(), left: AtomicU64::new(50) };
        let (mut first, mut second) = ([0; 40], [1; 20]);
        limited.read_at(0, &mut first);
        limited.read_at(40, &mut second);
        assert_eq!((first, second), ([7; 40], [0; 20]));
    }
}
