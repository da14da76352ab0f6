//! [`Settled`] to [`Written`]: photos in their folders, and the report.

use std::path::PathBuf;

use jiff::Timestamp;

use super::audit::{self, AuditLine, Made};
use super::environment::{Environment, Output};
use super::events;
use super::job::{Job, Settled, Written, WrittenFiles};
use super::outcome::Outcome;
use super::source_job::opened;
use crate::control::error::Error;
use crate::ledger::DoneLine;
use crate::output::destination::REPORT;
use crate::output::report::{ReportCase, ReportEnd, ReportFile, Summary};
use crate::output::{self, Recovery};
use crate::settle::Disposition;

/// What a run is called in the audit log, where its command line says so.
const VERBS: [&str; 4] = ["scan", "find", "backup", "merge"];

impl<'o> Job<'o, Settled> {
    /// Writes the photos and the report.
    ///
    /// # Errors
    ///
    /// When there is no output folder, or when the report cannot be written; that there is no room for it
    /// is part of the outcome.
    pub fn write(mut self) -> Result<Job<'o, Written>, Error> {
        let mut written = output::WrittenNames::default();
        let Job { environment, sources, ledger, stage } = &mut self;
        environment.note_gone(sources);
        environment.clear_thumbs();
        // Where something could not be read, what an earlier process has made of it may be better.
        let is_sound =
            sources.iter().all(|job| job.open().is_some_and(|one| one.unreadable().is_empty()));
        let Some(Output { folder, store, .. }) = &environment.output else {
            return Err(no_output());
        };
        let options = environment.options;
        if !options.dry_run {
            let mut keeper = environment.keeper();
            keeper.store = Some(store);
            let recovery = Recovery {
                output: folder,
                store,
                keeper,
                pool: &environment.pool,
                embedded: options.embedded,
                arrange: options.arrange,
                zone: options.zone.as_ref(),
                sources: &opened(sources),
                is_found: is_sound && !environment.is_cut_short && environment.failure.is_none(),
                is_again: !environment.is_without_source && environment.failure.is_none(),
            };
            written = recovery.place(ledger, &stage.listing);
        }
        let synced = ledger.sync();
        environment.note_stop();
        environment.note_gone(sources);
        let failure = written.failure.take();
        environment.note(failure.map_or(Ok(()), Err));
        environment.note(synced);
        let (thumbs, no_thumbs) = self.thumbs(&written.names);
        let files = WrittenFiles { names: &written.names, thumbs: &thumbs };
        self.ledger.release_reserve();
        let mut notes = self.environment.warnings(&written);
        notes.extend(no_thumbs);
        let mut head = self.head(self.rows(files).summary(), notes);
        events::settled(&head);
        let (mut report, mut unrecorded) = (None, None);
        match self.report(files, &head) {
            Err(error @ Error::NoRoom { .. }) => {
                self.environment.note::<()>(Err(error));
            }
            made => {
                let (views, no_views) = made?;
                let (path, no_record) = self.publish(&head.summary, &views)?;
                report = Some(path);
                unrecorded = no_record;
                head.notes.extend(unrecorded.clone());
                head.notes.extend(no_views);
            }
        }
        // A report that is not on record is none to go on from: whoever finishes the run makes it again.
        if unrecorded.is_none() {
            self.close();
        }
        // The scan is whole even where its image is not.
        let imaged = self.environment.image.as_ref().map(|image| image.imaged.close());
        self.environment.note(imaged.unwrap_or(Ok(())));
        if self.environment.failure.is_some() {
            head.ended = ReportEnd::Failed;
            head.incomplete = self.environment.incomplete();
        }
        let Job { environment, sources, ledger, stage } = self;
        let Settled { listing, lost, .. } = stage;
        let names = written.names;
        let stage = Written { report, listing, lost, head, names, thumbs };
        Ok(Job { environment, sources, ledger, stage })
    }
}

fn no_output() -> Error {
    Error::Start { what: "to write", why: "no output folder is named".to_owned() }
}

impl Job<'_, Settled> {
    /// Puts the report on record and in place; gives its path, and a sentence where it could not be put on record: a
    /// report without that is better than none.
    ///
    /// # Errors
    ///
    /// When it cannot be put in place.
    fn publish(
        &self,
        summary: &Summary,
        views: &[PathBuf],
    ) -> Result<(PathBuf, Option<String>), Error> {
        let output = self.environment.output.as_ref().ok_or_else(no_output)?;
        let Output { folder, state, destination, .. } = output;
        let made = Made { folder, state, views, is_first: !destination.holds_report };
        let recorded = made.announce(self.line(summary));
        made.place()?;
        Ok((folder.path().join(REPORT), audit::unrecorded(recorded)))
    }

    /// What the audit log says of the run.
    fn line(&self, summary: &Summary) -> AuditLine {
        let environment = &self.environment;
        let command = &environment.options.command;
        let verb = command.get(1).filter(|word| VERBS.contains(&word.as_str()));
        let now = AuditLine::now(verb.map_or("scan", String::as_str), command);
        let mut line = AuditLine {
            started: Some(environment.started.to_string()),
            finished: Some(now.at.clone()),
            sources: self.stage.sources.iter().map(Into::into).collect(),
            ..now
        }
        .of_case(ReportCase::of(&environment.options.case).as_ref())
        .with("files", summary.files)
        .with("photos", summary.photos)
        .with("videos", summary.videos);
        if let Some(why) = environment.incomplete() {
            line = line.with("incomplete", why);
        }
        line
    }

    /// Puts on record that the run came to its end, where it did.
    fn close(&mut self) {
        let Environment { is_cut_short, failure, output, .. } = &self.environment;
        if *is_cut_short || failure.is_some() {
            return;
        }
        if let Some(output) = output {
            output.tidy();
        }
        let dry_run = self.environment.options.dry_run;
        let done = DoneLine { finished: Timestamp::now().to_string(), dry_run };
        // Where it cannot be, whoever goes on with the run makes the same report again.
        drop(self.ledger.done(&done));
    }
}

impl Job<'_, Written> {
    /// The files that the report lists, with what became of each.
    ///
    /// # Errors
    ///
    /// When a record cannot be read back.
    pub fn listed(&self) -> Result<Vec<(ReportFile, Disposition)>, Error> {
        let Written { listing, lost, names, thumbs, .. } = &self.stage;
        self.rows_of(listing, lost, WrittenFiles { names, thumbs }).listed().collect()
    }

    /// What the run came to.
    pub fn outcome(self) -> Outcome {
        let Job { environment, sources, stage, .. } = self;
        let Written { report, head, .. } = stage;
        Outcome { report, ..Outcome::new(environment, sources, head) }
    }
}

impl Environment<'_> {
    /// What the disk of the output could not keep, or keeps in its own way.
    fn warnings(&self, written: &output::WrittenNames) -> Vec<String> {
        let mut warnings = Vec::new();
        warnings.extend(self.image.iter().flat_map(|image| image.notes.iter().cloned()));
        let Some(output) = &self.output else { return warnings };
        let Output { destination, store, .. } = output;
        if destination.fat {
            warnings.push(format!(
                "The disk of the output folder is FAT: it takes no file longer than {} bytes, and \
                 names that differ only in case are told apart by their offset.",
                destination.longest
            ));
        }
        if written.too_long > 0 {
            warnings.push(format!(
                "{} files are longer than the {} bytes that the disk of the output folder takes \
                 and were not written; the report lists them. Use a folder on another disk.",
                written.too_long, destination.longest
            ));
        }
        if !output.close_store() {
            warnings.push(format!(
                "Some photos could not be given their names; they are kept by their BLAKE3 in {}, for \
                 --resume or `afterimage recover`.",
                store.folder().path().display()
            ));
        }
        warnings
    }
}
