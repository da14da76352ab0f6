//! Samples of what a source is filled with, taken on the way.

use afterimage_signatures::verdict::Span;

use crate::volumes::entropy::{self, Fill, SAMPLE};

/// The samples at those of `places`, in order, that begin in `span` of a chunk whose bytes begin at `at`, without those of
/// which some could not be read.
pub(super) fn taken(
    places: &[u64],
    (at, bytes): (u64, &[u8]),
    span: Span,
    unreadable: &[Span],
) -> Vec<(u64, Fill)> {
    let first = places.partition_point(|place| *place < span.at);
    let here = places[first..].iter().take_while(|place| **place < span.end());
    let sample = |place: &u64| {
        let from = usize::try_from(place.checked_sub(at)?).ok()?;
        let sample = bytes.get(from..from.checked_add(SAMPLE as usize)?)?;
        let is_in = |bad: &Span| bad.at < place.saturating_add(SAMPLE) && bad.end() > *place;
        (!unreadable.iter().any(is_in)).then(|| (*place, entropy::fill(sample)))
    };
    here.filter_map(sample).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_those_that_begin_in_a_span_and_could_be_read() {
        let mut bytes = vec![0u8; 5 * SAMPLE as usize];
        bytes[2 * SAMPLE as usize] = 1;
        let at = 10 * SAMPLE;
        let places: Vec<u64> = (8..20).map(|place| place * SAMPLE).collect();
        let span = Span { at: at + SAMPLE, len: 4 * SAMPLE };
        let bad = [Span { at: at + 4 * SAMPLE - 1, len: 1 }];
        let taken = taken(&places, (at, &bytes), span, &bad);
        let expected = [
            (at + SAMPLE, Fill::Blank),
            (at + 2 * SAMPLE, Fill::Other),
            (at + 4 * SAMPLE, Fill::Blank),
        ];
        assert_eq!(taken, expected);
    }
}
