//! The directory at the end of an archive.

use afterimage_signatures::Bytes;

use super::local;
use super::member::{Fields, Member, Method};
use crate::places::slice::read;
use crate::volumes::fields::{le16, le32, le64};

/// Members of one archive: more than an export of a person has.
const MOST_MEMBERS: usize = 4_000_000;

/// Bytes of the record at the end without its comment, of the record of 64-bit archives and its locator, and of a
/// row without its names.
const END: usize = 22;
const LONG_END: usize = 56;
const LOCATOR: usize = 20;
const ROW: usize = 46;

/// The longest comment.
const MOST_COMMENT: u64 = u16::MAX as u64;

/// So many times its bytes in the archive is no photo: a blank page of a scanner comes to a few hundred.
const MOST_RATIO: u64 = 1000;

/// Up to here a member is inflated whatever its ratio.
const ALWAYS: u64 = 64 << 20;

/// No member is inflated that declares more than this, whatever its ratio: no photo or film of a phone has so much, and
/// it is written to a temporary file.
const MOST_INFLATED: u64 = 64 << 30;

/// What an archive holds.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10, 4.3.
#[derive(Debug, Default)]
pub(in crate::places) struct Directory {
    /// Its members, in the order of their bytes.
    pub members: Vec<Member>,
    /// Whether it was found by the local headers, since the directory is missing or damaged.
    pub is_recovered: bool,
    /// Members that share bytes with others and were left out: no archiver writes that.
    pub overlapping: usize,
}

/// Where rows stand, and how many the archive says there are.
struct Rows {
    at: u64,
    end: u64,
    count: u64,
    /// What offsets in the archive are to be increased by: something was put before it.
    shift: u64,
}

impl Directory {
    /// Reads the directory of an archive, and its local headers where that is damaged. Ends early when `stopped`
    /// says so.
    pub(in crate::places) fn read(bytes: &dyn Bytes, stopped: &dyn Fn() -> bool) -> Self {
        let (mut members, mut is_whole) = match rows(bytes) {
            Some(rows) => read_rows(bytes, &rows, stopped),
            None => (Vec::new(), false),
        };
        // What begins as an archive does has a member there. Else the directory is of an archive inside this one.
        let begins = read(bytes, 0, 4).is_some_and(|magic| magic == b"PK\x03\x04");
        if begins && members.iter().all(|member| member.header_at != 0) {
            (members, is_whole) = (Vec::new(), false);
        }
        let mut directory = Directory { members, is_recovered: !is_whole, overlapping: 0 };
        if !is_whole {
            let walked = local::walk(bytes, MOST_MEMBERS, stopped);
            directory.members.extend(walked);
        }
        directory.settle(bytes.len());
        directory
    }

    /// Cuts members at the end of the archive, orders them by their bytes, and leaves out what lies over the one before.
    fn settle(&mut self, len: u64) {
        for member in &mut self.members {
            member.packed_len = member.packed_len.min(len.saturating_sub(member.header_at));
            if member.method == Method::Stored {
                member.len = member.len.min(member.packed_len);
            }
        }
        // A row of the directory comes before what was found without it at the same place.
        self.members.sort_by_key(|member| member.header_at);
        let before = self.members.len();
        self.members.dedup_by(|one, kept| one.header_at == kept.header_at);
        let doubles = before - self.members.len();
        // What the search for local headers finds inside a member says nothing against the archive.
        let is_told = !self.is_recovered;
        let (mut end, mut overlapping) = (0, 0);
        self.members.retain(|member| {
            let is_after = member.header_at >= end || member.is_folder;
            if is_after {
                end = local::least_end(member).max(end);
            } else {
                overlapping += 1;
            }
            is_after
        });
        self.overlapping = if is_told { overlapping + doubles } else { 0 };
    }

    /// Members that are encrypted.
    pub(in crate::places) fn encrypted(&self) -> usize {
        self.members.iter().filter(|member| member.method == Method::Encrypted).count()
    }

    /// Members written by a method that is not known.
    pub(in crate::places) fn unknown(&self) -> usize {
        let is_unknown = |member: &&Member| matches!(member.method, Method::Other(_));
        self.members.iter().filter(is_unknown).count()
    }

    /// Members that declare to be more than what they can be.
    pub(in crate::places) fn inflating(&self) -> usize {
        self.members.iter().filter(|member| is_inflating(member)).count()
    }
}

/// Whether a member declares a length that only a bomb has.
pub(super) fn is_inflating(member: &Member) -> bool {
    let most = member.packed_len.saturating_mul(MOST_RATIO).max(ALWAYS);
    member.method == Method::Deflated && member.len > most
}

/// Whether a member has to be inflated and declares more than is.
pub(super) fn is_too_long(member: &Member) -> bool {
    member.method == Method::Deflated && member.len > MOST_INFLATED
}

/// Finds the rows by the record at the end, which is searched for from behind: a comment or foreign bytes may follow.
fn rows(bytes: &dyn Bytes) -> Option<Rows> {
    let len = bytes.len().min(MOST_COMMENT + END as u64);
    let from = bytes.len() - len;
    let tail = read(bytes, from, usize::try_from(len).ok()?)?;
    let at = memchr::memmem::rfind(&tail, b"PK\x05\x06")?;
    let end = tail.get(at..at.checked_add(END)?)?;
    let (short, end_at) = (
        (u64::from(le16(end, 10)?), u64::from(le32(end, 12)?), u64::from(le32(end, 16)?)),
        from + at as u64,
    );
    let ((count, len, recorded), after) = long_end(bytes, end_at).unwrap_or((short, end_at));
    // The rows end where the record begins, wherever the archive says that they are.
    let at = after.checked_sub(len)?;
    let stands = |at| read(bytes, at, 4).is_some_and(|magic| magic == b"PK\x01\x02");
    match at.checked_sub(recorded) {
        Some(shift) if count == 0 || stands(at) => Some(Rows { at, end: after, count, shift }),
        _ if stands(recorded) => {
            Some(Rows { at: recorded, end: recorded.checked_add(len)?, count, shift: 0 })
        }
        _ => None,
    }
}

/// Count of rows, their length and offset by the record of 64-bit archives, and where that stands.
fn long_end(bytes: &dyn Bytes, end_at: u64) -> Option<((u64, u64, u64), u64)> {
    let locator_at = end_at.checked_sub(LOCATOR as u64)?;
    let locator = read(bytes, locator_at, LOCATOR)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return None;
    }
    let before = locator_at.checked_sub(LONG_END as u64);
    let places = [le64(&locator, 8), before];
    places.into_iter().flatten().find_map(|at| {
        let end = read(bytes, at, LONG_END)?;
        let fields = (le64(&end, 32)?, le64(&end, 40)?, le64(&end, 48)?);
        end.starts_with(b"PK\x06\x06").then_some((fields, at))
    })
}

/// The members that rows tell of, and whether all of them were read.
fn read_rows(bytes: &dyn Bytes, rows: &Rows, stopped: &dyn Fn() -> bool) -> (Vec<Member>, bool) {
    let (mut members, mut at) = (Vec::new(), rows.at);
    while at < rows.end && members.len() < MOST_MEMBERS && !stopped() {
        let Some((member, next)) = row(bytes, at, rows.shift) else { break };
        let is_there = member.header_at.saturating_add(4) <= bytes.len();
        if !is_there {
            break;
        }
        members.push(member);
        at = next;
    }
    // A count of 16 bits begins again after 65,535.
    let is_whole = members.len() as u64 & 0xffff == rows.count & 0xffff;
    (members, is_whole)
}

/// The member of the row at `at`, and where the next row begins.
fn row(bytes: &dyn Bytes, at: u64, shift: u64) -> Option<(Member, u64)> {
    let fixed = read(bytes, at, ROW)?;
    if !fixed.starts_with(b"PK\x01\x02") {
        return None;
    }
    let len = |at| le16(&fixed, at).map(usize::from);
    let (name, extra, comment) = (len(28)?, len(30)?, len(32)?);
    let rest = read(bytes, at + ROW as u64, name + extra)?;
    let (name, extra) = rest.split_at(name);
    let fields = Fields { fixed: &fixed[8..], name, extra, header_at: le32(&fixed, 42)? };
    let mut member = fields.member()?;
    member.header_at = member.header_at.checked_add(shift)?;
    Some((member, at + (ROW + rest.len() + comment) as u64))
}
