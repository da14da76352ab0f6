//! What of a device is worth most, as far as its file systems tell: read first, or alone.

mod recorder;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::formats::{Registry, is_photo_extension};
use crate::model::SpanSet;
use crate::volumes::filesystem::{Entry, Location};
use crate::volumes::survey::{Survey, Volume};
use recorder::Recorder;

/// Which part of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// All but what its file systems know to be free.
    Used,
    /// What its file systems know to be free: deleted files lie there.
    Free,
    /// What its file systems are made of, and clusters of photos and videos, deleted or not.
    Photos,
}

/// What of a device lies where, as far as its file systems tell.
#[derive(Debug)]
pub struct Priorities {
    len: u64,
    /// What was read to know the rest.
    structures: SpanSet,
    /// Clusters of photos and videos that are deleted.
    deleted: SpanSet,
    /// Clusters of photos and videos that are still there.
    live: SpanSet,
    /// What is known to be free.
    free: SpanSet,
    /// How many volumes tell of it.
    volumes: usize,
}

impl Priorities {
    /// Asks the file systems on `bytes`. Photos are told by their extensions: those of `registry`, and those
    /// of other photo formats.
    pub fn of(bytes: &dyn Bytes, registry: &Registry) -> Self {
        let recorder = Recorder::new(bytes);
        let survey = Survey::of(&recorder);
        let told = Self::told_by(&survey, bytes.len(), registry);
        Priorities { structures: recorder.read(), ..told }
    }

    /// What a survey of a device of `len` bytes tells; what was read to make it is not among it.
    pub fn told_by(survey: &Survey, len: u64, registry: &Registry) -> Self {
        let is_photo = |entry: &Entry| {
            let extension = entry.extension();
            registry.has_extension(extension) || is_photo_extension(extension)
        };
        let clusters = |deleted: bool| -> SpanSet {
            let photos = survey.entries().filter(|(.., entry)| is_photo(entry));
            let photos = photos.filter(|(.., entry)| entry.deleted == deleted);
            photos.flat_map(|(_, volume, entry)| clusters(volume, entry)).collect()
        };
        let trusted = survey.volumes.iter().filter(|volume| volume.is_trusted());
        let free = trusted.flat_map(|volume| volume.contents.free.iter().flat_map(SpanSet::iter));
        Priorities {
            len,
            structures: SpanSet::default(),
            deleted: clusters(true),
            live: clusters(false),
            free: free.collect(),
            volumes: survey.volumes.len(),
        }
    }

    /// How many volumes tell of it; without one, nothing is known.
    pub fn volumes(&self) -> usize {
        self.volumes
    }

    /// The ranges that hold `content`, by whole `sector`s of bytes.
    pub fn of_content(&self, content: Content, sector: u64) -> SpanSet {
        match content {
            Content::Used => self.whole().outside(&self.free),
            Content::Free => self.free.clone(),
            Content::Photos => {
                let all = [&self.structures, &self.deleted, &self.live].into_iter();
                aligned(all.flat_map(SpanSet::iter), sector, self.len)
            }
        }
    }

    /// All of the device, that first which matters most: file systems, photos that are deleted, photos that
    /// are still there, free clusters, and the rest; by whole `sector`s, each once.
    pub fn photos_first(&self, sector: u64) -> Vec<SpanSet> {
        let mut taken = SpanSet::default();
        let whole = self.whole();
        let ranked = [&self.structures, &self.deleted, &self.live, &self.free, &whole];
        let mut order = Vec::with_capacity(ranked.len());
        for set in ranked {
            let fresh = aligned(set.iter(), sector, self.len).outside(&taken);
            taken = taken.iter().chain(fresh.iter()).collect();
            order.push(fresh);
        }
        order.retain(|set| !set.is_empty());
        order
    }

    fn whole(&self) -> SpanSet {
        vec![Span { at: 0, len: self.len }].into()
    }
}

/// Whole clusters that the file of an entry takes, as recorded; without a record of them, those that follow
/// its first one.
fn clusters(volume: &Volume, entry: &Entry) -> Vec<Span> {
    let (inside, cluster) = (volume.contents.span, volume.contents.cluster_len.max(1));
    let whole = |at: u64, len: u64| {
        let len = len.div_ceil(cluster).saturating_mul(cluster);
        let (at, end) = (at.max(inside.at), at.saturating_add(len).min(inside.end()));
        (at < end).then(|| Span::between(at, end))
    };
    let runs = |location: &Location| match location {
        Location::Runs(runs) => runs.clone(),
        Location::Start(at) => vec![Span { at: *at, len: entry.size }],
    };
    let runs = entry.locations.iter().flat_map(runs);
    runs.filter_map(|run| whole(run.at, run.len)).collect()
}

/// The same ranges by whole `sector`s, below `len`.
fn aligned(spans: impl Iterator<Item = Span>, sector: u64, len: u64) -> SpanSet {
    let sector = sector.max(1);
    let whole = |span: Span| {
        let end = span.end().div_ceil(sector).saturating_mul(sector).min(len);
        let at = span.at / sector * sector;
        (at < end).then(|| Span::between(at, end))
    };
    spans.filter_map(whole).collect()
}

#[cfg(test)]
mod tests;
