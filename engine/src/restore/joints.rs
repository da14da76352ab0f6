//! Joints of files in several pieces, and whether a check covers what lies beside them.

use std::collections::BTreeSet;

use afterimage_signatures::verdict::{Continuity, Issue, Joints, MOST_ISSUES, Role, Span};

use super::layouts::Layout;
use crate::carve::Found;
use crate::model::{Grade, Record, SpanSet};

/// What is said where pieces are joined by guess.
const GUESSED: &str = "what follows lies elsewhere, by guess: no check covers it";

/// What is said where a check covers both sides of a joint, and might be passed by chance.
const UNTIED: &str = "what follows lies elsewhere, by guess: the picture need not go on there";

/// What is said where a file lies that would be proven in other clusters as well.
const RIVALLED: &str = "what follows lies elsewhere, by guess: other clusters fit as well";

/// Whether every joint of two pieces is proven: a check covers the clusters on both sides, where any other
/// would fit otherwise, and the format itself shows that the one goes on in the other.
pub(super) fn are_sure(file: &Found, cluster: u64) -> bool {
    file.record.issues.is_empty()
        && loose(&file.record, cluster).is_none()
        && untied(file).is_empty()
}

/// The joints of a verified file, in bytes of the file, over which nothing shows that it goes on.
fn untied(file: &Found) -> Vec<u64> {
    let sound: BTreeSet<u64> = match &file.joints {
        Joints::Checksummed => return Vec::new(),
        Joints::Untested => BTreeSet::new(),
        Joints::Seen(seen) => {
            let sound = seen.iter().filter(|joint| joint.continuity == Continuity::Sound);
            sound.map(|joint| joint.at).collect()
        }
    };
    let is_covered = |at: &u64| file.record.role_at(*at).is_none();
    joints(&file.record).filter(is_covered).filter(|at| !sound.contains(at)).collect()
}

/// Where two runs of a file meet, or the last one and what was filled in, in bytes of the file.
fn joints(record: &Record) -> impl Iterator<Item = u64> + '_ {
    let filled = (!record.fill.is_empty()).then(|| record.source_len());
    record.runs.joints().chain(filled)
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
    let joint = joints(record).find(|&joint| {
        is_loose(joint.saturating_sub(cluster), joint)
            || is_loose(joint, joint.saturating_add(cluster))
    });
    let tail = unchecked.as_slice().last().filter(|part| part.end() >= size);
    let tail = tail.and_then(|part| part.at.checked_next_multiple_of(cluster.max(1)));
    joint.or_else(|| tail.filter(|&at| at < size))
}

/// Says where the pieces of a file are joined by guess, since no check covers what follows or none tells it
/// from what else might follow; it is proven no longer then.
pub(super) fn note_guess(file: &mut Found, layout: &Layout, cluster: u64) {
    if !layout.basis.is_guess() {
        return;
    }
    if file.record.grade < Grade::Verified {
        let joint = joints(&file.record).next();
        joint.into_iter().for_each(|joint| lower(&mut file.record, joint, GUESSED));
        return;
    }
    note_untied(file, cluster);
}

/// Says where nothing shows that a verified file goes on over a joint; it is proven no longer then.
pub(super) fn note_untied(file: &mut Found, cluster: u64) {
    let untied = untied(file);
    if let Some(joint) = loose(&file.record, cluster) {
        lower(&mut file.record, joint, GUESSED);
    }
    untied.into_iter().for_each(|joint| lower(&mut file.record, joint, UNTIED));
}

/// Says that a file would be proven in other clusters too; it is proven no longer then.
pub(super) fn note_rival(record: &mut Record) {
    let joint = joints(record).next();
    joint.into_iter().for_each(|joint| lower(record, joint, RIVALLED));
}

/// Says what a joint at byte `at` of a file is not, and that the file is proven no further.
fn lower(record: &mut Record, at: u64, what: &'static str) {
    record.grade = record.grade.min(Grade::Structural);
    if record.issues.len() < MOST_ISSUES {
        record.issues.push(Issue::new(at, what));
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
