//! `afterimage serve`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use afterimage_engine::run;
use afterimage_engine::source::Pace;
use clap::builder::{OsStringValueParser, TypedValueParser};

use super::again::{asks_for_key, options_again};
use crate::interrupt::on_ctrl_c;
use crate::serve::announced::{announce, end};
use crate::serve::ending::Shown;
use crate::serve::server::Server;
use crate::serve::session::{Again, PageSession, Phase, Settings};
use crate::status::Status;
use crate::{sizes, sources};

/// Open a page in the browser: choose a card, watch the scan, look at photos, recover
///
/// All that `scan` does, with buttons: which device it is, what can be hoped for, where to write
/// to. Photos appear as they are found, and those that are chosen are written at once, before the
/// scan is over. The page may be closed and opened again; the scan goes on until it is done, or
/// until Ctrl-C here.
///
/// The page is for this computer alone: it is served on 127.0.0.1, its address holds a secret, and
/// it asks no other place for anything. What `scan` refuses, the page refuses.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Serve {
    /// Output folder of a finished scan, to look at its photos; or a device or image to begin with.
    #[arg(value_name = "DIR | SOURCE",
        value_parser = OsStringValueParser::new().try_map(sources::source))]
    what: Option<PathBuf>,

    /// Port of 127.0.0.1 to listen on [default: any that is free]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// Print the address and open no browser.
    #[arg(long)]
    no_browser: bool,

    /// Read no more than this of a source in a second, such as 10M: gentle with a card that is failing.
    #[arg(long, value_name = "SIZE", value_parser = sizes::speed, allow_negative_numbers = true)]
    read_limit: Option<u64>,
}

const EXAMPLES: &str = "\
Examples:
  sudo afterimage serve
      Choose a card in the browser. Reading a card takes sudo; the photos will still belong to you.
  afterimage serve card.img
      The same with an image of a card.
  afterimage serve recovered
      Look at what a scan into recovered/ has found.

Prints the address of the page, one line. Whoever has it can use the page, so keep it to yourself.

Exit status: 0 the page was ended with its button or with Ctrl-C while nothing ran; 2 it could not
start; 130 ended while a scan ran, which `afterimage scan --resume` goes on with, or while photos were
being written.";

/// What a second Ctrl-C says.
const AT_ONCE: &str = ", by a second request; `afterimage scan --resume` goes on from here";

impl Serve {
    /// Serves the page until somebody ends it. The address goes to `out`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let pace = Pace::of(self.read_limit.unwrap_or(0));
        let session = PageSession::new(Settings {
            again: Some(Again { options: options_again, asks_for_key }),
            pace,
            zone: None,
            is_live: false,
        });
        if let Some(what) = &self.what {
            begin_with(&session, what)?;
        }
        let own = Arc::clone(&session);
        on_ctrl_c(move || own.quit(), AT_ONCE)?;
        let server = Server::listen(self.port.unwrap_or(0))?;
        let _opened = announce(&server, self.no_browser, out, err)?;
        server.start(Arc::clone(&session))?;
        Ok(end(&session, err)?)
    }

    /// The page without any option, as it is offered to whoever types no verb.
    pub fn offered() -> Self {
        Serve { what: None, port: None, no_browser: false, read_limit: None }
    }
}

/// Shows the run in a folder, or takes a source as chosen.
fn begin_with(session: &Arc<PageSession>, what: &std::path::Path) -> anyhow::Result<()> {
    if run::has_report(what) {
        Shown::read(what).map_err(anyhow::Error::msg)?.into_state(&mut session.state());
        return Ok(());
    }
    if let Some(unfinished) = std::fs::metadata(what)
        .is_ok_and(|found| found.is_dir())
        .then(|| run::unfinished(what).ok().flatten())
        .flatten()
    {
        let mut state = session.state();
        state.sources = unfinished.sources;
        state.output = Some(std::path::absolute(what)?);
        return Ok(());
    }
    let expanded = sources::expand_unseen(&[what.to_path_buf()], None)?;
    for source in &expanded.paths {
        afterimage_engine::source::open(source, afterimage_engine::source::Io::Read)?;
    }
    let mut state = session.state();
    state.phase = Phase::Choosing;
    state.sources = vec![afterimage_engine::source::absolute(what)?];
    Ok(())
}
