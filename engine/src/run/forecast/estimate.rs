//! From what a sample holds to what the source holds, with an interval.
//!
//! Of places that are listed, the share with a photo is that of those which were looked at. Photos that begin
//! elsewhere are as many times more as the windows are fewer than the source. Photos lie in groups, so that counts
//! of windows vary more than by chance: by how much shows where neighbours differ, and the interval is as much
//! wider. Copies are found once by a scan; how many there are shows in the sample by how many meet in it.
//! The interval holds the middle nine tenths of draws from what each of these leaves open.

use std::collections::HashMap;

use super::draw::{binomial, gamma, poisson};
use super::look::Print;
use crate::model::Random;

/// Draws: the ends of the interval are known to a few hundredths of its width.
const DRAWS: usize = 4000;

/// Counts of windows vary by at least so much more than by chance.
const LEAST_SPREAD: f64 = 1.15;

/// Few windows with a photo tell little of how much counts vary: none at all, and they may vary by so much more.
const UNKNOWN_SPREAD: f64 = 1.0;

/// What a sample cannot show: photos that a scan puts together, cuts or leaves out for what lies around them.
const BLIND: f64 = 0.02;

/// A number and the interval that holds the true one in nine cases of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The likeliest.
    pub likely: u64,
    /// The lower end of the interval.
    pub low: u64,
    /// The upper end.
    pub high: u64,
}

/// What a sample holds.
pub(super) struct Sampled<'s> {
    pub(super) listed: Listed<'s>,
    pub(super) windows: Windows<'s>,
}

/// Places where file systems say that deleted files begin.
pub(super) struct Listed<'s> {
    pub(super) all: u64,
    pub(super) looked: u64,
    /// The photos that were found there.
    pub(super) found: &'s [Print],
}

/// Windows, in order of offset.
pub(super) struct Windows<'s> {
    /// Photos that begin in each.
    pub(super) counts: &'s [u32],
    /// Which part of the source they are.
    pub(super) share: f64,
    /// The photos.
    pub(super) found: &'s [Print],
}

/// How many photos a scan will find.
pub(super) fn estimate(sampled: &Sampled<'_>, random: &mut Random) -> Estimate {
    let Sampled { listed, windows } = sampled;
    let (found, share) = (windows.found.len() as f64, windows.share.clamp(f64::MIN_POSITIVE, 1.0));
    let (of_listed, looked) = (listed.found.len() as f64, listed.looked as f64);
    let holding = windows.counts.iter().filter(|count| **count > 0).count() as f64;
    let spread = spread(windows.counts).max(LEAST_SPREAD) + UNKNOWN_SPREAD / (1.0 + holding);
    let rest = (listed.all - listed.looked) as f64;
    let listed_share = looked / (listed.all as f64).max(1.0);
    let (pairs_here, pairs_there) = (pairs(windows.found), pairs(listed.found));

    let likely_rest = if looked > 0.0 { rest * of_listed / looked } else { 0.0 };
    let likely = (of_listed + likely_rest) * distinct(pairs_there, of_listed, listed_share)
        + found / share * distinct(pairs_here, found, share);

    let mut draws: Vec<f64> = (0..DRAWS)
        .map(|draw| {
            // The photos that were seen leave open whether one more or none was near: half of the draws each.
            let more = if draw % 2 == 0 { 0.0 } else { 1.0 };
            let rate = gamma(found / spread + more, random) * (1.0 - share) / share;
            let unseen = poisson(rate, random) * spread;
            let (hit, missed) =
                (gamma(of_listed + 0.5, random), gamma(looked - of_listed + 0.5, random));
            let chance = hit / (hit + missed).max(f64::MIN_POSITIVE);
            let unseen_listed = if rest > 0.0 { binomial(rest, chance, random) } else { 0.0 };
            let once = |pairs: f64, count: f64, share: f64, random: &mut Random| match pairs {
                0.0 => 1.0,
                _ => distinct(gamma(pairs + 0.5, random), count, share),
            };
            (of_listed + unseen_listed) * once(pairs_there, of_listed, listed_share, random)
                + (found + unseen) * once(pairs_here, found, share, random)
        })
        .collect();
    draws.sort_by(f64::total_cmp);
    let (low, high) = (draws[DRAWS / 20], draws[DRAWS - 1 - DRAWS / 20]);
    Estimate {
        likely: likely.round() as u64,
        low: (low.min(likely) * (1.0 - BLIND)).floor() as u64,
        high: (high.max(likely) * (1.0 + BLIND)).ceil() as u64,
    }
}

/// How many times more counts of neighbours differ than counts do that depend on chance alone.
fn spread(counts: &[u32]) -> f64 {
    let mean =
        counts.iter().map(|&count| f64::from(count)).sum::<f64>() / counts.len().max(1) as f64;
    let pairs = counts.windows(2).map(|pair| (f64::from(pair[0]) - f64::from(pair[1])).powi(2));
    let variance = pairs.sum::<f64>() / 2.0 / counts.len().saturating_sub(1).max(1) as f64;
    if mean > 0.0 { variance / mean } else { 1.0 }
}

/// How many pairs of photos in a sample are copies of each other.
fn pairs(found: &[Print]) -> f64 {
    let mut times: HashMap<&Print, f64> = HashMap::new();
    found.iter().for_each(|print| *times.entry(print).or_default() += 1.0);
    times.values().map(|n| n * (n - 1.0) / 2.0).sum()
}

/// Which share of photos is no copy, where `pairs` of `count` in a sample are copies of each other: each meets one
/// of its copies with the chance that this is in the sample too.
fn distinct(pairs: f64, count: f64, share: f64) -> f64 {
    if pairs <= 0.0 || count <= 0.0 || share <= 0.0 {
        return 1.0;
    }
    1.0 / (1.0 + 2.0 * pairs / count / share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prints(count: usize) -> Vec<Print> {
        (0..count).map(|index| *blake3::hash(&index.to_le_bytes()).as_bytes()).collect()
    }

    fn windows<'s>(counts: &'s [u32], share: f64, found: &'s [Print]) -> Sampled<'s> {
        let listed = Listed { all: 0, looked: 0, found: &[] };
        Sampled { listed, windows: Windows { counts, share, found } }
    }

    #[test]
    fn nothing_seen_leaves_open_what_a_small_sample_misses() {
        let counts = vec![0; 100];
        let of = |share| estimate(&windows(&counts, share, &[]), &mut Random::new(1));
        assert_eq!((of(0.01).likely, of(0.01).low), (0, 0));
        assert!((150..700).contains(&of(0.01).high), "{:?}", of(0.01));
        assert!(of(0.5).high < 8, "{:?}", of(0.5));
        assert_eq!(of(1.0).high, 0);
    }

    #[test]
    fn an_interval_holds_the_true_number_in_nine_of_ten_samples() {
        // Photos in groups, windows of which a tenth is looked at.
        let mut random = Random::new(2);
        for (chance, group) in [(300, 1), (100, 3), (30, 1), (100, 8)] {
            let mut held = 0;
            for trial in 0..200 {
                let all: Vec<u32> = (0..4000)
                    .map(|_| if random.below(1000) < chance / 4 { group } else { 0 })
                    .collect();
                let truth: u32 = all.iter().sum();
                let counts: Vec<u32> =
                    all.chunks(10).map(|part| part[random.below(10) as usize]).collect();
                let found = prints(counts.iter().sum::<u32>() as usize);
                let said = estimate(&windows(&counts, 0.1, &found), &mut Random::new(trial));
                held += u32::from((said.low..=said.high).contains(&u64::from(truth)));
            }
            assert!(held >= 176, "{held} of 200 at {chance}, in groups of {group}");
        }
    }

    #[test]
    fn listed_places_that_were_all_looked_at_leave_nothing_open() {
        let found = prints(70);
        let sampled = Sampled {
            listed: Listed { all: 100, looked: 100, found: &found },
            windows: Windows { counts: &[0; 50], share: 0.9, found: &[] },
        };
        let said = estimate(&sampled, &mut Random::new(3));
        assert_eq!(said.likely, 70);
        assert!(said.low >= 68 && said.high <= 74, "{said:?}");
        let some = Sampled { listed: Listed { all: 1000, looked: 100, found: &found }, ..sampled };
        let said = estimate(&some, &mut Random::new(3));
        assert!(said.likely == 700 && said.low < 640 && said.high > 750, "{said:?}");
    }

    #[test]
    fn copies_that_meet_in_a_sample_are_counted_once() {
        // Each photo three times, half of all looked at.
        let mut random = Random::new(4);
        let all: Vec<Print> = prints(200).into_iter().cycle().take(600).collect();
        let found: Vec<Print> = all.into_iter().filter(|_| random.below(2) == 0).collect();
        let counts: Vec<u32> = found.iter().map(|_| 1).chain([0; 300]).collect();
        let said = estimate(&windows(&counts, 0.5, &found), &mut Random::new(5));
        assert!((160..=240).contains(&said.likely), "{said:?}");
        assert!((said.low..=said.high).contains(&200), "{said:?}");
    }
}
