//! A scan that the page has started, or that it watches.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use afterimage_engine::options::{Options, Sightings, Watcher, Watching};
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, Picks};

use super::busy::Work;
use super::card::Card;
use super::claim::Claim;
use super::denial::Refusal;
use super::ending::{self, failed};
use super::picking;
use super::plan::{Asked, Plan};
use super::session::{MOST_CARDS, PageSession, Phase, Running};
use super::worker::{self, FAULT};

/// Photos on their way from the scan to the page. A scan never waits for the page.
const MOST_WAITING: usize = 4096;

/// So long a look at what was found waits.
const TICK: Duration = Duration::from_millis(100);

/// Starts a scan, unless something runs.
///
/// # Errors
///
/// What runs, or why it cannot begin, in words for the page.
pub fn start(session: &Arc<PageSession>, asked: &Asked) -> Result<(), Refusal> {
    let claim = Claim::take(session, Work::Scan)?;
    let Plan { sources, output, mut options } = Plan::of(asked, &session.settings)?;
    let (watcher, sightings) = Watcher::channel(MOST_WAITING);
    options.watcher = Some(watcher);
    let progress = Arc::clone(&claim.progress);
    let generation = begin(session, &sources, &output, &options, &progress);
    watch(session, generation, sightings);
    let scan = move || {
        let done = run::scan(&sources, &options, &progress);
        // Whoever watches sees that nothing more comes.
        drop(options);
        ending::of_scan(&output, done.as_ref())
    };
    worker::start("scan", claim, scan, |state| failed(state, FAULT)).map_err(|error| {
        let why = format!("The scan cannot be started: {error}.");
        failed(&mut session.state(), &why);
        Refusal::Said(why)
    })
}

/// A session in which a scan runs that somebody else has started, with the claim that it holds.
///
/// # Errors
///
/// When something runs in it.
pub fn of_running(
    session: &Arc<PageSession>,
    sources: &[PathBuf],
    output: &Path,
    options: &Options,
    progress: &Arc<Progress>,
) -> Result<(Claim, Watcher), Refusal> {
    let claim = Claim::with(session, Work::Scan, Arc::clone(progress))?;
    let (watcher, sightings) = Watcher::channel(MOST_WAITING);
    let generation = begin(session, sources, output, options, progress);
    watch(session, generation, sightings);
    Ok((claim, watcher))
}

/// The page shows a scan from now on; the number is that of its cards.
fn begin(
    session: &Arc<PageSession>,
    sources: &[PathBuf],
    output: &Path,
    options: &Options,
    progress: &Arc<Progress>,
) -> u64 {
    let (chosen, queue) = channel();
    let picks = Picks::new(output, sources, options.zone.clone(), &options.pace);
    let generation = {
        let mut state = session.state();
        state.renew();
        state.phase = Phase::Scanning;
        state.sources = sources.to_vec();
        state.output = Some(output.to_path_buf());
        (state.results, state.ended, state.recovery, state.forecast) = (None, None, None, None);
        let (since, seen) = (Instant::now(), Vec::new());
        state.running = Some(Running { since, seen, picks: Arc::new(picks), chosen });
        state.generation
    };
    session.set_progress(Arc::clone(progress));
    picking::start(session, queue);
    generation
}

/// Shows what a scan finds, on a thread of its own, until it is over or others are shown.
fn watch(session: &Arc<PageSession>, generation: u64, sightings: Sightings) {
    let own = Arc::clone(session);
    let collect = move || {
        loop {
            match sightings.next(TICK) {
                Watching::Seen(seen) => {
                    let mut state = own.state();
                    if state.generation != generation {
                        break;
                    }
                    let id = state.cards.len() as u64 + 1;
                    if let Some(running) = &mut state.running {
                        if running.seen.len() < MOST_CARDS {
                            running.seen.push(Arc::new(*seen.clone()));
                        }
                        state.add(Card::seen(id, &seen));
                    }
                }
                Watching::Nothing => {}
                Watching::Over => {
                    let mut state = own.state();
                    if state.generation == generation {
                        state.unlisted += sightings.missed();
                    }
                    break;
                }
            }
        }
    };
    // Without the thread the page shows counts alone.
    drop(thread::Builder::new().name("watch".to_owned()).spawn(collect));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::session::Settings;

    /// What a scan of a card has to tell, of which no more than one photo fits into the channel.
    fn told() -> Sightings {
        let home = tempfile::tempdir().unwrap();
        let image = home.path().join("card.img");
        std::fs::write(&image, afterimage_testdata::card::demo().image).unwrap();
        let (watcher, sightings) = Watcher::channel(1);
        let options = Options { watcher: Some(watcher), ..Options::default() };
        drop(run::list(&[image], &options, &Progress::default()).unwrap());
        sightings
    }

    #[test]
    fn what_an_earlier_scan_still_has_to_tell_is_not_of_a_later_one() {
        let session = PageSession::new(Settings::default());
        let (folder, progress) = (Path::new("/none"), Arc::default());
        let begin = || begin(&session, &[], folder, &Options::default(), &progress);
        let (first, second) = (begin(), begin());
        let known = || {
            let state = session.state();
            (state.unlisted > 0, state.cards.len())
        };
        watch(&session, first, told());
        thread::sleep(TICK * 5);
        assert_eq!(known(), (false, 0));
        watch(&session, second, told());
        let clock = Instant::now();
        while known() != (true, 1) && clock.elapsed() < TICK * 100 {
            thread::sleep(TICK);
        }
        assert_eq!(known(), (true, 1));
    }
}
