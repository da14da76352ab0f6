//! Samples of the space that no file is known to use: what it is filled with, and which photos begin there.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Buffer, Bytes};

use super::observed::FreeSpace;
use crate::control::progress::Progress;
use crate::model::{Random, SpanSet};
use crate::run::forecast::look::Look;
use crate::volumes::entropy::{self, Fill};

/// The unit of sampling, in bytes; a place begins at a multiple of it.
const BLOCK: u64 = 4096;

/// Blocks of a place: enough for the header of a photo and some of it.
const PLACE: u64 = 16;

/// Space of no more blocks than that is read as a whole: 64 MiB take a second or two from any card.
const WHOLE: u64 = (64 << 20) / BLOCK;

/// Places that are spread evenly over more. A share is then known to within 5 % in nineteen cases of twenty, and
/// a hard disk needs about ten milliseconds for each.
const SPREAD: u64 = 512;

/// Cards are written from their beginning, so that a few photos on a large one lie there: so many places side by
/// side are looked at from the first free block on.
const FIRST: u64 = 256;

/// And so many in the first part of all.
const EARLY: u64 = 96;
const EARLY_PART: u64 = 32;

/// Photos that are measured: of more, the answer is the same.
const MOST_MEASURED: u64 = 128;

/// A place to look at.
struct Place {
    /// Which block of the space, counted over all of its ranges.
    block: u64,
    /// Whether it counts for shares: it was chosen evenly.
    is_even: bool,
}

/// The space by whole blocks: ranges of it, and how many blocks lie before each.
struct Space {
    ranges: Vec<(u64, u64, u64)>,
    blocks: u64,
}

impl Space {
    fn of(spans: &SpanSet) -> Self {
        let (mut ranges, mut blocks) = (Vec::new(), 0u64);
        for span in spans.iter() {
            let (first, last) = (span.at.div_ceil(BLOCK), span.end() / BLOCK);
            if let Some(count) = last.checked_sub(first).filter(|count| *count > 0) {
                ranges.push((first, count, blocks));
                blocks = blocks.saturating_add(count);
            }
        }
        Space { ranges, blocks }
    }

    /// Where the blocks lie that follow `block` side by side, no more than a place of them.
    fn span(&self, block: u64) -> Option<Span> {
        let index =
            self.ranges.partition_point(|(_, _, before)| *before <= block).checked_sub(1)?;
        let (first, count, before) = self.ranges[index];
        let skipped = block - before;
        let blocks = count.checked_sub(skipped)?.min(PLACE);
        Some(Span { at: (first + skipped) * BLOCK, len: blocks * BLOCK })
    }

    /// The places to look at, in an order in which any first part of them is spread over all.
    fn places(&self, random: &mut Random) -> Vec<Place> {
        if self.blocks <= WHOLE {
            return self.all();
        }
        let even = (0..SPREAD).map(|part| {
            let start = |part: u64| {
                (u128::from(self.blocks) * u128::from(part) / u128::from(SPREAD)) as u64
            };
            let room = (start(part + 1) - start(part)).saturating_sub(PLACE).max(1);
            Place { block: start(part) + random.below(room), is_even: true }
        });
        let mut places: Vec<Place> = even.collect();
        let near = |block| Place { block, is_even: false };
        places.extend((0..FIRST).map(|nth| near(nth * PLACE)));
        let early = self.blocks / EARLY_PART;
        places.extend((0..EARLY).map(|_| near(random.below(early))));
        random.shuffle(&mut places);
        places
    }

    /// All of it: no place passes the end of a range.
    fn all(&self) -> Vec<Place> {
        let starts = self.ranges.iter().flat_map(|(_, count, before)| {
            (0..*count).step_by(PLACE as usize).map(move |skipped| before + skipped)
        });
        starts.map(|block| Place { block, is_even: true }).collect()
    }
}

/// Looks at samples of `spans` for as long as `look` has time, or all of them where that is not much; nothing where
/// they have no whole block.
pub(super) fn look(
    look: &Look<'_>,
    spans: &SpanSet,
    random: &mut Random,
    progress: &Progress,
) -> Option<FreeSpace> {
    let space = Space::of(spans);
    let places = space.places(random);
    let mut found =
        FreeSpace { len: spans.total(), is_whole: space.blocks <= WHOLE, ..FreeSpace::default() };
    let (mut measured, mut buffer) = (0, Buffer::default());
    for place in &places {
        if found.places > 0 && look.is_over() || progress.stopped() {
            found.is_whole = false;
            break;
        }
        let Some(span) = space.span(place.block) else { continue };
        found.places += 1;
        look.bytes.hold_from(span.at);
        let bytes = read(look, span);
        count(look, span, &bytes, place.is_even, &mut found);
        photos(look, span, &bytes, &mut measured, &mut found, &mut buffer);
    }
    (found.places > 0).then_some(found)
}

/// The bytes of a place, and those after it that let headers be seen that end there.
fn read(look: &Look<'_>, span: Span) -> Vec<u8> {
    let left = look.bytes.len().saturating_sub(span.at);
    let reach = span.len.saturating_add(look.carver.matcher.overlap() as u64).min(left);
    let mut bytes = vec![0; reach as usize];
    look.bytes.read_at(span.at, &mut bytes);
    bytes
}

/// Counts what the blocks of a place hold.
fn count(look: &Look<'_>, span: Span, bytes: &[u8], is_even: bool, found: &mut FreeSpace) {
    let own = &bytes[..bytes.len().min(span.len as usize)];
    for (nth, block) in (0..).zip(own.chunks_exact(BLOCK as usize)) {
        let here = Span { at: span.at + nth * BLOCK, len: BLOCK };
        let even = u64::from(is_even);
        found.blocks += even;
        found.blocks_anywhere += 1;
        if look.bytes.unreadable_in(here).is_some() {
            found.unreadable += even;
            continue;
        }
        match (entropy::fill(block), block[0]) {
            (Fill::Blank, 0) => found.zeros += even,
            (Fill::Blank, 0xff) => found.ones += even,
            (Fill::Blank, _) => found.constant += even,
            (Fill::Noise, _) => found.noise += even,
            (Fill::Other, _) => found.filled_anywhere += 1,
        }
    }
}

/// Counts the photos that begin at a cluster of a place.
fn photos(
    look: &Look<'_>,
    span: Span,
    bytes: &[u8],
    measured: &mut u64,
    found: &mut FreeSpace,
    buffer: &mut Buffer,
) {
    let mut hits = Vec::new();
    look.carver.matcher.scan(bytes, 0..bytes.len().min(span.len as usize), &mut hits);
    hits.retain(|hit| look.carver.matcher.footer(hit).is_none());
    for hits in hits.chunk_by(|one, other| one.at == other.at) {
        let at = span.at + hits[0].at as u64;
        if *measured >= MOST_MEASURED || look.is_over() {
            return;
        }
        if look.live.holds(at) || !look.may_be_file(at) {
            continue;
        }
        *measured += 1;
        found.photos += u64::from(look.at(at, hits, buffer).is_some_and(|seen| seen.is_photo));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lie_in_the_space_and_all_of_a_small_one_is_looked_at() {
        let spans: SpanSet = [Span { at: 100, len: 9000 }, Span { at: 1 << 20, len: 40 * BLOCK }]
            .into_iter()
            .collect();
        let space = Space::of(&spans);
        assert_eq!(space.blocks, 1 + 40);
        let found: Vec<Span> = space
            .places(&mut Random::new(1))
            .iter()
            .filter_map(|one| space.span(one.block))
            .collect();
        assert_eq!(found.iter().map(|span| span.len).sum::<u64>(), 41 * BLOCK);
        assert!(found.iter().all(|span| spans.holds(*span)));
    }

    #[test]
    fn of_a_large_space_places_are_spread_and_many_lie_at_the_beginning() {
        let spans: SpanSet = [Span { at: 0, len: 64 << 30 }].into_iter().collect();
        let space = Space::of(&spans);
        let places = space.places(&mut Random::new(1));
        assert_eq!(places.len() as u64, SPREAD + FIRST + EARLY);
        let even = places.iter().filter(|one| one.is_even);
        let late = even.filter(|one| one.block > space.blocks / 2).count() as u64;
        assert!(late.abs_diff(SPREAD / 2) <= 1, "{late}");
        let first = places.iter().filter(|one| one.block < FIRST * PLACE).count() as u64;
        assert!(first >= FIRST);
        assert!(
            places.iter().all(|one| space.span(one.block).is_some_and(|span| spans.holds(span)))
        );
    }
}
