//! What comes out of deflated data (RFC 1951), piece by piece and in order.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use zlib_rs::{Inflate, InflateFlush, Status};

/// Windows of deflate, by their exponent.
const WINDOW_BITS: u8 = 15;

/// Packed bytes that are read at once at the most.
const INPUT: u64 = 64 << 10;

/// And at first: most of what is taken for deflated data is none, and ends there.
const FIRST_INPUT: u64 = 1 << 10;

/// Whether a stream of zlib may begin with these bytes (RFC 1950, 2.2): deflated data, and both are a multiple of 31.
pub(crate) fn begins_zlib(head: [u8; 2]) -> bool {
    head[0] & 0x0F == 8 && u16::from_be_bytes(head).is_multiple_of(31)
}

/// How deflated data came to their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InflateEnd {
    /// Their last block ended.
    Whole,
    /// What follows is no deflated data, or there is no more.
    Broken,
}

/// Deflated data that are being inflated.
pub(crate) struct Inflating<'b> {
    bytes: &'b dyn Bytes,
    /// Packed bytes that were not read yet.
    rest: Span,
    inflater: Inflate,
    input: Vec<u8>,
    /// How many bytes of the input are used up.
    used: usize,
    end: Option<InflateEnd>,
}

impl<'b> Inflating<'b> {
    /// The data that begin where `packed` does, in `bytes`, and end in it.
    pub(crate) fn new(bytes: &'b dyn Bytes, packed: Span) -> Self {
        let rest = Span::between(packed.at, packed.end().min(bytes.len()).max(packed.at));
        let inflater = Inflate::new(false, WINDOW_BITS);
        Inflating { bytes, rest, inflater, input: Vec::new(), used: 0, end: None }
    }

    /// Fills `out` from its start; tells how many bytes were made, which are fewer at the end alone.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < out.len() && self.end.is_none() {
            self.refill();
            let (input, room) = (&self.input[self.used..], &mut out[filled..]);
            let before = (self.inflater.total_in(), self.inflater.total_out());
            let status = self.inflater.decompress(input, room, InflateFlush::NoFlush);
            let taken = self.inflater.total_in() - before.0;
            let made = self.inflater.total_out() - before.1;
            self.used += taken as usize;
            filled += made as usize;
            self.end = match status {
                Ok(Status::StreamEnd) => Some(InflateEnd::Whole),
                // Without room or input it stands still; there is room.
                Ok(_) if taken > 0 || made > 0 => None,
                _ => Some(InflateEnd::Broken),
            };
        }
        filled
    }

    fn refill(&mut self) {
        if self.used < self.input.len() || self.rest.len == 0 {
            return;
        }
        let most = (self.input.len() as u64 * 4).clamp(FIRST_INPUT, INPUT);
        let here = self.rest.len.min(most);
        self.input.resize(here as usize, 0);
        self.bytes.read_at(self.rest.at, &mut self.input);
        self.used = 0;
        self.rest = Span::between(self.rest.at + here, self.rest.end());
    }

    /// Packed bytes that were used so far.
    pub(crate) fn taken(&self) -> u64 {
        self.inflater.total_in()
    }

    /// How the data ended, once they have.
    pub(crate) fn end(&self) -> Option<InflateEnd> {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::compress_to_vec;
    use proptest::prelude::*;

    fn inflated(disk: &[u8], packed: Span, step: usize) -> (Vec<u8>, u64, Option<InflateEnd>) {
        let mut stream = Inflating::new(&disk, packed);
        let (mut out, mut piece) = (Vec::new(), vec![0; step]);
        while stream.end().is_none() {
            let made = stream.fill(&mut piece);
            out.extend_from_slice(&piece[..made]);
        }
        (out, stream.taken(), stream.end())
    }

    #[test]
    fn data_end_where_they_say_whatever_follows() {
        let bytes: Vec<u8> = (0..300_000u32).map(|at| (at.wrapping_mul(at) >> 7) as u8).collect();
        let packed = compress_to_vec(&bytes, 6);
        let disk = [&[7; 13][..], &packed, &[0xff; 1000]].concat();
        let len = packed.len() as u64;
        for step in [1000, 4096, 1 << 20] {
            let (out, taken, end) = inflated(&disk, Span { at: 13, len: len + 1000 }, step);
            assert!(out == bytes && taken == len && end == Some(InflateEnd::Whole), "{step}");
        }
        let (out, _, end) = inflated(&disk, Span { at: 13, len: len / 2 }, 1000);
        assert!(bytes.starts_with(&out) && !out.is_empty());
        assert_eq!(end, Some(InflateEnd::Broken));
        let beyond = Span { at: disk.len() as u64, len: u64::MAX - disk.len() as u64 };
        assert_eq!(inflated(&disk, beyond, 10), (Vec::new(), 0, Some(InflateEnd::Broken)));
    }

    proptest! {
        /// Whatever the data are, they come to an end, and the size of the steps makes no difference.
        #[test]
        fn any_data_come_to_an_end(
            data in prop::collection::vec(any::<u8>(), 0..600),
            step in 1usize..500,
        ) {
            let packed = Span { at: 0, len: data.len() as u64 };
            let (out, taken, end) = inflated(&data, packed, step);
            let (whole, whole_taken, whole_end) = inflated(&data, packed, 1 << 20);
            prop_assert!(end.is_some() && taken <= data.len() as u64);
            prop_assert_eq!((out, end), (whole, whole_end));
            prop_assert!(end == Some(InflateEnd::Broken) || taken == whole_taken);
        }
    }
}
