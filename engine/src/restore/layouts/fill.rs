//! Files that go on in the free space after their first clusters.

use afterimage_signatures::Runs;
use afterimage_signatures::verdict::Span;

use crate::model::SpanSet;
use crate::volumes::filesystem::MOST_RUNS;
use crate::volumes::recorded::joined;

/// What lies between the runs of a file that goes on after where it was.
pub fn gaps(runs: &[Span]) -> impl Iterator<Item = Span> {
    runs.windows(2).map(|pair| Span::between(pair[0].end(), pair[1].at)).filter(|gap| gap.len > 0)
}

/// The first `size` bytes of a file that begins with its `own` and goes on in `spans`.
pub fn follow(own: Span, spans: &SpanSet, size: u64) -> Option<Runs> {
    let mut runs = vec![own];
    if own.len < size {
        runs.extend(take(spans, own, size - own.len)?);
    }
    Some(Runs::new(joined(runs)))
}

/// The first `size` bytes of `spans` that lie after what is a file's `own`, and then at the beginning: a
/// volume that is written to its end is written on where it begins.
fn take(spans: &SpanSet, own: Span, size: u64) -> Option<Vec<Span>> {
    let end = own.end();
    let after = spans.after(end).iter().map(|span| Span::between(span.at.max(end), span.end()));
    let front = spans.iter().take_while(|span| span.at < own.at);
    let front = front.map(|span| Span::between(span.at, span.end().min(own.at)));
    let (mut runs, mut left) = (Vec::new(), size);
    for span in after.chain(front).take(MOST_RUNS) {
        let len = span.len.min(left);
        runs.push(Span { at: span.at, len });
        left -= len;
        if left == 0 {
            return Some(joined(runs));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_on_where_the_volume_begins() {
        let spans = [Span::between(10, 30), Span::between(50, 80), Span::between(90, 100)];
        let spans: SpanSet = spans.into_iter().collect();
        let after = |size| {
            let runs = follow(Span { at: 60, len: 10 }, &spans, size)?;
            Some(runs.as_slice().iter().map(|run| (run.at, run.len)).collect::<Vec<_>>())
        };
        assert_eq!(after(10), Some(vec![(60, 10)]));
        assert_eq!(after(25), Some(vec![(60, 20), (90, 5)]));
        assert_eq!(after(55), Some(vec![(60, 20), (90, 10), (10, 20), (50, 5)]));
        assert_eq!(after(60), Some(vec![(60, 20), (90, 10), (10, 20), (50, 10)]));
        assert_eq!(after(61), None);
    }
}
