//! Whether what a card holds shows again after a number of bytes.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::block::{self, BLOCK, Print};
use super::finding::Finding;
use crate::model::Random;
use crate::source::Source;

/// Bytes at the start of a card of which every block is known: what lies there shows again first.
const KNOWN: u64 = 32 << 20;

/// Blocks that are looked at over the whole card, for any of the known ones.
const LOOKS: u64 = 4096;

/// Blocks that are compared to say that a card wraps, or that it does not, after a number of bytes.
const PAIRS: u64 = 48;

/// Of so many blocks that are compared, one may differ: a card may have been written to in between.
const STRAYS: u64 = 16;

/// Fewer blocks of their own say nothing.
const LEAST: u64 = 12;

/// Tries for one pair: most of a card may be empty.
const TRIES: u64 = 24;

/// The smallest size of a card that is sold.
const SMALLEST: u64 = 8 << 20;

/// Sizes that blocks which show again suggest, and that are tried: the most frequent ones.
const MOST_SUGGESTED: usize = 8;

/// What was found.
pub(super) struct Wraps {
    pub(super) finding: Option<Finding>,
    /// Blocks that hold something of their own and were compared with others.
    pub(super) compared: u64,
}

/// Compares blocks with those that lie as far away as a card may wrap.
pub(super) fn look(source: &dyn Source) -> Wraps {
    let mut random = Random::new(source.len());
    let holding = Holding::of(source, &mut random);
    let compared = holding.distinct;
    let mut sizes: Vec<u64> = usual(source.len()).into_iter().chain(holding.suggested()).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes {
        let pairs = compare(source, size, &holding, &mut random);
        let is_same = pairs.same + pairs.compared / STRAYS >= pairs.compared;
        if pairs.compared >= LEAST && is_same && pairs.are_distinct {
            let Pairs { same, compared: of, .. } = pairs;
            let finding = Some(Finding::Wraps { size, same, compared: of });
            return Wraps { finding, compared };
        }
    }
    Wraps { finding: None, compared }
}

/// Sizes of chips: powers of two, and one and a half of them.
fn usual(len: u64) -> Vec<u64> {
    let powers = std::iter::successors(Some(SMALLEST), |size| size.checked_mul(2));
    let powers = powers.take_while(|size| *size < len);
    powers.flat_map(|size| [size, size / 2 * 3]).filter(|size| *size < len).collect()
}

/// What the card holds, by samples.
struct Holding {
    /// Blocks of their own all over the card.
    places: Vec<u64>,
    /// How often a block of its own showed that far after a known one.
    distances: BTreeMap<u64, u64>,
    /// How many of them differ from each other.
    distinct: u64,
}

impl Holding {
    fn of(source: &dyn Source, random: &mut Random) -> Self {
        let known = known(source);
        let blocks = source.len() / BLOCK;
        let mut holding = Holding { places: Vec::new(), distances: BTreeMap::new(), distinct: 0 };
        let mut prints = HashSet::new();
        for look in 0..LOOKS.min(blocks) {
            // One at random in each of equal parts, in order: a reader need not seek back.
            let (first, last) =
                (look * blocks / LOOKS.min(blocks), (look + 1) * blocks / LOOKS.min(blocks));
            let at = (first + random.below(last - first)) * BLOCK;
            let Some(print) = block::print(source, at) else { continue };
            holding.places.push(at);
            prints.insert(print);
            if at < KNOWN {
                continue;
            }
            if let Some(before) = known.get(&print) {
                *holding.distances.entry(at - before).or_default() += 1;
            }
        }
        holding.distinct = prints.len() as u64;
        holding
    }

    /// Sizes that a card would have whose blocks show again as they did: a card that wraps several times shows
    /// them at multiples.
    fn suggested(&self) -> Vec<u64> {
        let mut often: Vec<(u64, u64)> = self.distances.iter().map(|(d, n)| (*n, *d)).collect();
        often.sort_unstable_by(|a, b| b.cmp(a));
        often.truncate(MOST_SUGGESTED);
        let all = often.iter().map(|(_, distance)| *distance);
        let common = all.clone().fold(0, common_divisor);
        all.chain([common]).filter(|size| *size >= SMALLEST).collect()
    }
}

fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The blocks at the start of a card that hold something of their own and are there once.
fn known(source: &dyn Source) -> HashMap<Print, u64> {
    const PIECE: u64 = 1 << 20;
    let (mut known, mut again) = (HashMap::new(), HashSet::new());
    let mut piece = vec![0; PIECE as usize];
    let end = KNOWN.min(source.len() / BLOCK * BLOCK);
    for at in (0..end).step_by(PIECE as usize) {
        let here = &mut piece[..(end - at).min(PIECE) as usize];
        source.read_at(at, here);
        for (index, block) in (0..).zip(here.chunks_exact(BLOCK as usize)) {
            if let Some(print) = block::of(block)
                && known.insert(print, at + index * BLOCK).is_some()
            {
                again.insert(print);
            }
        }
    }
    known.retain(|print, _| !again.contains(print));
    known
}

/// Blocks that were compared with those that lie a number of bytes after them.
struct Pairs {
    compared: u64,
    same: u64,
    /// Whether those that were the same differ from each other.
    are_distinct: bool,
}

/// Compares blocks all over the card with those `size` bytes after them.
fn compare(source: &dyn Source, size: u64, holding: &Holding, random: &mut Random) -> Pairs {
    let blocks = (source.len() - size) / BLOCK;
    let mut known: Vec<u64> =
        holding.places.iter().copied().filter(|at| *at < blocks * BLOCK).collect();
    random.shuffle(&mut known);
    let (mut compared, mut same, mut prints) = (0, 0, HashSet::new());
    let mut tries = known.into_iter().map(Some).chain(std::iter::repeat_n(None, PAIRS as usize));
    for _ in 0..PAIRS * TRIES {
        let Some(place) = tries.next().filter(|_| compared < PAIRS) else { break };
        let at = place.unwrap_or_else(|| random.below(blocks) * BLOCK);
        let Some(print) = block::print(source, at) else { continue };
        compared += 1;
        if block::print(source, at + size) == Some(print) {
            same += 1;
            prints.insert(print);
        } else if compared >= LEAST && same == 0 {
            break;
        }
    }
    // One file in many copies would be the same, too.
    Pairs { compared, same, are_distinct: prints.len() as u64 * 2 > same }
}
