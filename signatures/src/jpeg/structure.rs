//! What is made of a JPEG whose data is not decoded.

use super::walk::Walked;
use super::{followers, segments};
use crate::format::Effort;
use crate::verdict::{Grade, MOST_ISSUES, Verdict};
use crate::view::View;

/// What makes viewers open a JPEG that breaks off.
pub const TERMINATOR: &[u8] = b"\xff\xd9";

/// What the segments and markers of a JPEG tell without its data.
pub fn structure(view: &mut View<'_>, walked: Walked) -> Verdict {
    let mut verdict = Verdict::structural(walked.end, "jpg", "image/jpeg");
    verdict.pixels = walked.pixels;
    verdict.unchecked = walked.parts;
    verdict.issues = walked.issues;
    verdict.issues.truncate(MOST_ISSUES);
    segments::look_into(view, &walked.segments, &mut verdict);
    match walked.broken {
        Some(issue) => {
            verdict.grade = Grade::Partial;
            verdict.proof = "segments, and markers in the data up to the break";
            verdict.share = walked.share;
            verdict.terminator = TERMINATOR.into();
            verdict.note(issue.at, issue.what);
        }
        None => {
            verdict.proof = "segments and scans up to EOI";
            if walked.short {
                verdict.grade = Grade::Damaged;
            }
            followers::add(view, &walked.segments, Effort::Structure, &mut verdict);
        }
    }
    verdict
}
