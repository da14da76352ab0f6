//! A scan that the page has started, or that it watches.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use afterimage_engine::error::Error;
use afterimage_engine::options::{Options, Sightings, Watcher, Watching};
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, Outcome, Picks, Results};
use afterimage_engine::{check_folder, report};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;

use super::card::Card;
use super::picking;
use super::session::{MOST_CARDS, PageSession, Phase, Running};
use super::words;
use crate::sources;

/// Photos on their way from the scan to the page. A scan never waits for the page.
const MOST_WAITING: usize = 4096;

/// So long a look at what was found waits.
const TICK: Duration = Duration::from_millis(100);

/// Bytes a chunk of a source that is read slowly.
const SMALL_CHUNK: u64 = 256 << 10;

/// A scan that is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Image or device.
    pub source: PathBuf,
    /// The folder to write to.
    pub output: PathBuf,
    /// Whether photos that are still there are copied too.
    #[serde(default)]
    pub all: bool,
    /// Whether the scan there that was interrupted is gone on with.
    #[serde(default)]
    pub resume: bool,
}

/// Starts a scan, unless one runs.
///
/// # Errors
///
/// Why it cannot begin, in words for the page.
pub fn start(session: &Arc<PageSession>, asked: &Asked) -> Result<(), String> {
    let output = absolute(&asked.output)?;
    let given = [absolute(&asked.source)?];
    let expanded = sources::expand(&given, Some(&output));
    let sources = expanded.map_err(|error| words::failure(error.as_ref()))?.paths;
    if !asked.resume {
        check_folder(&output, &sources).map_err(|error| words::failure(&error))?;
    }
    let (watcher, sightings) = Watcher::channel(MOST_WAITING);
    let limit = session.settings.read_limit;
    let options = Options {
        output: Some(output.clone()),
        resume: asked.resume,
        command: command(&given[0], &output, asked.all, limit),
        all: asked.all,
        read_limit: limit,
        // What comes slowly is looked at in small pieces, so that photos show soon.
        chunk_len: if limit > 0 { SMALL_CHUNK } else { Options::CHUNK_LEN },
        watcher: Some(watcher),
        ..Options::default()
    };
    let progress = Arc::new(Progress::default());
    begin(session, &sources, &output, None, &progress)?;
    watch(session, sightings);
    let own = Arc::clone(session);
    let scan = move || {
        let done = run::scan(&sources, &options, &progress);
        // Whoever watches sees that nothing more comes.
        drop(options);
        finish(&own, &output, done.as_ref());
    };
    let begun = thread::Builder::new().name("scan".to_owned()).spawn(scan);
    begun.map(drop).map_err(|error| {
        session.state().phase = Phase::Failed;
        format!("The scan cannot be started: {error}.")
    })
}

/// A session in which a scan runs that somebody else has started. `zone` is that of cameras that tell none.
pub fn of_running(
    session: &Arc<PageSession>,
    sources: &[PathBuf],
    output: &Path,
    zone: Option<&TimeZone>,
    progress: &Arc<Progress>,
) -> Watcher {
    let (watcher, sightings) = Watcher::channel(MOST_WAITING);
    // Nothing runs in it yet, so that it can begin.
    drop(begin(session, sources, output, zone, progress));
    watch(session, sightings);
    watcher
}

/// The page shows a scan from now on. `zone` is that of cameras that tell none.
fn begin(
    session: &Arc<PageSession>,
    sources: &[PathBuf],
    output: &Path,
    zone: Option<&TimeZone>,
    progress: &Arc<Progress>,
) -> Result<(), String> {
    let (chosen, queue) = channel();
    let picks = Arc::new(Picks::new(output, sources, zone.cloned()));
    {
        let mut state = session.state();
        if state.running.is_some() {
            return Err("A scan is running already.".to_owned());
        }
        state.renew();
        state.phase = Phase::Scanning;
        state.sources = sources.to_vec();
        state.output = Some(output.to_path_buf());
        (state.results, state.ended, state.recovery) = (None, None, None);
        let (since, seen) = (Instant::now(), Vec::new());
        state.running = Some(Running { since, seen, picks, chosen });
    }
    session.set_progress(Arc::clone(progress));
    picking::start(session, queue);
    Ok(())
}

/// Shows what a scan finds, on a thread of its own, until it is over.
fn watch(session: &Arc<PageSession>, sightings: Sightings) {
    let own = Arc::clone(session);
    let collect = move || loop {
        match sightings.next(TICK) {
            Watching::Seen(seen) => {
                let mut state = own.state();
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
                own.state().unlisted += sightings.missed();
                break;
            }
        }
    };
    // Without the thread the page shows counts alone.
    drop(thread::Builder::new().name("watch".to_owned()).spawn(collect));
}

/// Shows what a scan came to.
pub fn finish(session: &Arc<PageSession>, output: &Path, done: Result<&Outcome, &Error>) {
    // What is still on its way from the scan is in the report.
    session.state().running = None;
    let failed = match done {
        Ok(outcome) => outcome.failure.as_ref().or(outcome.failed.first().map(|(_, error)| error)),
        // That is what was asked for.
        Err(Error::Finished { .. }) => None,
        Err(error) => Some(error),
    };
    let failed = failed.map(|error| words::failure(error));
    let shown = show(session, output);
    let mut state = session.state();
    if let (Err(why), None) = (&shown, &failed) {
        state.phase = Phase::Failed;
        state.ended = Some(json!({ "headline": why, "lines": [], "incomplete": true }));
    }
    if let Some(why) = failed {
        match (&shown, &mut state.ended) {
            (Ok(()), Some(ended)) => ended["failure"] = json!(why),
            _ => {
                state.phase = Phase::Failed;
                state.ended = Some(json!({ "headline": why, "lines": [], "incomplete": true }));
            }
        }
    }
}

/// Shows the run that has left its report in a folder.
///
/// # Errors
///
/// Why it cannot be shown, in words for the page.
pub fn show(session: &Arc<PageSession>, folder: &Path) -> Result<(), String> {
    let said = |error: Error| words::failure(&error);
    let results = Results::open(folder).map_err(said)?;
    let mut reader = results.report().map_err(said)?;
    let (mut cards, mut unlisted) = (Vec::new(), 0);
    let each = |file: report::ReportFile| {
        match Card::reported(&file) {
            Some(card) if cards.len() < MOST_CARDS => cards.push(card),
            Some(_) => unlisted += 1,
            None => {}
        }
        Ok(())
    };
    reader.files(each).map_err(said)?;
    let head = &reader.head;
    let mut state = session.state();
    state.renew();
    cards.into_iter().for_each(|card| state.add(card));
    state.unlisted = unlisted;
    state.phase = Phase::Finished;
    state.sources = head.source_paths();
    state.output = Some(results.path());
    state.ended = Some(words::ended(&head.summary, head.incomplete.as_deref()));
    state.results = Some(Arc::new(results));
    Ok(())
}

/// The command line that does the same.
fn command(source: &Path, output: &Path, all: bool, limit: u64) -> Vec<String> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let words = ["afterimage", "scan"].map(str::to_owned).into_iter();
    let mut words: Vec<String> = words.chain([text(source)]).collect();
    words.extend(["--output".to_owned(), text(output)]);
    if all {
        words.push("--all".to_owned());
    }
    if limit > 0 {
        words.extend(["--read-limit".to_owned(), limit.to_string()]);
    }
    words
}

/// A path as somebody has typed it.
pub fn absolute(path: &Path) -> Result<PathBuf, String> {
    let text = path.to_string_lossy();
    let text = text.trim().trim_matches('"');
    if text.is_empty() {
        return Err("Nothing is chosen yet.".to_owned());
    }
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    let path = match text.strip_prefix("~/") {
        Some(below) => home().map_or_else(|| PathBuf::from(text), |home| home.join(below)),
        None => PathBuf::from(text),
    };
    std::path::absolute(&path).map_err(|error| format!("{text} is no path: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_does_what_the_page_did() {
        let said = command(Path::new("/dev/sdb"), Path::new("/tmp/out"), true, 1000);
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let all =
            ["afterimage", "scan", "/dev/sdb", "--output", "/tmp/out", "--all", "--read-limit"];
        assert_eq!(said[..7], all);
        assert_eq!(said[7], "1000");
    }

    #[test]
    fn a_path_is_taken_as_people_type_it() {
        assert_eq!(absolute(Path::new(" \"/tmp/a b\" ")), Ok(PathBuf::from("/tmp/a b")));
        assert!(absolute(Path::new("  ")).is_err());
        assert!(absolute(Path::new("~/x")).unwrap().is_absolute());
    }
}
