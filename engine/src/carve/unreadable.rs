//! Files of which the source could not deliver a part: unreadable bytes are unknown, and never zeros.
//!
//! Whoever decodes them takes zeros for data and finds it wrong, or right by chance. So a file that meets an
//! unreadable range is at most damaged, and where it seems to break off there, its structure alone is asked:
//! that passes over the range and finds where the file ends. Where it ends inside a long range for all that is known,
//! the file is a beginning, up to there: nobody knows how long the rest was.

use afterimage_signatures::verdict::{End, Grade, Span, Verdict};
use afterimage_signatures::{Buffer, Bytes, Effort, Runs, View};

use crate::formats::Registry;

/// What breaks off may do so a little before or after what is unreadable, in bytes: decoders read ahead, and
/// zeros decode for a while.
const NEAR: u64 = 64 << 10;

/// A file whose end lies in so many unreadable bytes is there nearly to its end; in more, anything may have followed.
const MOST_END: u64 = 64 << 10;

/// What measuring the candidate formats of one place came to.
pub(super) struct Measured {
    /// The first format that accepts what lies there.
    pub(super) found: Option<(usize, Verdict)>,
    /// Where the last of the others gave up, in bytes from the first.
    pub(super) reach: u64,
}

/// Where a file lies that is measured.
#[derive(Clone, Copy)]
pub(super) struct Place<'r> {
    pub(super) bytes: &'r dyn Bytes,
    pub(super) runs: &'r Runs,
}

impl Measured {
    /// The same by what is known of unreadable ranges.
    pub(super) fn honest(
        self,
        place: Place<'_>,
        (registry, candidates): (&Registry, &[usize]),
        buffer: &mut Buffer,
    ) -> Option<(usize, Verdict)> {
        let Place { bytes, runs } = place;
        let met = |from: u64, len: u64, buffer: &mut Buffer| {
            View::new(bytes, runs, buffer).unreadable_in(from, len)
        };
        let reach = self.found.as_ref().map_or(self.reach, |(_, verdict)| reach(verdict));
        if met(0, reach.saturating_add(NEAR), buffer).is_none() {
            return self.found;
        }
        let Some((format, mut verdict)) = self.found else {
            return again(place, (registry, candidates), buffer);
        };
        let is_whole = verdict.grade > Grade::Partial && verdict.end == End::Exact;
        if !is_whole {
            // How much a beginning shows is known of what was decoded only.
            if let Some(better) = again(place, (registry, &[format]), buffer)
                && better.1.grade > Grade::Partial
                && better.1.len > verdict.len
            {
                return Some(better);
            }
            end_where_read(&mut verdict, place, buffer);
        }
        let is_told = verdict.issues.iter().any(|issue| met(issue.at, 1, buffer).is_some());
        if is_told || met(0, verdict.len, buffer).is_some() {
            verdict.grade = verdict.grade.min(Grade::Damaged);
        }
        Some((format, verdict))
    }
}

/// Up to where measuring a file may have looked.
fn reach(verdict: &Verdict) -> u64 {
    let issues = verdict.issues.iter().map(|issue| issue.at);
    issues.chain([verdict.len]).max().unwrap_or(verdict.len)
}

/// The file by its structure alone, if that passes over something unreadable and comes to an end; partial where that
/// lies in more than [`MOST_END`] unreadable bytes.
fn again(
    Place { bytes, runs }: Place<'_>,
    (registry, candidates): (&Registry, &[usize]),
    buffer: &mut Buffer,
) -> Option<(usize, Verdict)> {
    candidates.iter().find_map(|&format| {
        let mut view = View::new(bytes, runs, buffer);
        let measured = registry.formats()[format].measure(&mut view, Effort::Structure);
        let mut verdict = measured.ok()?;
        let is_file = verdict.len > 0 && verdict.len <= runs.len();
        let is_hurt = view.unreadable_in(0, verdict.len).is_some();
        if !is_file || !is_hurt || verdict.grade == Grade::Partial {
            return None;
        }
        verdict.grade = Grade::Damaged;
        end_where_read(&mut verdict, Place { bytes, runs }, buffer);
        (verdict.len > 0).then_some((format, verdict))
    })
}

/// Makes a file of which nothing tells how long it is a beginning, where it ends in more than [`MOST_END`] unreadable bytes;
/// it ends before them then.
fn end_where_read(verdict: &mut Verdict, Place { bytes, runs }: Place<'_>, buffer: &mut Buffer) {
    let runs_end = runs.as_slice().last().map_or(0, |run| run.end());
    // Runs that end before the source does are those of a file whose length is known.
    let is_told = verdict.end == End::Exact || verdict.len == runs.len() && runs_end < bytes.len();
    if is_told && verdict.grade > Grade::Partial {
        return;
    }
    if let Some(at) = unreadable_end(&View::new(bytes, runs, buffer), verdict.len) {
        verdict.grade = Grade::Partial;
        shorten(verdict, at);
    }
}

/// Where the long unreadable range begins that the first `len` bytes of a view end in, if they end in one.
fn unreadable_end(view: &View<'_>, len: u64) -> Option<u64> {
    let (mut start, mut end) = (0, 0);
    while end < len {
        let range = view.unreadable_in(end, u64::MAX)?;
        if range.at > end {
            start = range.at;
        }
        end = range.end();
    }
    (start < len && end - start > MOST_END).then_some(start)
}

/// Makes a file end after `len` bytes.
fn shorten(verdict: &mut Verdict, len: u64) {
    verdict.len = len;
    let own = Span { at: 0, len };
    verdict.unchecked.retain_mut(|part| {
        part.span.len = part.span.len.min(len.saturating_sub(part.span.at));
        part.span.len > 0
    });
    verdict.children.retain(|child| own.holds(child.span));
    verdict.exif.retain(|exif| own.holds(exif.span));
}
