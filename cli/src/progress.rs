//! What is seen while a scan runs.
//!
//! One thread reads the engine's counters ten times a second and draws them; workers never touch
//! the screen.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use afterimage_engine::progress::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::memory::{self, Memory};

/// Time between two looks.
const TICK: Duration = Duration::from_millis(100);

const SCANNING: &str = "{percent:>3} %  {decimal_bytes} of {decimal_total_bytes}  \
                        {decimal_bytes_per_sec}  {eta} left  {wide_msg}";
const FINISHING: &str = "{spinner} {wide_msg}";

/// The thread that looks at a running scan.
pub struct Ticker {
    done: Sender<()>,
    thread: JoinHandle<Memory>,
}

impl Ticker {
    /// Looks at `progress` until [`Ticker::finish`]; draws it where somebody can see it.
    pub fn start(progress: Arc<Progress>, quiet: bool) -> Self {
        let (done, finished) = channel();
        let mut bar = (!quiet && io::stderr().is_terminal()).then(Bar::new);
        let thread = thread::spawn(move || {
            let mut most = Memory::default();
            loop {
                if let Some(now) = memory::now() {
                    most.anonymous = most.anonymous.max(now.anonymous);
                    most.peak = most.peak.max(now.peak);
                }
                if let Some(bar) = &mut bar {
                    bar.draw(&progress);
                }
                if finished.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            if let Some(bar) = bar {
                bar.bar.finish_and_clear();
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

/// What is drawn.
struct Bar {
    bar: ProgressBar,
    /// The message that is drawn; to set one is to draw it.
    said: String,
    finishing: bool,
}

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style(SCANNING));
        Bar { bar, said: String::new(), finishing: false }
    }

    fn draw(&mut self, progress: &Progress) {
        if progress.finishing.load(Relaxed) {
            if !self.finishing {
                self.finishing = true;
                self.bar.set_style(style(FINISHING));
                self.say("sorting out names and copies, writing the report".to_owned());
            }
            return self.bar.tick();
        }
        let (scanned, total) = (progress.scanned.load(Relaxed), progress.total.load(Relaxed));
        if total == 0 {
            return; // The sources are being opened.
        }
        self.bar.update(|state| {
            state.set_len(total);
            state.set_pos(scanned);
        });
        self.say(if progress.stopped() {
            "stopping; Ctrl-C again ends it at once, without a report".to_owned()
        } else {
            found(progress)
        });
    }

    fn say(&mut self, message: String) {
        if message != self.said {
            self.bar.set_message(message.clone());
            self.said = message;
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates are those above")
}

/// Counts by format, the most frequent first.
fn found(progress: &Progress) -> String {
    let mut counts = progress.counts();
    counts.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
    let counts: Vec<_> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    if counts.is_empty() { "nothing found yet".to_owned() } else { counts.join("  ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_one() {
        style(SCANNING);
        style(FINISHING);
    }

    #[test]
    fn counts_are_told_by_format() {
        let progress = Progress::default();
        assert_eq!(found(&progress), "nothing found yet");
        let names: Vec<_> = crate::wanted::signatures().map(|signature| signature.name).collect();
        progress.count(names[0]);
        progress.count(names[1]);
        progress.count(names[1]);
        assert_eq!(found(&progress), format!("{} 2  {} 1", names[1], names[0]));
    }
}
