//! Progress for programs: an object a line on stderr.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use afterimage_engine::progress::Progress;
use serde_json::{Map, Value, json};

use super::latest::Latest;
use crate::event::event;

/// Time between two events of progress.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells of a scan once a second.
pub struct Events {
    started: Instant,
    told: Option<Instant>,
    is_stopping: bool,
    is_finishing: bool,
}

impl Events {
    /// Nothing was told yet.
    pub fn new() -> Self {
        Events { started: Instant::now(), told: None, is_stopping: false, is_finishing: false }
    }

    /// Tells how far a scan is, where it is time to.
    pub fn tell(&mut self, progress: &Progress, latest: &Latest) {
        if progress.stopped() && !std::mem::replace(&mut self.is_stopping, true) {
            event("stopping", Value::Null);
        }
        if progress.finishing.load(Relaxed) && !std::mem::replace(&mut self.is_finishing, true) {
            event("finishing", Value::Null);
        }
        let is_due = self.told.is_none_or(|told| told.elapsed() >= PAUSE);
        if is_due && progress.total.load(Relaxed) > 0 && !self.is_finishing {
            self.progress(progress, latest);
        }
    }

    /// Tells what it came to.
    pub fn end(&mut self, progress: &Progress, latest: &Latest) {
        self.progress(progress, latest);
    }

    fn progress(&mut self, progress: &Progress, latest: &Latest) {
        self.told = Some(Instant::now());
        let (scanned, total) = (progress.scanned.load(Relaxed), progress.total.load(Relaxed));
        let seconds = self.started.elapsed().as_secs_f64();
        let speed = if seconds > 0.0 { scanned as f64 / seconds } else { 0.0 };
        let left = (speed > 0.0).then(|| (total.saturating_sub(scanned) as f64 / speed) as u64);
        let found = progress.counts().into_iter().map(|(name, n)| (name.to_owned(), json!(n)));
        let names: Vec<&str> = latest.names().collect();
        event(
            "progress",
            json!({
                "scanned": scanned,
                "total": total,
                "bytes_per_second": speed as u64,
                "seconds_left": left,
                "found": found.collect::<Map<_, _>>(),
                "latest": if names.is_empty() { Value::Null } else { json!(names) },
            }),
        );
    }
}
