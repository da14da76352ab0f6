//! Kinds of splices: a photo in which some data is not its own, and none of it is moved.

use afterimage_testdata::random::Random;

use super::photo::Photo;

/// What is put into a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Two of its clusters change places.
    Swapped,
    /// A cluster comes again instead of the next one.
    Repeated,
    /// A cluster of English text.
    Text,
    /// A cluster of another photo with the same tables.
    Foreign,
    /// A cluster that comes later in the same photo.
    Later,
    /// Intervals of another photo with the same tables, at the same place.
    SiblingIntervals,
    /// Intervals of the same photo with the same numbers change places.
    SwappedIntervals,
}

impl Kind {
    /// Those that replace clusters.
    pub const CLUSTERS: [Kind; 5] =
        [Kind::Swapped, Kind::Repeated, Kind::Text, Kind::Foreign, Kind::Later];

    /// Those that replace restart intervals.
    pub const INTERVALS: [Kind; 2] = [Kind::SiblingIntervals, Kind::SwappedIntervals];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Swapped => "two clusters swapped",
            Kind::Repeated => "a cluster repeated",
            Kind::Text => "English text",
            Kind::Foreign => "cluster of a photo with the same tables",
            Kind::Later => "later cluster of the same photo",
            Kind::SiblingIntervals => "intervals of a sibling",
            Kind::SwappedIntervals => "intervals swapped",
        }
    }
}

/// The photo `own` with clusters of `size` bytes put in; nothing where they do not fit.
pub fn clusters(
    kind: Kind,
    own: &Photo,
    photos: &[Photo],
    size: usize,
    random: &mut Random,
) -> Option<Vec<u8>> {
    let (first, last) = (own.data.start.div_ceil(size), own.data.end / size);
    let count = last.checked_sub(first).filter(|&count| count > 0)?;
    let mut at = first + random.below(count);
    let mut bytes = own.bytes.clone();
    let mut copy = |from: usize, to: usize| bytes.copy_within(from * size..(from + 1) * size, to);
    match kind {
        Kind::Swapped => {
            let mut other = first + random.below(count);
            (at, other) = (at.min(other), at.max(other));
            if at == other {
                return None;
            }
            let (before, after) = bytes.split_at_mut(other * size);
            before[at * size..(at + 1) * size].swap_with_slice(&mut after[..size]);
        }
        Kind::Repeated => copy(at.checked_sub(1).filter(|&from| from >= first)?, at * size),
        Kind::Later => {
            let from = first + random.below(count);
            copy(if from > at { from } else { return None }, at * size);
        }
        Kind::Text => {
            let start = random.below(TEXT.len());
            let text = TEXT.bytes().cycle().skip(start);
            for (byte, letter) in bytes[at * size..(at + 1) * size].iter_mut().zip(text) {
                *byte = letter;
            }
        }
        _ => {
            let is_other = |other: &&Photo| other.name != own.name && own.has_tables_of(other);
            let others: Vec<_> = photos.iter().filter(is_other).collect();
            let other = others.get(random.below(others.len()))?;
            let (first, last) = (other.data.start.div_ceil(size), other.data.end / size);
            let count = last.checked_sub(first).filter(|&count| count > 0)?;
            let from = (first + random.below(count)) * size;
            bytes[at * size..(at + 1) * size].copy_from_slice(&other.bytes[from..from + size]);
        }
    }
    (bytes != own.bytes).then_some(bytes)
}

/// The photo `own` with a run of `count` intervals put in; nothing where it has too few.
pub fn intervals(
    kind: Kind,
    own: &Photo,
    photos: &[Photo],
    count: usize,
    random: &mut Random,
) -> Option<Vec<u8>> {
    let all = own.intervals.len();
    let first = random.below(all.checked_sub(count).filter(|&rest| rest > count)?);
    let span = |photo: &Photo, first: usize| {
        Some(photo.intervals.get(first)?.start..photo.intervals.get(first + count - 1)?.end)
    };
    let mine = span(own, first)?;
    let (before, after) = (&own.bytes[..mine.start], &own.bytes[mine.end..]);
    let bytes = if kind == Kind::SiblingIntervals {
        let is_sibling = |other: &&Photo| other.name != own.name && own.is_sibling_of(other);
        let siblings: Vec<_> = photos.iter().filter(is_sibling).collect();
        let sibling = siblings.get(random.below(siblings.len()))?;
        [before, &sibling.bytes[span(sibling, first)?], after].concat()
    } else {
        // Restart markers count from 0 to 7.
        let other = first + count.next_multiple_of(8) + 8 * random.below(all / 8);
        let theirs = span(own, other)?;
        let between = &own.bytes[mine.end..theirs.start];
        let rest = &own.bytes[theirs.end..];
        [before, &own.bytes[theirs], between, &own.bytes[mine], rest].concat()
    };
    (bytes != own.bytes).then_some(bytes)
}

/// Text that is put in, again and again.
const TEXT: &str = include_str!("../../../../LICENSE-APACHE");
