//! Exit statuses, which scripts rely on.

use std::process::ExitCode;

use afterimage_engine::run::Outcome;
use afterimage_engine::run::batch::BatchOutcome;
use afterimage_engine::words::Facts;

/// What a run came to, in one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Something was found, or done.
    Found = 0,
    /// Nothing was found.
    Nothing = 1,
    /// It could not start or could not finish.
    Failed = 2,
    /// Some sources of several could not be scanned.
    SomeFailed = 3,
    /// Somebody stopped it: 128 and the number of SIGINT, as shells have it.
    Interrupted = 130,
}

impl Status {
    /// The status of a scan: what went wrong tells more than what was found.
    pub fn of(outcome: &Outcome) -> Self {
        if outcome.interrupted { Status::Interrupted } else { Self::of_what_was_done(outcome) }
    }

    /// The status of a batch: of all images one by one, what went wrong with some of them tells more than what was
    /// found in the others.
    pub fn of_batch(outcome: &BatchOutcome) -> Self {
        let summary = &outcome.told.summary;
        match () {
            () if outcome.interrupted => Status::Interrupted,
            () if outcome.failure.is_some() => Status::Failed,
            () if summary.failed > 0 && summary.complete == 0 => Status::Failed,
            () if summary.failed > 0 => Status::SomeFailed,
            () if summary.photos + summary.videos + summary.live + summary.known == 0 => {
                Status::Nothing
            }
            () => Status::Found,
        }
    }

    /// The same of what was done, whether or not somebody stopped it.
    pub fn of_what_was_done(outcome: &Outcome) -> Self {
        if outcome.failure.is_some() {
            Status::Failed
        } else if !outcome.failed.is_empty() {
            Status::SomeFailed
        } else if !has_any(outcome) {
            Status::Nothing
        } else {
            Status::Found
        }
    }
}

/// Whether something was found that is recovered, or still there.
fn has_any(outcome: &Outcome) -> bool {
    let facts = Facts::of(&outcome.head);
    facts.has_photos() || facts.live().sum() > 0 || outcome.head.summary.known > 0
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(status as u8)
    }
}
