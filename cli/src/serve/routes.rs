//! Which request is for what. The table of all of them stands in [`crate::serve`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::busy::Work;
use super::claim::{Claim, Look};
use super::denial::{Denial, Refusal};
use super::ending::Shown;
use super::plan::Asked;
use super::request::{Head, Method};
use super::response::Response;
use super::session::{PageSession, Phase, State};
use super::typed_path::absolute;
use super::{advising, browse, page, picking, pictures, recovery, scanning, told};

/// The most photos that are chosen at once.
const MOST_CHOSEN: usize = 100_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    path: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    source: PathBuf,
    output: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Photos {
    ids: Vec<u64>,
    #[serde(default)]
    to: Option<PathBuf>,
}

/// Answers a request that may be answered. `below` is the part of its path that follows the token.
///
/// # Errors
///
/// What is not there, or not to be had that way.
pub fn answer(
    session: &Arc<PageSession>,
    head: &Head,
    below: &str,
    body: &[u8],
) -> Result<Response, Denial> {
    match head.method {
        Method::Get => get(session, head, below),
        _ => post(session, below, body),
    }
}

fn get(session: &PageSession, head: &Head, below: &str) -> Result<Response, Denial> {
    if let Some(named) = below.strip_prefix("picture/") {
        return pictures::picture(session, named);
    }
    if let Some(named) = below.strip_prefix("gallery/") {
        return pictures::gallery(session, named);
    }
    match below {
        "api/state" => Ok(Response::json(&told::state(session))),
        "api/photos" => Ok(Response::json(&told::photos(session, head)?)),
        "api/devices" => Ok(Response::json(&advising::devices())),
        _ if is_action(below) => Err(Denial::METHOD),
        _ => page::part(below).ok_or(Denial::MISSING),
    }
}

/// Whether that is something to be done, which nobody does by looking.
fn is_action(below: &str) -> bool {
    let all = [
        "browse", "suggest", "check", "forecast", "scan", "stop", "open", "choose", "recover",
        "again", "quit",
    ];
    below.strip_prefix("api/").is_some_and(|name| all.contains(&name))
}

fn post(session: &Arc<PageSession>, below: &str, body: &[u8]) -> Result<Response, Denial> {
    let done: Result<Value, Refusal> = match below {
        "api/browse" => browse::folder(&read::<One>(body)?.path).map_err(Refusal::from),
        "api/suggest" => {
            let asked = read::<One>(body)?;
            let _look = Look::begin(session)?;
            advising::suggest(&asked.path).map_err(Refusal::from)
        }
        "api/check" => {
            let Both { source, output } = read(body)?;
            let _look = Look::begin(session)?;
            advising::check(&source, &output, &session.settings).map_err(Refusal::from)
        }
        "api/forecast" => {
            let asked = read::<One>(body)?;
            is_for_any(session)?;
            done(advising::forecast(session, &asked.path))
        }
        "api/scan" => {
            let asked = read::<Asked>(body)?;
            is_for_any(session)?;
            done(scanning::start(session, &asked))
        }
        "api/open" => {
            let asked = read::<One>(body)?;
            is_for_any(session)?;
            done(open(session, &asked.path))
        }
        "api/stop" => {
            read::<Nothing>(body)?;
            session.state().busy.stop();
            Ok(json!({}))
        }
        "api/choose" => {
            let chosen = picking::choose(session, &photos(body)?.ids);
            chosen.map(|taken| json!({ "taken": taken })).map_err(|why| why.to_owned().into())
        }
        "api/recover" => {
            let Photos { ids, to } = photos(body)?;
            done(recovery::start(session, &ids, to))
        }
        "api/again" => {
            read::<Nothing>(body)?;
            is_for_any(session)?;
            Claim::take(session, Work::Opening)?.finish(again);
            Ok(json!({}))
        }
        "api/quit" => {
            read::<Nothing>(body)?;
            session.leave();
            Ok(json!({}))
        }
        "api/state" | "api/photos" | "api/devices" => return Err(Denial::METHOD),
        _ => return Err(Denial::MISSING),
    };
    match done {
        Ok(value) => Ok(Response::json(&value)),
        // The request was understood; what came of it is told in words.
        Err(Refusal::Said(why)) => Ok(Response::json(&json!({ "error": why }))),
        Err(Refusal::Denied(denial)) => Err(denial),
    }
}

/// Shows a run that is over.
fn open(session: &Arc<PageSession>, folder: &Path) -> Result<(), Refusal> {
    let claim = Claim::take(session, Work::Opening)?;
    let shown = Shown::read(&absolute(folder)?)?;
    claim.finish(|state| {
        shown.into_state(state);
        (state.recovery, state.forecast) = (None, None);
    });
    Ok(())
}

/// Back to the beginning, for another card.
fn again(state: &mut State) {
    state.renew();
    state.phase = Phase::Choosing;
    (state.sources, state.output) = (Vec::new(), None);
    (state.results, state.ended, state.recovery, state.forecast) = (None, None, None, None);
}

/// What a command line has begun is not replaced.
fn is_for_any(session: &PageSession) -> Result<(), Denial> {
    if session.settings.is_live { Err(Denial::ONE_SCAN) } else { Ok(()) }
}

fn photos(body: &[u8]) -> Result<Photos, Denial> {
    let asked: Photos = read(body)?;
    if asked.ids.len() > MOST_CHOSEN { Err(Denial::LONG) } else { Ok(asked) }
}

fn done(outcome: Result<(), Refusal>) -> Result<Value, Refusal> {
    outcome.map(|()| json!({}))
}

/// A body is an object; serde would take a list for the fields in their order.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Denial> {
    let object: serde_json::Result<serde_json::Map<String, Value>> = serde_json::from_slice(body);
    let read = object.and_then(|object| serde_json::from_value(Value::Object(object)));
    read.map_err(|_| Denial::bad("this is not what is asked for here"))
}
