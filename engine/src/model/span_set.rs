//! Stretches of a source, in order and apart.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Run, Runs};

use crate::volumes::filesystem::MOST_RUNS;

/// Whether one of the claims, which are in order and apart, meets a stretch.
pub fn meets(claimed: &[Span], stretch: Span) -> bool {
    let first = claimed.partition_point(|claim| claim.end() <= stretch.at);
    claimed.get(first).is_some_and(|claim| claim.at < stretch.end())
}

/// The same stretches, in order and apart.
pub fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.at <= last.end() => {
                last.len = last.len.max(span.end() - last.at);
            }
            _ => out.push(span),
        }
    }
    out
}

/// What lies between the runs of a file that goes on behind where it was.
pub fn gaps(runs: &[Run]) -> impl Iterator<Item = Span> {
    runs.windows(2).filter_map(|pair| {
        let end = pair[0].at.saturating_add(pair[0].len);
        (end < pair[1].at).then(|| Span::between(end, pair[1].at))
    })
}

/// The first `size` bytes of a file that begins with its `own` and goes on in `spans`.
pub fn follow(own: Run, spans: &[Span], size: u64) -> Option<Runs> {
    let mut runs = vec![own];
    if own.len < size {
        runs.extend(take(spans, own, size - own.len)?);
    }
    Some(Runs::new(joined(runs)))
}

/// The first `size` bytes of `spans` that lie behind what is a file's `own`, and then at the beginning: a
/// volume that is written to its end is written on where it begins.
fn take(spans: &[Span], own: Run, size: u64) -> Option<Vec<Run>> {
    let end = own.at + own.len;
    let first = spans.partition_point(|span| span.end() <= end);
    let behind = spans[first..].iter().map(|span| Span::between(span.at.max(end), span.end()));
    let front = spans.iter().take_while(|span| span.at < own.at);
    let front = front.map(|span| Span::between(span.at, span.end().min(own.at)));
    let (mut runs, mut left) = (Vec::new(), size);
    for span in behind.chain(front).take(MOST_RUNS) {
        let len = span.len.min(left);
        runs.push(Run { at: span.at, len });
        left -= len;
        if left == 0 {
            return Some(joined(runs));
        }
    }
    None
}

/// The same bytes in as few runs as can be.
pub fn joined(runs: Vec<Run>) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs.into_iter().filter(|run| run.len > 0) {
        match out.last_mut() {
            Some(last) if last.at + last.len == run.at => last.len += run.len,
            _ => out.push(run),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_on_where_the_volume_begins() {
        let spans = [Span::between(10, 30), Span::between(50, 80), Span::between(90, 100)];
        let after = |size| {
            let runs = follow(Run { at: 60, len: 10 }, &spans, size)?;
            Some(runs.as_slice().iter().map(|run| (run.at, run.len)).collect::<Vec<_>>())
        };
        assert_eq!(after(10), Some(vec![(60, 10)]));
        assert_eq!(after(25), Some(vec![(60, 20), (90, 5)]));
        assert_eq!(after(55), Some(vec![(60, 20), (90, 10), (10, 20), (50, 5)]));
        assert_eq!(after(60), Some(vec![(60, 20), (90, 10), (10, 20), (50, 10)]));
        assert_eq!(after(61), None);
    }
}
