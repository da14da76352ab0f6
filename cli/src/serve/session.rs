//! What the page shows, kept in this process: a tab may be closed and opened again.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use afterimage_engine::options::{Options, Sighting};
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{Picks, Results, Unfinished};
use afterimage_engine::source::Pace;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::busy::Busy;
use super::card::Card;
use super::named_paths::NamedPaths;
use super::passphrase::Passphrase;

/// Photos that are listed on the page; all further ones are counted, and are in the gallery at the end.
pub const MOST_CARDS: usize = 50_000;

/// Where the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is chosen yet.
    Choosing,
    /// A scan runs.
    Scanning,
    /// A run is over, and its photos are on disk.
    Finished,
    /// A run could not begin, or left no report.
    Failed,
}

impl Phase {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Choosing => "choosing",
            Phase::Scanning => "scanning",
            Phase::Finished => "finished",
            Phase::Failed => "failed",
        }
    }
}

/// What became of a photo that was chosen while the scan runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// It is to be written.
    Waiting,
    /// It was written there, below the output folder.
    Saved(String),
    /// It was not, for that reason.
    Failed(String),
}

/// A scan that runs.
pub struct Running {
    /// When it began.
    pub since: Instant,
    /// Photos by their place among the cards.
    pub seen: Vec<Arc<Sighting>>,
    /// Writes those that are chosen.
    pub picks: Arc<Picks>,
    /// Takes the numbers of those that are chosen.
    pub chosen: Sender<u64>,
}

/// All that is known.
pub struct State {
    /// Where the session stands.
    pub phase: Phase,
    /// Changes whenever the cards are others than before; numbers of one generation mean nothing in another.
    pub generation: u64,
    /// What is scanned.
    pub sources: Vec<PathBuf>,
    /// Where to.
    pub output: Option<PathBuf>,
    /// The scan that runs.
    pub running: Option<Running>,
    /// What runs, and whoever looks at a card for a moment.
    pub busy: Busy,
    /// The folder of a run that is over.
    pub results: Option<Arc<Results>>,
    /// The paths of files that the report of that run names.
    pub named: NamedPaths,
    /// How many of its files are what, by its own words.
    pub counts: Option<Value>,
    /// What is shown.
    pub cards: Vec<Card>,
    /// Photos that are not among the cards.
    pub unlisted: u64,
    /// Of all that were found, how many of each grade; those that are still there are counted apart.
    pub grades: BTreeMap<&'static str, u64>,
    /// How many are still there by a file system.
    pub live: u64,
    /// What became of photos that were chosen, in the order in which that became known.
    pub picks: Vec<(u64, Pick)>,
    /// The same by the number of the photo.
    pub picked: HashMap<u64, Pick>,
    /// What the last run came to.
    pub ended: Option<Value>,
    /// What a scan of something will find.
    pub forecast: Option<Value>,
    /// What became of photos that were chosen after the scan.
    pub recovery: Option<Value>,
}

/// How a scan is gone on with that was begun elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Again {
    /// Gives the options that it was begun with, with what was typed for its encrypted volumes; or says why it cannot be
    /// gone on with here and which command can.
    pub options: fn(&Unfinished, Option<&Passphrase>) -> Result<Options, String>,
    /// Whether something has to be typed for its encrypted volumes.
    pub asks_for_key: fn(&Unfinished) -> bool,
}

/// What scans are started with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How scans that were begun elsewhere are gone on with; nothing where the page is that of one scan.
    pub again: Option<Again>,
    /// How fast sources are read at the most, by all that this program does at a time.
    pub pace: Pace,
    /// The zone of cameras that tell none; nothing for that of this machine.
    pub zone: Option<TimeZone>,
    /// Whether the command line has started the scan, and ends it.
    pub is_live: bool,
}

/// A session: one person at one page.
pub struct PageSession {
    /// What scans are started with.
    pub settings: Settings,
    state: Mutex<State>,
    /// Told whenever something that ran is over, or all of it is to end.
    changed: Condvar,
    /// How far the scan has come, and what stops it.
    progress: Mutex<Arc<Progress>>,
    is_stopped: AtomicBool,
    /// Whether somebody asked that all of it ends.
    is_leaving: AtomicBool,
}

impl PageSession {
    /// A session in which nothing is chosen yet.
    pub fn new(settings: Settings) -> Arc<Self> {
        let state = State {
            phase: Phase::Choosing,
            generation: 1,
            sources: Vec::new(),
            output: None,
            running: None,
            busy: Busy::default(),
            results: None,
            named: NamedPaths::default(),
            counts: None,
            cards: Vec::new(),
            unlisted: 0,
            grades: BTreeMap::new(),
            live: 0,
            picks: Vec::new(),
            picked: HashMap::new(),
            ended: None,
            forecast: None,
            recovery: None,
        };
        Arc::new(PageSession {
            settings,
            state: Mutex::new(state),
            changed: Condvar::new(),
            progress: Mutex::default(),
            is_stopped: AtomicBool::new(false),
            is_leaving: AtomicBool::new(false),
        })
    }

    /// What is known, for nobody else until it is given back.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far what runs has come.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A new scan runs, and this tells how far it has come.
    pub fn set_progress(&self, progress: Arc<Progress>) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }

    /// Ends all of it, once whoever asked for that has an answer.
    pub fn leave(&self) {
        self.is_leaving.store(true, Relaxed);
    }

    /// Ends all of it where somebody asked for that.
    pub fn answered(&self) {
        if self.is_leaving.load(Relaxed) {
            self.quit();
        }
    }

    /// Ends what runs, soon, with a report of what it has; then all of it. Nothing begins any more.
    pub fn quit(&self) {
        let state = self.state();
        self.is_stopped.store(true, Relaxed);
        state.busy.stop();
        if let Some(running) = &state.running {
            running.picks.stop();
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Whether it is to end.
    pub fn is_over(&self) -> bool {
        self.is_stopped.load(Relaxed)
    }

    /// Waits until it is to end.
    pub fn wait_for_end(&self) {
        let mut state = self.state();
        while !self.is_over() {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits while `is` holds, for no longer than `time`; tells what is known then.
    pub fn wait_while(&self, time: Duration, is: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let waited = self.changed.wait_timeout_while(self.state(), time, |state| is(state));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Something that ran is over.
    pub fn tell_change(&self) {
        self.changed.notify_all();
    }
}

impl State {
    /// The cards are others from now on.
    pub fn renew(&mut self) {
        self.generation += 1;
        self.cards.clear();
        self.unlisted = 0;
        self.grades.clear();
        self.live = 0;
        self.picks.clear();
        self.picked.clear();
        self.named = NamedPaths::default();
        self.counts = None;
    }

    /// Shows one more photo, if there is room for it.
    pub fn add(&mut self, card: Card) {
        match card.live {
            true => self.live += 1,
            false => *self.grades.entry(card.grade.name()).or_default() += 1,
        }
        if self.cards.len() < MOST_CARDS {
            self.cards.push(card);
        } else {
            self.unlisted += 1;
        }
    }

    /// Notes what became of a photo that was chosen.
    pub fn note_pick(&mut self, id: u64, pick: Pick) {
        self.picked.insert(id, pick.clone());
        self.picks.push((id, pick));
    }
}
