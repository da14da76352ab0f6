//! From the logs of a scan that ended, in this process or in another, to a job.

use std::path::{Path, PathBuf};

use super::environment::{Environment, Output, OutputState};
use super::job::{Job, Scanned};
use super::open::{given, head, source_jobs};
use super::unlock::unlocked_all;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::ledger::{Journal, Ledger, NameLog, ScanLogs};
use crate::options::Options;
use crate::output::destination;
use crate::source::Source;

impl<'o> Job<'o, Scanned> {
    /// The job whose scan left its logs in the folders `states`; its `sources` and `options` must be those of
    /// that scan. What is written goes to the output folder of `options`, which may be that of the scan.
    ///
    /// # Errors
    ///
    /// As [`Job::open`], and when the logs are of other sources or settings, or cannot be read.
    pub fn replay(
        states: &[&Path],
        sources: Vec<Box<dyn Source>>,
        options: &'o Options,
        progress: &'o Progress,
    ) -> Result<Self, Error> {
        let (paths, sources) = given(sources);
        let destination = options.output.as_ref();
        let destination =
            destination.map(|output| destination::check_resumed(output, &paths)).transpose()?;
        let sources = unlocked_all(sources, &options.keys, progress.wish());
        let sources = source_jobs(sources, options, progress)?;
        let logs = ScanLogs::open(states)?;
        let mut environment = Environment::new(options, progress)?;
        if !logs.head().is_alike(&head(&sources, &environment)) {
            let path = states.first().map_or_else(PathBuf::new, |state| state.to_path_buf());
            let why = "it is of other sources or settings than this run";
            return Err(Error::Replay { path, why });
        }
        let output = destination.map(OutputState::create).transpose()?;
        let (settle, names) = match &output {
            Some(output) => (output.settle_log()?, output.name_log()?),
            None => (Journal::scratch()?, NameLog::scratch()?),
        };
        let mut ledger = Ledger::replay(logs, settle, names)?;
        environment.output = output.map(OutputState::with_store).transpose()?;
        ledger.reserve = environment.output.as_ref().and_then(Output::reserve);
        Ok(Job { environment, sources, ledger, stage: Scanned })
    }
}
