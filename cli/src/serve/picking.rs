//! Writing photos that were chosen while the scan still runs, one after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;

use super::claim;
use super::session::{PageSession, Pick};
use super::words;
use super::worker::FAULT;

/// Writes what comes out of `queue`, on a thread of its own, until nobody chooses any more.
pub fn start(session: &Arc<PageSession>, queue: Receiver<u64>) {
    let own = Arc::clone(session);
    let write = move || queue.iter().for_each(|id| one(&own, id));
    // Without the thread, choosing says that nothing takes it.
    drop(thread::Builder::new().name("chosen".to_owned()).spawn(write));
}

/// Writes one photo.
fn one(session: &Arc<PageSession>, id: u64) {
    // Whoever ends the program waits until it is written, or given up.
    let _pick = claim::Pick::begin(session);
    let found = {
        let state = session.state();
        let running = state.running.as_ref();
        running.and_then(|running| {
            let seen = running.seen.get(usize::try_from(id).ok()?.checked_sub(1)?)?;
            Some((Arc::clone(seen), Arc::clone(&running.picks), state.generation))
        })
    };
    // The scan is over: all photos are written by it.
    let Some((seen, picks, generation)) = found else { return };
    let pick = match catch_unwind(AssertUnwindSafe(|| picks.save(&seen))) {
        Ok(Ok(path)) => Pick::Saved(path),
        Ok(Err(error)) => Pick::Failed(words::failure(&error)),
        Err(_) => Pick::Failed(FAULT.to_owned()),
    };
    let mut state = session.state();
    if state.generation == generation {
        state.note_pick(id, pick);
    }
}

/// Chooses photos by their numbers; tells how many were taken.
///
/// # Errors
///
/// When no scan runs any more.
pub fn choose(session: &PageSession, ids: &[u64]) -> Result<usize, &'static str> {
    let mut state = session.state();
    let Some(running) = &state.running else {
        return Err("The scan is over, and all photos are written.");
    };
    let known = running.seen.len() as u64;
    let chosen = running.chosen.clone();
    let mut taken = 0;
    for &id in ids.iter().filter(|id| (1..=known).contains(*id)) {
        // What was written or waits is not written again; what failed is tried once more.
        if matches!(state.picked.get(&id), Some(Pick::Waiting | Pick::Saved(_))) {
            continue;
        }
        if chosen.send(id).is_err() {
            return Err("Nothing can be written now.");
        }
        state.note_pick(id, Pick::Waiting);
        taken += 1;
    }
    Ok(taken)
}
