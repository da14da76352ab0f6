//! What a run came to, as the page shows it: from the report in its folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_engine::error::Error;
use afterimage_engine::report::ReportFile;
use afterimage_engine::run::{Outcome, Results};
use serde_json::{Value, json};

use super::card::Card;
use super::named_paths::NamedPaths;
use super::session::{MOST_CARDS, Phase, State};
use super::worker::Update;
use super::{counts, words};

/// A report, ready to be shown.
pub struct Shown {
    results: Results,
    cards: Vec<Card>,
    unlisted: u64,
    named: NamedPaths,
    sources: Vec<PathBuf>,
    counts: Value,
    ended: Value,
}

impl Shown {
    /// What the run has left in a folder.
    ///
    /// # Errors
    ///
    /// Why it cannot be shown, in words for the page.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let said = |error: Error| words::failure(&error);
        let results = Results::open(folder).map_err(said)?;
        let mut reader = results.report().map_err(said)?;
        let (mut cards, mut unlisted, mut named) = (Vec::new(), 0, NamedPaths::default());
        let each = |file: ReportFile| {
            if let Some(path) = &file.path {
                named.add(path);
            }
            match Card::reported(&file) {
                Some(card) if cards.len() < MOST_CARDS => cards.push(card),
                Some(_) => unlisted += 1,
                None => {}
            }
            Ok(())
        };
        reader.files(each).map_err(said)?;
        let head = &reader.head;
        let (counts, ended) = (counts::of(head), words::ended(head));
        let sources = head.source_paths();
        Ok(Shown { results, cards, unlisted, named, sources, counts, ended })
    }

    /// Shows it.
    pub fn into_state(self, state: &mut State) {
        state.renew();
        state.running = None;
        self.cards.into_iter().for_each(|card| state.add(card));
        state.unlisted = self.unlisted;
        state.named = self.named;
        state.counts = Some(self.counts);
        state.phase = Phase::Finished;
        state.sources = self.sources;
        state.output = Some(self.results.path());
        state.ended = Some(self.ended);
        state.results = Some(Arc::new(self.results));
    }
}

/// Shows what a scan into `output` came to.
pub fn of_scan(output: &Path, done: Result<&Outcome, &Error>) -> Update {
    let failure = match done {
        Ok(outcome) => outcome.failure.as_ref().or(outcome.failed.first().map(|(_, error)| error)),
        // That is what was asked for.
        Err(Error::Finished { .. }) => None,
        Err(error) => Some(error),
    };
    let failure = failure.map(|error| words::failure(error));
    // Where a scan could not be gone on with, its report is that of its first part.
    let shown = Shown::read(output);
    Box::new(move |state: &mut State| match (shown, failure) {
        (Ok(shown), failure) => {
            shown.into_state(state);
            if let (Some(ended), Some(why)) = (&mut state.ended, failure) {
                ended["failure"] = json!(why);
            }
        }
        (Err(_), Some(why)) | (Err(why), None) => failed(state, &why),
    })
}

/// A scan could not begin, or did not come to its end, and nothing of it can be shown.
pub fn failed(state: &mut State, why: &str) {
    state.running = None;
    state.phase = Phase::Failed;
    state.ended = Some(json!({ "headline": why, "lines": [], "incomplete": true }));
}
