//! Carrying out a rescue: what the strategy asks for is read, written, hashed and mapped.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use afterimage_signatures::verdict::Span;
use crossbeam_channel::{Receiver, Sender};

use super::buffer::{Buffer, Pool};
use super::digests::{HashState, Hashing};
use super::image_file::ImageFile;
use super::medium::{Medium, is_gone};
use super::options::Options;
use super::prepare::{Prepared, hashed, prepare};
use super::same::check_same;
use super::saver::{Beside, Save, Saver};
use super::sidecar::{Device, Hashes, Sidecar, Totals, Unfinished};
use super::sight::{Meter, Sight};
use super::strategy::{Next, Request, Strategy, Wanted};
use super::threads::{self, Answer};
use super::unchanged::check_unchanged;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::source::rescue_map::{BlockStatus, Phase, RescueMap};
use crate::system::folder::FileId;

/// Time between two looks at what is asked and shown.
const TICK: Duration = Duration::from_millis(100);
/// How long reads that are under way are waited for when a rescue is stopped.
const LAST_READS: Duration = Duration::from_millis(500);
/// Bytes that wait for those before them to be hashed; more, and hashing is left for the end.
const MOST_WAITING: u64 = 32 << 20;
/// Bytes of the image that are read at the start to go on with hashing.
const MOST_CAUGHT_UP: u64 = 128 << 20;

/// How a rescue ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All that was wanted was tried.
    Complete,
    /// Somebody stopped it.
    Stopped,
    /// It could not go on; see the failure.
    Failed,
}

/// What a rescue came to.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub ended: Ended,
    /// Why it could not go on.
    pub failure: Option<Error>,
    /// The map as it was written.
    pub map: RescueMap,
    /// What stands beside the image.
    pub sidecar: Sidecar,
    /// Bytes that were read in this run.
    pub read: u64,
    /// Reads that failed in this run.
    pub errors: u64,
}

/// A rescue at work.
pub(super) struct Rescue<'r> {
    pub(super) options: &'r Options,
    pub(super) progress: &'r Progress,
    observe: &'r mut dyn FnMut(&Sight),
    pub(super) pool: Arc<Pool>,
    pub(super) image: ImageFile,
    pub(super) strategy: Strategy,
    pub(super) sidecar: Sidecar,
    saver: Saver,
    meter: Meter,
    looked: Instant,
    /// Hashes in order, as long as bytes come in order.
    pub(super) hashing: Option<Hashing>,
    waiting: BTreeMap<u64, Arc<Buffer>>,
    /// Whether bytes came in order so far; what comes after a gap is hashed at the end.
    is_in_order: bool,
    /// The digests of the image as an earlier run left it.
    pub(super) known: Option<Hashes>,
    /// What was hashed and can be written down.
    state: HashState,
    inode: u64,
    read: u64,
    errors: u64,
}

/// Copies the device `medium`, known as `device`, as `options` say. `note` is told what should be known before
/// it begins, `observe` how far it is, some times a second.
///
/// # Errors
///
/// When it cannot begin. What happens later is in the outcome.
pub fn copy(
    medium: Arc<dyn Medium>,
    device: Device,
    options: &Options,
    progress: &Progress,
    note: &mut dyn FnMut(&str),
    observe: &mut dyn FnMut(&Sight),
) -> Result<Outcome, Error> {
    let path = PathBuf::from(&device.path);
    let Prepared { map, domains, earlier, notes, is_sparse } =
        prepare(&path, medium.len(), options)?;
    notes.iter().for_each(|one| note(one));
    let image = ImageFile::open(&options.image, map.len(), options.split)?;
    let mut read = |at: u64, out: &mut [u8]| medium.read(at, out, true).1.is_none();
    check_same(&image, &map, medium.sector(), &mut read, &device.path)?;
    let known = earlier.as_ref().and_then(|said| digests_of(said, &map));
    if let Some(known) = known.as_ref().filter(|_| !has_more(&map, options.retries > 0)) {
        let mut meter = Meter::new();
        let mut look = |at, len| {
            observe(&Sight { hashing: Some((at, len)), ..meter.look(&map, 0, false) });
        };
        if !check_unchanged(&image, known, progress, &mut look)? {
            let sidecar = earlier.unwrap_or_else(|| Sidecar::unfinished(device, None));
            let (ended, failure) = (Ended::Stopped, None);
            return Ok(Outcome { ended, failure, map, sidecar, read: 0, errors: 0 });
        }
    }
    let state = hashed(earlier.as_ref(), &map, inode(&image));
    let hashing = Hashing::start(state.as_ref())?;
    let beside = Beside { map: options.map(), sidecar: options.sidecar() };
    let saver = Saver::start(beside, &image)?;
    let inode = inode(&image);
    let wanted = Wanted {
        domains,
        retries: options.retries,
        is_reverse: options.reverse,
        sector: medium.sector(),
    };
    let mut rescue = Rescue {
        options,
        progress,
        observe,
        pool: Arc::default(),
        image,
        strategy: Strategy::new(map, wanted),
        sidecar: Sidecar::unfinished(device, earlier),
        saver,
        meter: Meter::new(),
        looked: Instant::now(),
        hashing: Some(hashing),
        waiting: BTreeMap::new(),
        is_in_order: true,
        known,
        state: state.unwrap_or_default(),
        inode,
        read: 0,
        errors: 0,
    };
    // First the map: a file that is not empty and has none is not gone on with.
    rescue.save_now()?;
    let len = rescue.strategy.map().len();
    if options.preallocate {
        rescue.image.preallocate(len)?;
    }
    if is_sparse {
        rescue.image.extend(len)?;
    }
    let done = rescue.work(&medium);
    Ok(rescue.ended(done))
}

/// Whether something is left to be tried, bad sectors among it where they are tried `again`.
fn has_more(map: &RescueMap, again: bool) -> bool {
    let is_left = |status| match status {
        BlockStatus::Finished => false,
        BlockStatus::BadSector => again,
        _ => true,
    };
    !map.chosen(is_left).is_empty()
}

fn inode(image: &ImageFile) -> u64 {
    let first = image.files().next().and_then(|file| FileId::of_file(file).ok());
    first.map_or(0, |id| id.inode)
}

/// The digests that an earlier run computed, where the map has not changed since.
fn digests_of(earlier: &Sidecar, map: &RescueMap) -> Option<Hashes> {
    let unreadable: Vec<_> = map.unfinished().iter().map(Into::into).collect();
    let is_same = earlier.map == Totals::of(map) && earlier.unreadable == unreadable;
    earlier.hashes.clone().filter(|_| is_same)
}

impl Rescue<'_> {
    /// Reads until all is tried, and computes the digests.
    fn work(&mut self, medium: &Arc<dyn Medium>) -> Result<Ended, Error> {
        self.catch_up()?;
        let (ask, answers) = threads::readers(medium, &self.pool)?;
        let read = self.read_all(&ask, &answers);
        if self.progress.stopped() {
            self.take_last(&answers)?;
        }
        read?;
        if self.progress.stopped() {
            return Ok(Ended::Stopped);
        }
        self.image.extend(self.strategy.map().len())?;
        self.finish()
    }

    fn read_all(&mut self, ask: &Sender<Request>, answers: &Receiver<Answer>) -> Result<(), Error> {
        let mut in_flight = 0;
        while !self.progress.stopped() {
            match self.strategy.advance() {
                Next::Read(request) => {
                    in_flight += 1;
                    // The readers live as long as their answers are held.
                    let _ = ask.send(request);
                    continue;
                }
                Next::Done => return Ok(()),
                Next::Wait => {}
            }
            if let Ok(answer) = answers.recv_timeout(TICK) {
                in_flight -= 1;
                self.take(answer)?;
            }
            debug_assert!(in_flight <= threads::READERS);
            self.tick()?;
        }
        Ok(())
    }

    /// What was being read when somebody stopped it, as far as it comes soon.
    fn take_last(&mut self, answers: &Receiver<Answer>) -> Result<(), Error> {
        let end = Instant::now() + LAST_READS;
        while self.strategy.is_reading() {
            let Ok(answer) = answers.recv_deadline(end) else { break };
            self.take(answer)?;
        }
        Ok(())
    }

    /// Writes, hashes and maps what was read.
    fn take(&mut self, answer: Answer) -> Result<(), Error> {
        let Answer { request, buffer, error, took } = answer;
        let gone = || Error::Vanished { path: (&self.sidecar.device.path).into() };
        if error.as_ref().is_some_and(|error| is_gone(error) || request.is_probe) {
            let gone = gone();
            self.strategy.forget_failures();
            return Err(gone);
        }
        self.errors += u64::from(error.is_some());
        let good = buffer.bytes().len() as u64;
        if !request.is_probe && good > 0 {
            self.image.write(request.span.at, buffer.bytes())?;
            self.read += good;
            self.meter.add(good);
        }
        self.strategy.done(request, good, took);
        if error.is_some() {
            self.is_in_order = false;
            self.waiting.clear();
        } else if !request.is_probe {
            self.hash(request.span.at, Arc::new(buffer));
        }
        Ok(())
    }

    /// Hashes what comes in order.
    fn hash(&mut self, at: u64, buffer: Arc<Buffer>) {
        let Some(hashing) = &mut self.hashing else { return };
        if at < hashing.at || !self.is_in_order {
            return;
        }
        self.waiting.insert(at, buffer);
        while let Some(next) = self.waiting.remove(&hashing.at) {
            hashing.feed(&next);
        }
        let waiting: u64 = self.waiting.values().map(|buffer| buffer.bytes().len() as u64).sum();
        if waiting > MOST_WAITING {
            self.is_in_order = false;
            self.waiting.clear();
        }
    }

    /// Hashes what an earlier run read in order, where that is little.
    fn catch_up(&mut self) -> Result<(), Error> {
        let Some(hashing) = &mut self.hashing else { return Ok(()) };
        let finished = self.strategy.map().finished();
        let first = finished.as_slice().first().filter(|first| first.at == 0);
        let end = first.map_or(0, Span::end);
        if end.saturating_sub(hashing.at) > MOST_CAUGHT_UP {
            return Ok(());
        }
        while hashing.at < end {
            let mut buffer = self.pool.take((end - hashing.at).min(1 << 20) as usize);
            self.image.read(hashing.at, buffer.bytes_mut())?;
            hashing.feed(&Arc::new(buffer));
        }
        Ok(())
    }

    /// Saves and shows, when it is time.
    pub(super) fn tick(&mut self) -> Result<(), Error> {
        self.saver.look()?;
        if let Some(hashing) = &mut self.hashing {
            if let Some(state) = hashing.state() {
                self.state = state;
            } else if hashing.at / super::digests::PIECE > self.state.pieces.len() as u64 {
                hashing.ask_state();
            }
        }
        if self.saver.is_due() {
            self.extend()?;
            let save = self.save();
            self.saver.begin(save);
        }
        if self.looked.elapsed() >= TICK * 2
            && self.strategy.map().standing.phase != Phase::Finished
        {
            self.look(None);
        }
        Ok(())
    }

    /// Shows how far the digests at the end are.
    pub(super) fn look_hashing(&mut self, done: u64, len: u64) {
        if self.looked.elapsed() >= TICK {
            self.look(Some((done, len)));
        }
    }

    /// Shows how far it is.
    fn look(&mut self, hashing: Option<(u64, u64)>) {
        self.looked = Instant::now();
        let is_backward = self.strategy.goes_backward();
        let sight = self.meter.look(self.strategy.map(), self.errors, is_backward);
        (self.observe)(&Sight { hashing, ..sight });
    }

    fn save(&mut self) -> Save {
        let map = self.strategy.map();
        self.sidecar.map = Totals::of(map);
        self.sidecar.unreadable = map.unfinished().iter().map(Into::into).collect();
        let is_complete = self.sidecar.state == "complete";
        let hashed = self.state.clone();
        self.sidecar.unfinished =
            (!is_complete).then_some(Unfinished { hashed, inode: self.inode });
        let comments = comments(&self.strategy, &self.options.command);
        Save { map: map.text(&comments), sidecar: self.sidecar.text() }
    }

    /// Makes the image as long as what the map calls finished: zeros at its end are not written.
    fn extend(&self) -> Result<(), Error> {
        let map = self.strategy.map();
        let last = map.last_before(BlockStatus::Finished, map.len());
        self.image.extend(last.map_or(0, |last| last.end()))
    }

    pub(super) fn save_now(&mut self) -> Result<(), Error> {
        self.extend()?;
        let save = self.save();
        self.saver.write(&save)
    }

    fn ended(mut self, done: Result<Ended, Error>) -> Outcome {
        let (mut ended, mut failure) = match done {
            Ok(ended) => (ended, None),
            Err(error) => (Ended::Failed, Some(error)),
        };
        self.sidecar.finished = Some(jiff::Timestamp::now().to_string());
        if let Err(error) = self.save_now() {
            ended = Ended::Failed;
            failure.get_or_insert(error);
        }
        self.look(None);
        let (map, read, errors) = (self.strategy.map().clone(), self.read, self.errors);
        Outcome { ended, failure, map, sidecar: self.sidecar, read, errors }
    }

    /// Whether this run has read anything.
    pub(super) fn has_read(&self) -> bool {
        self.read > 0
    }
}

/// What stands at the top of the map: who wrote it and what was being done, but no times, so that a rescue that
/// was interrupted ends with the same map as one that was not.
fn comments(strategy: &Strategy, command: &[String]) -> Vec<String> {
    let (phase, pass) = strategy.stands();
    let way = if strategy.goes_backward() { "backwards" } else { "forwards" };
    let doing = match phase {
        Phase::Copying => format!("Copying non-tried blocks... Pass {pass} ({way})"),
        Phase::Trimming => format!("Trimming failed blocks... ({way})"),
        Phase::Scraping => format!("Scraping failed blocks... ({way})"),
        Phase::Retrying => format!("Retrying bad sectors... Retry {pass} ({way})"),
        _ => "Finished".to_owned(),
    };
    vec![
        format!("Mapfile. Created by afterimage version {}", env!("CARGO_PKG_VERSION")),
        format!("Command line: {}", command.join(" ")),
        doing,
    ]
}
