//! A scan of one source, or of several into one report.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use afterimage_engine::error::Error;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::batch::Looking;
use afterimage_engine::run::{self, Job, Outcome};
use afterimage_engine::system::System;
use anyhow::Context;

use super::Scan;
use super::tell::{complain, finished, stopped, tell};
use crate::commands::image;
use crate::interrupt::{on_ctrl_c, stop_on_ctrl_c};
use crate::progress::{Latest, SlowOpening, Ticker};
use crate::serve::live::LivePage;
use crate::status::Status;
use crate::summary::Told;
use crate::tree::Listed;
use crate::{failure, notes, sources, system_words, text, tree};

impl Scan {
    /// Scans all sources into one report; the summary goes to `out`, progress and failures to `err`.
    pub(super) fn run_one(
        self,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let mut options = self.options()?;
        let (how, progress) = (self.show.how(), Arc::new(Progress::default()));
        stop_on_ctrl_c(Arc::clone(&progress), self.goes_on())?;
        let slow = SlowOpening::new(how);
        let looking = Looking { progress: &progress, opening: &|path| slow.of(path) };
        let output = self.output.as_deref();
        let sources = sources::expand(&self.sources, output, self.recursive, looking)?;
        drop(slow);
        if progress.stopped() {
            return stopped(err, "a source");
        }
        let lists = options.lost_hashes.iter().flat_map(|lists| lists.notes());
        let lists = lists.chain(options.known.iter().flat_map(|known| known.notes()));
        let several = (!self.list).then(|| notes::several(&sources.paths)).flatten();
        for note in notes::of(&sources, &progress, how).into_iter().chain(several).chain(lists) {
            writeln!(err, "afterimage: note: {}", text::plain(&note))?;
        }
        for error in &sources.refused {
            writeln!(err, "{}", failure::line(error))?;
        }
        if progress.stopped() {
            return stopped(err, "a source");
        }
        let (sources, has_refused) = (sources.paths, !sources.refused.is_empty());
        if self.map.is_none() {
            for warning in notes::map::beside(&sources) {
                writeln!(err, "afterimage: warning: {}", text::plain(&warning))?;
            }
        }
        for warning in notes::in_use::warnings(&System::running(), &sources) {
            let warning = system_words::told(&warning, system_words::is_root());
            writeln!(err, "afterimage: warning: {}", text::plain(&warning))?;
        }
        let mut live = None;
        if let Some(output) = self.output.as_ref().filter(|_| self.live) {
            let (page, watcher) = LivePage::start(&sources, output, &options, &progress, err)?;
            let (own, quit) = (Arc::clone(&progress), page.quitter());
            let end = move || {
                own.stop();
                quit();
            };
            on_ctrl_c(end, self.goes_on())?;
            (live, options.watcher) = (Some(page), Some(watcher));
        }
        let latest = Latest::of(&mut options, how);
        let ticker = Ticker::start(Arc::clone(&progress), how, latest);
        let done = if self.list {
            list(&sources, &options, &progress)
        } else {
            let opened = Job::open_paths(&sources, &options, &progress);
            let begun = opened.and_then(|job| {
                // What is refused says so alone.
                for note in notes::room::notes(&options, &sources) {
                    // Where stderr is closed nobody looks.
                    drop(writeln!(err, "afterimage: note: {}", text::plain(&note)));
                }
                job.scan().settled().write()
            });
            begun.map(|written| (written.outcome(), None))
        };
        let memory = ticker.finish();
        if let Some(live) = &mut live {
            live.finish(done.as_ref().map(|(outcome, _)| outcome));
        }
        let (outcome, listed) = match done {
            Err(Error::Finished { path }) => return finished(out, &path, self.json),
            // It was not opened to its end.
            Err(Error::Packed { .. }) if progress.stopped() => return stopped(err, "a source"),
            done => done?,
        };
        let told =
            Told { outcome: &outcome, options: &options, memory: self.stats.then_some(memory) };
        failure::unless_closed(tell(out, &told, listed, self.json))
            .context("cannot print what was found; what was written is whole")?;
        complain(err, &outcome)?;
        let status = match Status::of(&outcome) {
            Status::Found | Status::Nothing if has_refused => Status::SomeFailed,
            status => status,
        };
        let status = match &self.image {
            Some(image) if !outcome.interrupted && outcome.failure.is_none() => {
                let wanted = image::Completion { device: &sources[0], image, show: self.show };
                let completed = wanted.run(&progress, (!self.json).then_some(out), err)?;
                if completed == Status::Found { status } else { completed }
            }
            _ => status,
        };
        if let Some(live) = live {
            live.wait(err)?;
        }
        Ok(status)
    }
}

/// What a scan would recover, and the files in it.
fn list(
    sources: &[PathBuf],
    options: &Options,
    progress: &Progress,
) -> Result<(Outcome, Option<Vec<Listed>>), Error> {
    let settled = run::list(sources, options, progress)?;
    let listed = tree::listed(settled.listed())?;
    Ok((settled.outcome(), Some(listed)))
}
