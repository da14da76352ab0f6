//! `afterimage serve`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use afterimage_engine::run;
use afterimage_engine::source::Pace;
use clap::builder::{OsStringValueParser, TypedValueParser};
use tempfile::TempPath;

use crate::interrupt::on_ctrl_c;
use crate::serve::claim::Work;
use crate::serve::ending::Shown;
use crate::serve::server::Server;
use crate::serve::session::{PageSession, Phase, Settings};
use crate::status::Status;
use crate::{browser, sizes, sources, text};

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
    #[arg(long, value_name = "SIZE", value_parser = sizes::bytes, allow_negative_numbers = true)]
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

/// What is said where it took too long.
const AT_ONCE_TOO: &str = "; `afterimage scan --resume` goes on from here";

/// So long what still runs may take to its end once nobody wants it any more.
const MOST_GRACE: Duration = Duration::from_secs(600);

impl Serve {
    /// Serves the page until somebody ends it. The address goes to `out`.
    pub fn run(self, out: &mut dyn Write, err: &mut dyn Write) -> anyhow::Result<Status> {
        let pace = Pace::of(self.read_limit.unwrap_or(0));
        let session = PageSession::new(Settings { pace, is_live: false });
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

/// Waits until the page is ended, and until what it began is at an end too: a file that was begun is whole or gone.
///
/// # Errors
///
/// When stderr is closed.
pub fn end(session: &PageSession, err: &mut dyn Write) -> io::Result<Status> {
    session.wait_for_end();
    let work = session.state().busy.work();
    let status = match work {
        Some(Work::Scan | Work::Recovery) => Status::Interrupted,
        _ => Status::Found,
    };
    let said = match work {
        Some(Work::Scan) => "stopping: what was found is written, in a moment",
        Some(Work::Recovery) => {
            "stopping: what was written stays, and is put into the report, in a moment"
        }
        _ => "",
    };
    if !said.is_empty() {
        // What runs comes to its end although nobody reads.
        drop(writeln!(err, "afterimage: {said}"));
    }
    let state = session.wait_while(MOST_GRACE, |state| !state.busy.is_idle());
    if !state.busy.is_idle() {
        drop(writeln!(err, "afterimage: ended although something still ran{AT_ONCE_TOO}"));
    }
    Ok(status)
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
    let expanded = sources::expand(&[what.to_path_buf()], None)?;
    for source in &expanded.paths {
        afterimage_engine::source::open(source, afterimage_engine::source::Io::Read)?;
    }
    let mut state = session.state();
    state.phase = Phase::Choosing;
    state.sources = vec![std::path::absolute(what)?];
    Ok(())
}

/// Prints the address, and opens it in a browser where that is wanted: what that needs is removed together with what is
/// given back.
///
/// # Errors
///
/// When the address cannot be printed.
pub fn announce(
    server: &Server,
    no_browser: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Option<TempPath>> {
    writeln!(out, "{}", server.address())?;
    out.flush()?;
    let address = server.address_once();
    let opened = match no_browser {
        true => Ok(None),
        false if server.is_once_for_any() && !cfg!(windows) => {
            browser::open_unseen(&address).map(Some)
        }
        // Under Windows no other user sees what a program is started with.
        false => browser::open(&address).map(|()| None),
    };
    let hint = match &opened {
        Ok(_) if no_browser => "open this address in your browser; Ctrl-C here ends it",
        Ok(_) => {
            "the page opens in your browser; if it does not, open this address there. Ctrl-C here ends it"
        }
        Err(_) => "no browser could be opened; open this address in one. Ctrl-C here ends it",
    };
    writeln!(err, "afterimage: {}", text::plain(hint))?;
    Ok(opened.unwrap_or_default())
}
