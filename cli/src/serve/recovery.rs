//! Writing chosen photos of a run that is over.

use std::path::PathBuf;
use std::sync::Arc;

use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, Recover, Selection};
use serde_json::{Value, json};

use super::busy::Work;
use super::claim::Claim;
use super::denial::Refusal;
use super::ending::Shown;
use super::session::{PageSession, Phase, State};
use super::typed_path::absolute;
use super::words;
use super::worker::{self, FAULT, Update};
use crate::text::count;
use crate::typed;

/// So many photos that were not written are told one by one.
const MOST_TOLD: usize = 20;

/// Writes the photos with these numbers of the report, to the folder `to` or else to that of the report. Answers at
/// once; what comes of it is shown.
///
/// # Errors
///
/// What runs, or why it cannot begin, in words for the page.
pub fn start(session: &Arc<PageSession>, ids: &[u64], to: Option<PathBuf>) -> Result<(), Refusal> {
    let claim = Claim::take(session, Work::Recovery)?;
    if ids.is_empty() {
        return Err(Refusal::Said("No photo is chosen.".to_owned()));
    }
    let to = to.map(|to| absolute(&to)).transpose()?;
    let numbers: Vec<String> = ids.iter().map(u64::to_string).collect();
    let selection = Selection::parse(&numbers.join("\n"))?;
    let folder = {
        let mut state = session.state();
        let results = state.results.as_ref().filter(|_| state.phase == Phase::Finished);
        let folder = results.ok_or_else(|| "No finished scan is open.".to_owned())?.path();
        state.recovery = Some(json!({ "running": true }));
        folder
    };
    let (command, pace) = (typed::words(), session.settings.pace.clone());
    let zone = session.settings.zone.clone();
    let selection = Some(selection);
    let asked = Recover { folder, to, selection, command, pace, zone, ..Recover::default() };
    let progress = Arc::clone(&claim.progress);
    let write = move || {
        let said = write(&asked, &progress);
        // Paths of the report are others now.
        let shown = asked.to.is_none().then(|| Shown::read(&asked.folder));
        Box::new(move |state: &mut State| {
            let mut said = said;
            match shown {
                Some(Ok(shown)) => shown.into_state(state),
                // What was written was written all the same.
                Some(Err(why)) => said.lines.push(why),
                None => {}
            }
            state.recovery = Some(said.told());
        }) as Update
    };
    let fault = |state: &mut State| state.recovery = Some(Said::only(FAULT.to_owned()).told());
    worker::start("recover", claim, write, fault).map_err(|error| {
        session.state().recovery = None;
        Refusal::Said(format!("Nothing can be written: {error}."))
    })
}

/// What came of it, in words.
struct Said {
    headline: String,
    lines: Vec<String>,
}

impl Said {
    fn only(headline: String) -> Self {
        Said { headline, lines: Vec::new() }
    }

    fn told(&self) -> Value {
        json!({ "running": false, "headline": self.headline, "lines": self.lines })
    }
}

fn write(asked: &Recover, progress: &Progress) -> Said {
    let done = match run::recover(asked, progress) {
        Err(error) => return Said::only(words::failure(&error)),
        Ok(done) => done,
    };
    let folder = asked.to.as_ref().unwrap_or(&asked.folder);
    let mut lines: Vec<String> = Vec::new();
    if progress.stopped() {
        lines.push("It was stopped before all of them were written.".to_owned());
    }
    if done.there > 0 {
        lines.push(format!("{} there already.", count(done.there, "photo was", "photos were")));
    }
    if let Some(error) = &done.failure {
        lines.push(words::failure(error));
    }
    for (why, photos) in &done.absent {
        let photos = count(photos.len() as u64, "photo was", "photos were");
        lines.push(format!("{photos} not written: {why}."));
    }
    let each = done.refused.iter().take(MOST_TOLD);
    lines.extend(each.map(|(id, why)| format!("Photo {id} was not written: {why}.")));
    let more = done.refused.len().saturating_sub(MOST_TOLD);
    if more > 0 {
        lines.push(format!("{more} more were not written."));
    }
    if !done.unknown.is_empty() {
        let unknown = count(done.unknown.len() as u64, "photo is", "photos are");
        lines.push(format!("{unknown} not in the report any more."));
    }
    let warnings = done.warnings.iter().map(|warning| warning.trim_end_matches('.'));
    lines.extend(warnings.map(|warning| format!("{warning}.")));
    let written = count(done.written, "photo was", "photos were");
    Said { headline: format!("{written} written to {}.", folder.display()), lines }
}
