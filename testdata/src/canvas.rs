//! Lays files and rubbish one behind the other, and remembers where.

use std::ops::Range;

use crate::Sample;
use crate::random::Random;

/// Where a file was laid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Laid {
    /// Name of the format.
    pub format: &'static str,
    /// Name of the sample.
    pub name: String,
    /// Its pieces in the order of the file: offset in the image and length, in bytes.
    pub pieces: Vec<Range<usize>>,
}

/// An image in the making.
#[derive(Clone, Debug)]
pub struct Canvas {
    random: Random,
    /// The image so far.
    pub bytes: Vec<u8>,
    /// What was laid, in the order of first pieces.
    pub truth: Vec<Laid>,
}

impl Canvas {
    /// An empty image; the seed is for its noise.
    pub fn new(seed: u64) -> Self {
        Canvas { random: Random::new(seed), bytes: Vec::new(), truth: Vec::new() }
    }

    /// Lays a whole file.
    pub fn put(self, sample: &Sample) -> Self {
        self.piece(sample, 0..sample.bytes.len())
    }

    /// Lays part of a file. Parts of one sample, laid in the order of the file, are its pieces.
    pub fn piece(mut self, sample: &Sample, part: Range<usize>) -> Self {
        let at = self.bytes.len();
        self.bytes.extend(&sample.bytes[part]);
        let piece = at..self.bytes.len();
        let known = |laid: &&mut Laid| laid.format == sample.format && laid.name == sample.name;
        match self.truth.iter_mut().find(known) {
            Some(laid) => laid.pieces.push(piece),
            None => self.truth.push(Laid {
                format: sample.format,
                name: sample.name.clone(),
                pieces: vec![piece],
            }),
        }
        self
    }

    /// That many random bytes.
    pub fn noise(mut self, len: usize) -> Self {
        let noise = self.random.bytes(len);
        self.bytes.extend(noise);
        self
    }

    /// That many zeros.
    pub fn zeros(mut self, len: usize) -> Self {
        self.bytes.resize(self.bytes.len() + len, 0);
        self
    }

    /// That many bytes of text.
    pub fn text(mut self, len: usize) -> Self {
        let text = text(&mut self.random, len);
        self.bytes.extend(text);
        self
    }

    /// Zeros up to a multiple of `len`.
    pub fn align(self, len: usize) -> Self {
        let rest = self.bytes.len().next_multiple_of(len) - self.bytes.len();
        self.zeros(rest)
    }
}

/// Words that old log files are full of, among them some that look like the magic of a photo.
const WORDS: [&str; 16] = [
    "card", "mounted", "at", "the", "battery", "low", "GIF89a", "ftyp", "BM", "of", "II*", "and",
    "Exif", "written", "closed", "RIFF",
];

/// Text of words and lines.
pub fn text(random: &mut Random, len: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(len + 16);
    while out.len() < len {
        out.extend(WORDS[random.below(WORDS.len())].as_bytes());
        out.push(if random.below(9) == 0 { b'\n' } else { b' ' });
    }
    out.truncate(len);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_truth_is_where_the_bytes_are() {
        let (one, two) = (Sample::new("a", "x", vec![1; 10]), Sample::new("b", "y", vec![2; 7]));
        let canvas = Canvas::new(1)
            .noise(100)
            .align(64)
            .piece(&one, 0..4)
            .put(&two)
            .text(33)
            .piece(&one, 4..10);
        assert_eq!(canvas.truth[0].pieces, [128..132, 172..178]);
        assert_eq!(canvas.truth[1].pieces, std::slice::from_ref(&(132..139)));
        assert_eq!(canvas.bytes[132..139], [2; 7]);
        assert_eq!(canvas.bytes.len(), 178);
    }
}
