//! JPEG: the walk over segments and scans, and what follows the picture.
//!
//! Source: ITU-T T.81 (1992), annex B "Compressed data formats".

mod entropy;
mod followers;
mod frame;
mod gcontainer;
mod marker;
mod mpf;
mod segments;
mod tables;
mod video;
mod walk;

pub use walk::{Walked, walk};

use crate::format::Magic;
use crate::verdict::{Grade, MOST_CHILDREN, MOST_ISSUES, Reject, Verdict};
use crate::view::View;

/// What every JPEG begins with: SOI and the first byte of the next marker.
pub static MAGIC: &[Magic] = &[Magic { at: 0, bytes: b"\xff\xd8\xff" }];

/// SOI, one quantisation table, frame and scan header of one component, a byte of data, EOI.
pub const MIN_LEN: u64 = 2 + 69 + 13 + 10 + 1 + 2;

/// What makes viewers open a JPEG that breaks off.
const TERMINATOR: &[u8] = b"\xff\xd9";

/// Measures the JPEG at the view's start with all that belongs to it.
pub fn measure(view: &mut View<'_>) -> Result<Verdict, Reject> {
    let walked = walk(view)?;
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
            verdict.terminator = TERMINATOR;
            verdict.note(issue.at, issue.what);
        }
        None => {
            verdict.proof = "segments and scans up to EOI";
            if walked.short {
                verdict.grade = Grade::Damaged;
            }
            followers::add(view, &walked.segments, &mut verdict);
        }
    }
    verdict.children.sort_by_key(|child| child.span);
    verdict.children.truncate(MOST_CHILDREN);
    Ok(verdict)
}
