//! Many short byte strings in one pass.
//!
//! The packed matcher of aho-corasick (Teddy, SIMD) does the work. It looks at the first few bytes of its
//! patterns, so none of them begins with a zero byte, and at twice the speed when there are no more
//! than some. Strings of two bytes, which would slow it down, have a matcher of their own.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, packed};

/// Of so many patterns at the most, the packed matcher looks at 32 bytes in one step rather than at 16.
const MOST_PATTERNS: usize = 32;

/// Of longer strings, so many bytes are looked for and the others compared.
const LONGEST_PATTERN: usize = 3;

/// So many strings are found in one tile by each engine, one in 16 bytes. Where more lie, who asks looks at the places where
/// files begin on nearly every disk instead of at every byte.
const MOST_FOUND: usize = 2048;

/// What an engine has found in a tile so far.
#[derive(Clone, Copy, Debug, Default)]
struct EngineCount {
    /// How many strings that begin in the tile.
    count: usize,
    /// Where a string may begin that was not seen before.
    next: usize,
    /// Where it stopped, having found more than [`MOST_FOUND`].
    stopped: Option<usize>,
}

/// How far a search has come in one tile.
#[derive(Debug)]
pub(super) struct Tile {
    start: usize,
    long: Vec<EngineCount>,
    short: Vec<EngineCount>,
}

impl Tile {
    /// From where on not all strings are found, of those of three bytes or more and of those of two.
    pub(super) fn stopped(&self) -> [Option<usize>; 2] {
        let first = |seen: &[EngineCount]| seen.iter().filter_map(|one| one.stopped).min();
        [first(&self.long), first(&self.short)]
    }
}

/// Finds all of some byte strings, each named by its position in the order they were given.
#[derive(Debug)]
pub(super) struct Search {
    long: Strings,
    /// Those of two bytes.
    short: Strings,
}

/// Strings that are looked for together.
#[derive(Debug)]
struct Strings {
    engines: Vec<Engine>,
    /// By their first byte, the strings that the engines look for, with their positions: the same
    /// string may come more than once.
    alike: Vec<Vec<(&'static [u8], Vec<usize>)>>,
}

impl Search {
    /// A search for the strings `long`, of three bytes or more, and for `short`, of two, whose
    /// positions follow.
    pub(super) fn new(long: &[&'static [u8]], short: &[&'static [u8]]) -> Self {
        Search { long: Strings::new(long, 0), short: Strings::new(short, long.len()) }
    }

    /// For the tile that begins at `start`.
    pub(super) fn tile(&self, start: usize) -> Tile {
        let none = |strings: &Strings| vec![EngineCount::default(); strings.engines.len()];
        Tile { start, long: none(&self.long), short: none(&self.short) }
    }

    /// Calls `found` with the offset and the position of every string that begins in `stretch` of
    /// `bytes` and ends in it, in no order and not always once, until the tile holds too many. Stretches of one tile come
    /// in order.
    pub(super) fn each(
        &self,
        bytes: &[u8],
        stretch: Range<usize>,
        tile: &mut Tile,
        mut found: impl FnMut(usize, usize),
    ) {
        self.long.each(bytes, &stretch, (tile.start, &mut tile.long), &mut found);
        self.short.each(bytes, &stretch, (tile.start, &mut tile.short), &mut found);
    }
}

impl Strings {
    /// Those strings, whose positions count from `first`.
    fn new(strings: &[&'static [u8]], first: usize) -> Self {
        let mut alike: Vec<Vec<(&[u8], Vec<usize>)>> = vec![Vec::new(); 1 << 8];
        let mut patterns: Vec<&[u8]> = Vec::new();
        for (index, bytes) in (first..).zip(strings.iter().copied()) {
            let alike = &mut alike[usize::from(bytes[0])];
            match alike.iter_mut().find(|(known, _)| *known == bytes) {
                Some((_, same)) => same.push(index),
                None => alike.push((bytes, vec![index])),
            }
            let pattern = &bytes[..bytes.len().min(LONGEST_PATTERN)];
            if !patterns.contains(&pattern) {
                patterns.push(pattern);
            }
        }
        Strings { engines: patterns.chunks(MOST_PATTERNS).map(Engine::new).collect(), alike }
    }

    fn each(
        &self,
        bytes: &[u8],
        stretch: &Range<usize>,
        (start, seen): (usize, &mut [EngineCount]),
        found: &mut impl FnMut(usize, usize),
    ) {
        for (engine, seen) in self.engines.iter().zip(seen) {
            let mut at = stretch.start;
            while seen.stopped.is_none()
                && let Some(begin) = engine.next(bytes, at, stretch.end)
            {
                // Of what lies before the tile, not every chunk holds the same, and stretches overlap.
                if begin >= start.max(seen.next) {
                    (seen.count, seen.next) = (seen.count + 1, begin + 1);
                    if seen.count > MOST_FOUND {
                        seen.stopped = Some(begin);
                        break;
                    }
                }
                // Strings may begin alike; the engine names one of them.
                let alike = self.alike[usize::from(bytes[begin])].iter();
                for (_, same) in alike.filter(|(string, _)| bytes[begin..].starts_with(string)) {
                    same.iter().for_each(|&index| found(begin, index));
                }
                at = begin + 1;
            }
        }
    }
}

#[derive(Debug)]
enum Engine {
    Packed(packed::Searcher),
    /// For processors without the vector instructions that the packed matcher needs.
    Automaton(AhoCorasick),
}

impl Engine {
    fn new(patterns: &[&'static [u8]]) -> Self {
        let packed = packed::Config::new()
            .match_kind(packed::MatchKind::LeftmostFirst)
            .builder()
            .extend(patterns)
            .build();
        match packed {
            Some(searcher) => Engine::Packed(searcher),
            None => Engine::Automaton(
                AhoCorasick::builder()
                    .match_kind(MatchKind::LeftmostFirst)
                    .build(patterns)
                    .expect("a few short patterns make a small automaton"),
            ),
        }
    }

    fn next(&self, bytes: &[u8], at: usize, end: usize) -> Option<usize> {
        match self {
            Engine::Packed(searcher) => {
                searcher.find_in(bytes, aho_corasick::Span { start: at, end }).map(|m| m.start())
            }
            Engine::Automaton(automaton) => {
                let input = Input::new(bytes).range(at..end).anchored(Anchored::No);
                automaton.find(input).map(|m| m.start())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Registry;

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn one_packed_engine_finds_all_formats() {
        let registry = Registry::default();
        let magics = registry.formats().iter().flat_map(|format| format.signature().magic);
        let search = Search::new(&magics.map(|magic| magic.bytes).collect::<Vec<_>>(), &[]);
        assert!(
            matches!(search.long.engines[..], [Engine::Packed(_)])
                || !is_x86_feature_detected!("ssse3")
        );
    }

    #[test]
    fn more_strings_than_one_engine_takes_are_all_found() {
        let strings: Vec<&'static [u8]> =
            (0..3 * MOST_PATTERNS as u8).map(|n| &*vec![n + 1, 7, n, n].leak()).collect();
        let bytes = strings.concat();
        let mut found = Vec::new();
        let search = Search::new(&strings, &[b"\x07\x05"]);
        search.each(&bytes, 1..bytes.len(), &mut search.tile(1), |at, index| {
            found.push((at, index));
        });
        found.sort_unstable();
        let mut expected: Vec<_> = (1..strings.len()).map(|n| (4 * n, n)).collect();
        expected.push((4 * 5 + 1, strings.len()));
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}
