//! Where files may begin: all magics of all formats in one pass over a chunk.
//!
//! Constant blocks are skipped before the search sees them, so that an empty disk costs no more than
//! reading it. All else is searched in tiles that stay in the nearest cache until every search has
//! seen them. From some point on a tile full of one magic, or of any, is looked at where sectors begin. Tiles and sectors count
//! from the first byte of a chunk, and chunks begin at multiples of both: where they are cut changes nothing.

use std::ops::Range;

use afterimage_signatures::format::Gate;
use afterimage_signatures::trailer::{FOOTERS, Footer};
use afterimage_signatures::{Magic, View};

use super::constant::{BLOCK, is_constant};
use super::patterns::{Search, Tile};
use super::tiles::tiles;
use crate::formats::Registry;

/// An offset at which a file may begin, as found in one chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// First byte of the file, counted from the chunk's first.
    pub at: usize,
    /// Which of the matcher's magics matched.
    pub magic: usize,
}

/// Bytes at an offset of a file, and the formats that share them as a magic.
#[derive(Debug)]
struct SharedMagic {
    at: usize,
    bytes: &'static [u8],
    /// What the file begins with besides.
    head: &'static [u8],
    gate: Option<Gate>,
    /// Positions in the registry, in order; none of a footer.
    formats: Vec<usize>,
    /// The footer that the bytes are of, if no format begins with them.
    footer: Option<&'static Footer>,
}

impl SharedMagic {
    /// The magics that differ, each with all of its formats, in the order in which they come.
    fn merge(all: impl Iterator<Item = (usize, &'static Magic)>) -> Vec<Self> {
        let mut magics: Vec<Self> = Vec::new();
        for (index, magic) in all {
            let (at, bytes, gate) = (usize::from(magic.at), magic.bytes, magic.gate);
            let head = magic.head;
            let is_same = |known: &&mut SharedMagic| {
                let gates = match (known.gate, gate) {
                    (Some(a), Some(b)) => std::ptr::fn_addr_eq(a, b),
                    (a, b) => a.is_none() && b.is_none(),
                };
                gates && (known.at, known.bytes, known.head) == (at, bytes, head)
            };
            match magics.iter_mut().find(is_same) {
                Some(known) => known.formats.push(index),
                None => {
                    let formats = vec![index];
                    magics.push(SharedMagic { at, bytes, head, gate, formats, footer: None });
                }
            }
        }
        magics
    }

    /// The bytes of a footer, which are looked for in the same pass.
    fn of_footer(footer: &'static Footer) -> Self {
        let (bytes, footer) = (footer.bytes, Some(footer));
        SharedMagic { at: 0, bytes, head: &[], gate: None, formats: Vec::new(), footer }
    }
}

/// Each magic with the format that it is of.
fn magics_of(
    format: usize,
    magics: &'static [Magic],
) -> impl Iterator<Item = (usize, &'static Magic)> {
    magics.iter().map(move |magic| (format, magic))
}

/// Finds the magics of all formats.
#[derive(Debug)]
pub struct Matcher {
    /// Those of three bytes or more, then those of two.
    magics: Vec<SharedMagic>,
    /// How many have three bytes or more.
    long: usize,
    search: Search,
    /// How far a magic reaches from the first byte of its file.
    reach: usize,
}

/// What memory is fetched by.
const LINE: usize = 64;

/// Where files begin on nearly every disk, in bytes: what is still looked at in a tile full of magics.
const SECTOR: usize = 512;

/// So many files of one magic are looked at in a tile wherever they begin; of more, those that begin a sector.
const MOST_ALIKE: usize = 256;

/// How far the search of one tile has come.
struct TileSearch {
    tile: Tile,
    /// Of each magic that was found, by its position.
    magics: Vec<(usize, MagicCount)>,
}

/// How often a magic was found in a tile.
#[derive(Clone, Copy, Default)]
struct MagicCount {
    count: usize,
    /// Where it may be found that it was not seen before: stretches overlap.
    next: usize,
}

impl MagicCount {
    /// Whether one that is found at `found` is of a file at `begin` that is to be looked at.
    fn takes(&mut self, found: usize, begin: usize) -> bool {
        if found < self.next {
            return false;
        }
        (self.count, self.next) = (self.count + 1, found + 1);
        self.count <= MOST_ALIKE || begin.is_multiple_of(SECTOR)
    }
}

impl Matcher {
    /// A matcher for every format of the registry.
    pub fn new(registry: &Registry) -> Self {
        let formats = registry.formats().iter().enumerate();
        let mut magics = SharedMagic::merge(
            formats.clone().flat_map(|(index, format)| magics_of(index, format.signature().magic)),
        );
        magics.extend(FOOTERS.iter().map(SharedMagic::of_footer));
        let long = magics.len();
        magics.extend(SharedMagic::merge(
            formats.flat_map(|(index, format)| magics_of(index, format.short_magic())),
        ));
        let bytes: Vec<&[u8]> = magics.iter().map(|magic| magic.bytes).collect();
        let search = Search::new(&bytes[..long], &bytes[long..]);
        let reach = magics.iter().map(|magic| magic.at + magic.bytes.len()).max().unwrap_or(0);
        Matcher { magics, long, search, reach }
    }

    /// The footer that was hit, if it was one.
    pub fn footer(&self, hit: &Hit) -> Option<&'static Footer> {
        self.magics[hit.magic].footer
    }

    /// How many bytes after its own a chunk must hold so that every header that starts in it is
    /// seen.
    pub fn overlap(&self) -> usize {
        self.reach.saturating_sub(1)
    }

    /// Positions in the registry of the formats that hits at one offset may be, in the order of the
    /// registry. `view` begins at that offset.
    pub fn candidates(&self, hits: &[Hit], view: &mut View<'_>) -> Vec<usize> {
        let mut formats = Vec::new();
        for magic in hits.iter().map(|hit| &self.magics[hit.magic]) {
            if magic.gate.is_none_or(|gate| gate(view)) {
                formats.extend(&magic.formats);
            }
        }
        formats.sort_unstable();
        formats.dedup();
        formats
    }

    /// Positions in the registry of the formats whose magic stands at the start of `head`.
    pub fn formats_at(&self, head: &[u8]) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .magics
            .iter()
            // One byte first: of some magics there are hundreds.
            .filter(|magic| head.get(magic.at) == magic.bytes.first())
            .filter(|magic| head[magic.at..].starts_with(magic.bytes))
            .filter(|magic| head.starts_with(magic.head))
            .flat_map(|magic| magic.formats.iter().copied())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Positions in the registry of the formats that a view may be of, by how it begins.
    pub fn formats_of(&self, view: &mut View<'_>) -> Vec<usize> {
        self.formats_at(view.up_to(0, self.reach))
    }

    /// Appends the files that may begin in the bytes `own` of `chunk`, and the footers that do, in order. Returns how many of
    /// those bytes lie in blocks of one value (erased, zeroed or never written).
    pub fn scan(&self, chunk: &[u8], own: Range<usize>, hits: &mut Vec<Hit>) -> u64 {
        tiles(own).map(|tile| self.scan_tile(chunk, tile, hits)).sum()
    }

    /// The same for one tile, which every search finds in the nearest cache.
    fn scan_tile(&self, chunk: &[u8], own: Range<usize>, hits: &mut Vec<Hit>) -> u64 {
        fetch(&chunk[own.clone()]);
        let first = hits.len();
        let mut search = TileSearch { tile: self.search.tile(own.start), magics: Vec::new() };
        let (mut constant, mut at) = (0, own.start);
        let next = |at: usize| (at + BLOCK - at % BLOCK).min(own.end);
        while at < own.end {
            let end = next(at);
            if is_constant(&chunk[at..end]) {
                constant += (end - at) as u64;
                at = end;
                if at == own.end {
                    // A magic may begin in its last bytes and end in another chunk's.
                    self.scan_stretch(chunk, self.around(at, at, chunk), (&own, &mut search), hits);
                }
                continue;
            }
            let start = at;
            while at < own.end && !is_constant(&chunk[at..next(at)]) {
                at = next(at);
            }
            self.scan_stretch(chunk, self.around(start, at, chunk), (&own, &mut search), hits);
        }
        let [long, short] = search.tile.stopped();
        for (magics, stopped) in [(0..self.long, long), (self.long..self.magics.len(), short)] {
            if let Some(stopped) = stopped {
                self.scan_sectors(chunk, stopped, (&own, magics), hits);
            }
        }
        hits[first..].sort_unstable();
        let mut kept = first;
        for index in first..hits.len() {
            if index == first || hits[index] != hits[kept - 1] {
                hits[kept] = hits[index];
                kept += 1;
            }
        }
        hits.truncate(kept);
        constant
    }

    /// The bytes from `start` to before `end`, and those around them that a magic may begin or end
    /// in.
    fn around(&self, start: usize, end: usize, chunk: &[u8]) -> Range<usize> {
        start.saturating_sub(self.reach)..(end + self.reach).min(chunk.len())
    }

    fn scan_stretch(
        &self,
        chunk: &[u8],
        stretch: Range<usize>,
        (own, search): (&Range<usize>, &mut TileSearch),
        hits: &mut Vec<Hit>,
    ) {
        let TileSearch { tile, magics } = search;
        self.search.each(chunk, stretch, tile, |found, index| {
            let magic = &self.magics[index];
            let begin = found.checked_sub(magic.at).filter(|at| own.contains(at));
            let fits = |&at: &usize| magic.head.is_empty() || chunk[at..].starts_with(magic.head);
            let begin = begin.filter(fits).filter(|&at| count_of(magics, index).takes(found, at));
            hits.extend(begin.map(|at| Hit { at, magic: index }));
        });
    }

    /// Some of the magics, of files that begin a sector of `own`, where they themselves begin at `from` or after it.
    fn scan_sectors(
        &self,
        chunk: &[u8],
        from: usize,
        (own, magics): (&Range<usize>, Range<usize>),
        hits: &mut Vec<Hit>,
    ) {
        let mut at = own.start.next_multiple_of(SECTOR);
        while at < own.end {
            let begins = |index: &usize| {
                let magic = &self.magics[*index];
                let found = at + magic.at;
                found >= from
                    && chunk.get(found) == magic.bytes.first()
                    && chunk[found..].starts_with(magic.bytes)
                    && chunk[at..].starts_with(magic.head)
            };
            hits.extend(magics.clone().filter(begins).map(|magic| Hit { at, magic }));
            at += SECTOR;
        }
    }
}

/// The count of a magic, of which few are found in one tile.
fn count_of(counts: &mut Vec<(usize, MagicCount)>, magic: usize) -> &mut MagicCount {
    let at = counts.iter().position(|(known, _)| *known == magic).unwrap_or_else(|| {
        counts.push((magic, MagicCount::default()));
        counts.len() - 1
    });
    &mut counts[at].1
}

/// Touches bytes, so that they come from memory side by side: the searches would wait for each line.
fn fetch(bytes: &[u8]) {
    let touched = bytes.iter().step_by(LINE).fold(0, |all, byte| all ^ byte);
    std::hint::black_box(touched);
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    fn starts(chunk: &[u8], own: usize) -> Vec<usize> {
        let mut hits = Vec::new();
        let matcher = Matcher::new(&Registry::default());
        matcher.scan(chunk, 0..own, &mut hits);
        let png = Registry::default().names().position(|name| name == "png");
        hits.retain(|hit| matcher.magics[hit.magic].formats.contains(&png.unwrap()));
        hits.into_iter().map(|hit| hit.at).collect()
    }

    #[test]
    fn a_magic_is_found_at_every_offset_of_constant_and_of_noisy_bytes() {
        for at in (0..200).chain(4080..4110).chain(8180..8200) {
            for filler in [0u8, 0xff, 0x89, b'x'] {
                let mut chunk = vec![filler; 12_300];
                chunk[at..at + 8].copy_from_slice(PNG);
                assert_eq!(starts(&chunk, 12_300), [at], "filler {filler:#x} at {at}");
            }
            let mut chunk: Vec<u8> = (0..12_300u32).map(|i| (i * 7 % 251) as u8).collect();
            chunk[at..at + 8].copy_from_slice(PNG);
            assert_eq!(starts(&chunk, 12_300), [at], "noise at {at}");
        }
    }

    #[test]
    fn a_chunk_owns_the_headers_that_start_in_it() {
        let mut bytes = vec![1u8; 1000];
        bytes[96..104].copy_from_slice(PNG);
        bytes[100 + 100..108 + 100].copy_from_slice(PNG);
        let overlap = Matcher::new(&Registry::default()).overlap();
        assert_eq!(starts(&bytes[..100 + overlap], 100), [96]);
        assert_eq!(starts(&bytes[100..200 + overlap], 100), [] as [usize; 0]);
        let mut erased = vec![0x89u8; 1024 + overlap];
        erased[1023..1031].copy_from_slice(PNG);
        assert_eq!(starts(&erased, 1024), [1023], "it begins in a block of one value");
        assert_eq!(starts(&bytes[200..], 100), [0]);
    }

    /// Offsets of bare codestreams of JPEG XL, whose magic has two bytes.
    fn bare(chunk: &[u8], own: Range<usize>) -> Vec<usize> {
        let mut hits = Vec::new();
        let matcher = Matcher::new(&Registry::default());
        matcher.scan(chunk, own, &mut hits);
        hits.retain(|hit| matcher.magics[hit.magic].bytes == b"\xff\x0a");
        hits.into_iter().map(|hit| hit.at).collect()
    }

    #[test]
    fn magics_of_two_bytes_are_found_at_every_offset_once() {
        let mut chunk: Vec<u8> = (0..20 * BLOCK as u32).map(|i| (i * 7 % 251) as u8).collect();
        chunk[10 * BLOCK..11 * BLOCK].fill(0xff);
        chunk[11 * BLOCK] = 0x0a;
        let at = [0, 100, BLOCK + 1, 3 * BLOCK, 4 * BLOCK - 1, 7 * BLOCK, 20 * BLOCK - 2];
        for at in at {
            chunk[at..at + 2].copy_from_slice(b"\xff\x0a");
        }
        let whole = [&at[..6], &[11 * BLOCK - 1], &at[6..]].concat();
        assert_eq!(bare(&chunk, 0..chunk.len()), whole);
        assert_eq!(bare(&chunk, 5..7 * BLOCK), at[1..5], "a shard may begin anywhere");
        let overlap = Matcher::new(&Registry::default()).overlap();
        for size in [BLOCK, 2 * BLOCK, 5 * BLOCK] {
            let mut cut = Vec::new();
            for start in (0..chunk.len()).step_by(size) {
                let piece = &chunk[start..(start + size + overlap).min(chunk.len())];
                cut.extend(bare(piece, 0..size).into_iter().map(|at| start + at));
            }
            assert_eq!(cut, whole, "chunks of {size}");
        }
    }

    #[test]
    fn in_a_tile_full_of_magics_sectors_are_looked_at_wherever_chunks_are_cut() {
        const TILE: usize = 32 << 10;
        let mut chunk = b"\xff\x0a".repeat(3 * TILE / 2);
        let photos = [TILE / 2, 2 * TILE - SECTOR, TILE + 1024 + 2];
        for at in photos {
            chunk[at..at + 8].copy_from_slice(PNG);
        }
        // What follows a chunk is seen as far as another chunk would see it.
        let all = bare(&chunk, 0..3 * TILE);
        assert!(all.len() > 3 * 256 && all.len() < 3 * 400, "{}", all.len());
        assert!(all.iter().all(|at| at % TILE < 512 || at % SECTOR == 0));
        assert_eq!(all, [bare(&chunk, 0..TILE), bare(&chunk, TILE..3 * TILE)].concat());
        let after: Vec<usize> = bare(&chunk[TILE..], 0..TILE).iter().map(|at| at + TILE).collect();
        assert_eq!(after, bare(&chunk, TILE..2 * TILE), "nothing lies before it");
        let near = bare(&chunk, 0..TILE / 2);
        assert!(all.starts_with(&near) && all[near.len()] >= TILE / 2);
        let mut found = starts(&chunk, 3 * TILE);
        found.sort_unstable();
        assert_eq!(found, [photos[0], photos[2], photos[1]], "the other strings are not as many");
    }

    #[test]
    fn constant_bytes_are_counted() {
        let mut chunk = vec![0u8; 5 * BLOCK];
        chunk[BLOCK + 1] = 1;
        chunk[3 * BLOCK..].fill(0xff);
        let matcher = Matcher::new(&Registry::default());
        assert_eq!(matcher.scan(&chunk, 0..chunk.len(), &mut Vec::new()), 4 * BLOCK as u64);
        assert_eq!(matcher.scan(&chunk, 3..10, &mut Vec::new()), 7);
    }
}
