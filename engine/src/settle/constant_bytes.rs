//! How much of what was found is of one value itself: padding, a white page.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::claims::Standing;
use crate::ledger::Ledger;
use crate::model::SpanSet;
use crate::scan::{BLOCK, is_constant};

/// Blocks that are read at the most, at even distances: next to nothing of a device is read once more.
const SAMPLES: u64 = 48;

/// Of the `erased` bytes in blocks of one value of a source, those that belong to files of their own that were
/// found: such blocks are not empty, whatever they look like. The source stands at position `index` of the command
/// line and is `bytes`. An estimate by samples, never less than what cannot lie between the files.
pub fn constant_bytes(
    ledger: &Ledger,
    standings: &[Standing],
    (index, bytes): (u32, &dyn Bytes),
    erased: u64,
) -> u64 {
    let files = files(ledger, standings, index);
    let between = bytes.len().saturating_sub(files.total());
    let sampled = sampled(&files, bytes).min(files.total());
    sampled.max(erased.saturating_sub(between)).min(erased)
}

/// Bytes in blocks of one value in `files`, by samples.
fn sampled(files: &SpanSet, bytes: &dyn Bytes) -> u64 {
    let blocks: Vec<(u64, u64)> =
        files.as_slice().iter().filter_map(|span| blocks(*span, bytes.len())).collect();
    let total = blocks.iter().fold(0u64, |sum, (_, count)| sum.saturating_add(*count));
    let step = total.div_ceil(SAMPLES).max(1);
    let (mut constant, mut skip, mut block) = (0u64, step / 2, [0; BLOCK]);
    for (first, count) in blocks {
        while skip < count {
            let at = (first + skip) * BLOCK as u64;
            let here = &mut block[..(bytes.len() - at).min(BLOCK as u64) as usize];
            bytes.read_at(at, here);
            let span = Span { at, len: here.len() as u64 };
            let is_read = bytes.unreadable_in(span).is_none();
            constant += if is_read && is_constant(here) { span.len } else { 0 };
            skip += step;
        }
        skip -= count;
    }
    constant.saturating_mul(step)
}

/// Where the files of their own lie.
fn files(ledger: &Ledger, standings: &[Standing], index: u32) -> SpanSet {
    let entries = ledger.entries.iter().zip(standings);
    let own = entries.filter(|(entry, standing)| {
        **standing == Standing::Own && entry.source == index && entry.len > 0
    });
    own.flat_map(|(entry, _)| match entry.pieces {
        false => vec![Span { at: entry.offset, len: entry.len }],
        // What cannot be read back now is reported where the report is made.
        true => ledger.record(entry).map(|file| file.runs.as_slice().to_vec()).unwrap_or_default(),
    })
    .collect()
}

/// The first block that lies in a span whole, and how many do; the last of a source may be cut short.
fn blocks(span: Span, len: u64) -> Option<(u64, u64)> {
    let (block, end) = (BLOCK as u64, span.end().min(len));
    let first = span.at.div_ceil(block);
    let last = if end == len { end.div_ceil(block) } else { end / block };
    last.checked_sub(first).filter(|count| *count > 0).map(|count| (first, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_that_lie_in_a_file_whole_are_counted() {
        let span = |at, len| Span { at, len };
        assert_eq!(blocks(span(0, 1024), 4096), Some((0, 2)));
        assert_eq!(blocks(span(1, 1023), 4096), Some((1, 1)));
        assert_eq!(blocks(span(512, 100), 4096), None);
        // Of the last one there is no more.
        assert_eq!(blocks(span(512, 100), 612), Some((1, 1)));
        assert_eq!(blocks(span(600, 12), 612), None);
    }
}
