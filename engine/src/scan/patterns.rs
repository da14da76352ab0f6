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

    /// Calls `found` with the offset and the position of every string that begins in `range` of
    /// `bytes` and ends in it, in no order and not always once.
    pub(super) fn each(
        &self,
        bytes: &[u8],
        stretch: Range<usize>,
        mut found: impl FnMut(usize, usize),
    ) {
        self.long.each(bytes, &stretch, &mut found);
        self.short.each(bytes, &stretch, &mut found);
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

    fn each(&self, bytes: &[u8], stretch: &Range<usize>, found: &mut impl FnMut(usize, usize)) {
        for engine in &self.engines {
            let mut at = stretch.start;
            while let Some(begin) = engine.next(bytes, at, stretch.end) {
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
        Search::new(&strings, &[b"\x07\x05"]).each(&bytes, 1..bytes.len(), |at, index| {
            found.push((at, index));
        });
        found.sort_unstable();
        let mut expected: Vec<_> = (1..strings.len()).map(|n| (4 * n, n)).collect();
        expected.push((4 * 5 + 1, strings.len()));
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}
