//! Where in a log the lines of each shard stand, and whether they can be of that shard.
//!
//! What a scan found in a shard stands in one stretch of a log, which ends with the `End` line of the shard. A log
//! of joined shards has one stretch after the other, each as the scan wrote it.

use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

use afterimage_signatures::verdict::Span;

use super::family_order::FamilyOrder;
use super::journal::Journal;
use super::line::{EndLine, FoundLine, HeadLine, Line};
use crate::control::error::Error;
use crate::model::{ShardSet, SpanSet};

/// The lines of one shard that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ShardLines {
    /// Which shard.
    pub(super) number: u32,
    /// Where its lines stand in the log, in bytes.
    pub(super) stretch: Range<u64>,
}

/// The shards of a log that came to their end, in the order in which they stand there. What follows the last of
/// them is of a shard that did not.
///
/// # Errors
///
/// When the log cannot be read, and [`Error::Journal`] when a line is damaged or cannot be of its shard.
pub(super) fn shard_lines(
    log: &Journal,
    head: &HeadLine,
    set: &ShardSet,
) -> Result<Vec<ShardLines>, Error> {
    let (mut all, mut open) = (Vec::<ShardLines>::new(), Stretch::default());
    let (mut numbers, mut bad) = (BTreeSet::new(), None);
    let damaged = log.each_valid(|(at, len), line| {
        let after = at + u64::from(len) + 1;
        let is_sane = match line {
            Line::Head(_) => {
                open.start = after;
                at == 0
            }
            Line::Found(found) => head.knows(&found) && open.add_file(&found),
            Line::Chunk(chunk) => {
                let (at, len) = chunk.span;
                open.chunks.push(Span { at, len });
                head.fits(&chunk)
            }
            // One shard cannot know the digest of the source.
            Line::End(end) if !head.ends(&end) || end.digests.is_some() => false,
            Line::End(end) if !end.complete => true,
            Line::End(end) => match open.closed(&end, set) {
                Some(number) if numbers.insert(number) => {
                    let start = std::mem::replace(&mut open, Stretch::at(after)).start;
                    all.push(ShardLines { number, stretch: start..after });
                    true
                }
                _ => false,
            },
            Line::Named(_) | Line::Placed(_) | Line::Done(_) => false,
        };
        if is_sane {
            return Ok(ControlFlow::Continue(()));
        }
        bad = Some(at);
        Ok(ControlFlow::Break(()))
    })?;
    match bad.or(damaged) {
        Some(at) => Err(log.damaged(at)),
        None => Ok(all),
    }
}

/// Whether the log of the scan of one shard tells that it came to its end.
///
/// # Errors
///
/// When it cannot be read.
pub fn is_carved(log: &Journal) -> Result<bool, Error> {
    let mut is_carved = false;
    log.each_valid(|_, line| {
        is_carved = matches!(line, Line::End(end) if end.complete && end.shard.is_some());
        Ok(if is_carved { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(is_carved)
}

/// Lines of a shard whose end was not read yet.
#[derive(Default)]
struct Stretch {
    /// The first byte of the first of them.
    start: u64,
    /// Where the first and the last file begin that were found.
    files: Option<(u64, u64)>,
    chunks: Vec<Span>,
    order: FamilyOrder,
}

impl Stretch {
    fn at(start: u64) -> Self {
        Stretch { start, ..Stretch::default() }
    }

    /// Adds a file; whether it can stand where it does.
    fn add_file(&mut self, found: &FoundLine<'_>) -> bool {
        if found.nth == 0 {
            let offset = found.record.offset();
            let (first, last) = self.files.unwrap_or((offset, offset));
            self.files = Some((first.min(offset), last.max(offset)));
        }
        self.order.takes(found.nth, found.parent)
    }

    /// The shard that ends here, if all of its range was scanned and nothing else was.
    fn closed(&self, end: &EndLine, set: &ShardSet) -> Option<u32> {
        let number = end.shard.filter(|number| set.numbers.contains(number) && end.source == 0)?;
        let range = set.range(number)?;
        let scanned: SpanSet = self.chunks.iter().copied().filter(|span| span.len > 0).collect();
        let is_whole = scanned.gaps(range).is_empty();
        let is_own = scanned.iter().all(|span| range.holds(span))
            && self.files.is_none_or(|(first, last)| range.at <= first && last < range.end());
        (is_whole && is_own).then_some(number)
    }
}
