//! The page of a scan that the command line has started.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use afterimage_engine::error::Error;
use afterimage_engine::options::{Options, Watcher};
use afterimage_engine::progress::Progress;
use afterimage_engine::run::Outcome;
use tempfile::TempPath;

use super::announced::{announce, end};
use super::claim::Claim;
use super::denial::Refusal;
use super::server::Server;
use super::session::{PageSession, Settings};
use super::{ending, scanning};

/// A page of one scan.
pub struct LivePage {
    session: Arc<PageSession>,
    output: PathBuf,
    /// Held while the scan runs.
    claim: Option<Claim>,
    /// What the browser has opened, where that is a file.
    _opened: Option<TempPath>,
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
        options: &Options,
        progress: &Arc<Progress>,
        err: &mut dyn Write,
    ) -> anyhow::Result<(Self, Watcher)> {
        let settings = Settings {
            again: None,
            pace: options.pace.clone(),
            zone: options.zone.clone(),
            is_live: true,
        };
        let session = PageSession::new(settings);
        let begun = scanning::of_running(&session, sources, output, options, progress);
        let (claim, watcher) = begun.map_err(|refusal| match refusal {
            Refusal::Denied(denial) => anyhow::Error::msg(denial.why),
            Refusal::Said(why) => anyhow::Error::msg(why),
        })?;
        let server = Server::listen(0)?;
        let mut address = Vec::new();
        let opened = announce(&server, false, &mut address, err)?;
        err.write_all(&address)?;
        server.start(Arc::clone(&session))?;
        let page =
            LivePage { session, output: output.to_path_buf(), claim: Some(claim), _opened: opened };
        Ok((page, watcher))
    }

    /// What ends the page, and the scan with it where it still runs.
    pub fn quitter(&self) -> impl Fn() + Send + 'static {
        let session = Arc::clone(&self.session);
        move || session.quit()
    }

    /// Shows what the scan came to.
    pub fn finish(&mut self, done: Result<&Outcome, &Error>) {
        if let Some(claim) = self.claim.take() {
            claim.finish(ending::of_scan(&self.output, done));
        }
    }

    /// Keeps the page until Ctrl-C, or until its button ends it, and what it began is over.
    pub fn wait(&self, err: &mut dyn Write) -> std::io::Result<()> {
        if !self.session.is_over() {
            writeln!(
                err,
                "afterimage: note: the page stays until you press Ctrl-C here, or its button to end it"
            )?;
        }
        end(&self.session, err).map(drop)
    }
}
