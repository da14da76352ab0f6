//! Reader, workers and committer of the scan of one source.

use std::sync::{Mutex, PoisonError};
use std::thread;

use afterimage_signatures::verdict::Span;
use crossbeam_channel::{Receiver, Sender, bounded};

use super::plan::Scan;
use super::reader::{Chunk, Sink};
use super::recent::RecentFiles;
use super::window::Window;
use super::worker::Worker;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::ledger::{Batch, ChunkLine, EndLine, Ledger};
use crate::model::Hasher;
use crate::source::Source;

/// Chunks on their way for each worker at least: one in work, one waiting.
const LEAST_PERMITS_A_WORKER: usize = 2;

/// Chunks on their way for each worker where they cost little memory. The reader, the workers and the committer take turns on
/// the same processors; and a device is read on while all workers decode long photos.
const MOST_PERMITS_A_WORKER: usize = 8;

impl Scan<'_> {
    /// Scans `source`, the `index`-th of the command line, into `ledger`; `hasher` takes all its bytes on
    /// the way.
    ///
    /// # Errors
    ///
    /// The first failure of the output; what was found before it is in the ledger.
    pub fn run(
        &self,
        source: &dyn Source,
        index: u32,
        ledger: &mut Ledger,
        mut hasher: Option<Hasher>,
    ) -> Result<(), Error> {
        let window = Window::new(source, self.cut.chunk_len, self.cut.overlap, self.metrics);
        let (failure, recent) = (Failure::default(), RecentFiles::default());
        let worker = Worker { scan: self, source, index, window: &window, recent: &recent };
        let permits = self.permits(&window);
        let (give_back, permit) = bounded(permits);
        let (send, chunks) = bounded(permits);
        let (commit, batches) = bounded::<(Batch, Permit)>(permits);
        for _ in 0..permits {
            give_back.send(()).expect("the channel has room for every permit");
        }
        let is_at_end = thread::scope(|threads| {
            let (worker, failure, hasher) = (&worker, &failure, &mut hasher);
            let ledger = &mut *ledger;
            let reader = threads.spawn({
                let chunks = Chunks { send, permit, commit: commit.clone(), source: index };
                move || worker.reader().read(hasher.as_mut(), &chunks)
            });
            threads.spawn(move || {
                for (batch, permit) in batches {
                    failure.note(ledger.commit(batch), self.progress);
                    drop(permit);
                }
            });
            // In place: this loop waits on the caller's thread, not on a thread of the pool.
            self.pool.in_place_scope(|workers| {
                for chunk in chunks {
                    let (permit, commit) = (Permit(Some(give_back.clone())), commit.clone());
                    workers.spawn(move |_| {
                        let (batch, outcome) = worker.scan(&chunk);
                        failure.note(outcome, self.progress);
                        // Waits only while batches of holes fill the channel; the committer takes them.
                        if commit.send((batch, permit)).is_err() {
                            // The committer panicked, which the end of the scope passes on.
                            self.progress.end_scan();
                        }
                    });
                }
            });
            drop(commit);
            reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        let complete = is_at_end && !self.progress.stopped() && !source.is_gone();
        let digests = if is_at_end { hasher.map(Hasher::finish) } else { None };
        // What a server does not deliver now it may deliver when the scan goes on.
        let unreadable = if source.fault().is_some() { Vec::new() } else { source.unreadable() };
        let ended =
            ledger.end(EndLine { source: index, shard: None, complete, unreadable, digests });
        failure.first().map_or(ended, Err)
    }

    /// How many chunks may be on their way at once.
    fn permits(&self, window: &Window<'_>) -> usize {
        let workers = self.pool.current_num_threads();
        let [least, most] =
            [LEAST_PERMITS_A_WORKER, MOST_PERMITS_A_WORKER].map(|permits| workers * permits);
        let permits =
            if window.is_mapped() { most } else { most.min(window.most_on_their_way()).max(least) };
        permits + 1
    }
}

/// The first thing that went wrong.
#[derive(Default)]
struct Failure(Mutex<Option<Error>>);

impl Failure {
    /// Keeps the first failure, and stops the scan.
    fn note(&self, outcome: Result<(), Error>, progress: &Progress) {
        if let Err(error) = outcome {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            progress.end_scan();
        }
    }

    fn first(self) -> Option<Error> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The channel of the chunks, with a permit taken for each.
struct Chunks<'s> {
    send: Sender<Chunk<'s>>,
    permit: Receiver<()>,
    commit: Sender<(Batch, Permit)>,
    source: u32,
}

impl<'s> Sink<'s> for Chunks<'s> {
    fn ready(&self) -> bool {
        self.permit.recv().is_ok()
    }

    fn send(&self, chunk: Chunk<'s>) -> bool {
        self.send.send(chunk).is_ok()
    }

    fn skip(&self, hole: Span) {
        let mut batch = Batch::default();
        let (source, span) = (self.source, (hole.at, hole.len));
        batch.close(ChunkLine { source, span, erased: hole.len, ..ChunkLine::default() });
        // The committer ends after the reader.
        self.commit.send((batch, Permit(None))).ok();
    }
}

/// Gives a permit back when what was found in a chunk is committed, even by a panic.
struct Permit(Option<Sender<()>>);

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(give_back) = &self.0 {
            // The reader may be done, and nobody waits for permits any more.
            give_back.try_send(()).ok();
        }
    }
}
