//! The threads that fetch pieces of an object, and what they share with those that read it.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use afterimage_signatures::verdict::Span;

use super::answer::{Failure, Fetched};
use super::client::{CONNECTIONS, Client};
use super::pieces::{PIECE, Pieces, Standing, span_of};
use super::streams::Streams;
use super::version::Version;
use crate::control::backoff::{Backoff, MOST_ATTEMPTS};
use crate::control::progress::Stop;
use crate::source::fault::{Fault, FaultCell, FaultKind};

/// Pieces that one request asks for; 1 MiB.
const MOST_ASKED: u64 = 4;

/// Pieces of a read that are asked for at once, so that those that come are read before others take their place.
const MOST_WANTED: u64 = 32;

/// An answer of so many bytes is worth another request at once, whatever is missing of it.
const PROGRESS: usize = 16 << 10;

/// Where nobody has read for so long, and nothing is to be fetched, threads end, and what is kept is let go.
const IDLE: Duration = Duration::from_secs(3);

/// How long anybody waits without asking whether it is over.
const TICK: Duration = Duration::from_millis(50);

/// An object that is open.
pub(super) struct Transfer {
    client: Client,
    version: Version,
    state: Mutex<State>,
    /// Pieces came, or will not come.
    arrived: Condvar,
    /// There is something to fetch.
    wanted: Condvar,
    end: FaultCell,
    delivered: AtomicU64,
    /// Threads that fetch or wait for something to fetch.
    threads: AtomicUsize,
}

#[derive(Default)]
struct State {
    pieces: Pieces,
    streams: Streams,
    /// What is to be fetched, a request each.
    queue: VecDeque<Range<u64>>,
    /// Threads that are at a request now.
    busy: usize,
    /// When somebody read last.
    read: Option<Instant>,
    /// Whether nobody reads any more.
    is_closed: bool,
}

impl Transfer {
    /// An object of that version, of which `first` was fetched when it was opened.
    pub(super) fn new(client: Client, version: Version, first: Vec<u8>) -> Self {
        let mut state = State::default();
        if first.len() as u64 == version.len.min(PIECE) {
            state.pieces.put(0, first.into());
        }
        Transfer {
            client,
            version,
            state: Mutex::new(state),
            arrived: Condvar::new(),
            wanted: Condvar::new(),
            end: FaultCell::default(),
            delivered: AtomicU64::new(0),
            threads: AtomicUsize::new(0),
        }
    }

    pub(super) fn version(&self) -> &Version {
        &self.version
    }

    /// Holds why nothing is fetched any more, once that is so.
    pub(super) fn end(&self) -> &FaultCell {
        &self.end
    }

    /// Bytes that came.
    pub(super) fn delivered(&self) -> u64 {
        self.delivered.load(Relaxed)
    }

    /// Takes note of a read of `pieces`, and has those fetched that follow where they are likely to be read.
    pub(super) fn announce(self: &Arc<Self>, pieces: Range<u64>) {
        let mut state = self.lock();
        let ahead = state.streams.read(pieces.clone());
        self.want(&mut state, &pieces, true);
        let end = self.version.len.div_ceil(PIECE);
        self.want(&mut state, &(ahead.start.min(end)..ahead.end.min(end)), false);
    }

    /// A piece, of those of `rest` the first; nothing when the reading is over or `stop` is.
    pub(super) fn piece(self: &Arc<Self>, rest: &Range<u64>, stop: &Stop) -> Option<Arc<[u8]>> {
        let mut state = self.lock();
        state.read = Some(Instant::now());
        loop {
            match state.pieces.look(rest.start) {
                Standing::Here(bytes) => return Some(bytes),
                _ if self.end.get().is_some() => return None,
                _ if stop.is_over() => {
                    // What was read ahead is of no use any more.
                    let queue = std::mem::take(&mut state.queue);
                    queue.into_iter().for_each(|pieces| state.pieces.forget(pieces));
                    return None;
                }
                Standing::Absent => self.want(&mut state, rest, true),
                Standing::Awaited => {
                    let waited = self.arrived.wait_timeout(state, TICK);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    /// Nobody reads any more: the threads end.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        state.queue.clear();
        drop(state);
        self.wanted.notify_all();
    }

    /// Has those of `pieces` fetched that are neither here nor on their way: before all others where somebody waits for
    /// them.
    fn want(self: &Arc<Self>, state: &mut State, pieces: &Range<u64>, is_urgent: bool) {
        let end = if is_urgent { pieces.end.min(pieces.start + MOST_WANTED) } else { pieces.end };
        let mut runs: Vec<Range<u64>> = Vec::new();
        for number in (pieces.start..end).filter(|number| state.pieces.await_one(*number)) {
            match runs.last_mut() {
                Some(run) if run.end == number && number - run.start < MOST_ASKED => run.end += 1,
                _ => runs.push(number..number + 1),
            }
        }
        match is_urgent {
            true => runs.into_iter().rev().for_each(|run| state.queue.push_front(run)),
            false => state.queue.extend(runs),
        }
        self.start_threads(state);
        state.queue.iter().take(CONNECTIONS).for_each(|_| self.wanted.notify_one());
    }

    /// Starts threads for what waits, as many as there may be.
    fn start_threads(self: &Arc<Self>, state: &State) {
        let most = CONNECTIONS.min(state.busy + state.queue.len());
        while self.threads.load(Relaxed) < most {
            let working = Working(Arc::clone(self));
            self.threads.fetch_add(1, Relaxed);
            let thread = thread::Builder::new().name("fetch".to_owned());
            if let Err(error) = thread.spawn(move || working.0.work()) {
                // The count was given back with the thread that did not begin.
                if self.threads.load(Relaxed) == 0 {
                    self.fail(Fault::new(
                        FaultKind::Failed,
                        format!("no thread can be had: {error}"),
                    ));
                }
                return;
            }
        }
    }

    /// Fetches what is wanted until there is nothing for a while.
    fn work(self: &Arc<Self>) {
        while let Some(pieces) = self.next() {
            self.fetch(pieces);
            self.lock().busy -= 1;
        }
    }

    /// What is to be fetched next.
    fn next(&self) -> Option<Range<u64>> {
        let mut state = self.lock();
        let since = Instant::now();
        loop {
            if state.is_closed || self.end.get().is_some() {
                return None;
            }
            if let Some(pieces) = state.queue.pop_front() {
                state.busy += 1;
                return Some(pieces);
            }
            let last = state.read.map_or(since, |read| read.max(since));
            let left = IDLE.saturating_sub(last.elapsed());
            if left.is_zero() {
                state.pieces.clear();
                return None;
            }
            let waited = self.wanted.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Fetches pieces, with as many requests as it takes.
    fn fetch(&self, mut pieces: Range<u64>) {
        let mut backoff = Backoff::new(self.client.patience.unit);
        // What came of a piece before its answer broke off.
        let mut part = Vec::new();
        while !pieces.is_empty() && !self.is_over() {
            let all = span_of(&pieces, self.version.len);
            let rest = Span::between(all.at + part.len() as u64, all.end());
            let (why, wait) = match self.client.fetch(rest, Some(&self.version)) {
                Ok(Fetched { bytes, why, .. }) => {
                    self.delivered.fetch_add(bytes.len() as u64, Relaxed);
                    part.extend_from_slice(&bytes);
                    let came = self.put(pieces.start, &part);
                    pieces.start += came;
                    let kept = part.len().min((came * PIECE) as usize);
                    part.drain(..kept);
                    if bytes.len() >= PROGRESS {
                        backoff = Backoff::new(self.client.patience.unit);
                        continue;
                    }
                    if pieces.is_empty() {
                        return;
                    }
                    (why, None)
                }
                Err(Failure::Passing { why, wait }) => (why, wait),
                Err(Failure::Region(_)) => {
                    ("its server says that it lies elsewhere".to_owned(), None)
                }
                Err(Failure::Lasting(fault)) => return self.fail(fault),
            };
            match backoff.next(wait) {
                Some(wait) => self.sleep(wait),
                None => return self.fail(given_up(&why)),
            }
        }
    }

    /// Puts what came in its place, as far as it is whole pieces; how many those are.
    fn put(&self, first: u64, bytes: &[u8]) -> u64 {
        let mut state = self.lock();
        let mut number = first;
        for piece in bytes.chunks(PIECE as usize) {
            if piece.len() as u64 != span_of(&(number..number + 1), self.version.len).len {
                break;
            }
            state.pieces.put(number, piece.into());
            number += 1;
        }
        drop(state);
        self.arrived.notify_all();
        number - first
    }

    /// Ends the reading.
    fn fail(&self, fault: Fault) {
        tracing::warn!(why = fault.why, "a server does not deliver any more");
        self.end.get_or_init(|| fault);
        self.arrived.notify_all();
        self.wanted.notify_all();
    }

    fn is_over(&self) -> bool {
        self.end.get().is_some() || self.lock().is_closed
    }

    fn sleep(&self, wait: Duration) {
        let until = Instant::now() + wait;
        while !self.is_over() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(TICK));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change to the state is whole before the next can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What ends the reading where attempts are used up.
pub(super) fn given_up(why: &str) -> Fault {
    Fault::new(FaultKind::Failed, format!("{why}, {MOST_ATTEMPTS} times in a row"))
}

/// A thread that fetches, as long as it does.
struct Working(Arc<Transfer>);

impl Drop for Working {
    fn drop(&mut self) {
        if thread::panicking() {
            // Somebody may wait for what it was to fetch.
            self.0.fail(Fault::new(FaultKind::Failed, "a fault of this program ended the reading"));
        }
        // Not by the state: a thread that could not be started is dropped by whoever holds that.
        self.0.threads.fetch_sub(1, Relaxed);
    }
}
