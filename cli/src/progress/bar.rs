//! Lines on a terminal that are drawn again.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::latest::Latest;
use super::lines::{Sight, lines};
use super::look::Look;
use crate::screen;
use crate::text::wrapped;

/// What is said when somebody asked for an end.
const STOPPED: &str = "stopping: what was found is written, in a moment";

/// What is said while the report of what was found is made.
const WINDING_UP: &str = "stopping: sorting out what was found, writing the report";

/// What is said while the report of a whole scan is made.
const SORTING: &str = "sorting out names and copies, writing the report";

/// What is drawn.
pub struct Bar {
    bar: ProgressBar,
    /// The message that is drawn; to set one is to draw it.
    said: String,
}

impl Bar {
    /// Nothing is drawn yet.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(ProgressStyle::with_template("{msg}").expect("it is a template"));
        Bar { bar, said: String::new() }
    }

    /// Draws a scan as it is now.
    pub fn draw(&mut self, look: &Look, latest: &Latest) {
        // The last column is left free: some terminals break a line that fills it.
        let width = screen::width_of_stderr().saturating_sub(1);
        let alone = match (look.is_finishing, look.is_stopped) {
            (true, true) => Some(WINDING_UP),
            (true, false) => Some(SORTING),
            (false, true) => Some(STOPPED),
            (false, false) => None,
        };
        if let Some(alone) = alone {
            return self.say(&wrapped("", alone, width));
        }
        let Look { scanned, total, .. } = *look;
        if total == 0 && look.batch.is_none() {
            return; // The sources are being opened.
        }
        self.bar.update(|state| {
            state.set_len(total);
            state.set_pos(scanned);
        });
        let left = self.bar.eta();
        let sight = Sight {
            scanned,
            total,
            speed: self.bar.per_sec() as u64,
            left: (left > Duration::ZERO).then(|| Duration::from_secs(left.as_secs())),
            counts: look.counts.clone(),
            batch: look.batch.as_ref(),
            latest: latest.names().collect(),
        };
        self.say(&lines(&sight, width));
    }

    /// Takes away what was drawn.
    pub fn clear(self) {
        self.bar.finish_and_clear();
    }

    fn say(&mut self, lines: &[String]) {
        let message = lines.join("\n");
        if message != self.said {
            self.bar.set_message(message.clone());
            self.said = message;
        }
    }
}
