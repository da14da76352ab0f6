//! Joints of files in several pieces, and whether a check covers what lies beside them.

use afterimage_signatures::verdict::{Issue, MOST_ISSUES, Role, Span};

use super::layouts::{Basis, Layout};
use crate::model::{Grade, Record, SpanSet};

/// What is said where pieces are joined by guess.
const GUESSED: &str = "what follows lies elsewhere, by guess: no check covers it";

/// Whether every joint of two pieces is proven: where no check covers the cluster on one side of it, any
/// other would fit there.
pub(super) fn are_sure(record: &Record, cluster: u64) -> bool {
    record.issues.is_empty() && loose(record, cluster).is_none()
}

/// Where the first cluster begins or ends, in bytes of the file, that any other could stand for: no check
/// covers any of it, and it lies beside a joint of two pieces or after the picture.
fn loose(record: &Record, cluster: u64) -> Option<u64> {
    let size = record.size();
    let unchecked: SpanSet = record.unchecked.iter().map(|part| part.span).collect();
    let is_loose = |at: u64, end: u64| {
        let side = Span::between(at, end.min(size));
        side.len > 0 && unchecked.holds(side)
    };
    let runs = record.runs.as_slice();
    let mut joints = runs.iter().scan(0u64, |end, run| {
        *end = end.saturating_add(run.len);
        Some(*end)
    });
    let inside = runs.len().saturating_sub(usize::from(record.fill.is_empty()));
    let joint = joints.by_ref().take(inside).find(|&joint| {
        is_loose(joint.saturating_sub(cluster), joint)
            || is_loose(joint, joint.saturating_add(cluster))
    });
    let tail = unchecked.as_slice().last().filter(|part| part.end() >= size);
    let tail = tail.and_then(|part| part.at.checked_next_multiple_of(cluster.max(1)));
    joint.or_else(|| tail.filter(|&at| at < size))
}

/// Says where the pieces of a file are joined by guess, since no check covers what follows; it is proven no
/// longer then.
pub(super) fn note_guess(record: &mut Record, layout: &Layout, cluster: u64) {
    let joint = match (layout.basis, record.runs.as_slice()) {
        (Basis::Recorded | Basis::Beginning, _) => None,
        _ if record.grade == Grade::Verified => loose(record, cluster),
        (_, [first, _, ..]) => Some(first.len),
        _ => None,
    };
    let Some(offset) = joint else { return };
    record.grade = record.grade.min(Grade::Structural);
    if record.issues.len() < MOST_ISSUES {
        record.issues.push(Issue::new(offset, GUESSED));
    }
}

/// Whether the unchecked range that holds byte `at` of a file may hold other pictures.
pub(super) fn may_hold(record: &Record, at: u64) -> bool {
    matches!(record.role_at(at), Some(Role::Metadata | Role::Trailer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build::record;
    use afterimage_signatures::Runs;
    use afterimage_signatures::verdict::Unchecked;

    /// Where a file of five clusters of ten bytes, in two pieces of two and three, is joined by guess when no
    /// check covers those ranges.
    #[track_caller]
    fn check(unchecked: &[(u64, u64)], expected: Option<u64>) {
        let part = |&(at, end): &(u64, u64)| Unchecked {
            span: Span::between(at, end),
            role: Role::Metadata,
        };
        let file = Record {
            grade: Grade::Verified,
            runs: Runs::new(vec![Span { at: 100, len: 20 }, Span { at: 500, len: 26 }]),
            unchecked: unchecked.iter().map(part).collect(),
            ..record(0, 0)
        };
        assert_eq!(loose(&file, 10), expected, "{unchecked:?}");
    }

    #[test]
    fn a_cluster_beside_a_joint_or_after_the_picture_needs_a_check() {
        check(&[], None);
        check(&[(0, 19), (21, 44)], None);
        check(&[(12, 28)], None);
        check(&[(10, 20)], Some(20));
        check(&[(15, 25), (25, 30)], Some(20));
        check(&[(30, 40)], None);
        check(&[(35, 46)], Some(40));
        check(&[(41, 46)], None);
    }
}
