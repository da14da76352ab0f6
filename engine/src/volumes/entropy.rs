//! What a part of a source is filled with, by samples: erased bytes hold nothing, and what looks like
//! noise from end to end is encrypted or wiped.

use std::collections::BTreeMap;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Buffer, Bytes, Runs, View};
use serde::{Deserialize, Serialize};

/// Samples that are taken at the most.
const MOST_SAMPLES: u64 = 256;

/// One block of so many is a sample at the most, so that next to nothing is read once more.
const LEAST_STEP: u64 = 64;

/// Bytes of a sample, which begins at a multiple of them.
pub const SAMPLE: u64 = 4096;

/// Chi-squared of the 256 byte values of random bytes: the mean is 255, its deviation 23. Compressed pictures
/// lie far above, since their codes do not use all values alike.
const RANDOM: std::ops::RangeInclusive<f64> = 165.0..=345.0;

/// What samples hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Filling {
    /// Share of samples of one value: erased, zeroed or never written.
    pub blank: f32,
    /// Share of samples that look random.
    pub noise: f32,
}

impl Filling {
    /// What `spans` are filled with, which are in order and apart; nothing where they are too short for a
    /// sample. Samples that are `known` are not read.
    pub fn of(bytes: &dyn Bytes, spans: &[Span], known: &Samples) -> Option<Self> {
        let (mut count, mut blank, mut noise) = (0u32, 0u32, 0u32);
        for at in places(spans) {
            let fill = known.get(&at).copied().unwrap_or_else(|| sample(bytes, at));
            // What is unreadable is neither blank nor noise.
            if bytes.unreadable_in(Span { at, len: SAMPLE }).is_none() {
                count += 1;
                blank += u32::from(fill == Fill::Blank);
                noise += u32::from(fill == Fill::Noise);
            }
        }
        let share = |some: u32| some as f32 / count as f32;
        (count > 0).then(|| Filling { blank: share(blank), noise: share(noise) })
    }
}

/// What samples hold, by the offset of their first byte.
pub type Samples = BTreeMap<u64, Fill>;

/// What the sample at `at` holds.
fn sample(bytes: &dyn Bytes, at: u64) -> Fill {
    let (runs, mut buffer) = (Runs::whole(at, SAMPLE), Buffer::default());
    match View::new(bytes, &runs, &mut buffer).up_to(0, SAMPLE as usize) {
        [] => Fill::Other,
        sample => fill(sample),
    }
}

/// What one block is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fill {
    /// One value: erased, zeroed or never written.
    Blank,
    /// What looks random: encrypted, wiped, or compressed very well.
    Noise,
    /// Anything else.
    Other,
}

/// What a block of some thousand bytes is filled with.
pub fn fill(block: &[u8]) -> Fill {
    let counts = counts(block);
    if counts.contains(&(block.len() as u32)) {
        Fill::Blank
    } else if are_random(&counts) {
        Fill::Noise
    } else {
        Fill::Other
    }
}

/// Where samples of spans, which are in order and apart, are taken: at even distances over the whole ones that fit into them.
pub fn places(spans: &[Span]) -> Vec<u64> {
    let whole = spans.iter().filter_map(|span| {
        let (first, last) = (span.at.div_ceil(SAMPLE), span.end() / SAMPLE);
        last.checked_sub(first).filter(|&count| count > 0).map(|count| (first, count))
    });
    let whole: Vec<(u64, u64)> = whole.collect();
    let total = whole.iter().fold(0u64, |sum, (_, count)| sum.saturating_add(*count));
    let step = total.div_ceil(MOST_SAMPLES).max(LEAST_STEP);
    let (mut places, mut skip) = (Vec::new(), (step / 2).min(total / 2));
    for (first, count) in whole {
        while skip < count {
            places.push((first + skip) * SAMPLE);
            skip += step;
        }
        skip -= count;
    }
    places
}

/// How often each value of a byte occurs in a sample.
fn counts(sample: &[u8]) -> [u32; 256] {
    let mut counts = [0u32; 256];
    sample.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    counts
}

/// Whether random bytes have such counts.
fn are_random(counts: &[u32; 256]) -> bool {
    let mean = counts.iter().map(|&count| f64::from(count)).sum::<f64>() / 256.0;
    let squares = counts.iter().map(|&count| (f64::from(count) - mean).powi(2));
    RANDOM.contains(&(squares.sum::<f64>() / mean))
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_testdata::random::Random;
    use afterimage_testdata::samples;

    fn filling(bytes: &[u8]) -> Filling {
        Filling::of(&bytes, &[Span { at: 0, len: bytes.len() as u64 }], &Samples::new()).unwrap()
    }

    #[test]
    fn noise_is_told_from_zeros_and_from_photos() {
        let noise = filling(&Random::new(1).bytes(4 << 20));
        assert!(noise.noise > 0.97 && noise.blank == 0.0, "{noise:?}");
        assert_eq!(filling(&vec![0xff; 1 << 20]), Filling { blank: 1.0, noise: 0.0 });
        let photos: Vec<u8> = samples::all().into_iter().flat_map(|sample| sample.bytes).collect();
        assert!(filling(&photos).noise < 0.7, "{:?}", filling(&photos));
    }

    #[test]
    fn samples_are_spread_over_whole_blocks_of_all_spans() {
        let spans = [
            Span { at: 100, len: 4000 },
            Span { at: 8192, len: 3 * SAMPLE },
            Span { at: 1 << 30, len: 100_000 * SAMPLE },
        ];
        let places = places(&spans);
        assert!(places.len() as u64 <= MOST_SAMPLES && places.len() > 200);
        assert!(
            places
                .iter()
                .all(|at| spans[1..].iter().any(|s| s.at <= *at && at + SAMPLE <= s.end()))
        );
        assert!(places.is_sorted());
        assert_eq!(Filling::of(&[0u8; 100].as_slice(), &spans[..1], &Samples::new()), None);
    }

    #[test]
    fn what_is_known_is_not_read_again() {
        let bytes = vec![0u8; 4 << 20];
        let whole = [Span { at: 0, len: bytes.len() as u64 }];
        let known: Samples = places(&whole).into_iter().map(|at| (at, Fill::Noise)).collect();
        let filling = Filling::of(&bytes.as_slice(), &whole, &known);
        assert_eq!(filling, Some(Filling { blank: 0.0, noise: 1.0 }));
        let first = known.into_iter().take(1).collect();
        let filling = Filling::of(&bytes.as_slice(), &whole, &first).unwrap();
        assert!(filling.noise > 0.0 && filling.blank > 0.9, "{filling:?}");
    }
}
