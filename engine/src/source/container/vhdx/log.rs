//! The log of an image that was not closed: pages that were written to the log and perhaps not to their places.
//!
//! They are put over what is in the file, in memory; the file stays as it is.

use std::collections::HashMap;

use afterimage_signatures::verdict::Span;

use super::header::{Header, is_whole};
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

/// Bytes of a log at the most.
const MOST_LOG: u64 = 256 << 20;

/// Bytes of zeros that one description may write, in pages that are kept.
const MOST_ZEROS: u64 = 64 << 20;

/// An entry of the log.
struct Entry {
    sequence: u64,
    /// Where the sequence that it belongs to begins.
    tail: u64,
    /// Where it lies in the log.
    at: u64,
    bytes: Vec<u8>,
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
    let log = opening.read(header.log.at, header.log.len).ok_or_else(damaged)?;
    let entries = active(&log, header);
    if entries.is_empty() {
        return Err(damaged());
    }
    let mut pages = HashMap::new();
    for entry in &entries {
        entry.apply(&mut pages).ok_or_else(damaged)?;
    }
    Ok(opening.replaced(|source| Box::new(Patched::new(source, pages))))
}

/// The entries of the newest sequence, in order.
fn active(log: &[u8], header: &Header) -> Vec<Entry> {
    let len = log.len() as u64;
    let mut best: Vec<Entry> = Vec::new();
    let mut at = 0;
    while at < len {
        let Some(first) = Entry::read(log, at, header) else {
            at += SECTOR;
            continue;
        };
        let step = first.bytes.len() as u64;
        let mut run = vec![first];
        let mut total = step;
        while total < len {
            let Some(last) = run.last() else { break };
            let next = Entry::read(log, (at + total) % len, header);
            match next.filter(|next| next.sequence == last.sequence + 1) {
                Some(next) => {
                    total += next.bytes.len() as u64;
                    run.push(next);
                }
                None => break,
            }
        }
        // What was done with lies before the tail of the newest.
        let tail = run.last().map_or(0, |last| last.tail);
        let from = run.iter().position(|entry| entry.at == tail);
        let newest = |entries: &[Entry]| entries.last().map_or(0, |entry| entry.sequence);
        if let Some(from) = from {
            let run: Vec<Entry> = run.into_iter().skip(from).collect();
            if best.is_empty() || newest(&run) > newest(&best) {
                best = run;
            }
        }
        // Runs that begin inside of this one are parts of it.
        at += total.max(SECTOR);
    }
    best
}

impl Entry {
    /// The entry at `at`, which may go on at the start of the log, when its checksum holds and it counts.
    fn read(log: &[u8], at: u64, header: &Header) -> Option<Self> {
        let len = log.len() as u64;
        let head = log.get(at as usize..)?.get(..HEAD)?;
        let size = u64::from(u32_le(head, 8)?);
        let is_fine = head.starts_with(ENTRY)
            && head.get(32..48)? == header.log_id
            && size >= SECTOR
            && size <= len
            && size.is_multiple_of(SECTOR);
        if !is_fine {
            return None;
        }
        let bytes: Vec<u8> =
            log.iter().cycle().skip(at as usize).take(size as usize).copied().collect();
        is_whole(&bytes, ENTRY).then_some(Entry {
            sequence: u64_le(head, 16)?,
            tail: u64::from(u32_le(head, 12)?),
            at,
            bytes,
        })
    }

    /// Puts its pages where they belong; nothing where it contradicts itself.
    fn apply(&self, pages: &mut HashMap<u64, Box<[u8]>>) -> Option<()> {
        let count = u32_le(&self.bytes, 24)? as usize;
        let end = HEAD.checked_add(count.checked_mul(DESCRIPTION)?)?;
        let mut data_at = end.next_multiple_of(SECTOR as usize);
        let descriptions = self.bytes.get(HEAD..end)?.as_chunks::<DESCRIPTION>().0;
        for description in descriptions {
            let at = u64_le(description, 16)?;
            if !at.is_multiple_of(PAGE) || u64_le(description, 24)? != self.sequence {
                return None;
            }
            if description.starts_with(ZEROS) {
                let len = u64_le(description, 8)?;
                let whole = Span { at, len };
                if len > MOST_ZEROS || !len.is_multiple_of(PAGE) {
                    return None;
                }
                let numbers = whole.at / PAGE..whole.end() / PAGE;
                numbers.for_each(|page| drop(pages.insert(page, vec![0; PAGE as usize].into())));
            } else if description.starts_with(DATA) {
                let sector = self.bytes.get(data_at..)?.get(..SECTOR as usize)?;
                data_at += SECTOR as usize;
                if !sector.starts_with(PAGE_OF_DATA) {
                    return None;
                }
                // The first 8 and the last 4 bytes of the page stand in its description.
                let mut page = sector.to_vec();
                page[..8].copy_from_slice(description.get(8..16)?);
                page[SECTOR as usize - 4..].copy_from_slice(description.get(4..8)?);
                pages.insert(at / PAGE, page.into());
            } else {
                return None;
            }
        }
        Some(())
    }
}
