//! The page of a scan that the command line has started.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use afterimage_engine::error::Error;
use afterimage_engine::options::Watcher;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::Outcome;
use jiff::tz::TimeZone;

use super::scanning;
use super::server::Server;
use super::session::{PageSession, Settings};
use crate::commands::announce;

/// So often it is looked whether somebody ends it.
const TICK: Duration = Duration::from_millis(100);

/// A page of one scan.
pub struct LivePage {
    session: Arc<PageSession>,
    output: PathBuf,
    progress: Arc<Progress>,
}

impl LivePage {
    /// Serves the page from now on; the address goes to `err`. The watcher is for the scan. Photos that are chosen on
    /// the page get times as those of the scan do: `zone` is that of cameras that tell none.
    ///
    /// # Errors
    ///
    /// When nothing can be listened on.
    pub fn start(
        sources: &[PathBuf],
        output: &Path,
        zone: Option<&TimeZone>,
        progress: &Arc<Progress>,
        err: &mut dyn Write,
    ) -> anyhow::Result<(Self, Watcher)> {
        let session = PageSession::new(Settings { read_limit: 0, is_live: true });
        let watcher = scanning::of_running(&session, sources, output, zone, progress);
        let server = Server::listen(0)?;
        let mut address = Vec::new();
        announce(&server, false, &mut address, err)?;
        err.write_all(&address)?;
        server.start(Arc::clone(&session))?;
        let (output, progress) = (output.to_path_buf(), Arc::clone(progress));
        Ok((LivePage { session, output, progress }, watcher))
    }

    /// Shows what the scan came to.
    pub fn finish(&self, done: Result<&Outcome, &Error>) {
        scanning::finish(&self.session, &self.output, done);
    }

    /// Keeps the page until Ctrl-C, or until its button ends it.
    pub fn wait(&self, err: &mut dyn Write) -> std::io::Result<()> {
        if self.is_over() {
            return Ok(());
        }
        writeln!(
            err,
            "afterimage: the page stays until you press Ctrl-C here, or its button to end it"
        )?;
        while !self.is_over() {
            self.session.wait(TICK);
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.session.is_over() || self.progress.stopped()
    }
}
