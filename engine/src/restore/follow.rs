//! The way of a file through free clusters, told by its own format: a cluster that cannot follow is passed
//! over, as the file system passed over it when it belonged to another file.

use afterimage_signatures::oracle::{Oracle, Said};
use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Buffer, Bytes, Run, Runs, View};

/// Clusters that may be passed over before the next one of a file.
const MOST_PASSED: usize = 256;

/// Clusters of one file that are followed.
const MOST_CLUSTERS: u64 = 1 << 14;

/// Clusters that may turn out to be foreign only when others were found to follow them: so many states of
/// an oracle, of some ten kilobytes each, are kept.
const MOST_KEPT: usize = 256;

/// An oracle gets a cluster in pieces of this size: most that are foreign show it early.
const PIECE: u64 = 4096;

/// Where a file may lie, and how long it is.
#[derive(Clone, Copy)]
pub struct Guide<'a> {
    /// What it lies in.
    pub source: &'a dyn Bytes,
    /// Clusters that may be its own, in order and apart.
    pub free: &'a [Span],
    /// Length of a cluster.
    pub cluster: u64,
    /// Length of the file.
    pub size: u64,
}

/// A cluster of the file, as far as is known.
struct Step {
    /// What is to be said of the next one; forgotten once the file has gone on far enough.
    oracle: Option<Box<dyn Oracle>>,
    at: u64,
    /// Where the next one is looked for.
    next: u64,
    passed: usize,
}

impl Guide<'_> {
    /// The runs of the file whose first cluster is at `start`: of those behind it the first ones that fit,
    /// as `oracle`, fresh from its format, tells. Nothing where none does before `buffer` is spent.
    pub fn follow(&self, oracle: Box<dyn Oracle>, start: u64, buffer: &mut Buffer) -> Option<Runs> {
        if self.cluster == 0 || self.size.div_ceil(self.cluster) > MOST_CLUSTERS {
            return None;
        }
        let mut way = Vec::new();
        let mut oracle = oracle;
        self.feed(&mut *oracle, start, 0, buffer).filter(|said| *said == Said::More)?;
        way.push(Step { oracle: Some(oracle), at: start, next: start + self.cluster, passed: 0 });
        while let Some(last) = way.last_mut() {
            let next = self.cluster_from(last.next, start).filter(|_| last.passed < MOST_PASSED);
            let Some(at) = next else {
                way.pop();
                continue;
            };
            (last.next, last.passed) = (at + self.cluster, last.passed + 1);
            let mut oracle = last.oracle.as_ref()?.snapshot();
            let known = way.len() as u64 * self.cluster;
            match self.feed(&mut *oracle, at, known, buffer)? {
                Said::Done { end } if end <= self.size => return self.runs(&way, at),
                Said::More if known + self.cluster < self.size => {
                    let next = at + self.cluster;
                    way.push(Step { oracle: Some(oracle), at, next, passed: 0 });
                    if let Some(old) = way.len().checked_sub(MOST_KEPT) {
                        way[old].oracle = None;
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// What an oracle says of the cluster at `at`, behind `known` bytes of the file; nothing once the buffer
    /// is spent.
    fn feed(
        &self,
        oracle: &mut dyn Oracle,
        at: u64,
        known: u64,
        buffer: &mut Buffer,
    ) -> Option<Said> {
        let len = self.cluster.min(self.size.saturating_sub(known));
        let len = len.min(self.source.len().saturating_sub(at));
        let (runs, mut fed) = (Runs::whole(at, len), 0);
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

    /// The first free cluster that begins at `from` or behind it, of a file that begins at `start`: at the
    /// end of the volume it goes on where that begins.
    fn cluster_from(&self, from: u64, start: u64) -> Option<u64> {
        let behind = self.free.partition_point(|span| span.end() <= from);
        let next = self.free.get(behind).map(|span| span.at.max(from));
        match next.filter(|&at| at < self.source.len()) {
            Some(at) => Some(at).filter(|&at| from > start || at < start),
            None if from > start => self.free.first().map(|span| span.at).filter(|&at| at < start),
            None => None,
        }
    }

    /// The clusters of `way` and those from `last` on: what lies behind the picture is taken as it comes.
    fn runs(&self, way: &[Step], last: u64) -> Option<Runs> {
        let mut clusters: Vec<u64> = way.iter().map(|step| step.at).collect();
        clusters.push(last);
        while (clusters.len() as u64) < self.size.div_ceil(self.cluster) {
            clusters.push(self.cluster_from(clusters.last()? + self.cluster, way.first()?.at)?);
        }
        let mut runs: Vec<Run> = Vec::new();
        for at in clusters {
            match runs.last_mut().filter(|run| run.at + run.len == at) {
                Some(run) => run.len += self.cluster,
                None => runs.push(Run { at, len: self.cluster }),
            }
        }
        Some(Runs::new(runs).slice(0, self.size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Registry;
    use afterimage_testdata::random::Random;
    use afterimage_testdata::samples;

    const CLUSTER: u64 = 512;

    /// Lays the clusters of `file` at `places` among those of others, and follows it.
    fn follow(format: &str, file: &[u8], places: &[u64], noise: bool) -> Option<Vec<u64>> {
        let len = (places.iter().max().unwrap() + 2) * CLUSTER;
        let mut disk = match noise {
            true => Random::new(7).bytes(len as usize),
            false => file.iter().rev().copied().cycle().take(len as usize).collect(),
        };
        for (piece, &place) in file.chunks(CLUSTER as usize).zip(places) {
            let at = (place * CLUSTER) as usize;
            disk[at..at + piece.len()].copy_from_slice(piece);
        }
        let registry = Registry::default();
        let index = registry.names().position(|name| name == format).unwrap();
        let oracle = registry.formats()[index].oracle().unwrap();
        let disk = disk.as_slice();
        let free = [Span { at: 0, len }];
        let guide = Guide { source: &disk, free: &free, cluster: CLUSTER, size: file.len() as u64 };
        let mut buffer = Buffer::default();
        buffer.allow(Some(64 << 20));
        let runs = guide.follow(oracle, places[0] * CLUSTER, &mut buffer)?;
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
            let found = follow(format, &sample.bytes, &places, true);
            assert_eq!(found.as_ref(), Some(&places), "{}", sample.path());
        }
    }

    #[test]
    fn what_does_not_come_to_its_end_is_nothing() {
        let sample = samples::all().into_iter().find(|one| one.format == "png").unwrap();
        let half = &sample.bytes[..sample.bytes.len() / 2];
        let places: Vec<u64> = (0..half.len().div_ceil(CLUSTER as usize) as u64).collect();
        assert_eq!(follow("png", half, &places, false), None);
    }
}
