//! The log of an image that was not closed: pages that were written to the log and perhaps not to their places.
//!
//! They are put over what is in the file, in memory; the file stays as it is.

use std::collections::BTreeMap;

use afterimage_signatures::verdict::Span;

use super::header::{Header, are_whole};
use crate::source::container::files::{u32_le, u64_le};
use crate::source::container::opening::Opening;
use crate::source::container::patched::{PAGE, Patched};
use crate::source::container::refusal::Refusal;

const ENTRY: &[u8] = b"loge";
const ZEROS: &[u8] = b"zero";
const DATA: &[u8] = b"desc";
const PAGE_OF_DATA: &[u8] = b"data";

/// What an entry is made of, in bytes.
const SECTOR: u64 = 4096;

/// Bytes of the head of an entry, and of each description of a page.
const HEAD: usize = 64;
const DESCRIPTION: usize = 32;

/// Bytes of a log at the most; Hyper-V makes one of 1 MiB.
const MOST_LOG: u64 = 64 << 20;

/// How often its bytes are looked at for checksums: entries that follow one another are read twice.
const MOST_LOOKS: u64 = 8;

/// A log in memory.
struct Log<'l> {
    bytes: &'l [u8],
    id: [u8; 16],
    /// Bytes that may still be looked at: whatever begins like an entry may claim all of the log.
    work: u64,
}

/// An entry of the log.
struct Entry {
    sequence: u64,
    /// Where the sequence that it belongs to begins.
    tail: u64,
    /// Where it lies in the log.
    at: u64,
    len: u64,
}

/// What a log writes into the image.
#[derive(Default)]
struct Writes {
    pages: BTreeMap<u64, Box<[u8]>>,
    /// Ranges of zeros, over which the pages lie.
    zeros: Vec<Span>,
}

/// The image with what its log says.
pub(super) fn replayed<'o>(opening: Opening<'o>, header: &Header) -> Result<Opening<'o>, Refusal> {
    if header.log_id == [0; 16] {
        return Ok(opening);
    }
    let damaged = || {
        Refusal::with(
            "which was not closed, and its log is damaged",
            "copy it, and repair the copy with `qemu-img check -r all`",
        )
    };
    if header.log.len == 0 || header.log.len > MOST_LOG || !header.log.len.is_multiple_of(SECTOR) {
        return Err(damaged());
    }
    let bytes = opening.read(header.log.at, header.log.len).ok_or_else(damaged)?;
    let mut log = Log { bytes: &bytes, id: header.log_id, work: header.log.len * MOST_LOOKS };
    let entries = log.active().filter(|entries| !entries.is_empty()).ok_or_else(damaged)?;
    let mut writes = Writes::default();
    for entry in &entries {
        let (first, rest) = log.parts(entry).ok_or_else(damaged)?;
        writes.add(&[first, rest].concat(), entry.sequence).ok_or_else(damaged)?;
    }
    let Writes { pages, zeros } = writes;
    Ok(opening.replaced(|source| Box::new(Patched::new(source, pages, zeros.into()))))
}

impl<'l> Log<'l> {
    /// The entries of the newest sequence, in order; nothing where it takes too long to find them.
    fn active(&mut self) -> Option<Vec<Entry>> {
        let len = self.bytes.len() as u64;
        let mut best: Vec<Entry> = Vec::new();
        let mut at = 0;
        while at < len {
            let Some(first) = self.read(at)? else {
                at += SECTOR;
                continue;
            };
            let mut total = first.len;
            let mut run = vec![first];
            while total < len {
                let next = self.read((at + total) % len)?;
                let expected = run.last().and_then(|last| last.sequence.checked_add(1));
                let Some(next) = next.filter(|next| Some(next.sequence) == expected) else { break };
                total += next.len;
                run.push(next);
            }
            // Entries before the tail of the last one were written back to their places.
            let tail = run.last().map_or(0, |last| last.tail);
            let from = run.iter().position(|entry| entry.at == tail);
            let newest = |entries: &[Entry]| entries.last().map_or(0, |entry| entry.sequence);
            if let Some(from) = from {
                run.drain(..from);
                if best.is_empty() || newest(&run) > newest(&best) {
                    best = run;
                }
            }
            // Runs that begin inside of this one are parts of it.
            at += total.max(SECTOR);
        }
        Some(best)
    }

    /// The entry at `at`, which may go on at the start of the log, when its checksum holds and it is of this log; nothing
    /// at all when no more may be looked at.
    fn read(&mut self, at: u64) -> Option<Option<Entry>> {
        let Some(entry) = self.head(at) else { return Some(None) };
        self.work = self.work.checked_sub(entry.len)?;
        let parts = self.parts(&entry);
        let is_whole = parts.is_some_and(|(first, rest)| are_whole(first, rest, ENTRY));
        Some(is_whole.then_some(entry))
    }

    /// What the head of an entry says, where there may be one.
    fn head(&self, at: u64) -> Option<Entry> {
        let head = self.bytes.get(at as usize..)?.get(..HEAD)?;
        let len = u64::from(u32_le(head, 8)?);
        let is_fine = head.starts_with(ENTRY)
            && head.get(32..48)? == self.id
            && (SECTOR..=self.bytes.len() as u64).contains(&len)
            && len.is_multiple_of(SECTOR);
        let (sequence, tail) = (u64_le(head, 16)?, u64::from(u32_le(head, 12)?));
        is_fine.then_some(Entry { sequence, tail, at, len })
    }

    /// The bytes of an entry: up to the end of the log, and those at its start.
    fn parts(&self, entry: &Entry) -> Option<(&'l [u8], &'l [u8])> {
        let after = self.bytes.get(entry.at as usize..)?;
        let first = &after[..after.len().min(entry.len as usize)];
        Some((first, self.bytes.get(..entry.len as usize - first.len())?))
    }
}

impl Writes {
    /// Adds what an entry writes, all of which is `bytes`; nothing where it contradicts itself.
    fn add(&mut self, bytes: &[u8], sequence: u64) -> Option<()> {
        let count = u32_le(bytes, 24)? as usize;
        let end = HEAD.checked_add(count.checked_mul(DESCRIPTION)?)?;
        let mut data_at = end.next_multiple_of(SECTOR as usize);
        for description in bytes.get(HEAD..end)?.as_chunks::<DESCRIPTION>().0 {
            let at = u64_le(description, 16)?;
            if !at.is_multiple_of(PAGE) || u64_le(description, 24)? != sequence {
                return None;
            }
            if description.starts_with(ZEROS) {
                self.zero(at, u64_le(description, 8)?)?;
            } else if description.starts_with(DATA) {
                let sector = bytes.get(data_at..)?.get(..SECTOR as usize)?;
                data_at += SECTOR as usize;
                self.page(at, sector, description)?;
            } else {
                return None;
            }
        }
        Some(())
    }

    fn zero(&mut self, at: u64, len: u64) -> Option<()> {
        let end = at.checked_add(len).filter(|_| len.is_multiple_of(PAGE))?;
        let under: Vec<u64> =
            self.pages.range(at / PAGE..end / PAGE).map(|(page, _)| *page).collect();
        for page in under {
            self.pages.remove(&page);
        }
        self.zeros.push(Span { at, len });
        Some(())
    }

    /// A page: its first 8 and its last 4 bytes stand in its description.
    fn page(&mut self, at: u64, sector: &[u8], description: &[u8]) -> Option<()> {
        if !sector.starts_with(PAGE_OF_DATA) {
            return None;
        }
        let mut page = sector.to_vec();
        page[..8].copy_from_slice(description.get(8..16)?);
        page[SECTOR as usize - 4..].copy_from_slice(description.get(4..8)?);
        self.pages.insert(at / PAGE, page.into());
        Some(())
    }
}
