//! The disk in a container, as a source.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::cache::{Cache, Claim};
use super::piece::{Layout, Packed, Piece, Stored};
use super::room::Room;
use crate::control::progress::Stop;
use crate::model::SpanSet;
use crate::source::definition::{Source, SourceKind};
use crate::source::fault::{Fault, joined};
use crate::source::unreadable::UnreadableRanges;

/// Threads that unpack for one read at the most.
const MOST_THREADS: usize = 8;

/// Bytes that are worth a thread of their own to unpack.
const THREAD_BYTES: usize = 512 << 10;

/// Pieces that are looked at for where a range of data ends; it may be told in two parts.
const MOST_AHEAD: usize = 1024;

/// A disk in a container, and the disks that it is a difference to.
///
/// What cannot be read, does not unpack or fails its checksum is zeros and unreadable, as a bad sector is. Blocks
/// are unpacked by the threads that ask for them; who wants one that another unpacks waits for it.
pub(super) struct ContainerImage {
    path: PathBuf,
    /// The disk, then its parent, and so on.
    layers: Vec<Box<dyn Layout>>,
    cache: Cache,
    unreadable: UnreadableRanges,
}

/// Where a byte of the disk is, and how far the answer holds.
struct Place {
    /// The number of the layer.
    layer: usize,
    /// The piece there, whole.
    piece: Piece,
    /// The first byte after those for which this is the answer.
    end: u64,
}

/// A part of a read whose bytes have to be unpacked.
struct Job<'o> {
    layer: usize,
    piece: Piece,
    packed: Packed,
    /// Where the part begins, from the start of the disk.
    at: u64,
    out: &'o mut [u8],
}

impl ContainerImage {
    /// The disk of the first of `layers`, of which there is at least one, opened by `path`.
    pub(super) fn new(path: &Path, layers: Vec<Box<dyn Layout>>) -> Self {
        let unreadable = UnreadableRanges::default();
        ContainerImage { path: path.to_path_buf(), layers, cache: Cache::new(), unreadable }
    }

    /// Where the byte at `at`, which lies inside the disk, is.
    fn place(&self, at: u64) -> Place {
        let mut end = self.len();
        for (layer, disk) in self.layers.iter().enumerate() {
            if at >= disk.len() {
                break;
            }
            let piece = disk.piece(at);
            debug_assert!(piece.at <= at && at < piece.end(), "{piece:?} does not hold {at:#x}");
            end = end.min(piece.end()).min(disk.len()).min(disk.reach(at)).max(at + 1);
            if piece.stored != Stored::Parent {
                return Place { layer, piece, end };
            }
        }
        // A parent that is shorter is followed by zeros.
        Place { layer: 0, piece: Piece { at, len: end - at, stored: Stored::Zero }, end }
    }

    fn read_plain(&self, place: &Place, (file, from): (usize, u64), at: u64, out: &mut [u8]) {
        let from = from.saturating_add(at - place.piece.at);
        let files = self.layers[place.layer].files();
        let there = files.len_of(file).saturating_sub(from).min(out.len() as u64);
        let (inside, after) = out.split_at_mut(there as usize);
        after.fill(0);
        self.unreadable.add(Span { at: at.saturating_add(there), len: after.len() as u64 });
        let Some(source) = files.get(file).filter(|_| there > 0) else { return };
        source.read_at(from, inside);
        let mut rest = Span { at: from, len: there };
        while let Some(bad) = source.unreadable_in(rest) {
            let bad = Span::between(bad.at.max(rest.at), bad.end().min(rest.end()));
            self.unreadable.add(Span { at: at + (bad.at - from), len: bad.len });
            rest = Span::between(bad.end(), rest.end());
        }
    }

    /// Unpacks the block of a job, and fills its part of it.
    fn unpack(&self, job: Job<'_>) {
        let Job { layer, piece, packed, at, out } = job;
        let span = Span { at, len: out.len() as u64 };
        let is_all = span.len == piece.len;
        let block = match self.cache.get_or_claim(layer, piece.at, !is_all) {
            Claim::Known(block) => block,
            Claim::Open(None) => {
                // All of it is wanted, and nobody will ask for it soon again.
                let _room = self.room(layer, &piece, false);
                if !self.layers[layer].unpack(&piece, &packed, out) {
                    out.fill(0);
                    self.unreadable.add(span);
                }
                return;
            }
            Claim::Open(Some(claimed)) => {
                let _room = self.room(layer, &piece, true);
                let mut bytes = vec![0; piece.len as usize];
                let is_whole = self.layers[layer].unpack(&piece, &packed, &mut bytes);
                let block = is_whole.then(|| Arc::new(bytes));
                claimed.keep(block.clone());
                block
            }
        };
        let from = (at - piece.at) as usize;
        match block.as_ref().and_then(|bytes| bytes.get(from..from + out.len())) {
            Some(bytes) => out.copy_from_slice(bytes),
            None => {
                out.fill(0);
                self.unreadable.add(span);
            }
        }
    }

    /// Room to unpack a piece, with or without what comes out.
    fn room(&self, layer: usize, piece: &Piece, has_out: bool) -> Option<Room> {
        let layer = &self.layers[layer];
        let out = if has_out { piece.len } else { 0 };
        let take = || Room::take(out.saturating_add(layer.needs(piece)));
        layer.files().is_bottom().then(take)
    }

    /// Unpacks all of `jobs`, by several threads where there is much to do.
    fn unpack_all(&self, jobs: Vec<Job<'_>>) {
        let bytes: usize = jobs.iter().map(|job| job.out.len()).sum();
        let cores = thread::available_parallelism().map_or(1, Into::into);
        let threads = cores.min(MOST_THREADS).min(jobs.len()).min(bytes / THREAD_BYTES);
        if threads < 2 {
            return jobs.into_iter().for_each(|job| self.unpack(job));
        }
        let jobs = Mutex::new(jobs.into_iter());
        let work = || {
            // The lock is held for as long as it takes to fetch one.
            let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
            while let Some(job) = next() {
                self.unpack(job);
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                // Without another thread the work takes longer, and that is all.
                thread::Builder::new().spawn_scoped(scope, work).ok();
            }
            work();
        });
    }

    /// What of the disk lies as it is in unreadable parts of its files, in `span`: at most `most` ranges.
    fn unreadable_plain(&self, span: Span, most: usize) -> Vec<Span> {
        let mut found = Vec::new();
        let mut files = self.layers.iter().flat_map(|layer| layer.files().all());
        if files.all(|file| file.unreadable_in(Span { at: 0, len: file.len() }).is_none()) {
            return found;
        }
        let (mut at, end) = (span.at, span.end().min(self.len()));
        while at < end && found.len() < most {
            let place = self.place(at);
            if let Stored::Plain { file, at: from } = place.piece.stored
                && let Some(source) = self.layers[place.layer].files().get(file)
            {
                let from = from.saturating_add(at - place.piece.at);
                let mut rest = Span { at: from, len: place.end.min(end) - at };
                while let Some(bad) = source.unreadable_in(rest) {
                    let bad = Span::between(bad.at.max(rest.at), bad.end().min(rest.end()));
                    found.push(Span { at: at + (bad.at - from), len: bad.len });
                    rest = Span::between(bad.end(), rest.end());
                }
            }
            at = place.end;
        }
        found
    }

    /// Whether there is nothing to read in a place from `at` on, and how far that is known: nothing was written there, or
    /// nobody can tell what, which makes it unreadable: a disk may be said to be of any length. `data` is what was last
    /// found out about sparse holes of a file.
    fn is_hole(&self, place: &Place, at: u64, data: &mut Option<(usize, Span)>) -> (bool, u64) {
        let lost = || {
            self.unreadable.add(Span::between(at, place.end));
            (true, place.end)
        };
        let (file, from) = match place.piece.stored {
            Stored::Plain { file, at: from } => (file, from),
            Stored::Zero | Stored::Parent => return (true, place.end),
            Stored::Packed(_) => return (false, place.end),
            Stored::Lost => return lost(),
        };
        let from = from.saturating_add(at - place.piece.at);
        let source = self.layers[place.layer].files().get(file);
        let Some(source) = source.filter(|source| from < source.len()) else { return lost() };
        let known =
            data.filter(|(known, span)| *known == file && span.at <= from && from < span.end());
        let span = match known {
            Some((_, span)) => span,
            None => source.data_after(from).unwrap_or(Span { at: source.len(), len: 0 }),
        };
        *data = Some((file, span));
        match span.at.saturating_sub(from) {
            0 => (false, place.end.min(at.saturating_add(span.end() - from))),
            hole => (true, place.end.min(at.saturating_add(hole))),
        }
    }
}

impl Bytes for ContainerImage {
    fn len(&self) -> u64 {
        self.layers.first().map_or(0, |disk| disk.len())
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let end = at.checked_add(len as u64).filter(|end| *end <= self.len() && len > 0)?;
        let first = self.place(at);
        let Stored::Plain { file, at: from } = first.piece.stored else { return None };
        let from = from.checked_add(at - first.piece.at)?;
        let mut reach = first.end;
        while reach < end {
            // Pieces that follow one another in the file as they do in the disk.
            let next = self.place(reach);
            let expected = from.checked_add(reach - at)?.checked_sub(reach - next.piece.at)?;
            let follows = next.layer == first.layer
                && next.piece.stored == Stored::Plain { file, at: expected };
            reach = if follows { next.end } else { return None };
        }
        self.layers[first.layer].files().get(file)?.mapped(from, len)
    }

    fn read_at(&self, mut at: u64, out: &mut [u8]) {
        let inside = self.len().saturating_sub(at).min(out.len() as u64);
        let (mut rest, after) = out.split_at_mut(inside as usize);
        after.fill(0);
        let mut jobs = Vec::new();
        while !rest.is_empty() {
            let place = self.place(at);
            let here = (place.end - at).min(rest.len() as u64) as usize;
            let (out, later) = rest.split_at_mut(here);
            let Place { layer, piece, .. } = place;
            match piece.stored {
                Stored::Plain { file, at: from } => self.read_plain(&place, (file, from), at, out),
                Stored::Packed(packed) => jobs.push(Job { layer, piece, packed, at, out }),
                Stored::Zero | Stored::Parent => out.fill(0),
                Stored::Lost => {
                    self.unreadable.add(Span { at, len: here as u64 });
                    out.fill(0);
                }
            }
            at += here as u64;
            rest = later;
        }
        self.unpack_all(jobs);
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        let own = self.unreadable.first_in(span);
        let plain = self.unreadable_plain(span, 1).into_iter().next();
        own.into_iter().chain(plain).min_by_key(|bad| bad.at)
    }
}

impl Source for ContainerImage {
    fn path(&self) -> &Path {
        &self.path
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Image
    }

    fn sector_size(&self) -> u32 {
        self.layers.first().map_or(crate::source::SECTOR_SIZE, |disk| disk.sector_size())
    }

    fn unreadable(&self) -> Vec<Span> {
        let mut all: SpanSet = self.unreadable.list().into();
        all.extend(self.unreadable_plain(Span { at: 0, len: self.len() }, usize::MAX));
        all.into()
    }

    fn data_after(&self, mut at: u64) -> Option<Span> {
        let (mut start, mut data) = (None, None);
        while at < self.len() {
            let (is_hole, end) = self.is_hole(&self.place(at), at, &mut data);
            match (is_hole, start) {
                (true, None) => {}
                (true, Some(_)) | (false, Some((_, MOST_AHEAD))) => break,
                (false, None) => start = Some((at, 0)),
                (false, Some((first, count))) => start = Some((first, count + 1)),
            }
            at = end;
        }
        start.map(|(first, _)| Span::between(first, at))
    }

    fn bytes_read(&self) -> u64 {
        let files = self.layers.iter().flat_map(|layer| layer.files().all());
        files.map(|file| file.bytes_read()).sum()
    }

    fn has_changed(&self) -> bool {
        self.layers.iter().flat_map(|layer| layer.files().all()).any(|file| file.has_changed())
    }

    fn is_gone(&self) -> bool {
        self.layers.iter().flat_map(|layer| layer.files().all()).any(|file| file.is_gone())
    }

    fn fault(&self) -> Option<Fault> {
        self.layers.iter().flat_map(|layer| layer.files().all()).find_map(|file| file.fault())
    }

    fn version(&self) -> Option<String> {
        let files = self.layers.iter().flat_map(|layer| layer.files().all());
        joined(files.map(|file| file.version()))
    }

    fn parts(&self) -> Vec<PathBuf> {
        self.layers.first().map_or_else(Vec::new, |layer| layer.files().paths().collect())
    }

    fn files(&self) -> Vec<PathBuf> {
        self.layers.iter().flat_map(|layer| layer.files().paths()).collect()
    }

    fn container(&self) -> Option<&'static str> {
        self.layers.first().map(|layer| layer.name())
    }

    fn container_fault(&self) -> Option<&'static str> {
        // Also of what it lies in, and of the parents.
        let inner =
            |layer: &dyn Layout| layer.files().all().iter().find_map(|file| file.container_fault());
        self.layers.iter().find_map(|layer| layer.fault().or_else(|| inner(layer.as_ref())))
    }

    fn heed(&mut self, stop: &Stop) {
        let layers = self.layers.iter_mut();
        let files = layers.flat_map(|layer| layer.files_mut().all_mut());
        files.for_each(|file| file.heed(stop));
    }
}
