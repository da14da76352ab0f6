//! The session as the page asks for it: small enough to be asked for every second.

use std::sync::atomic::Ordering::Relaxed;

use serde_json::{Value, json};

use super::denial::Denial;
use super::request::Head;
use super::session::{PageSession, Phase, Pick, State};

/// Photos that are told at once.
const MOST_AT_ONCE: usize = 200;

/// Where the session stands, in numbers.
pub fn state(session: &PageSession) -> Value {
    let progress = session.progress();
    let (scanned, total) = (progress.scanned.load(Relaxed), progress.total.load(Relaxed));
    let is_finishing = progress.finishing.load(Relaxed);
    let state = session.state();
    let seconds = state.running.as_ref().map(|running| running.since.elapsed().as_secs_f64());
    let speed = seconds.filter(|seconds| *seconds > 0.5).map(|seconds| scanned as f64 / seconds);
    let left = speed
        .filter(|speed| *speed > 0.0)
        .map(|speed| total.saturating_sub(scanned) as f64 / speed);
    let step = match state.phase {
        Phase::Scanning if progress.stopped() => "stopping",
        Phase::Scanning if is_finishing => "sorting",
        Phase::Scanning if total == 0 => "opening",
        Phase::Scanning => "reading",
        _ => "",
    };
    let counts = if state.phase == Phase::Scanning { progress.counts() } else { Vec::new() };
    json!({
        "phase": state.phase.name(),
        "step": step,
        "generation": state.generation,
        "sources": state.sources.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
        "output": state.output.as_ref().map(|path| path.to_string_lossy()),
        "scanned": scanned,
        "total": total,
        "seconds": seconds,
        "speed": speed,
        "left": left,
        "formats": counts.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "grades": state.grades,
        "live": state.live,
        "counts": state.counts,
        "photos": state.cards.len(),
        "unlisted": state.unlisted,
        "picks": picks(&state),
        "ended": state.ended,
        "gallery": state.results.as_ref().is_some_and(|results| results.file("report.html").is_ok()),
        "forecast": state.forecast,
        "recovery": state.recovery,
        "from_terminal": session.settings.is_live,
    })
}

fn picks(state: &State) -> Value {
    let count = |is: fn(&Pick) -> bool| state.picked.values().filter(|pick| is(pick)).count();
    json!({
        "waiting": count(|pick| *pick == Pick::Waiting),
        "saved": count(|pick| matches!(pick, Pick::Saved(_))),
        "failed": count(|pick| matches!(pick, Pick::Failed(_))),
    })
}

/// Photos and what became of those that were chosen, after those that the page has.
///
/// # Errors
///
/// When the page asks for no numbers.
pub fn photos(session: &PageSession, head: &Head) -> Result<Value, Denial> {
    let number = |name| head.number(name).map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let (after, picks_after) = (number("after")?, number("picks_after")?);
    let asked = head.number("generation")?;
    let state = session.state();
    // A page that knows other cards begins anew.
    let (after, picks_after) =
        if asked == state.generation { (after, picks_after) } else { (0, 0) };
    let rest = state.cards.get(after..).unwrap_or_default();
    let photos = &rest[..rest.len().min(MOST_AT_ONCE)];
    let picks_rest = state.picks.get(picks_after..).unwrap_or_default();
    let picks = &picks_rest[..picks_rest.len().min(MOST_AT_ONCE)];
    Ok(json!({
        "generation": state.generation,
        "photos": photos,
        "next": after.min(state.cards.len()) + photos.len(),
        "picks": picks.iter().map(pick).collect::<Vec<_>>(),
        "picks_next": picks_after.min(state.picks.len()) + picks.len(),
        "more": photos.len() < rest.len() || picks.len() < picks_rest.len(),
    }))
}

fn pick((id, pick): &(u64, Pick)) -> Value {
    match pick {
        Pick::Waiting => json!({ "id": id, "state": "waiting" }),
        Pick::Saved(path) => json!({ "id": id, "state": "saved", "path": path }),
        Pick::Failed(why) => json!({ "id": id, "state": "failed", "why": why }),
    }
}
