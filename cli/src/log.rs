//! What the program did when, for whoever wants to know.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use afterimage_engine::error::Error;
use anyhow::{Context, bail};
use clap::ArgAction;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

use crate::event::EventLines;
use crate::text::PlainWriter;
use crate::typed;

/// The options that ask for a log.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Log {
    /// Say on stderr what is done: -v the stages, volumes and what cannot be read, -vv single files, -vvv all.
    #[arg(long, short, global = true, action = ArgAction::Count, help_heading = "Log")]
    verbose: u8,

    /// Write what is done, with the time, to this new file, on another disk than any source.
    #[arg(long, global = true, value_name = "FILE", help_heading = "Log")]
    log: Option<PathBuf>,
}

/// Why the log on the disk is not whole, if it is not.
static FAILURE: Mutex<Option<String>> = Mutex::new(None);

/// Why the log on the disk is not whole, if it is not.
pub fn failure() -> Option<String> {
    FAILURE.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A log on the disk. That it takes no more ends no run, and is told at the end.
struct LogFile {
    file: File,
    path: PathBuf,
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        if let Err(error) = &written {
            let mut failure = FAILURE.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| format!("{} is not whole: {error}", self.path.display()));
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Whether lines of the log go to stderr.
static IS_ON_STDERR: AtomicBool = AtomicBool::new(false);

/// Whether lines of the log go to stderr.
pub fn is_on_stderr() -> bool {
    IS_ON_STDERR.load(Relaxed)
}

impl Log {
    /// Begins the log; `sources` are read and never written to. Where stderr is `for_programs`, its lines are events.
    pub fn begin(&self, sources: &[PathBuf], for_programs: bool) -> anyhow::Result<()> {
        let file = self.log.as_deref().map(|path| {
            let path = path.to_path_buf();
            create(&path, sources).map(|file| LogFile { file, path })
        });
        let file = file.transpose()?;
        if file.is_none() && self.verbose == 0 {
            return Ok(());
        }
        IS_ON_STDERR.store(self.verbose > 0, Relaxed);
        let on_stderr = level(self.verbose).map(|level| {
            let writer = match for_programs {
                true => BoxMakeWriter::new(|| EventLines::of("log")),
                false => BoxMakeWriter::new(|| PlainWriter(io::stderr())),
            };
            fmt::layer().with_writer(writer).with_ansi(false).with_filter(of_ours(level))
        });
        let in_file = file.map(|file| {
            let file = Mutex::new(PlainWriter(file));
            let level = level(self.verbose).map_or(Level::DEBUG, |level| level.max(Level::DEBUG));
            fmt::layer().with_writer(file).with_ansi(false).with_filter(of_ours(level))
        });
        registry().with(on_stderr).with(in_file).try_init().context("cannot begin the log")?;
        let words = typed::words();
        tracing::info!(version = env!("CARGO_PKG_VERSION"), command = ?words, "begins");
        Ok(())
    }
}

/// What so many `-v` ask for.
fn level(verbose: u8) -> Option<Level> {
    match verbose {
        0 => None,
        1 => Some(Level::INFO),
        2 => Some(Level::DEBUG),
        _ => Some(Level::TRACE),
    }
}

/// Events of this program, not of the crates that it uses.
fn of_ours(level: Level) -> Targets {
    Targets::new().with_target("afterimage", level).with_target("afterimage_engine", level)
}

/// A new file that lies on no source.
fn create(path: &Path, sources: &[PathBuf]) -> anyhow::Result<File> {
    if let Err(Error::Destination { why, .. }) = afterimage_engine::check_file(path, sources) {
        bail!("cannot write the log to {}: {why}; name a file on another disk", path.display());
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            bail!(
                "cannot write the log to {}: it is there already; name a new file",
                path.display()
            )
        }
        Err(error) => Err(error).with_context(|| {
            format!("cannot write the log to {}; name a file that can be made", path.display())
        }),
    }
}
