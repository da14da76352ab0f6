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

/// Columns that are left for what was found on a terminal of 80, whatever the numbers before it are.
const MOST_FOUND: usize = 22;

/// What is said when somebody asked for an end. It begins with what to do, for narrow terminals.
const STOPPED: &str = "stopping: what was found is written, in a moment";

/// What is said while the report of what was found is made.
const WINDING_UP: &str = "stopping: sorting out what was found, writing the report";

/// What is said while the report of a whole scan is made.
const SORTING: &str = "sorting out names and copies, writing the report";

/// What is drawn.
struct Bar {
    bar: ProgressBar,
    /// The message that is drawn; to set one is to draw it.
    said: String,
    /// Whether the message has the line to itself.
    is_alone: bool,
}

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style(SCANNING));
        Bar { bar, said: String::new(), is_alone: false }
    }

    fn draw(&mut self, progress: &Progress) {
        if progress.finishing.load(Relaxed) {
            return self.alone(if progress.stopped() { WINDING_UP } else { SORTING });
        }
        if progress.stopped() {
            return self.alone(STOPPED);
        }
        let (scanned, total) = (progress.scanned.load(Relaxed), progress.total.load(Relaxed));
        if total == 0 {
            return; // The sources are being opened.
        }
        self.bar.update(|state| {
            state.set_len(total);
            state.set_pos(scanned);
        });
        self.say(found(progress));
    }

    /// A message on a line of its own, so that nothing of it is cut off.
    fn alone(&mut self, message: &str) {
        if !self.is_alone {
            self.is_alone = true;
            self.bar.set_style(style(FINISHING));
        }
        self.say(message.to_owned());
        self.bar.tick();
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

/// Counts by format, the most frequent first, as many as there is room for; the others are summed up.
fn found(progress: &Progress) -> String {
    let mut counts = progress.counts();
    counts.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
    if counts.is_empty() {
        return "nothing found yet".to_owned();
    }
    let all: u64 = counts.iter().map(|(_, count)| *count).sum();
    let (mut said, mut rest) = (String::new(), all);
    for (name, count) in counts {
        let gap = if said.is_empty() { "" } else { "  " };
        let more = format!("{said}{gap}{name} {count}");
        let left = rest - count;
        let sum = if left > 0 { format!("  +{left}").len() } else { 0 };
        if more.len() + sum > MOST_FOUND {
            break;
        }
        (said, rest) = (more, left);
    }
    match (said.is_empty(), rest) {
        (true, _) => format!("{all} found"),
        (false, 0) => said,
        (false, rest) => format!("{said}  +{rest}"),
    }
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

    #[test]
    fn nothing_is_cut_off_on_a_terminal_of_80_columns() {
        let progress = Progress::default();
        let names: Vec<_> = crate::wanted::signatures().map(|signature| signature.name).collect();
        for (index, &name) in names.iter().enumerate() {
            (0..=index).for_each(|_| progress.count(name));
            let said = found(&progress);
            assert!(said.len() <= MOST_FOUND, "{said}");
        }
        assert!(found(&progress).contains("  +"), "{}", found(&progress));
        for alone in [STOPPED, WINDING_UP, SORTING] {
            assert!(alone.len() < 78, "{alone}");
        }
    }
}
