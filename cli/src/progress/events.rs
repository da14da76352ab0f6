//! Progress for programs: an object a line on stderr.

use std::time::{Duration, Instant};

use afterimage_engine::run::batch::{AtWork, BatchSight};
use serde_json::{Map, Value, json};

use super::latest::Latest;
use super::look::Look;
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
    pub fn tell(&mut self, look: &Look, latest: &Latest) {
        if look.is_stopped && !std::mem::replace(&mut self.is_stopping, true) {
            event("stopping", how_far(look));
        }
        if look.is_finishing && !std::mem::replace(&mut self.is_finishing, true) {
            event("finishing", how_far(look));
        }
        let is_due = self.told.is_none_or(|told| told.elapsed() >= PAUSE);
        if is_due && look.total > 0 && !self.is_finishing {
            self.progress(look, latest);
        }
    }

    /// Tells what it came to.
    pub fn end(&mut self, look: &Look, latest: &Latest) {
        self.progress(look, latest);
    }

    fn progress(&mut self, look: &Look, latest: &Latest) {
        self.told = Some(Instant::now());
        let Look { scanned, total, .. } = *look;
        let seconds = self.started.elapsed().as_secs_f64();
        let speed = if seconds > 0.0 { scanned as f64 / seconds } else { 0.0 };
        let left = (speed > 0.0).then(|| (total.saturating_sub(scanned) as f64 / speed) as u64);
        let names: Vec<&str> = latest.names().collect();
        event(
            "progress",
            json!({
                "scanned": scanned,
                "total": total,
                "bytes_per_second": speed as u64,
                "seconds_left": left,
                "found": found(look),
                "images": look.batch.as_ref().map(|batch| batch.images),
                "images_ended": look.batch.as_ref().map(|batch| batch.ended),
                "images_failed": look.batch.as_ref().map(|batch| batch.failed),
                "at_work": look.batch.as_ref().map(at_work),
                "latest": if names.is_empty() { Value::Null } else { json!(names) },
            }),
        );
    }
}

/// How far it is where another stage begins.
fn how_far(look: &Look) -> Value {
    json!({ "scanned": look.scanned, "total": look.total, "found": found(look) })
}

/// Photos found so far by name of the format.
fn found(look: &Look) -> Map<String, Value> {
    look.counts.iter().map(|(name, n)| ((*name).to_owned(), json!(n))).collect()
}

/// The images that are scanned right now.
fn at_work(batch: &BatchSight) -> Vec<Value> {
    let one = |one: &AtWork| {
        json!({
            "number": one.number,
            "name": one.name,
            "scanned": one.scanned,
            "total": one.total,
            "finishing": one.is_finishing,
        })
    };
    batch.at_work.iter().map(one).collect()
}
