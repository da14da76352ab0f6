//! What is seen while a scan runs.
//!
//! One thread reads the engine's counters ten times a second and shows them; workers never touch
//! the screen.

mod bar;
mod batch;
mod events;
mod latest;
mod lines;
mod look;
mod opening;
mod show;

pub use latest::Latest;
pub use opening::SlowOpening;
pub use show::{How, Show};

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use afterimage_engine::progress::Progress;
use afterimage_engine::run::batch::BatchProgress;

use crate::memory::{self, Memory};
use bar::Bar;
use events::Events;
use look::Seen;

/// Time between two looks.
const TICK: Duration = Duration::from_millis(100);

/// The thread that looks at a running scan.
pub struct Ticker {
    done: Sender<()>,
    thread: JoinHandle<Memory>,
}

/// Where what is seen goes.
enum Shown {
    Nowhere,
    Bar(Box<Bar>),
    Events(Events),
}

impl Ticker {
    /// Looks at `progress` until [`Ticker::finish`], and shows it as is asked for, where somebody can see it.
    pub fn start(progress: Arc<Progress>, how: How, latest: Latest) -> Self {
        Self::of(Seen::Scan(progress), how, latest)
    }

    /// The same for a batch.
    pub fn of_batch(progress: Arc<BatchProgress>, how: How, latest: Latest) -> Self {
        Self::of(Seen::Batch(progress), how, latest)
    }

    fn of(seen: Seen, how: How, mut latest: Latest) -> Self {
        let (done, finished) = channel();
        let mut shown = match how {
            How::Nowhere => Shown::Nowhere,
            How::Terminal => Shown::Bar(Box::new(Bar::new())),
            How::Events => Shown::Events(Events::new()),
        };
        let thread = thread::spawn(move || {
            let mut most = Memory::default();
            loop {
                if let Some(now) = memory::now() {
                    most.anonymous = most.anonymous.max(now.anonymous);
                    most.peak = most.peak.max(now.peak);
                }
                latest.look();
                match &mut shown {
                    Shown::Nowhere => {}
                    Shown::Bar(bar) => bar.draw(&seen.look(), &latest),
                    Shown::Events(events) => events.tell(&seen.look(), &latest),
                }
                if finished.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            latest.look();
            match shown {
                Shown::Nowhere => {}
                Shown::Bar(bar) => bar.clear(),
                Shown::Events(mut events) => events.end(&seen.look(), &latest),
            }
            most
        });
        Ticker { done, thread }
    }

    /// Clears what was drawn; returns the most memory that was seen, and zeros where the system
    /// does not say.
    pub fn finish(self) -> Memory {
        drop(self.done);
        self.thread.join().unwrap_or_default()
    }
}
