//! What is seen while a scan runs.
//!
//! One thread reads the engine's counters ten times a second and shows them; workers never touch
//! the screen.

mod bar;
mod events;
mod latest;
mod lines;
mod show;

pub use latest::Latest;
pub use show::{How, Show};

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use afterimage_engine::progress::Progress;

use crate::memory::{self, Memory};
use bar::Bar;
use events::Events;

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
    pub fn start(progress: Arc<Progress>, how: How, mut latest: Latest) -> Self {
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
                    Shown::Bar(bar) => bar.draw(&progress, &latest),
                    Shown::Events(events) => events.tell(&progress, &latest),
                }
                if finished.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            latest.look();
            match shown {
                Shown::Nowhere => {}
                Shown::Bar(bar) => bar.clear(),
                Shown::Events(mut events) => events.end(&progress, &latest),
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
