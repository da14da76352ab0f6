//! What is seen while an output folder is verified.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use afterimage_engine::progress::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Time between two looks.
const TICK: Duration = Duration::from_millis(200);

/// A line on stderr with the bytes that were read, until it is dropped.
pub struct Meter {
    done: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Meter {
    /// Shows how far `progress` has come.
    pub fn start(progress: Arc<Progress>) -> Self {
        let (done, finished) = channel::<()>();
        let thread = thread::spawn(move || {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template(
                "{spinner} {decimal_bytes} compared  {decimal_bytes_per_sec}  {elapsed}",
            ) {
                bar.set_style(style);
            }
            while finished.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                bar.set_position(progress.scanned.load(Relaxed));
            }
            bar.finish_and_clear();
        });
        Meter { done: Some(done), thread: Some(thread) }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
