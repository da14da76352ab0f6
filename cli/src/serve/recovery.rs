//! Writing chosen photos of a run that is over.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, Recover, Selection};
use serde_json::{Value, json};

use super::session::{PageSession, Phase};
use super::{scanning, words};
use crate::text::count;

/// So many photos that were not written are told one by one.
const MOST_TOLD: usize = 20;

/// Writes the photos with these numbers of the report, to the folder `to` or else to that of the report. Answers at
/// once; what comes of it is shown.
///
/// # Errors
///
/// Why it cannot begin, in words for the page.
pub fn start(session: &Arc<PageSession>, ids: &[u64], to: Option<PathBuf>) -> Result<(), String> {
    let to = to.map(|to| scanning::absolute(&to)).transpose()?;
    let numbers: Vec<String> = ids.iter().map(u64::to_string).collect();
    let selection = Selection::parse(&numbers.join("\n"))?;
    let progress = Arc::new(Progress::default());
    let folder = {
        let mut state = session.state();
        if state.recovery.as_ref().is_some_and(|one| one["running"] == true) {
            return Err("Photos are being written already.".to_owned());
        }
        let results = state.results.as_ref().filter(|_| state.phase == Phase::Finished);
        let folder = results.ok_or_else(|| "No finished scan is open.".to_owned())?.path();
        state.recovery = Some(json!({ "running": true }));
        folder
    };
    session.set_progress(Arc::clone(&progress));
    let asked = Recover { folder, to, selection: Some(selection), ..Recover::default() };
    let own = Arc::clone(session);
    let write = move || {
        let said = write(&asked, &progress);
        // Paths of the report are others now.
        let shown = if asked.to.is_none() { scanning::show(&own, &asked.folder) } else { Ok(()) };
        own.state().recovery = Some(match shown {
            Ok(()) => said,
            Err(why) => json!({ "running": false, "headline": why, "lines": [] }),
        });
    };
    let begun = thread::Builder::new().name("recover".to_owned()).spawn(write);
    begun.map(drop).map_err(|error| {
        session.state().recovery = None;
        format!("Nothing can be written: {error}.")
    })
}

fn write(asked: &Recover, progress: &Progress) -> Value {
    match run::recover(asked, progress) {
        Err(error) => {
            json!({ "running": false, "headline": words::failure(&error), "lines": [] })
        }
        Ok(done) => {
            let folder = asked.to.as_ref().unwrap_or(&asked.folder);
            let mut lines: Vec<String> = Vec::new();
            if done.there > 0 {
                lines.push(format!(
                    "{} there already.",
                    count(done.there, "photo was", "photos were")
                ));
            }
            let refused = done.refused.iter().take(MOST_TOLD);
            lines.extend(refused.map(|(id, why)| format!("Photo {id} was not written: {why}.")));
            let more = done.refused.len().saturating_sub(MOST_TOLD);
            if more > 0 {
                lines.push(format!("{more} more were not written."));
            }
            let written = count(done.written, "photo was", "photos were");
            let headline = format!("{written} written to {}.", folder.display());
            json!({ "running": false, "headline": headline, "lines": lines })
        }
    }
}
