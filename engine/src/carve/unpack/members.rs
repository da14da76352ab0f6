//! The files in what came out of deflated data: one, or those of a tape archive.

use super::head::Head;
use crate::source::{TAR_BLOCK, TarHeader};

/// A file in what came out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// First byte.
    pub(super) start: u64,
    /// Bytes of it that are there.
    pub(super) len: u64,
    /// Whether that is all of it.
    pub(super) is_whole: bool,
    /// Its name, as it stands there.
    pub(super) name: Option<Vec<u8>>,
}

/// So many files of a tape archive are looked at: they are short then, and few of them photos.
const MOST_MEMBERS: usize = 1 << 14;

/// Whether what comes out begins as a tape archive does.
pub(super) fn is_tar(out: &[u8]) -> bool {
    out.first_chunk().and_then(header).is_some()
}

/// The files in `out`, which came out of the data of `head`, to their end or not.
pub(super) fn members(out: &[u8], head: &Head, is_whole: bool) -> Vec<Member> {
    if is_tar(out) {
        return tar(out);
    }
    vec![Member { start: 0, len: out.len() as u64, is_whole, name: head.name.clone() }]
}

/// A header that has its magic: without that a checksum of six digits is too little among so much data.
fn header(block: &[u8; TAR_BLOCK]) -> Option<TarHeader<'_>> {
    TarHeader::read(block).filter(|header| header.has_magic)
}

fn tar(out: &[u8]) -> Vec<Member> {
    let (mut members, mut at) = (Vec::new(), 0usize);
    while members.len() < MOST_MEMBERS
        && let Some(header) = out.get(at..).and_then(|rest| header(rest.first_chunk()?))
        && let Some(len) = header.len
    {
        let start = at + TAR_BLOCK;
        let there = len.min((out.len() - start) as u64);
        if header.is_file() && len > 0 {
            members.push(Member {
                start: start as u64,
                len: there,
                is_whole: there == len,
                name: Some(header.name.to_vec()),
            });
        }
        // Headers begin whole blocks.
        let Some(next) = usize::try_from(len)
            .ok()
            .and_then(|len| start.checked_add(len.checked_next_multiple_of(TAR_BLOCK)?))
        else {
            break;
        };
        at = next;
    }
    members
}
