//! What a worker does with a chunk: find candidates, measure what begins there, keep what is sound.

use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Buffer, Bytes, Runs, View};

use super::budget::{Budget, CandidatePlace, REGION};
use super::plan::Scan;
use super::reader::{Chunk, Reader};
use super::recent::RecentFiles;
use super::region::{self, Candidate, Region};
use super::samples;
use super::window::Window;
use crate::carve::{Found, enclose, note_change, note_changes};
use crate::control::error::Error;
use crate::control::metrics::Stage;
use crate::ledger::{Batch, ChunkLine};
use crate::model::{End, Grade, Record};
use crate::options::Sighting;
use crate::scan::{Hit, PackedHead, packed_heads, tiles};
use crate::source::{Source, Witness};
use crate::volumes::traces::{self, Trace};

/// What all workers of a scan share.
pub(super) struct Worker<'w> {
    pub(super) scan: &'w Scan<'w>,
    pub(super) source: &'w dyn Source,
    /// Position of the source on the command line.
    pub(super) index: u32,
    pub(super) window: &'w Window<'w>,
    pub(super) recent: &'w RecentFiles,
}

/// So many footers of one region are asked where their trailers begin: no card has more. Of a region and not of a
/// chunk, so that which are asked does not depend on where chunks are cut.
const MOST_FOOTERS: usize = 64;

/// What a look at every byte of a chunk gives.
struct Looked {
    hits: Vec<Hit>,
    /// Where deflated members may begin, where they are looked for.
    heads: Vec<PackedHead>,
    traces: Vec<Trace>,
    /// Where trailers may lie whose footers were seen.
    trailers: Vec<Span>,
    /// Bytes in blocks of one value.
    erased: u64,
}

impl<'w> Worker<'w> {
    /// What reads the chunks.
    pub(super) fn reader(&self) -> Reader<'w, 'w> {
        let Scan { cut, todo, first, last, progress, .. } = *self.scan;
        Reader { source: self.source, window: self.window, cut, todo, first, last, progress }
    }

    /// Scans and carves one chunk. What was found before a failure of the output is in the batch.
    pub(super) fn scan(&self, chunk: &Chunk<'_>) -> (Batch, Result<(), Error>) {
        let progress = self.scan.progress;
        let own = chunk.own.clone();
        let len = own.len() as u64;
        let Looked { hits, heads, traces, trailers, erased } =
            self.scan.metrics.time(Stage::Match, len, || self.look(chunk, own.clone()));
        // What was looked at after the stop, or after the device was gone, may be zeros.
        let is_looked_at = !progress.is_over() && !self.is_lost(chunk, &own);
        let (mut batch, mut buffer) = (Batch::default(), Buffer::default());
        let (mut left_out, mut outcome) = (0, Ok(()));
        let mut done = if is_looked_at { own.end } else { own.start };
        let hits = if is_looked_at { hits } else { Vec::new() };
        for hits in region::split(&hits, chunk.at) {
            if hits[0].at >= own.end {
                break;
            }
            let mut passed_over = 0;
            if !progress.stopped() {
                let region =
                    Region::glance(self.scan.carver, self.window, hits, chunk.at, &mut buffer);
                let carved = self.carve(&region, &mut batch);
                outcome = carved.map(|more| passed_over = region.left_out + more);
            }
            if progress.stopped() || outcome.is_err() || self.source.is_gone() {
                done = self.region_start(chunk, hits[0].at, &own);
                break;
            }
            left_out += passed_over;
        }
        let heads = if is_looked_at { heads } else { Vec::new() };
        let region = |head: &PackedHead| (chunk.at + head.at as u64) / REGION;
        for heads in heads.chunk_by(|one, next| region(one) == region(next)) {
            if outcome.is_err() || heads[0].at >= done {
                break;
            }
            match self.unpack(chunk.at, heads, &mut batch) {
                Ok(more) => left_out += more,
                Err(error) => outcome = Err(error),
            }
            if progress.stopped() || outcome.is_err() || self.source.is_gone() {
                done = self.region_start(chunk, heads[0].at, &own);
            }
        }
        let (traces, trailers, erased) = if done < own.end {
            // What is counted is counted again when the rest of the chunk is scanned.
            let Looked { traces, trailers, erased, .. } = self.look_again(chunk, own.start..done);
            (traces, trailers, erased)
        } else {
            (traces, trailers, erased)
        };
        let span = Span::between(chunk.at + own.start as u64, chunk.at + done as u64);
        let unreadable = self.unreadable(span);
        let bytes = (chunk.at, chunk.bytes());
        let samples = samples::taken(self.scan.samples, bytes, span, &unreadable);
        batch.close(ChunkLine {
            source: self.index,
            span: (span.at, span.len),
            erased,
            left_out,
            unreadable,
            traces,
            trailers,
            samples,
        });
        progress.scanned.fetch_add(span.len, Relaxed);
        (batch, outcome)
    }

    /// Where the region of the byte `at` of a chunk begins in it: it counts as not scanned, and what was found in it is
    /// kept.
    fn region_start(&self, chunk: &Chunk<'_>, at: usize, own: &Range<usize>) -> usize {
        let region = (chunk.at + at as u64) / REGION * REGION;
        (region.saturating_sub(chunk.at) as usize).max(own.start)
    }

    /// Whether some of a chunk was not there any more when it was read or looked at.
    fn is_lost(&self, chunk: &Chunk<'_>, own: &Range<usize>) -> bool {
        let span = Span { at: chunk.at + own.start as u64, len: own.len() as u64 };
        self.source.is_gone() && self.source.unreadable_in(span).is_some()
    }

    /// Looks at every byte, until the stop.
    fn look(&self, chunk: &Chunk<'_>, own: Range<usize>) -> Looked {
        self.look_until(chunk, own, || self.scan.progress.is_over())
    }

    /// Looks at what was looked at before, and is in memory since then.
    fn look_again(&self, chunk: &Chunk<'_>, own: Range<usize>) -> Looked {
        self.look_until(chunk, own, || false)
    }

    fn look_until(
        &self,
        chunk: &Chunk<'_>,
        own: Range<usize>,
        is_over: impl Fn() -> bool,
    ) -> Looked {
        let (mut hits, mut traces, mut erased) = (Vec::new(), Vec::new(), 0);
        for tile in tiles(own.clone()) {
            if is_over() {
                break;
            }
            erased += self.scan.matcher.scan(chunk.bytes(), tile.clone(), &mut hits);
            if self.scan.traces {
                traces::look(chunk.bytes(), chunk.at, tile, &mut traces);
            }
        }
        let trailers = self.trailers(chunk.at, &hits);
        let heads = match self.scan.archives {
            true => packed_heads(chunk.bytes(), own.clone()),
            false => Vec::new(),
        };
        let end = (own.end + region::NEAR as usize).min(chunk.bytes().len());
        self.scan.matcher.scan(chunk.bytes(), own.end..end, &mut hits);
        hits.retain(|hit| self.scan.matcher.footer(hit).is_none());
        Looked { hits, heads, traces, trailers, erased }
    }

    /// Where the trailers may lie whose footers are among the hits of a chunk that begins at `start`.
    fn trailers(&self, start: u64, hits: &[Hit]) -> Vec<Span> {
        let bytes: &dyn Bytes = self.window;
        let (runs, mut buffer) = (Runs::whole(0, bytes.len()), Buffer::default());
        let footers = hits.iter().filter_map(|hit| Some((hit, self.scan.matcher.footer(hit)?)));
        let footers: Vec<_> = footers.collect();
        let region = |hit: &Hit| (start + hit.at as u64) / REGION;
        let mut found: Vec<Span> = footers
            .chunk_by(|(one, _), (next, _)| region(one) == region(next))
            .flat_map(|footers| footers.iter().take(MOST_FOOTERS))
            .flat_map(|(hit, footer)| {
                let mut view = View::new(bytes, &runs, &mut buffer);
                footer.trailers(&mut view, start + hit.at as u64)
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What of a range could not be read.
    fn unreadable(&self, span: Span) -> Vec<Span> {
        let (mut found, mut at) = (Vec::new(), span.at);
        while let Some(one) = self.source.unreadable_in(Span::between(at, span.end())) {
            found.push(Span::between(one.at.max(span.at), one.end().min(span.end())));
            at = one.end();
        }
        found
    }

    /// Carves the candidates of one region; tells how many were left out.
    fn carve(&self, region: &Region, batch: &mut Batch) -> Result<u64, Error> {
        let (mut buffer, mut left_out) = (Buffer::default(), 0);
        let mut budget = Budget::default();
        let is_written_to = self.source.has_changed();
        for Candidate { offset, formats, is_dense } in &region.candidates {
            if self.scan.progress.stopped() {
                break;
            }
            let format = formats.first().copied().unwrap_or(usize::MAX);
            let asked = CandidatePlace { offset: *offset, is_dense: *is_dense, format };
            let Some(allowance) = budget.allowance(asked) else {
                left_out += 1;
                continue;
            };
            let witness = Witness::new(self.window, is_written_to);
            let (mut found, mut is_listed, mut most) = (Vec::new(), false, None);
            for step in allowance.steps() {
                most = (step < u64::MAX).then_some(step);
                buffer.allow(most);
                let read;
                (found, read) = self.measure(&witness, *offset, formats, &mut buffer);
                is_listed = budget.charge(asked, read, found.first().map(|file| &file.record));
                if !buffer.is_spent() {
                    break;
                }
            }
            if buffer.is_spent() || !is_listed {
                left_out += 1;
                continue;
            }
            enclose(&witness, &mut found);
            let mut outcome = self.digest(&mut found, &witness);
            if self.is_doubtful(&found, &witness) {
                buffer.allow(most);
                let again = self.once_more(found, &witness, (*offset, formats), &mut buffer);
                outcome = outcome.and(again.1);
                found = again.0;
            }
            // What was read after the stop, or of a device that is gone, may be zeros, here as well as in what
            // was measured.
            if self.scan.progress.is_over() || self.source.is_gone() {
                break;
            }
            self.add(&found, batch);
            outcome?;
        }
        Ok(left_out)
    }

    /// Measures what begins at `offset`; tells how many bytes were asked for.
    fn measure(
        &self,
        witness: &Witness<'_>,
        offset: u64,
        formats: &[usize],
        buffer: &mut Buffer,
    ) -> (Vec<Found>, u64) {
        self.scan.metrics.measure(Stage::Measure, || {
            let before = buffer.lent();
            let found = self.scan.carver.carve(self.index, witness, offset, formats, buffer);
            let read = buffer.lent() - before;
            ((found, read), read)
        })
    }

    /// Whether what was found may be other bytes than were measured.
    fn is_doubtful(&self, found: &[Found], witness: &Witness<'_>) -> bool {
        // Somebody may have begun to write to the image in between.
        let is_new = || !witness.is_written_to() && self.source.has_changed();
        !found.is_empty() && (witness.has_changed() || is_new())
    }

    /// Measures and keeps once more what the source may have told in two ways. What it tells in two ways again
    /// is damaged.
    fn once_more(
        &self,
        mut first: Vec<Found>,
        witness: &Witness<'_>,
        (offset, formats): (u64, &[usize]),
        buffer: &mut Buffer,
    ) -> (Vec<Found>, Result<(), Error>) {
        let again = Witness::new(self.window, self.source.has_changed());
        let (mut found, _) = self.measure(&again, offset, formats, buffer);
        enclose(&again, &mut found);
        let outcome = self.digest(&mut found, &again);
        if found.is_empty() || buffer.is_spent() {
            if witness.is_written_to() {
                note_changes(&mut first, witness);
            } else {
                // What it lent was not remembered: it is not known where it changed.
                first.iter_mut().for_each(|file| note_change(&mut file.record, 0));
            }
            return (first, outcome);
        }
        note_changes(&mut found, &again);
        (found, outcome)
    }

    /// Adds what was found at one offset to the batch, and counts it.
    pub(super) fn add(&self, found: &[Found], batch: &mut Batch) {
        let Some(first) = found.first().map(|file| &file.record) else { return };
        if self.is_wanted(first) && !self.recent.hold(first.offset()) {
            let format = self.scan.carver.registry.name(usize::from(first.format));
            self.scan.progress.count(format);
            self.show(first, found);
        }
        if first.is_sound() {
            let start = first.offset();
            self.recent.add(start, start.saturating_add(first.source_len()));
        }
        batch.add(found);
    }

    /// Shows a photo to whoever watches the scan.
    fn show(&self, record: &Record, found: &[Found]) {
        let Some(watcher) = self.scan.watcher else { return };
        let offset = record.offset();
        let is_live = self.scan.live.is_some_and(|live| live.holds(offset));
        let inside = found.iter().skip(1).map(|file| &file.record);
        let mut sighting = Sighting::of(record, inside, is_live);
        if let Some((path, size)) = self.scan.paths.get(&offset) {
            sighting.note_path(path, *size);
        }
        watcher.see(sighting);
    }

    pub(super) fn is_wanted(&self, record: &Record) -> bool {
        self.scan.wanted.get(usize::from(record.format)).copied().unwrap_or(false)
    }

    /// The digests of what was found at one offset. Content is stored while the scan runs when it is sound:
    /// beginnings and guesses wait until claims have settled how long they are, so that they cannot fill
    /// the disk before sound photos do.
    ///
    /// What lies inside another file is most likely a part of it: of a mapped source it can be read again in
    /// the rare case that claims decide otherwise.
    fn digest(&self, found: &mut [Found], witness: &Witness<'_>) -> Result<(), Error> {
        let Some((file, inside)) = found.split_first_mut() else { return Ok(()) };
        let (start, keeper) = (file.record.offset(), &self.scan.keeper);
        let is_inner = self.recent.hold(start);
        // A list of digests may tell that it is a photo of its own.
        let may_wait = is_inner && self.window.is_mapped() && keeper.lists.is_none();
        if !self.is_wanted(&file.record) || may_wait {
            return Ok(());
        }
        witness.only_compare();
        let is_live = self.scan.live.is_some_and(|live| live.holds(start));
        let (may_keep, was_settled) = (!is_live && !is_inner, is_settled(&file.record));
        let mut outcome = if was_settled && may_keep {
            keeper.keep(witness, &mut file.record)
        } else {
            keeper.digest(witness, &mut file.record);
            Ok(())
        };
        // Whatever it lies in: which files are known by now depends on threads, chunks and shards.
        let is_new = keeper.seek_end(witness, &mut file.record);
        if outcome.is_ok() && may_keep && file.record.is_listed_whole() && (is_new || !was_settled)
        {
            outcome = keeper.keep(witness, &mut file.record);
        }
        inside.iter_mut().for_each(|file| keeper.digest(witness, &mut file.record));
        outcome
    }
}

/// Whether a file is most likely what will be written in the end. Of a failing device nothing is read twice.
pub(super) fn is_settled(record: &Record) -> bool {
    record.is_sound() || record.grade == Grade::Damaged && record.end == End::Exact
}
