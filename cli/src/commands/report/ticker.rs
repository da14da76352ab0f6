//! What is seen while small pictures are made.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use afterimage_engine::run::ShowProgress;
use indicatif::{ProgressBar, ProgressStyle};

/// Time between two looks.
const TICK: Duration = Duration::from_millis(100);

const SHOWN: &str = "{percent:>3} %  {pos} of {len} photos looked at  {eta} left";

/// The thread that looks at the work.
pub struct ShowTicker(Option<(Sender<()>, JoinHandle<()>)>);

impl ShowTicker {
    /// Looks at `seen` until [`ShowTicker::finish`]; draws it where somebody can see it.
    pub fn start(seen: Arc<ShowProgress>, quiet: bool) -> Self {
        if quiet || !io::stderr().is_terminal() {
            return ShowTicker(None);
        }
        let (done, finished) = channel();
        let thread = thread::spawn(move || {
            let style = ProgressStyle::with_template(SHOWN);
            let bar = ProgressBar::new(0)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            while finished.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let total = seen.total.load(Relaxed);
                if total > 0 {
                    bar.set_length(total);
                    bar.set_position(seen.done.load(Relaxed));
                }
            }
            bar.finish_and_clear();
        });
        ShowTicker(Some((done, thread)))
    }

    /// Clears what was drawn.
    pub fn finish(self) {
        if let Some((done, thread)) = self.0 {
            drop(done);
            drop(thread.join());
        }
    }
}
