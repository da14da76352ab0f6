//! BMP: two headers, a colour table, and pixels that nothing checks.
//!
//! Source: Windows SDK, "Bitmap Storage" and "Bitmap Compression"; OS/2 2.0, "Bitmap File Format".

mod header;
mod rle;

use crate::format::{Effort, Magic};
use crate::verdict::{Child, End, Grade, Kinship, Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;
use header::{Coding, FILE_HEADER_LEN, Header};

/// What all files begin with; the headers tell the rest.
pub static MAGIC: &[Magic] = &[Magic::gated(0, b"BM", |view| Header::read(view).is_ok())];

/// Headers of 40 bytes and one row of one pixel.
pub const MIN_LEN: u64 = FILE_HEADER_LEN + 40 + 4;

/// Padding that writers leave after the last row and count as part of the file.
const MOST_PADDING: u64 = 3;

/// Measures the BMP at the view's start. There is nothing to prove, so every effort is one.
pub fn measure(view: &mut View<'_>, _: Effort) -> Result<Verdict, Reject> {
    let header = Header::read(view)?;
    let mut verdict = Verdict::structural(0, "bmp", "image/bmp");
    verdict.pixels = Some((header.width, header.height));
    verdict.proof = "headers whose fields agree";
    match header.coding {
        Coding::Rows => verdict.len = rows_end(&header, &mut verdict),
        Coding::Runs { bits } => runs_end(view, &header, bits, &mut verdict)?,
        Coding::File => {
            if !header.agrees() {
                return Err(view.malformed(2, "length of the file"));
            }
            verdict.len = header.declared;
            let span = Span { at: header.offset, len: header.image_len };
            verdict.children.push(Child { span, kinship: Kinship::Inner });
        }
    }
    if verdict.len > view.len() {
        cut(view, &header, &mut verdict)?;
    }
    let table = Span::between(FILE_HEADER_LEN, header.offset);
    verdict.unchecked.push(Unchecked { span: table, role: Role::Metadata });
    let picture = Span::between(header.offset, verdict.len);
    verdict.unchecked.push(Unchecked { span: picture, role: Role::Payload });
    Ok(verdict)
}

/// A picture whose source ends first, if it is one of plain rows and its header is surely one: the
/// lengths of file and picture must agree, and a row be there.
fn cut(view: &View<'_>, header: &Header, verdict: &mut Verdict) -> Result<(), Reject> {
    let there = view.len().saturating_sub(header.offset);
    if header.coding != Coding::Rows || !header.agrees() || there < header.row_len() {
        return view.check(0, verdict.len);
    }
    (verdict.len, verdict.grade, verdict.end) = (view.len(), Grade::Partial, End::Minimum);
    verdict.share = Some((there as f64 / header.rows_len() as f64).min(1.0) as f32);
    verdict.note(view.len(), "the source ends before the last row");
    Ok(())
}

/// Where a picture of plain rows ends: where the header says if its parts reach there, else
/// after the last row.
fn rows_end(header: &Header, verdict: &mut Verdict) -> u64 {
    let end = header.offset.saturating_add(header.rows_len());
    let padding = header.declared.checked_sub(end);
    let stored = header.offset.saturating_add(header.image_len);
    match padding {
        Some(0) => end,
        Some(1..=MOST_PADDING) => header.declared,
        Some(_) if header.declared == header.profile_end => header.declared,
        Some(more) if header.declared == stored && more <= header.row_len() => stored,
        _ => {
            verdict.note(2, "the length in the header is not that of its picture");
            end.max(header.profile_end)
        }
    }
}

/// Where a picture of runs ends.
fn runs_end(
    view: &mut View<'_>,
    header: &Header,
    bits: u16,
    verdict: &mut Verdict,
) -> Result<(), Reject> {
    let decoded = rle::decode(view, header.offset, bits, (header.width, header.height));
    let agrees = header.agrees() && header.declared <= view.len();
    let whole = decoded.end.is_some_and(|end| !agrees || end <= header.declared);
    verdict.len = match decoded.end {
        _ if agrees => header.declared,
        Some(end) => end,
        None => {
            let at = decoded.issue.map_or(header.offset, |issue| issue.at);
            return Err(view.malformed(at, "runs"));
        }
    };
    verdict.proof = "headers whose fields agree; runs up to their end";
    if !whole {
        let issue = decoded.issue.filter(|issue| issue.at < verdict.len);
        let (at, what) = issue
            .map_or((verdict.len, "the runs do not end".into()), |issue| (issue.at, issue.what));
        verdict.grade = Grade::Structural;
        verdict.note(at, what);
    }
    Ok(())
}
