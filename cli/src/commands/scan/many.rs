//! A scan of many images, each into a folder and with a report of its own.

use std::io::Write;
use std::sync::Arc;

use afterimage_engine::error::Error;
use afterimage_engine::options::Options;
use afterimage_engine::run::batch::{
    self, BatchEvent, BatchProgress, Discovered, FoundImage, Looking,
};
use afterimage_engine::source::is_sparse_bundle;
use afterimage_engine::system::System;
use anyhow::{Context, bail};
use serde_json::json;

use super::Scan;
use super::tell::finished_batch;
use crate::event::event;
use crate::interrupt::on_ctrl_c;
use crate::progress::{How, Latest, SlowOpening, Ticker};
use crate::status::Status;
use crate::summary::batch as summary;
use crate::{failure, folder, notes, sources, system_words, text};

impl Scan {
    /// Scans each image by itself; the summary goes to `out`, progress and failures to `err`.
    pub(super) fn run_batch(
        self,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let mut options = self.options()?;
        let progress = Arc::new(BatchProgress::default());
        let own = Arc::clone(&progress);
        on_ctrl_c(move || own.stop(), self.goes_on())?;
        let how = self.show.how();
        let slow = SlowOpening::new(how);
        let looking = Looking { progress: progress.looking(), opening: &|path| slow.of(path) };
        let mut found = batch::discover(&self.sources, self.recursive, looking);
        drop(slow);
        if progress.is_stopped() {
            writeln!(err, "afterimage: stopped while images were looked for; nothing was written")?;
            return Ok(Status::Interrupted);
        }
        self.check(&found)?;
        if let [FoundImage { error: error @ Some(_), .. }] = found.images.as_mut_slice() {
            // It is refused as it would be by itself.
            return error.take().map_or(Ok(Status::Failed), |error| Err(error.into()));
        }
        told_before(&found, &options, err)?;
        let latest = Latest::of(&mut options, how);
        let ticker = Ticker::of_batch(Arc::clone(&progress), how, latest);
        let of = found.images.len();
        let watch = |event: BatchEvent<'_>| {
            if how == How::Events {
                tell_event(event, of);
            }
        };
        let done = batch::batch(found, &options, &progress, &watch);
        let memory = ticker.finish();
        let outcome = match done {
            Err(Error::Finished { path }) => return finished_batch(out, &path, self.json),
            done => done?,
        };
        let memory = self.stats.then_some(memory);
        let said = match self.json {
            true => summary::json(out, &outcome, memory),
            false => summary::text(out, &outcome, options.output.as_deref(), memory),
        };
        failure::unless_closed(said)
            .context("cannot print what was found; what was written is whole")?;
        let failures = outcome.failed.iter().map(|(_, error)| error).chain(&outcome.failure);
        for error in failures {
            writeln!(err, "{}", failure::line(error))?;
        }
        Ok(Status::of_batch(&outcome))
    }

    /// Refuses folders in which no image is, and an output folder among what is searched.
    fn check(&self, found: &Discovered) -> anyhow::Result<()> {
        for folder in
            self.sources.iter().filter(|source| source.is_dir() && !is_sparse_bundle(source))
        {
            folder::check(folder)?;
            if let Some(output) = &self.output {
                sources::apart(output, folder)?;
            }
        }
        match found.empty.first() {
            Some(empty) => bail!(folder::refusal(empty)),
            None => Ok(()),
        }
    }
}

/// What is to be known before anything is scanned.
fn told_before(found: &Discovered, options: &Options, err: &mut dyn Write) -> anyhow::Result<()> {
    let paths = found.paths();
    let again = found.again.iter().map(|path| notes::again(path));
    let lists = options.lost_hashes.iter().flat_map(|lists| lists.notes());
    let lists = lists.chain(options.known.iter().flat_map(|known| known.notes()));
    // What is refused says so itself.
    let scanned = found.images.iter().filter(|image| image.error.is_none());
    let raw = scanned.filter_map(|image| notes::taken_for_raw(&image.path));
    let parts = notes::in_parts(&paths).into_iter();
    let skipped = notes::skipped(&found.skipped).into_iter();
    for note in again.chain(parts).chain(raw).chain(skipped).chain(lists) {
        writeln!(err, "afterimage: note: {}", text::plain(&note))?;
    }
    let in_use = notes::in_use::warnings(&System::running(), &paths).into_iter();
    let in_use = in_use.map(|warning| system_words::told(&warning, system_words::is_root()));
    for warning in notes::map::beside(&paths).into_iter().chain(in_use) {
        writeln!(err, "afterimage: warning: {}", text::plain(&warning))?;
    }
    Ok(())
}

/// Tells a program what happens to an image.
fn tell_event(what: BatchEvent<'_>, of: usize) {
    match what {
        BatchEvent::Begun { number, path, folder } => event(
            "begun",
            json!({ "number": number, "of": of, "path": path.to_string_lossy(), "folder": folder }),
        ),
        BatchEvent::Ended { number, image } => {
            let summary = image.summary.as_ref();
            event(
                "ended",
                json!({
                    "number": number,
                    "of": of,
                    "path": image.path,
                    "status": image.status,
                    "error": image.error,
                    "report": image.report,
                    "photos": summary.map(|summary| summary.photos),
                    "videos": summary.map(|summary| summary.videos),
                }),
            );
        }
    }
}
