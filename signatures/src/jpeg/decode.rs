//! Decoding a JPEG, in the one way its headers ask for and in the few others that decoders of the
//! world get along with.

use super::entropy::UNDEFINED_RESTART;
use super::extraneous::Gap;
use super::segments;
use super::skim::JpegOracle;
use super::walk;
use crate::oracle::{Oracle, drive, drive_from, drive_up_to};
use crate::verdict::{Grade, Issue, Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;

/// The oracle gets the file in pieces of this size.
const PIECE: usize = 64 << 10;

/// What decoding a JPEG came to.
pub struct Decoded {
    /// The oracle at the end of what it took.
    pub oracle: JpegOracle,
    /// The first byte after the picture, or the first that cannot be and why.
    pub end: Result<u64, (u64, &'static str)>,
    /// What was passed over before the picture.
    pub gaps: Vec<Gap>,
    /// What else is not as it should be.
    pub odd: Option<Issue>,
}

/// Decodes the JPEG at the view's start.
pub fn decode(view: &mut View<'_>) -> Result<Decoded, Reject> {
    let joints = view.joints();
    let new = || JpegOracle::with_joints(joints.clone()).hasty();
    let mut oracle = new();
    let mut end = drive(&mut oracle, view, PIECE);
    let mut gaps = Vec::new();
    if end.is_err() && oracle.scans().is_empty() {
        gaps = walk::gaps(view)?;
        if !gaps.is_empty() {
            oracle = new();
            end = drive_over(&mut oracle, view, &gaps);
        }
    }
    if let Err((at, UNDEFINED_RESTART)) = end
        && let Some((units, 1..)) = oracle.only_scan()
        && let Ok(interval @ 1..) = u16::try_from(units)
    {
        // Where one restart marker stands, the others must, if they are its own.
        let mut regular = new().with_interval(interval);
        if let Ok(end) = drive_over(&mut regular, view, &gaps) {
            let odd = Some(Issue::new(at, "restart markers, but no restart interval"));
            return Ok(Decoded { oracle: regular, end: Ok(end), gaps, odd });
        }
    }
    Ok(Decoded { oracle, end, gaps, odd: None })
}

/// Feeds the view to an oracle, but for what is passed over.
fn drive_over(
    oracle: &mut JpegOracle,
    view: &mut View<'_>,
    gaps: &[Gap],
) -> Result<u64, (u64, &'static str)> {
    let mut at = 0;
    for gap in gaps {
        if let Some(end) = drive_up_to(oracle, view, Span::between(at, gap.span.at), PIECE)? {
            return Ok(end);
        }
        oracle.pass_over(gap.span.len);
        at = gap.span.end();
    }
    drive_from(oracle, view, at, PIECE)
}

/// Which part of the picture the bytes before `end` show, from 0 to 1.
pub fn share_before(view: &mut View<'_>, gaps: &[Gap], end: u64) -> f32 {
    let (mut oracle, mut at) = (JpegOracle::new(), 0);
    let before = gaps.iter().take_while(|gap| gap.span.end() <= end);
    let before = before.map(|gap| (gap.span.at, gap.span.len));
    for (until, passed) in before.chain([(end, 0)]) {
        // That it ends too early, or cannot go on, was told when it was decoded to its end.
        if drive_up_to(&mut oracle, view, Span::between(at, until), PIECE).is_err() {
            break;
        }
        oracle.pass_over(passed);
        at = until + passed;
    }
    oracle.share()
}

/// Tells what was passed over before the picture: nothing covers it, and a picture that needs it is
/// structural at most.
pub fn tell_gaps(view: &mut View<'_>, gaps: &[Gap], verdict: &mut Verdict) {
    for gap in gaps {
        verdict.grade = verdict.grade.min(Grade::Structural);
        verdict.note(gap.span.at, gap.what);
        let at = verdict.unchecked.partition_point(|part| part.span.at < gap.span.at);
        if !verdict.unchecked.iter().any(|part| part.span.holds(gap.span)) {
            verdict.unchecked.insert(at, Unchecked { span: gap.span, role: Role::Metadata });
        }
    }
    let segments: Vec<_> = gaps.iter().filter_map(|gap| gap.segment).collect();
    segments::look_into(view, &segments, verdict);
}
