//! One thing at a time: a scan, a recovery, or opening a result. Whatever does one of them holds a [`Claim`], which is
//! taken and given back here and nowhere else, also where what held it has panicked.
//!
//! What only looks at a card for a moment is a [`Visit`]: any number at a time, none beside a claim but a forecast, and
//! claims wait for them.

use std::sync::Arc;
use std::time::Duration;

use afterimage_engine::progress::Progress;

use super::denial::Denial;
use super::session::{PageSession, State};

/// So long a claim waits for what looks at a card for a moment.
const MOST_WAIT: Duration = Duration::from_secs(10);

/// What can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A scan.
    Scan,
    /// Photos of a report are written.
    Recovery,
    /// A result is opened or closed.
    Opening,
    /// It is found out what a scan will find. It gives way to all others.
    Forecast,
}

impl Work {
    /// Why something else cannot begin now.
    fn refusal(self) -> &'static str {
        match self {
            Work::Scan => "A scan is running: wait until it is over, or stop it first.",
            Work::Recovery => "Photos are being written: wait until that is done.",
            Work::Opening => "A result is being opened: try again in a moment.",
            Work::Forecast => "A look at a card is under way: try again in a moment.",
        }
    }
}

/// What runs now.
#[derive(Debug, Default)]
pub struct Busy {
    work: Option<(Work, Arc<Progress>)>,
    visits: usize,
}

impl Busy {
    /// What runs.
    pub fn work(&self) -> Option<Work> {
        self.work.as_ref().map(|(work, _)| *work)
    }

    /// Asks what runs to end soon.
    pub fn stop(&self) {
        if let Some((_, progress)) = &self.work {
            progress.stop();
        }
    }

    /// Whether nothing runs, and nobody looks at a card.
    pub fn is_idle(&self) -> bool {
        self.work.is_none() && self.visits == 0
    }

    fn is_forecast(&self) -> bool {
        self.work() == Some(Work::Forecast)
    }
}

/// The right to do one of the things of which one is done at a time.
pub struct Claim {
    session: Arc<PageSession>,
    is_held: bool,
    /// How far it has come, and what stops it.
    pub progress: Arc<Progress>,
}

impl Claim {
    /// Takes it; a forecast is ended for it.
    ///
    /// # Errors
    ///
    /// When something else runs, or all of it ends.
    pub fn take(session: &Arc<PageSession>, work: Work) -> Result<Self, Denial> {
        Self::with(session, work, Arc::default())
    }

    /// The same for what is stopped by `progress`.
    ///
    /// # Errors
    ///
    /// Those of [`Claim::take`].
    pub fn with(
        session: &Arc<PageSession>,
        work: Work,
        progress: Arc<Progress>,
    ) -> Result<Self, Denial> {
        let displaces = work != Work::Forecast;
        {
            let state = session.state();
            if displaces && state.busy.is_forecast() {
                state.busy.stop();
            }
        }
        let is_brief = |state: &State| {
            let is_free = state.busy.work().is_none();
            (is_free && state.busy.visits > 0) || (displaces && state.busy.is_forecast())
        };
        let mut state =
            session.wait_while(MOST_WAIT, |state| is_brief(state) && !session.is_over());
        if session.is_over() {
            return Err(Denial::ENDING);
        }
        let refusal = match state.busy.work() {
            Some(work) => Some(work.refusal()),
            None if state.busy.visits > 0 => Some(Work::Forecast.refusal()),
            None => None,
        };
        if let Some(why) = refusal {
            return Err(Denial::conflict(why));
        }
        state.busy.work = Some((work, Arc::clone(&progress)));
        drop(state);
        Ok(Claim { session: Arc::clone(session), is_held: true, progress })
    }

    /// Gives it back, together with what came of it: nobody sees one without the other.
    pub fn finish(mut self, update: impl FnOnce(&mut State)) {
        let session = Arc::clone(&self.session);
        let mut state = session.state();
        update(&mut state);
        state.busy.work = None;
        self.is_held = false;
        drop(state);
        session.tell_change();
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.is_held {
            self.session.state().busy.work = None;
            self.session.tell_change();
        }
    }
}

/// A short look at a card, or a photo that is written while a scan runs.
pub struct Visit(Arc<PageSession>);

impl Visit {
    /// A look at a card.
    ///
    /// # Errors
    ///
    /// When something runs that reads it, or all of it ends.
    pub fn of_card(session: &Arc<PageSession>) -> Result<Self, Denial> {
        let mut state = session.state();
        if session.is_over() {
            return Err(Denial::ENDING);
        }
        match state.busy.work() {
            None | Some(Work::Forecast) => state.busy.visits += 1,
            Some(work) => return Err(Denial::conflict(work.refusal())),
        }
        drop(state);
        Ok(Visit(Arc::clone(session)))
    }

    /// The writing of a photo that somebody has chosen while a scan runs.
    pub fn beside_scan(session: &Arc<PageSession>) -> Self {
        session.state().busy.visits += 1;
        Visit(Arc::clone(session))
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.busy.visits = state.busy.visits.saturating_sub(1);
        drop(state);
        self.0.tell_change();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::serve::session::Settings;

    fn session() -> Arc<PageSession> {
        PageSession::new(Settings::default())
    }

    fn refusal(session: &Arc<PageSession>, work: Work) -> Option<&'static str> {
        Claim::take(session, work).err().map(|denial| denial.why)
    }

    #[test]
    fn of_many_who_ask_at_once_one_gets_it() {
        let session = session();
        let works = [Work::Scan, Work::Recovery, Work::Opening];
        for round in 0..50 {
            let taken: Vec<_> = thread::scope(|scope| {
                let take = |at: usize| {
                    let session = &session;
                    scope.spawn(move || Claim::take(session, works[(at + round) % 3]).ok())
                };
                let all: Vec<_> = (0..6).map(take).collect();
                all.into_iter().filter_map(|one| one.join().unwrap()).collect()
            });
            assert_eq!(taken.len(), 1);
        }
        assert!(session.state().busy.is_idle());
    }

    #[test]
    fn a_refusal_says_what_runs() {
        let session = session();
        for work in [Work::Scan, Work::Recovery, Work::Opening] {
            let claim = Claim::take(&session, work).unwrap();
            for other in [Work::Scan, Work::Recovery, Work::Opening, Work::Forecast] {
                assert_eq!(refusal(&session, other), Some(work.refusal()));
            }
            assert!(Visit::of_card(&session).is_err());
            drop(claim);
            assert!(Visit::of_card(&session).is_ok());
        }
    }

    #[test]
    fn a_claim_is_given_back_after_a_panic() {
        let session = session();
        let claim = Claim::take(&session, Work::Recovery).unwrap();
        let panicked = thread::spawn(move || {
            let _claim = claim;
            panic!("as it should");
        });
        assert!(panicked.join().is_err());
        assert_eq!(refusal(&session, Work::Scan), None);
    }

    #[test]
    fn a_forecast_gives_way_and_looks_are_waited_for() {
        let session = session();
        let forecast = Claim::take(&session, Work::Forecast).unwrap();
        let visit = Visit::of_card(&session).unwrap();
        let ends = thread::spawn(move || {
            while !forecast.progress.stopped() {
                thread::sleep(Duration::from_millis(5));
            }
            forecast.finish(|state| state.live = 7);
            thread::sleep(Duration::from_millis(50));
            drop(visit);
        });
        let scan = Claim::take(&session, Work::Scan).unwrap();
        assert_eq!(session.state().live, 7);
        assert!(session.state().busy.visits == 0);
        drop(scan);
        ends.join().unwrap();
    }

    #[test]
    fn nothing_begins_once_all_ends_and_what_runs_is_stopped() {
        let session = session();
        let claim = Claim::take(&session, Work::Scan).unwrap();
        session.quit();
        assert!(claim.progress.stopped());
        drop(claim);
        assert_eq!(refusal(&session, Work::Recovery), Some(Denial::ENDING.why));
    }
}
