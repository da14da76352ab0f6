//! Local headers: each member begins with one. They are what is left when the directory is gone.

use std::collections::HashMap;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::member::{Fields, Member, Method};
use crate::places::slice::read;
use crate::volumes::fields::{le16, le32, le64};

/// Bytes of a local header without its names.
const HEADER: usize = 30;

/// Bytes that are searched at once.
const CHUNK: usize = 1 << 20;

/// Bytes of a record that follows a member, with lengths of 64 bits.
const LONG_DESCRIPTOR: usize = 24;

/// Where the bytes of a member begin: names may be longer or shorter than in the directory.
pub(super) fn data_at(bytes: &dyn Bytes, header_at: u64) -> Option<u64> {
    let fixed = read(bytes, header_at, HEADER)?;
    let names = u64::from(le16(&fixed, 26)?) + u64::from(le16(&fixed, 28)?);
    let at = header_at.checked_add(HEADER as u64)?.checked_add(names)?;
    (fixed.starts_with(b"PK\x03\x04") && at <= bytes.len()).then_some(at)
}

/// Where a member ends at the earliest, as far as the directory tells.
pub(super) fn least_end(member: &Member) -> u64 {
    member.header_at.saturating_add(HEADER as u64).saturating_add(member.packed_len)
}

/// What a search through the whole archive found.
#[derive(Default)]
struct Marks {
    /// Local headers.
    headers: Vec<u64>,
    /// Records that follow a member: where it must begin by its length, its length here and its own.
    descriptors: HashMap<u64, (u64, u64)>,
    /// Rows of the directory: no member lies after the first of them.
    directory: Option<u64>,
}

/// The members whose local headers are found, at most `most` of them, in the order of their bytes. What lies inside
/// another, in an archive in the archive, is none of this one's.
pub(super) fn walk(bytes: &dyn Bytes, most: usize, stopped: &dyn Fn() -> bool) -> Vec<Member> {
    let marks = search(bytes, most, stopped);
    let (mut members, mut end) = (Vec::new(), 0);
    for (nth, &at) in marks.headers.iter().enumerate() {
        if at < end {
            continue;
        }
        let Some((mut member, data_at, is_open)) = header(bytes, at) else { continue };
        if is_open {
            let next = marks.headers.get(nth + 1).copied().or(marks.directory);
            let (packed_len, len) = match marks.descriptors.get(&data_at) {
                Some(lengths) => *lengths,
                // Cut off, or without a record: what there is up to the next member.
                None => open_lengths(&member, next.unwrap_or(bytes.len()), data_at),
            };
            (member.packed_len, member.len) = (packed_len, len);
        }
        member.packed_len = member.packed_len.min(bytes.len() - data_at);
        if member.method == Method::Stored {
            member.len = member.len.min(member.packed_len);
        }
        end = data_at + member.packed_len;
        members.push(member);
    }
    members
}

/// Lengths of a member that nothing tells.
fn open_lengths(member: &Member, next: u64, data_at: u64) -> (u64, u64) {
    /// So many times its bytes in the archive a photo has at most.
    const MOST_INFLATED: u64 = 64;
    let packed = next.saturating_sub(data_at);
    let is_deflated = member.method == Method::Deflated;
    (packed, if is_deflated { packed.saturating_mul(MOST_INFLATED) } else { packed })
}

/// The member whose local header stands at `at`, where its bytes begin, and whether its lengths follow them.
fn header(bytes: &dyn Bytes, at: u64) -> Option<(Member, u64, bool)> {
    let fixed = read(bytes, at, HEADER)?;
    let (name, extra) = (usize::from(le16(&fixed, 26)?), usize::from(le16(&fixed, 28)?));
    let rest = read(bytes, at + HEADER as u64, name.checked_add(extra)?)?;
    let (name, extra) = rest.split_at(name);
    let fields = Fields { fixed: &fixed[6..], name, extra, header_at: 0 };
    let member = Member { header_at: at, ..fields.member()? };
    let is_open = fields.lengths_follow() && member.packed_len == 0;
    Some((member, at + (HEADER + rest.len()) as u64, is_open))
}

/// Looks through the archive once.
fn search(bytes: &dyn Bytes, most: usize, stopped: &dyn Fn() -> bool) -> Marks {
    let mut marks = Marks::default();
    let (finder, mut at) = (memchr::memmem::Finder::new(b"PK"), 0);
    let mut chunk = Vec::new();
    while at < bytes.len() && !stopped() {
        let len = (bytes.len() - at).min((CHUNK + LONG_DESCRIPTOR) as u64);
        chunk.resize(len as usize, 0);
        bytes.read_at(at, &mut chunk);
        for found in finder.find_iter(&chunk).take_while(|found| *found < CHUNK) {
            if marks.headers.len() >= most || marks.descriptors.len() >= most {
                return marks;
            }
            marks.note(at + found as u64, &chunk[found..]);
        }
        at = at.saturating_add(CHUNK as u64);
    }
    marks
}

impl Marks {
    fn note(&mut self, at: u64, bytes: &[u8]) {
        match bytes.get(2..4) {
            Some([3, 4]) => self.headers.push(at),
            Some([1, 2]) => self.directory = self.directory.or(Some(at)),
            Some([7, 8]) => {
                let short = le32(bytes, 8).zip(le32(bytes, 12));
                let short = short.map(|(packed, len)| (u64::from(packed), u64::from(len)));
                let long = le64(bytes, 8).zip(le64(bytes, 16));
                for (packed, len) in [short, long].into_iter().flatten() {
                    if let Some(data_at) = at.checked_sub(packed) {
                        self.descriptors.entry(data_at).or_insert((packed, len));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The bytes that a member takes in its archive.
pub(super) fn span(bytes: &dyn Bytes, member: &Member) -> Option<Span> {
    Some(Span { at: data_at(bytes, member.header_at)?, len: member.packed_len })
}
