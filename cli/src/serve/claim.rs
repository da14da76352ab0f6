//! One thing at a time: a scan, a recovery, or opening a result. Whatever does one of them holds a [`Claim`], which is
//! taken and given back here and nowhere else, also where what held it has panicked.
//!
//! What only looks at a card for a moment is a [`Look`]: any number at a time, none beside a claim but a forecast. Claims
//! wait for looks, but not for ever: a card that hangs keeps nobody from using another one. A photo that is written
//! while a scan runs is a [`Pick`], and nothing ends or begins before it is whole or gone.

use std::sync::Arc;
use std::time::Instant;

use afterimage_engine::progress::Progress;

use super::busy::{MOST_WAIT, Work};
use super::denial::Denial;
use super::session::{PageSession, State};

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
        let is_brief = |state: &State| {
            let busy = &state.busy;
            if displaces && busy.is_forecast() {
                // Also one that has begun while this waits.
                busy.stop();
                return true;
            }
            busy.work().is_none() && (busy.is_looked_at() || busy.picks > 0)
        };
        let mut state =
            session.wait_while(MOST_WAIT, |state| is_brief(state) && !session.is_over());
        if session.is_over() {
            return Err(Denial::ENDING);
        }
        let refusal = match state.busy.work() {
            Some(work) => Some(work.refusal()),
            None if state.busy.picks > 0 => Some(Work::Recovery.refusal()),
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

/// A short look at a card.
pub struct Look {
    session: Arc<PageSession>,
    number: u64,
}

impl Look {
    /// Begins one.
    ///
    /// # Errors
    ///
    /// When something runs that reads cards, or all of it ends.
    pub fn begin(session: &Arc<PageSession>) -> Result<Self, Denial> {
        let mut state = session.state();
        if session.is_over() {
            return Err(Denial::ENDING);
        }
        if let Some(work) = state.busy.work().filter(|work| *work != Work::Forecast) {
            return Err(Denial::conflict(work.refusal()));
        }
        let number = state.busy.next_look;
        state.busy.next_look += 1;
        state.busy.looks.push((number, Instant::now()));
        drop(state);
        Ok(Look { session: Arc::clone(session), number })
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        self.session.state().busy.looks.retain(|(number, _)| *number != self.number);
        self.session.tell_change();
    }
}

/// The writing of a photo that somebody has chosen while a scan runs.
pub struct Pick(Arc<PageSession>);

impl Pick {
    /// Begins one.
    pub fn begin(session: &Arc<PageSession>) -> Self {
        session.state().busy.picks += 1;
        Pick(Arc::clone(session))
    }
}

impl Drop for Pick {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.busy.picks = state.busy.picks.saturating_sub(1);
        drop(state);
        self.0.tell_change();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

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
            assert!(Look::begin(&session).is_err());
            drop(claim);
            assert!(Look::begin(&session).is_ok());
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
        let look = Look::begin(&session).unwrap();
        let ends = thread::spawn(move || {
            while !forecast.progress.stopped() {
                thread::sleep(Duration::from_millis(5));
            }
            forecast.finish(|state| state.live = 7);
            thread::sleep(Duration::from_millis(50));
            drop(look);
        });
        let scan = Claim::take(&session, Work::Scan).unwrap();
        assert_eq!(session.state().live, 7);
        assert!(!session.state().busy.is_looked_at());
        drop(scan);
        ends.join().unwrap();
    }

    #[test]
    fn a_forecast_that_begins_while_a_scan_waits_gives_way_too() {
        let session = session();
        let look = Look::begin(&session).unwrap();
        let own = Arc::clone(&session);
        let scan = thread::spawn(move || Claim::take(&own, Work::Scan).is_ok());
        thread::sleep(Duration::from_millis(50));
        // As one that has come first to the lock when the look was over.
        let progress = Arc::<Progress>::default();
        session.state().busy.work = Some((Work::Forecast, Arc::clone(&progress)));
        drop(look);
        while !progress.stopped() {
            thread::sleep(Duration::from_millis(5));
        }
        session.state().busy.work = None;
        session.tell_change();
        assert!(scan.join().unwrap());
    }

    #[test]
    fn a_card_that_hangs_keeps_nobody_from_another_one() {
        let session = session();
        let hung = Look::begin(&session).unwrap();
        let Some(long_ago) = Instant::now().checked_sub(MOST_WAIT) else { return };
        session.state().busy.looks[0].1 = long_ago;
        let clock = Instant::now();
        assert_eq!(refusal(&session, Work::Scan), None);
        assert!(clock.elapsed() < MOST_WAIT / 2 && session.state().busy.is_idle());
        drop(hung);
        assert!(session.state().busy.looks.is_empty());
    }

    #[test]
    fn nothing_begins_before_a_photo_is_whole() {
        let session = session();
        let pick = Pick::begin(&session);
        let own = Arc::clone(&session);
        let scan = thread::spawn(move || Claim::take(&own, Work::Scan).is_ok());
        thread::sleep(Duration::from_millis(100));
        assert!(!scan.is_finished() && !session.state().busy.is_idle());
        drop(pick);
        assert!(scan.join().unwrap());
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
