//! Entropy-coded data without its stuffing, and where each byte of it lay.
//!
//! Source: ITU-T T.81 (1992), B.1.1.5 "Entropy-coded data segments" and B.1.1.2 "Markers".

use crate::jpeg::marker::MOST_FILL;

/// What ends a range of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A marker with this second byte.
    Marker(u8),
    /// More fill bytes than are believed.
    Fill,
}

/// Zeros after the data, so that whoever finds its end by reading on has whole words to load.
const PADDING: usize = 16;

/// Data that has come and has not been decoded yet.
#[derive(Clone, Debug, Default)]
pub struct Clean {
    /// The data and [`PADDING`] after it, which is added when some data comes.
    bytes: Vec<u8>,
    /// Length of the data.
    len: usize,
    /// For each byte of the file that was left out, in order: the byte of `bytes` it followed.
    dropped: Vec<u32>,
    /// Where the first of `bytes` lies in the file.
    base: u64,
    /// Bytes 0xff seen of which the next byte must tell what they are.
    pending: u32,
}

impl Clean {
    /// Data that begins at byte `base` of the file.
    pub fn new(base: u64) -> Self {
        Clean { base, ..Self::default() }
    }

    /// Forgets all; data begins anew at byte `base` of the file.
    pub fn begin(&mut self, base: u64) {
        self.bytes.clear();
        self.dropped.clear();
        (self.len, self.base, self.pending) = (0, base, 0);
    }

    /// The data.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The data and zeros after it.
    pub fn padded(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes the next bytes of the file; tells how many, and what ended the data.
    pub fn take(&mut self, file: &[u8]) -> (usize, Option<Ended>) {
        self.bytes.truncate(self.len);
        let taken = self.append(file);
        self.len = self.bytes.len();
        self.bytes.resize(self.len + PADDING, 0);
        taken
    }

    fn append(&mut self, file: &[u8]) -> (usize, Option<Ended>) {
        let mut at = 0;
        while at < file.len() {
            if self.pending > 0 {
                let byte = file[at];
                at += 1;
                match byte {
                    0 => self.stuffed(),
                    0xff if u64::from(self.pending) < MOST_FILL => self.pending += 1,
                    0xff => return (at, Some(Ended::Fill)),
                    code => return (at, Some(Ended::Marker(code))),
                }
                continue;
            }
            let rest = &file[at..];
            let plain = memchr::memchr(0xff, rest).unwrap_or(rest.len());
            self.bytes.extend_from_slice(&rest[..plain]);
            at += plain;
            if at < file.len() {
                self.pending = 1;
                at += 1;
            }
        }
        (at, None)
    }

    /// A zero came after bytes 0xff: they stand for one such byte.
    fn stuffed(&mut self) {
        let index = self.bytes.len() as u32;
        self.bytes.push(0xff);
        self.dropped.extend(std::iter::repeat_n(index, self.pending as usize));
        self.pending = 0;
    }

    /// Where the byte `index` lies in the file; after the last one, where the next would.
    pub fn offset(&self, index: usize) -> u64 {
        let before = self.dropped.partition_point(|&after| (after as usize) < index);
        self.base + (index + before) as u64
    }

    /// The first byte that lies at `offset` of the file or after it; nothing where it has not come.
    pub fn index_at(&self, offset: u64) -> Option<usize> {
        let after = usize::try_from(offset.checked_sub(self.base)?).ok()?;
        // Before it lie as many bytes as are not left out there.
        let (mut low, mut high) = (0, self.dropped.len());
        while low < high {
            let middle = low.midpoint(high);
            let is_before = self.dropped[middle] as usize + middle + 1 < after;
            if is_before { low = middle + 1 } else { high = middle }
        }
        let index = after - low;
        (index < self.len).then_some(index)
    }

    /// The byte of the file that tells what the byte `index` is: of 0xff the zero after it.
    pub fn told(&self, index: usize) -> u64 {
        self.offset(index + 1).saturating_sub(1)
    }

    /// Where the data ends in the file: before any fill bytes.
    pub fn end(&self) -> u64 {
        self.offset(self.len)
    }

    /// Forgets the first `count` bytes.
    pub fn forget(&mut self, count: usize) {
        self.base = self.offset(count);
        let dropped = self.dropped.partition_point(|&after| (after as usize) < count);
        self.dropped.drain(..dropped);
        self.dropped.iter_mut().for_each(|after| *after -= count as u32);
        self.bytes.drain(..count);
        self.len -= count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffing_goes_and_places_stay() {
        let file = b"ab\xff\0c\xff\0\xff\xff\0d\xff\xff\xd9rest";
        for len in 1..=file.len() {
            let mut clean = Clean::new(100);
            let (mut taken, mut ended) = (0, None);
            for piece in file.chunks(len) {
                let (count, end) = clean.take(piece);
                (taken, ended) = (taken + count, end);
                if ended.is_some() {
                    break;
                }
            }
            assert_eq!((taken, ended), (14, Some(Ended::Marker(0xd9))));
            assert_eq!(clean.bytes(), b"ab\xffc\xff\xffd");
            let offsets: Vec<_> = (0..=7).map(|index| clean.offset(index)).collect();
            assert_eq!(offsets, [100, 101, 102, 104, 105, 107, 110, 111]);
            assert_eq!((clean.told(1), clean.told(2), clean.told(5)), (101, 103, 109));
            let indices: Vec<_> = (99..112).map(|offset| clean.index_at(offset)).collect();
            let expected = [0, 1, 2, 3, 3, 4, 5, 5, 6, 6, 6].map(Some);
            assert_eq!(indices, [&[None][..], &expected, &[None]].concat());
            clean.forget(5);
            assert_eq!((clean.bytes(), clean.offset(0)), (&b"\xffd"[..], 107));
            assert_eq!((clean.offset(1), clean.end()), (110, 111));
        }
    }

    #[test]
    fn fill_does_not_go_on_forever() {
        let (taken, ended) = Clean::new(0).take(&[0xff; 10_000]);
        assert_eq!((taken as u64, ended), (MOST_FILL + 1, Some(Ended::Fill)));
    }
}
