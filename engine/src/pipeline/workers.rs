//! The scan of one source: the only module that starts threads.
//!
//! One thread reads chunks in order. Rayon workers scan them and carve what begins in them. No
//! pool thread ever waits for another: permits bound how many chunks are on their way, and the
//! reader alone waits for them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::thread;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Buffer, Bytes};
use crossbeam_channel::{Sender, bounded};
use rayon::ThreadPool;

use crate::carve::{Carver, Found};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::ledger::content::Content;
use crate::ledger::store::Store;
use crate::metrics::{Account, Stage};
use crate::model::digest::{Algorithm, Digests, Hasher};
use crate::output::report::{End, Grade};
use crate::pipeline::budget::{self, Budget};
use crate::pipeline::reader::{Chunk, Cut, Reader, Sink};
use crate::pipeline::region::{self as parcel, Candidate, Parcel};
use crate::pipeline::window::Window;
use crate::progress::Progress;
use crate::scan::{self, Matcher};
use crate::source::Source;
use crate::volumes::live_map::Owners;
use crate::volumes::traces::{self, Trace, Traces};

/// Chunks on their way for each worker: one in work, one waiting.
const PERMITS_A_WORKER: usize = 2;

/// What a scan needs beside its source.
pub struct Scan<'a> {
    /// Finds where files may begin.
    pub matcher: &'a Matcher,
    /// Measures what begins there.
    pub carver: &'a Carver<'a>,
    /// Takes content; nothing is kept without it.
    pub store: Option<&'a Store>,
    /// Digests beside BLAKE3.
    pub hashes: &'a [Algorithm],
    /// The longest file that the disk of the output takes.
    pub longest: u64,
    /// Which formats (by position in the registry) are asked for.
    pub wanted: &'a [bool],
    /// Takes records.
    pub ledger: &'a Mutex<Ledger>,
    /// Where the cost of each stage is added.
    pub account: &'a Account,
    /// Shows how far the scan is, and stops it.
    pub progress: &'a Progress,
    /// The workers.
    pub pool: &'a ThreadPool,
    /// Which part of the source, in which chunks.
    pub cut: Cut,
    /// What is scanned last, as stretches in order and apart.
    pub last: &'a [Span],
    /// What is still there and is not to be written, where that is known.
    pub left: Option<&'a Owners<'a>>,
    /// Whether traces of file systems are looked for.
    pub traces: bool,
    /// Hashes the whole source on the way.
    pub hasher: Option<Hasher>,
}

/// What a scan says of its source.
#[derive(Debug, Default)]
pub struct Scanned {
    /// Bytes in constant blocks and in holes.
    pub erased: u64,
    /// Places that were not looked at, or not to the end of what begins there, since too many near them
    /// led nowhere; and what was found in crowds of them that shows nothing.
    pub left_out: u64,
    /// Traces of file systems, by their place.
    pub traces: Vec<Trace>,
    /// Whether the scan came to its end.
    pub complete: bool,
    /// Digests of the whole source, where they were asked for and it was read to the end.
    pub digests: Option<Digests>,
}

/// What all chunks add to.
#[derive(Default)]
struct Totals {
    erased: AtomicU64,
    left_out: AtomicU64,
    traces: Mutex<Traces>,
}

impl Totals {
    fn add(&self, traces: &[Trace]) {
        if !traces.is_empty() {
            self.traces.lock().unwrap_or_else(PoisonError::into_inner).add(traces);
        }
    }
}

impl Scan<'_> {
    /// Scans `source`, the `index`-th of the command line.
    ///
    /// # Errors
    ///
    /// The first failure of the output; what was found before it is in the ledger.
    pub fn run(mut self, source: &dyn Source, index: u32) -> Result<Scanned, Error> {
        let window = Window::new(source, self.cut.chunk_len, self.cut.overlap, self.account);
        let failure = Mutex::new(None);
        let totals = Totals::default();
        let near = Near::default();
        let permits = self.pool.current_num_threads() * PERMITS_A_WORKER + 1;
        let (give_back, permit) = bounded(permits);
        let (send, chunks) = bounded(permits);
        for _ in 0..permits {
            give_back.send(()).expect("the channel has room for every permit");
        }
        let mut hasher = self.hasher.take();
        let scan = &self;
        let (holes, complete) = thread::scope(|threads| {
            let (window, hasher) = (&window, &mut hasher);
            let reader = threads.spawn(move || {
                let Scan { cut, last, progress, .. } = *scan;
                let reader = Reader { source, window, cut, last, progress };
                reader.read(hasher.as_mut(), &Permitted { send, permit })
            });
            // In place: this loop waits on the caller's thread, not on a thread of the pool.
            scan.pool.in_place_scope(|workers| {
                for chunk in chunks {
                    let done = Permit(give_back.clone());
                    let (failure, totals, near) = (&failure, &totals, &near);
                    workers.spawn(move |_| {
                        let _done = done;
                        scan.chunk(index, window, &chunk, near, totals, failure);
                    });
                }
            });
            reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(Scanned {
                erased: totals.erased.into_inner() + holes,
                left_out: totals.left_out.into_inner(),
                traces: totals.traces.into_inner().unwrap_or_else(PoisonError::into_inner).sorted(),
                complete: complete && !self.progress.stopped(),
                digests: hasher.filter(|_| complete).map(Hasher::finish),
            }),
        }
    }

    /// Scans and carves one chunk.
    fn chunk(
        &self,
        index: u32,
        window: &Window<'_>,
        chunk: &Chunk<'_>,
        near: &Near,
        totals: &Totals,
        failure: &Mutex<Option<Error>>,
    ) {
        let mut hits = Vec::new();
        let before = self.cut.start.saturating_sub(chunk.at) as usize;
        let own = before.min(chunk.own)..chunk.own;
        let len = own.len() as u64;
        let find = || {
            let (mut traces, mut erased) = (Vec::new(), 0);
            for tile in scan::tiles(own.clone()) {
                erased += self.matcher.scan(chunk.bytes(), tile.clone(), &mut hits);
                if self.traces {
                    traces::look(chunk.bytes(), chunk.at, tile, &mut traces);
                }
            }
            totals.add(&traces);
            let end = (own.end + parcel::NEAR as usize).min(chunk.bytes().len());
            self.matcher.scan(chunk.bytes(), own.end..end, &mut hits);
            erased
        };
        totals.erased.fetch_add(self.account.time(Stage::Match, len, find), Relaxed);
        let mut buffer = Buffer::default();
        for hits in parcel::split(&hits, chunk.at) {
            if self.progress.stopped() || hits[0].at >= own.end {
                break;
            }
            let parcel = Parcel::glance(self.carver, window, (hits, chunk.at), &mut buffer);
            let left_out = parcel.left_out + self.parcel(index, window, &parcel, near, failure);
            totals.left_out.fetch_add(left_out, Relaxed);
        }
        self.progress.scanned.fetch_add(own.len() as u64, Relaxed);
    }

    /// Carves the candidates of one parcel; tells how many were left out.
    fn parcel(
        &self,
        index: u32,
        window: &Window<'_>,
        parcel: &Parcel,
        near: &Near,
        failure: &Mutex<Option<Error>>,
    ) -> u64 {
        let (mut buffer, mut left_out) = (Buffer::default(), 0);
        let mut budget = Budget::default();
        for Candidate { offset, formats, crowded } in &parcel.candidates {
            if self.progress.stopped() {
                break;
            }
            let Some(allowance) = budget.allowance(*offset, *crowded) else {
                left_out += 1;
                continue;
            };
            buffer.allow((allowance < u64::MAX).then_some(allowance));
            let (found, read) = self.account.measure(Stage::Measure, || {
                let before = buffer.lent();
                let found = self.carver.carve(index, window, *offset, formats, &mut buffer);
                let read = buffer.lent() - before;
                ((found, read), read)
            });
            budget.charge(*offset, *crowded, read, found.first().map(|file| &file.record));
            let first = found.first().map(|file| &file.record);
            if buffer.is_spent() || *crowded && first.is_some_and(budget::is_scrap) {
                left_out += 1;
                continue;
            }
            if let Err(error) = self.keep(window, near, found) {
                failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                self.progress.stop();
            }
        }
        left_out
    }

    /// Hashes and stores what was found at one offset, and adds it to the ledger.
    fn keep(&self, bytes: &dyn Bytes, near: &Near, mut found: Vec<Found>) -> Result<(), Error> {
        let Some(first) = found.first() else { return Ok(()) };
        let (start, len) = (first.record.offset(), first.record.source_len());
        let wanted = self.wanted.get(first.format).copied().unwrap_or(false);
        // What lies inside another file is most likely a part of it: it can be read again in the
        // rare case that claims decide otherwise.
        let inner = near.holds(start);
        if first.is_sound() {
            near.add(start, start.saturating_add(len));
        }
        let mut outcome = Ok(());
        if wanted && !inner {
            self.progress.count(self.carver.registry.name(first.format));
            for (position, file) in found.iter_mut().enumerate() {
                let store = self.store.filter(|_| position == 0 && self.is_kept_early(file));
                if let Err(error) = file.digest(bytes, self.hashes, store, self.account) {
                    outcome = Err(error);
                    break;
                }
            }
        }
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.add(found);
        outcome.and_then(|()| ledger.spill())
    }

    /// Whether content is written while the scan runs. Beginnings and guesses wait until claims
    /// have settled how long they are, so that they cannot fill the disk before sound photos do.
    fn is_kept_early(&self, file: &Found) -> bool {
        let is_left = self.left.is_some_and(|left| left.at(file.record.offset()).is_some());
        file.is_sound() && !is_left && file.record.source_len() <= self.longest
    }
}

impl Found {
    /// Whether the file is whole as far as its format can tell.
    fn is_sound(&self) -> bool {
        let file = &self.record.file;
        file.grade >= Grade::Structural && file.end == End::Exact
    }

    /// Computes the digests, and stores the content where there is a store for it.
    pub(crate) fn digest(
        &mut self,
        bytes: &dyn Bytes,
        algorithms: &[Algorithm],
        store: Option<&Store>,
        account: &Account,
    ) -> Result<(), Error> {
        let (runs, fill) = self.record.content();
        let content = Content { runs: &runs, fill: &fill };
        let digests = match store {
            Some(store) => store.keep(bytes, &content, algorithms, account)?,
            None => account
                .time(Stage::Hash, self.record.file.size, || content.digests(bytes, algorithms)),
        };
        self.hash = Some(digests.blake3);
        self.record.set_digests(digests);
        Ok(())
    }
}

/// The chunks' channel, with a permit taken for each.
struct Permitted<'s> {
    send: Sender<Chunk<'s>>,
    permit: crossbeam_channel::Receiver<()>,
}

impl<'s> Sink<'s> for Permitted<'s> {
    fn ready(&self) -> bool {
        self.permit.recv().is_ok()
    }

    fn send(&self, chunk: Chunk<'s>) -> bool {
        self.send.send(chunk).is_ok()
    }
}

/// Gives a permit back when a worker is done with its chunk, even by a panic.
struct Permit(Sender<()>);

impl Drop for Permit {
    fn drop(&mut self) {
        // The reader may be done, and nobody waits for permits any more.
        self.0.try_send(()).ok();
    }
}

/// Extents of files found lately, to guess whether a candidate lies in one of them. Only a guess:
/// the order in which workers come must not show in the result.
#[derive(Default)]
struct Near(Mutex<std::collections::VecDeque<(u64, u64)>>);

impl Near {
    const MOST: usize = 64;

    fn holds(&self, at: u64) -> bool {
        let extents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        extents.iter().any(|&(start, end)| start < at && at < end)
    }

    fn add(&self, start: u64, end: u64) {
        let mut extents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if extents.len() == Self::MOST {
            extents.pop_front();
        }
        extents.push_back((start, end));
    }
}
