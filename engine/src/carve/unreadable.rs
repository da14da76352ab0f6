//! Files of which the source could not deliver a part: unreadable bytes are unknown, and never zeros.
//!
//! Whoever decodes them takes zeros for data and finds it wrong, or right by chance. So a file that meets an
//! unreadable range is at most damaged, and where it seems to break off there, its structure alone is asked:
//! that passes over the range and finds where the file ends.

use afterimage_signatures::verdict::{End, Grade, Verdict};
use afterimage_signatures::{Buffer, Bytes, Effort, Runs, View};

use crate::formats::Registry;

/// What breaks off may do so a little before or after what is unreadable, in bytes: decoders read ahead, and
/// zeros decode for a while.
const NEAR: u64 = 64 << 10;

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
        if !is_whole
            && let Some(better) = again(place, (registry, &[format]), buffer)
            && better.1.len > verdict.len
        {
            return Some(better);
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

/// The file by its structure alone, if that passes over something unreadable and comes to an end.
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
        Some((format, verdict))
    })
}
