//! What a session is busy with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use afterimage_engine::progress::Progress;

/// So long a claim waits for what gives way, and so long a look at a card counts.
pub const MOST_WAIT: Duration = Duration::from_secs(10);

/// What can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A scan.
    Scan,
    /// Photos of a report are written.
    Recovery,
    /// A result is opened or closed.
    Opening,
    /// It is found out what a scan will find. It gives way to all others.
    Forecast,
}

impl Work {
    /// Why something else cannot begin now.
    pub fn refusal(self) -> &'static str {
        match self {
            Work::Scan => "A scan is running: wait until it is over, or stop it first.",
            Work::Recovery => "Photos are being written: wait until that is done.",
            Work::Opening => "A result is being opened: try again in a moment.",
            Work::Forecast => "A look at a card is under way: try again in a moment.",
        }
    }
}

/// What runs now.
#[derive(Debug, Default)]
pub struct Busy {
    /// The one thing, and what stops it.
    pub work: Option<(Work, Arc<Progress>)>,
    /// Looks by their number, and when they began.
    pub looks: Vec<(u64, Instant)>,
    /// The number of the next one.
    pub next_look: u64,
    /// Photos that are being written while a scan runs.
    pub picks: usize,
}

impl Busy {
    /// What runs.
    pub fn work(&self) -> Option<Work> {
        self.work.as_ref().map(|(work, _)| *work)
    }

    /// Asks what runs to end soon.
    pub fn stop(&self) {
        if let Some((_, progress)) = &self.work {
            progress.stop();
        }
    }

    /// Whether nothing runs, and nothing is written.
    pub fn is_idle(&self) -> bool {
        self.work.is_none() && self.picks == 0
    }

    /// Whether somebody looks at a card who did not begin so long ago that the card may hang.
    pub fn is_looked_at(&self) -> bool {
        self.looks.iter().any(|(_, since)| since.elapsed() < MOST_WAIT)
    }

    /// Whether it is found out what a scan will find.
    pub fn is_forecast(&self) -> bool {
        self.work() == Some(Work::Forecast)
    }
}
