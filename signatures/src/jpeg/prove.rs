//! What decoding a JPEG proves, and what is made of one that does not decode.

use super::decode::{Decoded, decode, share_before, tell_gaps};
use super::entropy::Surplus;
use super::skim::JpegOracle;
use super::slip::is_slip;
use super::structure::{TERMINATOR, structure};
use super::walk::{MOST_SEGMENTS, Walked, parts, trim, walk};
use super::{followers, segments};
use crate::format::Effort;
use crate::oracle::Oracle;
use crate::verdict::{Grade, Joints, Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;

/// How far the length of what follows a break may be from what the picture needs, either way: a
/// sky takes fewer bytes than a forest.
const MOST_UNEVEN: u64 = 4;

/// Lengths below this, in bytes, say nothing about evenness.
const LEAST_REST: u64 = 64 << 10;

/// What is proven of a picture that may have foreign data in it all the same: data that decodes to the
/// last unit by chance, where the picture breaks or where nothing is checked.
const DECODED: &str = "every scan decoded to its last unit, coefficients in range, EOI";

/// What is proven of any other. It is no proof of each byte: of foreign clusters few decode, and of
/// those not all break the picture; README.md says how many.
const CONTINUOUS: &str = "every scan decoded to its last unit, coefficients in range, EOI; \
                          no break of the picture seen at a sector or restart";

/// What is said where a picture breaks.
const BREAK: &str = "the picture breaks here, though its data decodes";

/// Measures the JPEG at the view's start by decoding it.
pub fn prove(view: &mut View<'_>) -> Result<Verdict, Reject> {
    let decoded = decode(view)?;
    let mut verdict = match decoded.end {
        Ok(end) => whole(view, &decoded.oracle, end),
        Err((at, what)) => broken(view, &decoded, at, what)?,
    };
    if let Some(odd) = decoded.odd {
        verdict.grade = verdict.grade.min(Grade::Structural);
        verdict.note(odd.at, odd.what);
    }
    tell_gaps(view, &decoded.gaps, &mut verdict);
    Ok(verdict)
}

/// A picture that was decoded to its exact end.
fn whole(view: &mut View<'_>, oracle: &JpegOracle, end: u64) -> Verdict {
    let mut verdict = Verdict::structural(end, "jpg", "image/jpeg");
    verdict.pixels = oracle.pixels();
    verdict.unchecked = unchecked(oracle);
    match oracle.flaw() {
        None => {
            verdict.proof = DECODED;
            let is_checked = oracle.data().iter().all(|data| data.proven);
            if is_checked && oracle.breaks().is_empty() {
                verdict.grade = Grade::Verified;
                verdict.proof = CONTINUOUS;
            }
        }
        Some(what) => {
            verdict.proof = "segments and scans up to EOI";
            verdict.note(0, what);
        }
    }
    verdict.joints = Joints::Seen(oracle.joints(0));
    oracle.breaks().iter().for_each(|&at| verdict.note(at, BREAK));
    segments::look_into(view, oracle.segments(), &mut verdict);
    followers::add(view, oracle.segments(), Effort::Proof, &mut verdict);
    verdict
}

/// Application segments, comments, and data that could be foreign and decode all the same.
fn unchecked(oracle: &JpegOracle) -> Vec<Unchecked> {
    let segments = oracle.segments();
    let metadata = segments.iter().map(|segment| (segment.content, Role::Metadata));
    let has_break = |span: Span| oracle.breaks().iter().any(|&at| span.at <= at && at < span.end());
    let loose = oracle.data().iter().filter(|data| !data.proven || has_break(data.span));
    let mut all: Vec<_> = metadata.chain(loose.map(|data| (data.span, Role::Payload))).collect();
    if segments.len() == MOST_SEGMENTS
        && let (Some(last), Some(data)) = (segments.last(), oracle.data().first())
    {
        // Of more segments than are kept it is only known that they end before the data.
        all.push((Span::between(last.content.end(), data.span.at), Role::Metadata));
    }
    all.retain(|(span, _)| span.len > 0);
    all.sort_unstable_by_key(|&(span, _)| span);
    all.into_iter().map(|(span, role)| Unchecked { span, role }).collect()
}

/// A picture in which the byte at `at` cannot be: damaged when its structure closes and what
/// follows can be its own, else cut there.
fn broken(
    view: &mut View<'_>,
    decoded: &Decoded,
    at: u64,
    what: &'static str,
) -> Result<Verdict, Reject> {
    let oracle = &decoded.oracle;
    let all_units = oracle.all_units();
    // The oracle may have passed the first of more restart markers than there are intervals.
    let done = oracle.kept().saturating_sub(2);
    let surplus = if all_units { Surplus::After(done) } else { Surplus::No };
    let walked = match walk(view, surplus) {
        Ok(walked) => walked,
        // Where decoding has shown rows, it knows better than the walk what is picture data.
        Err(_) if oracle.has_row() => return partial(view, decoded, u64::MAX, at, what),
        Err(reject) => return Err(reject),
    };
    let slip = walked.broken.is_none() && is_slip(view, oracle, &walked);
    if walked.broken.is_some() || !(slip || is_even(oracle, &walked, at)) {
        if oracle.is_opaque() {
            return Ok(structure(view, walked));
        }
        return partial(view, decoded, walked.end, at, what);
    }
    let mut verdict = structure(view, walked);
    if !slip {
        verdict.grade = Grade::Damaged;
    }
    verdict.note(at, what);
    Ok(verdict)
}

/// Whether the data from the break at `at` to the end of the structure is about as long as the
/// units need that are missing. Less than a row tells nothing about that.
fn is_even(oracle: &JpegOracle, walked: &Walked, at: u64) -> bool {
    let (passed, missing) = match oracle.only_scan() {
        Some(units) if oracle.has_row() => units,
        _ => return true,
    };
    let before: u64 = walked
        .parts
        .iter()
        .map(|part| match part.role {
            Role::Payload => Span::between(part.span.at, part.span.end().min(at)).len,
            _ => 0,
        })
        .sum();
    let rest = walked.end.saturating_sub(at);
    let needed = u128::from(before) * u128::from(missing) / u128::from(passed.max(1));
    let needed = u64::try_from(needed).unwrap_or(u64::MAX);
    let slack = |len: u64| len.saturating_mul(MOST_UNEVEN).saturating_add(LEAST_REST);
    rest <= slack(needed) && needed <= slack(rest)
}

/// The beginning of a broken picture that ends before `end`, if it shows at least a row.
fn partial(
    view: &mut View<'_>,
    decoded: &Decoded,
    end: u64,
    at: u64,
    what: &'static str,
) -> Result<Verdict, Reject> {
    let oracle = &decoded.oracle;
    if !oracle.has_row() {
        return Err(view.malformed(at, what));
    }
    let scans = oracle.scans();
    let start = scans.last().map_or(0, |scan| scan.at);
    let decodes = oracle.kept().min(end).max(start);
    let kept = trim(view, start, decodes);
    if kept == start {
        // Zeros that decode may be a sky, or a disk that was never written.
        return Err(view.malformed(at, what));
    }
    let mut verdict = Verdict::structural(kept, "jpg", "image/jpeg");
    verdict.grade = Grade::Partial;
    verdict.proof = "scans decoded up to the break";
    verdict.pixels = oracle.pixels();
    // What is left out at its end shows nothing, though it decodes.
    let is_cut = kept < decodes || decodes < oracle.kept();
    let share = if is_cut { share_before(view, &decoded.gaps, kept) } else { oracle.share() };
    verdict.share = Some(share);
    verdict.terminator = TERMINATOR.into();
    verdict.unchecked = parts(&scans, kept);
    verdict.note(at, what);
    segments::look_into(view, oracle.segments(), &mut verdict);
    Ok(verdict)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{headers, scan};
    use super::*;
    use crate::oracle::drive;
    use crate::view::{Buffer, Runs};

    /// One unit of the grey picture of the samples: DC one more than before, one coefficient.
    const UNIT: u8 = 0b0110_1000;

    #[test]
    fn zeros_that_are_left_out_show_nothing() {
        let head = [headers(64, 1024, &[]), scan()].concat();
        // 1,024 units; a byte of zeros is two of them.
        for (zeros, after) in [(0, &b""[..]), (100, b""), (100, b"\xff\xd8\xff\xe0"), (400, b"")] {
            let data = [&head[..], &[UNIT; 512], &vec![0; zeros], after].concat();
            let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
            let data = data.as_slice();
            let verdict = prove(&mut View::new(&data, &runs, &mut buffer)).unwrap();
            let said = format!("{zeros} zeros: {verdict:?}");
            assert_eq!(verdict.grade, Grade::Partial, "{said}");
            assert_eq!(verdict.len, head.len() as u64 + 512, "{said}");
            assert_eq!(verdict.share, Some(0.5), "{said}");
        }
    }

    /// What is said where every scan is decoded, whatever ends it.
    fn patient(view: &mut View<'_>) -> Result<Verdict, Reject> {
        let mut oracle = JpegOracle::new();
        match drive(&mut oracle, view, 64 << 10) {
            Ok(end) => Ok(whole(view, &oracle, end)),
            end @ Err((at, what)) => {
                broken(view, &Decoded { oracle, end, gaps: Vec::new(), odd: None }, at, what)
            }
        }
    }

    #[test]
    fn a_scan_that_is_too_short_to_show_anything_needs_no_decoding() {
        const ENDS: [&[u8]; 5] =
            [b"\xff\xd8", b"\xff\x01", b"\xff\xd9", b"\xff\xd0\xff\xd8", b"\xff\xe0\0\x02\xff\xd9"];
        let lens = [0, 7, 40, 600, 1500, 5000, 20_000];
        let units = lens.into_iter().flat_map(|len| [vec![UNIT; len], vec![0; len]]);
        let cases: Vec<_> = units.flat_map(|units| ENDS.map(|end| (units.clone(), end))).collect();
        let widths = [64, 1024, 0xffff].into_iter();
        let [mut taken, mut left] = [0; 2];
        for (width, (units, end)) in
            widths.flat_map(|width| cases.iter().map(move |case| (width, case)))
        {
            let head = [headers(width, 1024, &[]), scan()].concat();
            let data = [&head[..], units, end, &[1; 100]].concat();
            let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
            let data = data.as_slice();
            let said = prove(&mut View::new(&data, &runs, &mut buffer)).ok();
            let expected = patient(&mut View::new(&data, &runs, &mut buffer)).ok();
            assert_eq!(said, expected, "{width} {} {end:02x?}", units.len());
            if said.is_some() { taken += 1 } else { left += 1 }
        }
        assert!(taken > 20 && left > 20, "{taken} {left}");
    }
}
