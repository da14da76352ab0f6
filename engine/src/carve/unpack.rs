//! Photos in deflated members of archives and documents: zip and what is built on it, gzip, tape archives in gzip,
//! streams of PDF.
//!
//! A member is inflated in memory, within limits, and measured there as if it lay in the source. No archive is looked
//! for in what comes out, but a tape archive in gzip. Where the archive tells a checksum and it holds, all bytes of the
//! file are proven by it.

mod head;
mod limit;
mod members;

use std::sync::{Mutex, MutexGuard, PoisonError};

use afterimage_signatures::verdict::{Issue, MOST_ISSUES, Span};
use afterimage_signatures::{Buffer, Bytes, Effort, Runs, View};

pub use limit::UnpackLimit;

use self::head::{Head, Sum};
use self::members::Member;
use super::carver::Carver;
use super::found::Found;
use crate::model::{Enclosure, End, Grade, Inflated, Record};
use crate::scan::Packing;
use crate::source::{InflateEnd, Inflating};
use crate::volumes::fields::{be32, le32, le64};

/// So many bytes tell whether a photo begins.
const BEGINNING: usize = 4 << 10;

/// Bytes that are made at once.
const STEP: usize = 256 << 10;

/// Of longer members, one is in memory at a time.
const LARGE: usize = 8 << 20;

/// Held by whoever has a large member in memory, in any scan of this process.
static ALONE: Mutex<()> = Mutex::new(());

/// What came out of a member in which photos begin.
pub struct Unpacked {
    /// The bytes: the files that were found lie in these, until they are [placed](Unpacked::place).
    bytes: Vec<u8>,
    /// What was found: each file with the pictures inside it, and the name that it has in its archive.
    families: Vec<(Vec<Found>, Option<Vec<u8>>)>,
    /// Where the member lies in the source, from its header on.
    span: Span,
    skip: u64,
    kind: &'static str,
    is_checked: bool,
    /// Files that reach over what may come out.
    pub left_out: u64,
    _alone: Option<MutexGuard<'static, ()>>,
}

/// What is said of a file in a member.
enum Judged {
    /// It is no photo.
    Nothing,
    /// It may be one, and reaches over what may come out.
    LeftOut,
    /// It is one: with the pictures inside it.
    Found(Vec<Found>),
}

/// How far a member was inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// To its end.
    Whole,
    /// To where its data are none any more.
    Broken,
    /// To where more may not come out.
    Limit,
}

impl Carver<'_> {
    /// The photos in the deflated data that are announced at `offset` of `bytes`, those of the `index`-th source;
    /// nothing where there are none.
    pub fn unpack(
        &self,
        (index, bytes): (u32, &dyn Bytes),
        (offset, packing): (u64, Packing),
        limit: &mut UnpackLimit,
        buffer: &mut Buffer,
    ) -> Option<Unpacked> {
        let head = Head::read(bytes, offset, packing)?;
        let data_at = offset.checked_add(head.len).filter(|at| *at < bytes.len())?;
        let rest = bytes.len() - data_at;
        let packed = Span { at: data_at, len: head.packed_len.unwrap_or(rest).min(rest) };
        let mut stream = Inflating::new(bytes, packed);
        let mut out = vec![0; BEGINNING];
        let made = stream.fill(&mut out);
        out.truncate(made);
        let is_tar = packing == Packing::Gzip && members::is_tar(&out);
        if !is_tar && self.formats_in(&out, Span { at: 0, len: made as u64 }, buffer).is_empty() {
            let is_false = match stream.end() {
                Some(InflateEnd::Broken) => true,
                Some(InflateEnd::Whole) => {
                    let end = data_at + stream.taken();
                    head.sum.holds(bytes, end, stream.taken(), &out) == Some(false)
                }
                None => false,
            };
            limit.charge_in_vain(made as u64, is_false);
            return None;
        }
        let (ended, alone) = inflate(&mut stream, &mut out, data_at, limit);
        let end = data_at + stream.taken();
        limit.charge(data_at, end, out.len() as u64);
        let is_proven = self.effort == Effort::Proof && ended == Ended::Whole;
        let sum = if is_proven { head.sum.holds(bytes, end, stream.taken(), &out) } else { None };
        let mut unpacked = Unpacked {
            families: Vec::new(),
            span: Span::between(offset, end),
            skip: head.len,
            kind: if is_tar { "tar.gz" } else { head.kind },
            is_checked: sum == Some(true),
            left_out: 0,
            bytes: out,
            _alone: alone,
        };
        let hurt = bytes.unreadable_in(unpacked.span);
        let sure = Sure { sum, name: head.sum.name(), is_only: !is_tar };
        for member in members::members(&unpacked.bytes, &head, ended == Ended::Whole) {
            let is_cut = ended == Ended::Limit && !member.is_whole;
            match self.judged(index, &unpacked.bytes, (&member, is_cut, &sure), buffer) {
                Judged::Nothing => {}
                Judged::LeftOut => unpacked.left_out += 1,
                Judged::Found(mut found) => {
                    if let Some(first) = found.first_mut().filter(|_| hurt.is_some()) {
                        note(&mut first.record, Grade::Damaged, UNREADABLE);
                    }
                    unpacked.families.push((found, member.name));
                }
            }
        }
        let is_any = !unpacked.families.is_empty();
        if !is_any {
            limit.charge_in_vain(BEGINNING as u64, false);
        }
        (is_any || unpacked.left_out > 0).then_some(unpacked)
    }

    /// What a file in what came out is; `is_cut` tells that the limit ends it.
    fn judged(
        &self,
        index: u32,
        out: &[u8],
        (member, is_cut, sure): (&Member, bool, &Sure),
        buffer: &mut Buffer,
    ) -> Judged {
        let span = Span { at: member.start, len: member.len };
        let formats = self.formats_in(out, span, buffer);
        if is_cut && (span.len == 0 || !formats.is_empty()) {
            return Judged::LeftOut;
        }
        if formats.is_empty() {
            return Judged::Nothing;
        }
        let runs = Runs::whole(span.at, span.len);
        let mut found = self.carve_formats(index, out, (runs, &formats), buffer);
        let Some(first) = found.first_mut() else { return Judged::Nothing };
        sure.note(&mut first.record, member);
        Judged::Found(found)
    }

    /// The formats that a file in what came out may be of.
    fn formats_in(&self, out: &[u8], span: Span, buffer: &mut Buffer) -> Vec<usize> {
        self.matcher.formats_of(&mut View::new(&out, &Runs::whole(span.at, span.len), buffer))
    }
}

/// What is said of a file in a member of which some could not be read.
pub const UNREADABLE: &str = "some of what it is inflated from could not be read";

/// Inflates the rest of a member, whose packed data begin at `start`, as far as that may go.
fn inflate(
    stream: &mut Inflating<'_>,
    out: &mut Vec<u8>,
    start: u64,
    limit: &UnpackLimit,
) -> (Ended, Option<MutexGuard<'static, ()>>) {
    let mut alone = None;
    loop {
        let len = out.len();
        match stream.end() {
            Some(InflateEnd::Whole) => return (Ended::Whole, alone),
            Some(InflateEnd::Broken) => return (Ended::Broken, alone),
            None => {}
        }
        let most = Inflated::MOST.min(limit.left(start, start + stream.taken()));
        let room = most.saturating_sub(len as u64).min(STEP as u64) as usize;
        if room == 0 {
            return (Ended::Limit, alone);
        }
        if len > LARGE && alone.is_none() {
            alone = Some(ALONE.lock().unwrap_or_else(PoisonError::into_inner));
        }
        out.resize(len + room, 0);
        let made = stream.fill(&mut out[len..]);
        out.truncate(len + made);
    }
}

impl Sum {
    /// What it is called.
    fn name(self) -> &'static str {
        match self {
            Sum::Told(_) | Sum::Descriptor => "CRC-32 of the zip member",
            Sum::Gzip => "CRC-32 and length of the gzip stream",
            Sum::Zlib => "Adler-32 of the PDF stream",
        }
    }

    /// Whether `out` has the checksum, where it is told: the `taken` bytes of the data end at `end` of `bytes`.
    fn holds(self, bytes: &dyn Bytes, end: u64, taken: u64, out: &[u8]) -> Option<bool> {
        /// The longest record after the data: that of zip, with its signature and 64-bit lengths.
        const AFTER: u64 = 24;
        let mut after = vec![0; bytes.len().saturating_sub(end).min(AFTER) as usize];
        bytes.read_at(end, &mut after);
        match self {
            Sum::Told(told) => Some(told == crc32fast::hash(out)),
            Sum::Gzip => {
                let (told, len) = (le32(&after, 0)?, le32(&after, 4)?);
                Some(told == crc32fast::hash(out) && len == out.len() as u32)
            }
            Sum::Zlib => Some(be32(&after, 0)? == simd_adler32::adler32(&out)),
            Sum::Descriptor => {
                let fields = after.strip_prefix(b"PK\x07\x08").unwrap_or(&after);
                let short = le32(fields, 4).map(u64::from);
                let is_one = [short, le64(fields, 4)].contains(&Some(taken));
                let told = le32(fields, 0).filter(|_| is_one)?;
                Some(told == crc32fast::hash(out))
            }
        }
    }
}

/// What the checksum of an archive says.
struct Sure {
    /// Whether it holds, where it is known.
    sum: Option<bool>,
    /// What it is called.
    name: &'static str,
    /// Whether the file is all that it is of.
    is_only: bool,
}

impl Sure {
    /// Takes what it says of a file, which is `member` of its archive.
    fn note(&self, record: &mut Record, member: &Member) {
        match self.sum {
            None => {}
            Some(true) => {
                record.proof = format!("{}; {}", record.proof, self.name).into();
                if member.is_whole && record.grade >= Grade::Structural {
                    // What the archive holds is the file, also where its structure ends before.
                    record.runs = Runs::whole(member.start, member.len);
                    record.unchecked.clear();
                    (record.grade, record.end) = (Grade::Verified, End::Exact);
                }
            }
            Some(false) => {
                let most = if self.is_only { Grade::Damaged } else { Grade::Structural };
                let what = match self.is_only {
                    true => "the {} does not hold: some of it is not as it was",
                    false => {
                        "the {} does not hold: some of it or of other files in it is not as it was"
                    }
                };
                note(record, most, &what.replace("{}", self.name));
            }
        }
    }
}

/// Says something of a file by which it is of no better grade than `most`.
fn note(record: &mut Record, most: Grade, what: &str) {
    record.grade = record.grade.min(most);
    if record.issues.len() < MOST_ISSUES {
        record.issues.push(Issue::new(0, what.to_owned()));
    }
}

impl Unpacked {
    /// How many files were found.
    pub fn len(&self) -> usize {
        self.families.len()
    }

    /// A file that was found, with the pictures inside it, as they lie in what came out.
    pub fn family(&mut self, at: usize) -> (&[u8], &mut [Found]) {
        (&self.bytes, &mut self.families[at].0)
    }

    /// Where the member lies in the source, from its header on.
    pub fn span(&self) -> Span {
        self.span
    }

    /// A family as it lies in the source.
    pub fn place(&mut self, at: usize) -> Vec<Found> {
        let (found, name) = &mut self.families[at];
        let (mut found, name) = (std::mem::take(found), name.take());
        let &mut Unpacked { span, skip, is_checked, kind, .. } = self;
        for Found { record, .. } in &mut found {
            let [Span { at: start, len }] = *record.runs.as_slice() else { continue };
            record.inflated = Some(Inflated { skip, start, len, is_checked });
            record.runs = Runs::whole(span.at, span.len);
        }
        if let Some(Found { record, .. }) = found.first_mut() {
            let enclosure = Enclosure::new(kind, name.as_deref());
            record.facts.hint = enclosure.name.clone();
            record.enclosure = Some(enclosure);
        }
        found
    }
}
