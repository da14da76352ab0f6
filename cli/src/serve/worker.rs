//! Threads that do what takes long, and the border at which a fault of theirs ends.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use super::claim::Claim;
use super::session::State;

/// What is said where the program itself is at fault.
pub const FAULT: &str =
    "This program made a mistake and could not go on. What was written until then is kept.";

/// What came of some work, to be shown.
pub type Update = Box<dyn FnOnce(&mut State) + Send>;

/// Does `work` on a thread of its own, and shows what came of it when the claim is given back. Where the work panics,
/// `fault` is shown.
///
/// # Errors
///
/// When the system has no thread.
pub fn start(
    name: &str,
    claim: Claim,
    work: impl FnOnce() -> Update + Send + 'static,
    fault: impl FnOnce(&mut State) + Send + 'static,
) -> io::Result<()> {
    let run = move || {
        // All that the work shares with others is behind locks that outlive a panic, or given up with it.
        let update =
            catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Box::new(fault) as Update);
        claim.finish(update);
    };
    thread::Builder::new().name(name.to_owned()).spawn(run).map(drop)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::serve::busy::Work;
    use crate::serve::session::{PageSession, Phase, Settings};

    #[test]
    fn a_fault_ends_at_the_thread_and_is_shown() {
        let session = PageSession::new(Settings::default());
        let claim = Claim::take(&session, Work::Scan).unwrap();
        session.state().phase = Phase::Scanning;
        let work = || -> Update { panic!("as it should") };
        start("test", claim, work, |state| state.phase = Phase::Failed).unwrap();
        let state = session.wait_while(Duration::from_secs(10), |state| !state.busy.is_idle());
        assert!(state.phase == Phase::Failed && state.busy.is_idle());
    }

    #[test]
    fn what_came_of_it_is_there_as_soon_as_something_else_may_begin() {
        let session = PageSession::new(Settings::default());
        for round in 1..=50 {
            let claim = Claim::take(&session, Work::Opening).unwrap();
            let work = move || Box::new(move |state: &mut State| state.live = round) as Update;
            start("test", claim, work, |_| ()).unwrap();
            let state = session.wait_while(Duration::from_secs(10), |state| !state.busy.is_idle());
            assert_eq!(state.live, round);
        }
    }
}
