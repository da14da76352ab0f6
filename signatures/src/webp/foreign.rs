//! Bytes that no entropy coder makes.
//!
//! A decoder of arithmetic or prefix codes reads anything, so that what is foreign shows long after
//! it began, if at all. But what coders write is spread evenly over all values, and text, tables and
//! erased sectors are not.

use crate::format::SECTOR;
use crate::search;
use crate::verdict::Span;
use crate::view::View;

/// A sector of even spread has 221 different values, and hardly ever less than 200. One with fewer
/// than this is foreign when the picture that it is part of is known to be broken.
const FEWEST_VALUES: u32 = 112;

/// Foreign sectors in coded data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    /// The first byte of the first of them.
    pub(super) at: u64,
    /// Whether what follows them looks like coded data again.
    pub(super) resumes: bool,
}

/// The foreign sectors among the whole ones of `span`, if there are any.
pub(super) fn find(view: &mut View<'_>, span: Span) -> Option<Foreign> {
    let sector = SECTOR as u64;
    let end = span.end().min(view.len());
    let mut found: Option<Foreign> = None;
    let mut at = span.at.next_multiple_of(sector);
    while at + sector <= end {
        let is_foreign = values(view.up_to(at, SECTOR)) < FEWEST_VALUES;
        match &mut found {
            Some(found) => found.resumes = !is_foreign,
            None if is_foreign => found = Some(Foreign { at, resumes: false }),
            None => {}
        }
        at += sector;
    }
    found
}

/// The first foreign sector among the whole ones of `span`, if there is one.
pub(super) fn first(view: &mut View<'_>, span: Span) -> Option<u64> {
    let sector = SECTOR as u64;
    let end = span.end().min(view.len());
    let mut sectors = (span.at.next_multiple_of(sector)..end).step_by(SECTOR);
    sectors.find(|at| at + sector <= end && values(view.up_to(*at, SECTOR)) < FEWEST_VALUES)
}

/// Where another WebP begins in the data of a picture: no coder writes so much text by chance. Without
/// this, a disk full of headers would be followed to its end from each of them.
pub(super) fn another(view: &mut View<'_>) -> Option<u64> {
    const NAME: &[u8] = b"WEBPVP8";
    const LEAD: usize = 8;
    search::forward(view, 0, u64::MAX, LEAD + NAME.len(), |at, piece| {
        let mut named =
            memchr::memmem::find_iter(piece, NAME).filter_map(|at| at.checked_sub(LEAD));
        named.find(|&start| piece[start..].starts_with(b"RIFF")).map(|start| at + start as u64)
    })
}

/// How many values the bytes have.
fn values(bytes: &[u8]) -> u32 {
    let mut seen = [0u64; 4];
    for &byte in bytes {
        seen[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    seen.iter().map(|word| word.count_ones()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(data: &[u8], at: u64, expected: Option<Foreign>) {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        assert_eq!(find(&mut view, Span::between(at, data.len() as u64)), expected);
    }

    #[test]
    fn another_file_is_found_by_its_head() {
        let head = b"RIFF\x10\0\0\0WEBPVP8L";
        for at in [0, 1, 4090, 70_000] {
            let data = [&vec![7; at][..], b"WEBPVP8 ", head, &[7; 100]].concat();
            let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
            let data = data.as_slice();
            let mut view = View::new(&data, &runs, &mut buffer);
            assert_eq!(another(&mut view), Some(at as u64 + 8));
        }
    }

    #[test]
    fn sectors_of_few_values_are_foreign() {
        let coded: Vec<u8> = (0..8 * SECTOR as u32).map(|i| (i * 167 % 257) as u8).collect();
        check(&coded, 20, None);
        for filler in [0, 0xff, b' '] {
            let mut data = coded.clone();
            data[3 * SECTOR..5 * SECTOR].fill(filler);
            check(&data, 20, Some(Foreign { at: 3 * SECTOR as u64, resumes: true }));
            data[5 * SECTOR..].fill(filler);
            check(&data, 20, Some(Foreign { at: 3 * SECTOR as u64, resumes: false }));
        }
        let mut data = coded;
        data[..SECTOR].fill(0);
        check(&data, 20, None);
    }
}
