//! A batch from end to end.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::copies::copies;
use super::folder_names::FolderNames;
use super::images::{Discovered, FoundImage};
use super::lanes::Lanes;
use super::one::{BatchJob, Scanned};
use super::outcome::{BatchEvent, BatchOutcome};
use super::progress::BatchProgress;
use super::report;
use super::stamps::Stamps;
use super::state::{BatchState, FileStamp, KeptImage, PathKey};
use crate::control::error::Error;
use crate::ledger::ScanSettings;
use crate::options::{Options, Workers};
use crate::output::destination;
use crate::output::report::{
    BATCH_SCHEMA, BatchImage, BatchReport, BatchStatus, BatchSummary, ReportCase, ReportEnd,
    ReportTool,
};
use crate::run::environment::OutputState;
use crate::run::finish::{is_begun, is_finished};
use crate::run::open::settings;

/// Bytes that are held back for what the report of all says of an image.
const ROOM_PER_IMAGE: u64 = 4 << 10;

/// Scans each image below the output folder of `options`, into a folder and with a report of its own as a scan of it
/// alone would write them, and writes a report of all. `watch` is told of each image, from any thread.
///
/// # Errors
///
/// When nothing could be started, and [`Error::Finished`] when an earlier run of the batch has done all of it. What goes
/// wrong with one image, or with the report of all, is part of the [`BatchOutcome`].
pub fn batch(
    discovered: Discovered,
    options: &Options,
    progress: &BatchProgress,
    watch: &(dyn Fn(BatchEvent<'_>) + Sync),
) -> Result<BatchOutcome, Error> {
    let started = Timestamp::now();
    let paths = discovered.paths();
    let output = options.output.as_deref().ok_or_else(|| refused("no output folder is named"))?;
    if paths.is_empty() {
        return Err(refused("no image is named"));
    }
    let workers = Workers::new(options.threads)?;
    let threads = workers.count();
    // Each image may have a key of its own: nobody is asked again and again.
    let keys = options.keys.lenient().without_asking();
    let options = &Options { workers: Some(workers), keys, ..options.clone() };
    let settings = settings(options);
    let destination = match begun(output, options, &settings)? {
        Some(_) => destination::check_resumed(output, &paths)?,
        // It may have been killed before it had written anything.
        None if options.resume => destination::check_going_on(output, &paths)?,
        None => destination::check(output, &paths)?,
    };
    let held = OutputState::create(destination)?;
    // Read once more: another process may have had the folder until now.
    let before = begun(output, options, &settings)?;
    let (jobs, state) = jobs(discovered.images, before, &held, options, settings)?;
    let is_all_done = jobs.iter().all(|job| job.is_done);
    let has_report = held.folder().kind(destination::REPORT).is_ok_and(|kind| kind.is_some());
    if is_all_done && has_report {
        return Err(Error::Finished { path: output.to_path_buf() });
    }
    state.write(held.state())?;
    let reserve = held.reserve(jobs.len() as u64 * ROOM_PER_IMAGE);
    let bytes = jobs.iter().map(BatchJob::expected).fold(0, u64::saturating_add);
    progress.begin(jobs.len() as u64, bytes);
    let stamps = &Stamps::new(state, &held);
    let lanes = Lanes { output, options, progress, stamps, watch };
    let Sorted { mut images, mut failed, mut failure } = sorted(lanes.run(jobs, threads));
    let (copies, unread) = copies(output, &mut images);
    failed.extend(unread);
    let has_left = |status| images.iter().any(|image| image.status == status);
    let interrupted =
        progress.is_stopped() && (has_left(BatchStatus::Waiting) || has_left(BatchStatus::Stopped));
    let told = BatchReport {
        schema: BATCH_SCHEMA.to_owned(),
        tool: ReportTool {
            name: "afterimage".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: options.command.clone(),
        },
        started: started.to_string(),
        finished: Timestamp::now().to_string(),
        ended: match () {
            () if failure.is_some() => ReportEnd::Failed,
            () if interrupted => ReportEnd::Stopped,
            () => ReportEnd::Complete,
        },
        incomplete: match &failure {
            Some(failure) => Some(failure.with_cause()),
            None => interrupted.then(|| "interrupted".to_owned()),
        },
        case: ReportCase::of(&options.case),
        options: options.into(),
        summary: BatchSummary::of(&images, &copies),
        skipped: discovered.skipped,
        images,
        copies,
    };
    if let Some(reserve) = reserve {
        reserve.release();
    }
    let report = match report::write(held.folder(), held.state(), &told) {
        Ok(report) => Some(report),
        Err(error) => {
            failure.get_or_insert(error);
            None
        }
    };
    Ok(BatchOutcome { report, told, failed, failure, interrupted })
}

/// What the images of a batch came to, and what kept it from going on.
struct Sorted {
    images: Vec<BatchImage>,
    failed: Vec<(PathBuf, Error)>,
    failure: Option<Error>,
}

fn sorted(scanned: Vec<(BatchJob, Option<Scanned>)>) -> Sorted {
    let mut sorted = Sorted { images: Vec::new(), failed: Vec::new(), failure: None };
    for (job, one) in scanned {
        let Scanned { told, error } =
            one.unwrap_or_else(|| Scanned { told: job.waiting(), error: None });
        sorted.images.push(told);
        match error {
            Some(error @ Error::NoRoom { .. }) => {
                sorted.failure.get_or_insert(error);
            }
            Some(error) => sorted.failed.push((job.image.path, error)),
            None => {}
        }
    }
    sorted
}

fn refused(why: &str) -> Error {
    Error::Start { what: "a batch", why: why.to_owned() }
}

/// What an earlier run of the batch has left in its output folder, which this one goes on from.
///
/// # Errors
///
/// [`Error::Unfinished`] where nobody asks to go on with it, and [`Error::Differs`] where it was asked for otherwise.
fn begun(
    output: &Path,
    options: &Options,
    now: &ScanSettings,
) -> Result<Option<BatchState>, Error> {
    let Some(before) = destination::batch_state(output).map(|folder| BatchState::read(&folder))
    else {
        return Ok(None);
    };
    let Some(before) = before? else { return Ok(None) };
    let (path, command) = (output.to_path_buf(), before.command.clone());
    if !options.resume {
        let has_report = output.join(destination::REPORT).exists();
        return match has_report && !destination::holds_unfinished_report(output) {
            // It is told of as any report is.
            true => Ok(None),
            false => Err(Error::Unfinished { path, command }),
        };
    }
    match before.settings.difference(now) {
        Some(option) => {
            let what = format!("{option} is not as it was when the run there was begun");
            Err(Error::Differs { path, what, command })
        }
        None => Ok(Some(before)),
    }
}

/// An image of an earlier run that nobody has named now.
fn not_at_hand(kept: &KeptImage) -> FoundImage {
    if let Some(path) = kept.path() {
        return FoundImage { path, len: None, error: None };
    }
    let path = kept.shown();
    let (why, advice) = ("where it lies is kept in a way that is none here", "name it again");
    let error = Error::InBatch { path: path.clone(), why, advice };
    FoundImage { path, len: None, error: Some(error) }
}

/// The images with their folders: those of an earlier run keep theirs.
fn jobs(
    images: Vec<FoundImage>,
    before: Option<BatchState>,
    held: &OutputState,
    options: &Options,
    settings: ScanSettings,
) -> Result<(Vec<BatchJob>, BatchState), Error> {
    let new = || BatchState::new(options.command.clone(), settings);
    let mut state = before.unwrap_or_else(new);
    let folder = held.folder();
    let known: Vec<String> = state.images.iter().map(|image| image.folder.clone()).collect();
    let mut names = FolderNames::new(folder, known.iter().map(String::as_str));
    let (places, mut named) = (state.places(), HashSet::new());
    let mut jobs = Vec::with_capacity(images.len());
    for image in images {
        let place = places.get(&PathKey::of(&image.path)).copied();
        let (folder, place, is_done) = match place
            .and_then(|place| Some((place, state.images.get_mut(place)?)))
        {
            Some((place, kept)) => {
                named.insert(place);
                let now = FileStamp::of(&image.path);
                // Of what has no stamp, a device or a folder, the samples of the scan tell whether it is the same.
                let is_same = kept.stamp == now;
                let is_done =
                    is_same && now.is_some() && is_finished(folder, &kept.folder, options.dry_run);
                if !is_begun(folder, &kept.folder) {
                    // Whatever it was before, what is scanned is what it is now.
                    kept.stamp = now;
                }
                (kept.folder.clone(), place, is_done)
            }
            None => {
                let folder = names.give(&image.path);
                state.images.push(KeptImage::new(&image.path, folder.clone()));
                (folder, state.images.len() - 1, false)
            }
        };
        jobs.push(BatchJob { image, folder, place, is_done, is_changed: false });
    }
    // What an earlier run has finished stays in the report, also where it is not at hand any more.
    for (place, kept) in state.images.iter().enumerate().take(places.len()) {
        let is_gone = !named.contains(&place);
        if is_gone && is_finished(folder, &kept.folder, options.dry_run) {
            let folder = kept.folder.clone();
            let image = not_at_hand(kept);
            jobs.push(BatchJob { image, folder, place, is_done: true, is_changed: false });
        }
    }
    Ok((jobs, state))
}
