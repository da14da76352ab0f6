//! The way of a file through free clusters, told by its own format: a cluster that cannot follow is passed
//! over, as the file system passed over it when it belonged to another file.

use afterimage_signatures::oracle::{Oracle, Said};
use afterimage_signatures::verdict::{Continuity, Joint, Span};
use afterimage_signatures::{Buffer, Bytes, Runs, View};

use crate::model::SpanSet;
use crate::volumes::recorded::joined;

/// Clusters that may be passed over before the next one of a file.
const MOST_PASSED: usize = 256;

/// Clusters of one file that are followed.
const MOST_CLUSTERS: u64 = 1 << 14;

/// Clusters that may turn out to be foreign only when others were found to follow them: so many states of
/// an oracle, of some ten kilobytes each, are kept.
const MOST_KEPT: usize = 256;

/// An oracle gets a cluster in pieces of this size: most that are foreign show it early.
const PIECE: u64 = 4096;

/// Where a file may lie.
#[derive(Clone, Copy)]
pub(super) struct Follower<'a> {
    /// What it lies in.
    pub(super) source: &'a dyn Bytes,
    /// Clusters that may be its own.
    pub(super) free: &'a SpanSet,
    /// Length of a cluster.
    pub(super) cluster: u64,
    /// Length of the file, where it is known.
    pub(super) size: Option<u64>,
    /// How a picture must go on where the file does in another cluster than the next.
    pub(super) least: Continuity,
}

/// A cluster of the file, as far as is known.
struct Step {
    /// What is to be said of the next one; forgotten once the file has gone on far enough.
    oracle: Option<Box<dyn Oracle>>,
    at: u64,
    /// Where the next one is looked for.
    next: u64,
    passed: usize,
    /// Joints up to it of which it is known how the picture goes on.
    seen: usize,
}

impl Follower<'_> {
    /// The runs of the file that begins with `known`, whole clusters: of those after them the first ones
    /// that fit, as `oracle`, fresh from its format, tells. Nothing where none does before `buffer` is
    /// spent.
    pub(super) fn follow(
        &self,
        mut oracle: Box<dyn Oracle>,
        known: &Runs,
        buffer: &mut Buffer,
    ) -> Option<Runs> {
        let most = self.size.map_or(0, |size| size.div_ceil(self.cluster.max(1)));
        if self.cluster == 0 || most > MOST_CLUSTERS {
            return None;
        }
        let (first, last) = (known.as_slice().first()?.at, known.as_slice().last()?.end());
        let mut fed = 0;
        for run in known.as_slice() {
            let said = self.feed(&mut *oracle, *run, fed, buffer)?;
            if said != Said::More {
                return None;
            }
            fed += run.len;
        }
        let at = last.checked_sub(self.cluster)?;
        let seen = oracle.joints(0).len();
        let mut way = vec![Step { oracle: Some(oracle), at, next: last, passed: 0, seen }];
        while let Some(last) = way.last_mut() {
            let next =
                if last.passed < MOST_PASSED { self.cluster_from(last.next, first) } else { None };
            let Some(at) = next else {
                way.pop();
                continue;
            };
            (last.next, last.passed) = (at + self.cluster, last.passed + 1);
            let (mut oracle, seen) = (last.oracle.as_ref()?.snapshot(), last.seen);
            if at != last.at + self.cluster {
                oracle.join();
            }
            let fed = known.len() + (way.len() as u64 - 1) * self.cluster;
            let cluster = Span { at, len: self.cluster };
            let said = self.feed(&mut *oracle, cluster, fed, buffer)?;
            let joints = oracle.joints(seen);
            if let Some(joint) = self.unfit(&joints) {
                // Other clusters after the last one would not mend what broke before it.
                let before = joint.saturating_sub(known.len()) / self.cluster + 1;
                way.truncate(usize::try_from(before).unwrap_or(usize::MAX));
                continue;
            }
            match said {
                Said::Done { end } if self.size.is_none_or(|size| end <= size) => {
                    return self.runs(known, &way[1..], at, self.size.unwrap_or(end));
                }
                Said::More if self.goes_on(fed + self.cluster) => {
                    let next = at + self.cluster;
                    let seen = seen + joints.len();
                    way.push(Step { oracle: Some(oracle), at, next, passed: 0, seen });
                    if let Some(old) = way.len().checked_sub(MOST_KEPT) {
                        way[old].oracle = None;
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The first of some joints over which the picture does not go on as it must.
    fn unfit(&self, joints: &[Joint]) -> Option<u64> {
        joints.iter().find(|joint| joint.continuity < self.least).map(|joint| joint.at)
    }

    /// Whether a file may have more bytes than so many.
    fn goes_on(&self, len: u64) -> bool {
        match self.size {
            Some(size) => len < size,
            None => len / self.cluster < MOST_CLUSTERS,
        }
    }

    /// What an oracle says of a run after `known` bytes of the file; nothing once the buffer is spent.
    fn feed(
        &self,
        oracle: &mut dyn Oracle,
        run: Span,
        known: u64,
        buffer: &mut Buffer,
    ) -> Option<Said> {
        let len = run.len.min(self.size.map_or(u64::MAX, |size| size.saturating_sub(known)));
        let len = len.min(self.source.len().saturating_sub(run.at));
        let (runs, mut fed) = (Runs::whole(run.at, len), 0);
        while fed < len {
            let mut view = View::new(self.source, &runs, buffer);
            let bytes = view.up_to(fed, PIECE as usize);
            if bytes.is_empty() {
                return None;
            }
            fed += bytes.len() as u64;
            let said = oracle.feed(bytes);
            if said != Said::More {
                return Some(said);
            }
        }
        Some(Said::More)
    }

    /// The first free cluster that begins at `from` or after it, of a file that begins at `start`: at the
    /// end of the volume it goes on where that begins.
    fn cluster_from(&self, from: u64, start: u64) -> Option<u64> {
        let next = self.free.after(from).first().map(|span| span.at.max(from));
        match next.filter(|&at| at < self.source.len()) {
            Some(at) => (from > start || at < start).then_some(at),
            None if from > start => {
                self.free.as_slice().first().map(|span| span.at).filter(|&at| at < start)
            }
            None => None,
        }
    }

    /// The `known` runs, the clusters of `way` and those from `last` on, up to `size` bytes: what follows the
    /// picture is taken as it comes.
    fn runs(&self, known: &Runs, way: &[Step], last: u64, size: u64) -> Option<Runs> {
        let mut clusters: Vec<u64> = way.iter().map(|step| step.at).collect();
        clusters.push(last);
        let wanted = size.saturating_sub(known.len()).div_ceil(self.cluster);
        let first = known.as_slice().first()?.at;
        while (clusters.len() as u64) < wanted {
            clusters.push(self.cluster_from(clusters.last()? + self.cluster, first)?);
        }
        let clusters = clusters.into_iter().map(|at| Span { at, len: self.cluster });
        let runs = known.as_slice().iter().copied().chain(clusters).collect();
        Some(Runs::new(joined(runs)).slice(0, size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Registry;
    use afterimage_testdata::random::Random;
    use afterimage_testdata::samples;

    const CLUSTER: u64 = 512;

    /// Lays the clusters of `file` at `places` among those of others, and follows it from the first `known`
    /// ones on.
    fn follow(
        format: &str,
        file: &[u8],
        places: &[u64],
        noise: bool,
        known: usize,
        size: Option<usize>,
    ) -> Option<Vec<u64>> {
        let len = (places.iter().max().unwrap() + 2) * CLUSTER;
        let mut disk: Vec<u8> = if noise {
            Random::new(7).bytes(len as usize)
        } else {
            file.iter().rev().copied().cycle().take(len as usize).collect()
        };
        for (piece, &place) in file.chunks(CLUSTER as usize).zip(places) {
            let at = (place * CLUSTER) as usize;
            disk[at..at + piece.len()].copy_from_slice(piece);
        }
        let registry = Registry::default();
        let index = registry.names().position(|name| name == format).unwrap();
        let oracle = registry.formats()[index].oracle().unwrap();
        let disk = disk.as_slice();
        let free: SpanSet = [Span { at: 0, len }].into_iter().collect();
        let size = size.map(|size| size as u64);
        let least = Continuity::Broken;
        let follower = Follower { source: &disk, free: &free, cluster: CLUSTER, size, least };
        let mut buffer = Buffer::default();
        buffer.allow(Some(64 << 20));
        let known = places[..known].iter().map(|place| Span { at: place * CLUSTER, len: CLUSTER });
        let known = Runs::new(joined(known.collect()));
        let runs = follower.follow(oracle, &known, &mut buffer)?;
        assert_eq!(runs.len(), size.unwrap_or(file.len() as u64));
        let clusters = runs
            .as_slice()
            .iter()
            .flat_map(|run| (0..run.len.div_ceil(CLUSTER)).map(|index| run.at / CLUSTER + index));
        Some(clusters.collect())
    }

    #[test]
    fn a_file_is_followed_through_clusters_of_others() {
        let mut random = Random::new(3);
        for format in ["jpeg", "png"] {
            let sample = samples::all().into_iter().find(|one| one.format == format).unwrap();
            let count = sample.bytes.len().div_ceil(CLUSTER as usize);
            let mut place = 3;
            let places: Vec<u64> = (0..count)
                .map(|index| {
                    place += 1 + random.below(5) as u64 * u64::from(index > 9 && index % 7 == 3);
                    place
                })
                .collect();
            for (known, size) in [(1, Some(sample.bytes.len())), (1, None), (11, None)] {
                let found = follow(format, &sample.bytes, &places, true, known, size);
                assert_eq!(found.as_ref(), Some(&places), "{}, {known} known", sample.path());
            }
        }
    }

    #[test]
    fn what_does_not_come_to_its_end_is_nothing() {
        let sample = samples::all().into_iter().find(|one| one.format == "png").unwrap();
        let half = &sample.bytes[..sample.bytes.len() / 2];
        let places: Vec<u64> = (0..half.len().div_ceil(CLUSTER as usize) as u64).collect();
        assert_eq!(follow("png", half, &places, false, 1, Some(half.len())), None);
    }
}
