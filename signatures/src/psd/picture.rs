//! The merged picture: plain rows, PackBits or deflate.

use std::cmp::Ordering;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags as flags};

use crate::format::Effort;
use crate::verdict::{End, Grade, Reject, Span, Verdict};
use crate::view::{Endian::Big, View};

/// Rows of all channels, one channel after the other.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    /// How many there are.
    pub(super) count: u64,
    /// Bytes of each.
    pub(super) len: u64,
    /// Whether the coded length of a row takes four bytes rather than two.
    pub(super) large: bool,
}

/// How many lengths of rows are read at once.
const ROWS_AT_ONCE: u64 = 4096;

/// So many lengths tell that a table of them is none.
const ROWS_LOOKED_AT: u64 = 64;

/// So many rows one after the other do not unpack to their lengths by chance.
const RESUMED: u32 = 4;

/// How far after a bad row others are looked for, in bytes: some of the largest clusters.
const LONGEST_LOSS: u64 = 512 << 10;

/// The most bytes that two coded ones unpack to.
const LONGEST_RUN: u64 = 128;

/// Deflate looks back this far.
const WINDOW: usize = 32 << 10;

/// The most bytes that a picture may inflate to: a bomb must not cost more than its own bytes.
const MOST_INFLATED: u64 = 4 << 30;

/// Coded rows are read in pieces of this size.
const PIECE: usize = 64 << 10;

/// Finds the end of the picture at `at` and puts it into the verdict; `is_alone` where no section before it says anything.
///
/// Source: Adobe, "Image Data Section".
pub(super) fn measure(
    view: &mut View<'_>,
    at: u64,
    (rows, is_alone): (Rows, bool),
    effort: Effort,
    verdict: &mut Verdict,
) -> Result<(), Reject> {
    let data = at + 2;
    match view.u16(at, Big)? {
        0 => {
            let all = rows.count * rows.len;
            verdict.len = data.saturating_add(all);
            verdict.proof = "four sections";
            if let Some(there) = view.len().checked_sub(data).filter(|&there| there < all) {
                cut(view.len(), there as f64 / all as f64, verdict);
            }
            Ok(())
        }
        1 => {
            let lengths = Lengths { at: data, rows };
            view.check(data, lengths.span().len)?;
            if is_alone && lengths.are_void(view)? {
                return Err(view.malformed(data, "lengths of rows"));
            }
            packed(view, &lengths, effort, verdict)
        }
        2 | 3 => deflated(view, data, rows, verdict),
        _ => Err(view.malformed(at, "compression")),
    }
}

/// The coded lengths of rows, which stand in a table before them.
struct Lengths {
    at: u64,
    rows: Rows,
}

impl Lengths {
    /// The fewest bytes that a row is coded in.
    fn least(&self) -> u64 {
        2 * self.rows.len.div_ceil(LONGEST_RUN)
    }

    fn entry(&self) -> u64 {
        if self.rows.large { 4 } else { 2 }
    }

    fn span(&self) -> Span {
        Span { at: self.at, len: self.rows.count * self.entry() }
    }

    /// Whether most cannot be the length of a row: of those of the first rows, and of some all over the picture. A table of
    /// zeros was never written; what holds other files has some lengths by chance, and no rows of them.
    fn are_void(&self, view: &mut View<'_>) -> Result<bool, Reject> {
        let looked = ROWS_LOOKED_AT.min(self.rows.count);
        let is_void = |len: u64| u64::from(len < self.least());
        let (mut first, mut all) = (0, 0);
        for index in 0..looked {
            first += is_void(self.one(view, index)?);
            all += is_void(self.one(view, index * self.rows.count / looked)?);
        }
        if first.min(all) * 4 < looked * 3 {
            return Ok(false);
        }
        Ok(first == looked || self.rows_break(view, looked)?)
    }

    /// Whether one of the first rows, before any that unpacks to its length, is not even coded in its bytes.
    fn rows_break(&self, view: &mut View<'_>, count: u64) -> Result<bool, Reject> {
        let mut at = self.span().end();
        for index in 0..count {
            let len = self.one(view, index)?;
            if at + len > view.len() {
                return Ok(false);
            }
            match unpacked(view, at, len, self.rows.len)? {
                None => return Ok(true),
                Some(Row::Exact) => return Ok(false),
                Some(_) => at += len,
            }
        }
        Ok(false)
    }

    /// That of one row.
    fn one(&self, view: &mut View<'_>, row: u64) -> Result<u64, Reject> {
        let at = self.at + row * self.entry();
        let wide = if self.rows.large { view.u32(at, Big)? } else { view.u16(at, Big)?.into() };
        Ok(wide.into())
    }

    /// Those of some rows from `first` on, so that table and rows are not read by turns.
    fn some(&self, view: &mut View<'_>, first: u64) -> Result<Vec<u64>, Reject> {
        let count = ROWS_AT_ONCE.min(self.rows.count - first);
        let bytes = view.bytes(self.at + first * self.entry(), (count * self.entry()) as usize)?;
        let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        Ok(bytes.chunks(self.entry() as usize).map(number).collect())
    }
}

/// Each row has its coded length in a table, and decodes to its full length.
fn packed(
    view: &mut View<'_>,
    lengths: &Lengths,
    effort: Effort,
    verdict: &mut Verdict,
) -> Result<(), Reject> {
    if effort == Effort::Proof {
        verdict.proof = "four sections; every row of the picture unpacked to its length";
        let before = verdict.clone();
        unpack(view, lengths, verdict)?;
        if verdict.grade < Grade::Structural
            && let Some((end, odd)) = closing(view, lengths)?
        {
            *verdict = before;
            verdict.len = end;
            verdict.proof = "four sections; every row of the picture coded in its length";
            verdict.note(odd, "rows that do not unpack to their length, this one first");
        }
        return Ok(());
    }
    verdict.len = lengths.span().end();
    for first in (0..lengths.rows.count).step_by(ROWS_AT_ONCE as usize) {
        let sum: u64 = lengths.some(view, first)?.iter().sum();
        verdict.len = verdict.len.saturating_add(sum);
    }
    verdict.proof = "four sections; the sum of the rows";
    view.check(0, verdict.len)
}

/// Unpacks row after row. Where one fails, others after it tell whether bytes inside the file are
/// bad or all is foreign from there on.
fn unpack(view: &mut View<'_>, lengths: &Lengths, verdict: &mut Verdict) -> Result<(), Reject> {
    let rows = lengths.rows;
    let mut start = lengths.span().end();
    // The first bad row and where it begins, until the picture is found to go on after it.
    let mut bad: Option<(u64, u64)> = None;
    let mut sound = 0;
    for first in (0..rows.count).step_by(ROWS_AT_ONCE as usize) {
        for (number, len) in (first..).zip(lengths.some(view, first)?) {
            let end = start + len;
            let is_there = end <= view.len();
            let holds = is_there && unpacked(view, start, len, rows.len)? == Some(Row::Exact);
            sound = if holds { sound + 1 } else { 0 };
            if sound == 0 && verdict.grade != Grade::Damaged {
                bad.get_or_insert((number, start));
            }
            if sound == 0 && is_there {
                // Its end is where the mistake shows; it may have begun before the row did.
                let last = end.saturating_sub(1);
                verdict.note(last, "the row that ends here does not unpack to its length");
            }
            if sound >= RESUMED && bad.take().is_some() {
                verdict.grade = Grade::Damaged;
            }
            // Lengths that cannot be say nothing of how far the rows have gone.
            let goes_on = |(first, at): (u64, u64)| {
                (end - at).max((number - first) * lengths.least()) <= LONGEST_LOSS
            };
            if !is_there || !bad.is_none_or(goes_on) {
                let (number, at) = bad.unwrap_or((number, start));
                cut(at, number as f64 / rows.count as f64, verdict);
                return Ok(());
            }
            start = end;
        }
    }
    verdict.len = start;
    if let Some((number, at)) = bad {
        cut(at, number as f64 / rows.count as f64, verdict);
    }
    Ok(())
}

/// All of the file that is true ends at `at`, with that share of the picture's rows.
fn cut(at: u64, share: f64, verdict: &mut Verdict) {
    (verdict.len, verdict.grade, verdict.end) = (at, Grade::Partial, End::Minimum);
    verdict.share = Some(share as f32);
    verdict.issues.retain(|issue| issue.at < at);
    verdict.note(at, "no row of the picture unpacks from here on");
}

/// The end of rows that are all coded in exactly the bytes that the table says, and where the first
/// lies that unpacks to another length: some writers let the last run reach over the row's end, or
/// leave out what is blank. Nothing when some row is not: then bytes are foreign.
fn closing(view: &mut View<'_>, lengths: &Lengths) -> Result<Option<(u64, u64)>, Reject> {
    let rows = lengths.rows;
    let mut start = lengths.span().end();
    let (mut odd, mut doubtful, mut empty) = (None, 0u64, 0u64);
    for first in (0..rows.count).step_by(ROWS_AT_ONCE as usize) {
        for len in lengths.some(view, first)? {
            let end = start + len;
            if end > view.len() {
                return Ok(None);
            }
            match unpacked(view, start, len, rows.len)? {
                Some(Row::Exact) => {}
                Some(Row::Over) => _ = odd.get_or_insert(start),
                Some(Row::Short | Row::Beyond) => {
                    odd.get_or_insert(start);
                    (doubtful, empty) = (doubtful + 1, empty + u64::from(len == 0));
                }
                None => return Ok(None),
            }
            start = end;
        }
    }
    // A lone row that closes by chance may be foreign, and a table of zeros was never written.
    let believed = (doubtful == 0 || doubtful >= RESUMED.into()) && empty * 2 <= rows.count;
    Ok(odd.filter(|_| believed).map(|odd| (start, odd)))
}

/// What a row unpacks to whose runs end where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    /// Its length.
    Exact,
    /// More, and only its last run goes over its end.
    Over,
    /// More, with whole runs after its end; less than twice as much.
    Beyond,
    /// Less.
    Short,
}

/// What the `len` bytes at `at` unpack to, as a row of `own` bytes; nothing when the last run is
/// cut off, or when far more comes than a row.
///
/// Source: Apple, Technical Note TN1023 "Understanding PackBits".
fn unpacked(view: &mut View<'_>, at: u64, len: u64, own: u64) -> Result<Option<Row>, Reject> {
    let end = at + len;
    let (mut at, mut unpacked) = (at, 0);
    let (first, mut is_constant) = (view.u8(at).unwrap_or(0), len > 0);
    let mut is_beyond = false;
    while at < end {
        let left = usize::try_from(end - at).unwrap_or(usize::MAX);
        let piece = view.up_to(at, left.min(PIECE));
        is_constant &= piece.iter().all(|&byte| byte == first);
        let mut skip = 0u64;
        while let Some(&head) = piece.get(skip as usize) {
            let (bytes, run) = match head as i8 {
                -128 => (1, 0),
                literals @ 0.. => (literals as u64 + 2, literals as u64 + 1),
                repeat => (2, u64::from(repeat.unsigned_abs()) + 1),
            };
            is_beyond |= unpacked >= own && run > 0;
            if unpacked >= own.saturating_mul(2) {
                return Ok(None);
            }
            skip += bytes;
            unpacked += run;
        }
        if skip == 0 {
            break;
        }
        at += skip;
    }
    let row = match unpacked.cmp(&own) {
        Ordering::Equal => Row::Exact,
        Ordering::Greater if is_beyond => Row::Beyond,
        Ordering::Greater => Row::Over,
        // Erased and zeroed bytes unpack to something too.
        Ordering::Less if is_constant => return Ok(None),
        Ordering::Less => Row::Short,
    };
    Ok((at == end).then_some(row))
}

/// One zlib stream holds all rows.
fn deflated(view: &mut View<'_>, at: u64, rows: Rows, verdict: &mut Verdict) -> Result<(), Reject> {
    verdict.proof = "four sections; inflate and Adler-32 of the picture";
    let all = rows.count * rows.len;
    if rows.count * rows.len > MOST_INFLATED {
        return Err(Reject::OverBudget { at: view.base() + at, len: rows.count * rows.len });
    }
    let mut inflator = Box::<DecompressorOxide>::default();
    let mut window = vec![0; WINDOW];
    let (mut at, mut filled, mut left) = (at, 0, rows.count * rows.len);
    loop {
        let piece = view.up_to(at, PIECE);
        let more = if piece.is_empty() { 0 } else { flags::TINFL_FLAG_HAS_MORE_INPUT };
        let zlib = flags::TINFL_FLAG_PARSE_ZLIB_HEADER | flags::TINFL_FLAG_COMPUTE_ADLER32;
        let (status, read, written) =
            decompress(&mut inflator, piece, &mut window, filled, zlib | more);
        at += read as u64;
        filled = (filled + written) % WINDOW;
        let fits = left.checked_sub(written as u64);
        match (status, fits) {
            (TINFLStatus::Done, Some(0)) => break,
            // The checksum tells that this is all that was written.
            (TINFLStatus::Done, Some(rest)) if rest <= all / 2 => {
                verdict.note(at, "the picture inflates to less than its rows");
                break;
            }
            (TINFLStatus::NeedsMoreInput | TINFLStatus::HasMoreOutput, Some(rest)) if more > 0 => {
                left = rest;
            }
            _ => {
                cut(at, (all - left) as f64 / all as f64, verdict);
                return Ok(());
            }
        }
    }
    verdict.len = at;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    /// Whether the lengths of so many rows of 1,000 bytes, with what follows them, are no table.
    fn are_void(lengths: &[u16], rows: &[u8]) -> bool {
        let table = lengths.iter().flat_map(|len| len.to_be_bytes());
        let disk: Vec<u8> = table.chain(rows.iter().copied()).chain([0; 9000]).collect();
        let (runs, mut buffer) = (Runs::whole(0, disk.len() as u64), Buffer::default());
        let rows = Rows { count: lengths.len() as u64, len: 1000, large: false };
        let disk = disk.as_slice();
        Lengths { at: 0, rows }.are_void(&mut View::new(&disk, &runs, &mut buffer)).unwrap()
    }

    #[test]
    fn a_table_of_other_bytes_is_none_and_one_of_blank_rows_may_be() {
        assert!(are_void(&[0; 100], &[]), "never written");
        let some = |len: u16| [&[len, 0, 0, 0, 2][..]; 20].concat();
        let cut = [vec![5; 30], vec![100]].concat();
        assert!(are_void(&some(31), &cut), "the last run of a row goes on after its end");
        // 1,000 bytes in runs of 125, and rows that are left out.
        let row = [0x84, 7].repeat(8);
        assert!(!are_void(&some(16), &row));
        assert!(!are_void(&[16; 100], &row.repeat(100)));
        // Rows that unpack to less are odd, and none is foreign.
        assert!(!are_void(&some(20), &[&[0, 1, 0, 2][..]; 100].concat()));
    }
}
